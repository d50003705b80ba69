// What is known of an option: one row of the table that stands in the room that uses it. Everything
// else that speaks of options is made from these rows: types and defaults, checks, VS Code's
// settings, the command line, docs/settings.md.

/**
 * Who meets an option: everybody; those who tune a training; those who compare methods. VS Code
 * hides the last two.
 */
export type Tier = 'basic' | 'advanced' | 'research';

/** The presets that differ from the defaults. */
export const EFFORTS = ['quick', 'best'] as const;
export type Effort = (typeof EFFORTS)[number];

/** What numbers count. A share is a number from 0 to 1. */
export type Unit =
  | 'dimensions'
  | 'layers'
  | 'letters'
  | 'measurements'
  | 'occurrences'
  | 'passes'
  | 'samples'
  | 'sequences'
  | 'share'
  | 'steps'
  | 'threads'
  | 'tokens'
  | 'vectors'
  | 'words';

interface Facts<Value> {
  default: Value;
  tier: Tier;
  /**
   * What it does, in Markdown. `#lexiscope.seed#` is a link to a setting, and so is the same name
   * without the signs.
   */
  sentence: string;
  /** What presets set, where that is not the default. */
  effort?: { readonly [Name in Effort]?: Value };
  /** The scope of the setting in VS Code; absent: `window`. */
  scope?: 'language-overridable' | 'machine' | 'machine-overridable' | 'resource';
}

export type Option =
  | ({ type: 'boolean' } & Facts<boolean>)
  | ({ type: 'integer' | 'number'; range: readonly [least: number, most: number]; unit?: Unit } & Facts<number>)
  /** Bytes. Written in megabytes, or with a unit: 0.5, 300MB, 1.5 GB. */
  | ({ type: 'size'; range: readonly [least: number, most: number] } & Facts<number>)
  | ({ type: 'choice'; choices: readonly Choice[] } & Facts<string>)
  | ({ type: 'text' } & Facts<string>)
  | ({ type: 'list' } & Facts<readonly string[]>);

/**
 * One value of a choice, what it means, and its name in a list where that is not the value itself.
 */
export type Choice = readonly [value: string, sentence: string, label?: string];

export type OptionTable = Readonly<Record<string, Option>>;

type ValueOf<Row extends Option> = Row extends { type: 'boolean' }
  ? boolean
  : Row extends { type: 'integer' | 'number' | 'size' }
    ? number
    : Row extends { choices: readonly (readonly [infer Value, ...unknown[]])[] }
      ? Value
      : Row extends { type: 'list' }
        ? string[]
        : string;

/** The values that a table's options may have. */
export type ValuesOf<Table extends OptionTable> = { -readonly [Name in keyof Table]: ValueOf<Table[Name]> };

/** The values of a choice. */
export function choicesOf<Value extends string>(row: {
  choices: readonly (readonly [value: Value, ...unknown[]])[];
}): Value[] {
  return row.choices.map(([value]) => value);
}

export function defaultsOf<Table extends OptionTable>(table: Table): ValuesOf<Table> {
  return Object.fromEntries(Object.entries(table).map(([name, row]) => [name, row.default])) as ValuesOf<Table>;
}
