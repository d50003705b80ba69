// What is written from the table of options: VS Code's settings, their texts, and docs/settings.md.
// For scripts/generate.mjs; no bundle holds it.

import { choicesOf, type Effort, EFFORTS, type Option } from '../options/option.ts';
import { toSetting, valuesText } from '../options/value.ts';
import { type NamedOption, OPTIONS, PREFIX } from './table.ts';

/** The basic settings stand in a section of their own, before all others. */
const FIRST = 'Lexiscope';

interface Section {
  title: string;
  options: NamedOption[];
}

function sections(): Section[] {
  const found = new Map<string, NamedOption[]>();
  for (const each of OPTIONS) {
    const title = each.option.tier === 'basic' ? FIRST : each.group.title;
    found.set(title, [...(found.get(title) ?? []), each]);
  }
  const others = [...found].filter(([title]) => title !== FIRST);
  return [[FIRST, found.get(FIRST) ?? []] as const, ...others].map(([title, options]) => ({ title, options }));
}

/** Of `contributes` in package.json. */
export function configuration(): object[] {
  return sections().map(({ title, options }, order) => ({
    id: PREFIX + keyOf(title),
    title: `%section.${keyOf(title)}%`,
    order,
    properties: Object.fromEntries(options.map((each, place) => [PREFIX + each.name, property(each, place)])),
  }));
}

function property({ name, option }: NamedOption, order: number): object {
  return {
    ...schema(name, option),
    default: toSetting(option, option.default),
    scope: option.scope ?? 'window',
    order,
    ...(option.tier !== 'basic' && { tags: ['advanced'] }), // hidden until they are asked for
    markdownDescription: `%setting.${name}%`,
  };
}

function schema(name: string, option: Option): object {
  switch (option.type) {
    case 'boolean':
      return { type: 'boolean' };
    case 'integer':
    case 'number':
      return { type: option.type, minimum: option.range[0], maximum: option.range[1] };
    case 'size':
      return {
        type: 'string',
        pattern: String.raw`^\s*(\d+(\.\d+)?|\.\d+)\s*([kKmMgG]?[bB])?\s*$`,
        patternErrorMessage: `%size%`,
      };
    case 'choice':
      return {
        type: 'string',
        enum: choicesOf(option),
        ...(option.choices.some(([, , label]) => label) && {
          enumItemLabels: option.choices.map(([value, , label]) => label ?? value),
        }),
        markdownEnumDescriptions: choicesOf(option).map((value) => `%setting.${name}.${value}%`),
      };
    case 'text':
      return { type: 'string' };
    case 'list':
      return { type: 'array', items: { type: 'string' }, uniqueItems: true };
  }
}

/** The keys of texts that `texts` gives: others of package.nls.json are written by hand. */
export const GENERATED_TEXT = /^(?:setting\.|section\.|size$)/;

/** The English texts of the settings, by their keys. */
export function texts(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { title, options } of sections()) {
    found[`section.${keyOf(title)}`] = title;
    for (const { name, option } of options) {
      found[`setting.${name}`] = option.sentence;
      if (option.type !== 'choice') continue;
      for (const [value, sentence] of option.choices) found[`setting.${name}.${value}`] = sentence;
    }
  }
  return { ...found, size: 'A size, such as 300MB or 1.5 GB; without a unit, megabytes.' };
}

function keyOf(title: string): string {
  return title
    .replace(/ (\w)/g, (_, letter: string) => letter.toUpperCase())
    .replace(/^\w/, (letter) => letter.toLowerCase());
}

const HEAD = `# Settings

<!-- Written by \`npm run generate\` from the tables of options; not to be edited. -->

The settings of the first table are the ones to try first. VS Code shows the others under \`@ext:lexiscope.lexiscope @tag:advanced\`.
On the command line, every setting of a training is an option of the same name, without \`lexiscope.\` if you like, and with
the same values: \`lexiscope train FOLDER --out MODEL --word2vec.window 10 --reading.maximumFileSize 1.5GB\`. Lists are given
one by one (\`--exclude\` several times).

Sizes are written with a unit (\`300MB\`, \`1.5 GB\`); a number without one is megabytes. A share is a number from 0 to 1. If a
value is out of range, nothing starts, and all such settings are named with what they may be.
`;

const EFFORT_HEAD = `## Effort

What \`lexiscope.training.effort\` sets where a setting has no value of its own. What is not in the table has its default.
`;

/** docs/settings.md */
export function settingsPage(): string {
  const tables = sections().map(({ title, options }) => {
    const rows = options.map(({ name, option }) => [
      `\`${PREFIX}${name}\``,
      `\`${JSON.stringify(toSetting(option, option.default))}\``,
      valuesText(option),
      aboutOf(option),
    ]);
    const heading = title === FIRST ? '' : `## ${title}\n\n`;
    return `${heading}${markdownTable(['setting', 'default', 'values', 'what it does'], rows)}`;
  });
  return [HEAD, ...tables, EFFORT_HEAD, effortTable()].join('\n\n');
}

function effortTable(): string {
  const rows = OPTIONS.filter(({ option }) => option.effort).map(({ name, option }) => {
    const value = (effort: Effort | null): string =>
      `\`${JSON.stringify(toSetting(option, (effort && option.effort?.[effort]) ?? option.default))}\``;
    return [`\`${PREFIX}${name}\``, value(EFFORTS[0]), value(null), value(EFFORTS[1])];
  });
  return markdownTable(['setting', 'quick', 'balanced', 'best'], rows);
}

function aboutOf(option: Option): string {
  const choices = option.type === 'choice' ? option.choices.map(([value, about]) => `\`${value}\`: ${about}`) : [];
  return [option.sentence, ...choices].join(' ').replace(/#(lexiscope\.[\w.]+|[\w.]+\.exclude)#/g, '$1');
}

function markdownTable(heads: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  return [heads, heads.map(() => '---'), ...rows].map(line).join('\n');
}
