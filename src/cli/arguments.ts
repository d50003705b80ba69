// What is asked on the command line: options, with the names that the settings have, and operands. Throws a UsageError for what
// cannot be meant; ranges are the engine's to check.

import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { LANGUAGE_MODEL_DEFAULTS } from '../language-model/options.ts';
import { PROJECTION_DEFAULTS } from '../projection/options.ts';
import type { ModelParts, TrainRequest, VectorWidth } from '../protocol/engine.ts';
import { encodingNamed } from '../text/encodings.ts';
import { languageNamed, PROSE_LANGUAGE } from '../text/languages.ts';
import { PHRASE_DEFAULTS, TEXT_DEFAULTS } from '../text/options.ts';
import { WORD2VEC_DEFAULTS } from '../word2vec/options.ts';
import type { Method } from '../word2vec/vectors.ts';

/** The groups of options of a training, under the names that the settings have. */
export const GROUPS = {
  word2vec: WORD2VEC_DEFAULTS,
  map: PROJECTION_DEFAULTS,
  languageModel: LANGUAGE_MODEL_DEFAULTS,
  reading: { maximumFileSize: 5_000_000 },
  text: TEXT_DEFAULTS,
  phrases: PHRASE_DEFAULTS,
};

/** A sentence for the person at the terminal, without a stack. */
export class UsageError extends Error {}

export type Values = Record<string, string | boolean | string[] | undefined>;

export function readArguments(words: string[]): { values: Values; positionals: string[] } {
  const options: NonNullable<ParseArgsConfig['options']> = {
    include: { type: 'string', multiple: true },
    exclude: { type: 'string', multiple: true },
  };
  for (const name of [
    'out',
    'model',
    'count',
    'threads',
    'seed',
    'method',
    'restrict',
    'only',
    'most',
    'tensorflow',
    'vectorWidth',
    'encoding',
    'language',
    'equal',
    'score',
  ])
    options[name] = { type: 'string' };
  for (const name of ['json', 'quiet', 'help', 'continue']) options[name] = { type: 'boolean' };
  for (const [group, defaults] of Object.entries(GROUPS)) {
    for (const name of Object.keys(defaults)) options[`${group}.${name}`] = { type: 'string' };
  }
  try {
    return parseArgs({ args: words, allowPositionals: true, options }) as { values: Values; positionals: string[] };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** A group of options, each as given or by its default. */
export function group<T extends object>(values: Values, name: string, defaults: T): T {
  return Object.fromEntries(
    Object.entries(defaults).map(([option, value]) => {
      const given = values[`${name}.${option}`];
      if (given === undefined) return [option, value as unknown];
      if (typeof value === 'number') return [option, Number(given)];
      return [option, typeof value === 'boolean' && isBoolean(given) ? given === 'true' : given]; // the engine says what is wrong
    }),
  ) as T;
}

function isBoolean(given: Values[string]): boolean {
  return given === 'true' || given === 'false';
}

export function partsOf({ only }: Values): ModelParts {
  if (only !== undefined && only !== 'vectors')
    throw new UsageError(`--only is ${JSON.stringify(only)}; it can be vectors.`);
  return { map: only === undefined, languageModel: only === undefined };
}

export function integer(values: Values, name: string, fallback: number): number {
  const given = values[name];
  if (given === undefined) return fallback;
  const value = Number(given);
  if (!Number.isInteger(value) || value < 0)
    throw new UsageError(`--${name} is ${JSON.stringify(given)}; it must be a whole number, 0 or more.`);
  return value;
}

/** The method of analogies, by its usual names. */
export function method(values: Values): Method {
  const given = values['method'] ?? 'cosadd';
  const methods: Record<string, Method> = { cosadd: '3CosAdd', cosmul: '3CosMul' };
  const found = methods[String(given).toLowerCase().replace(/^3/, '')];
  if (!found) throw new UsageError(`--method is ${JSON.stringify(given)}; it must be cosadd or cosmul.`);
  return found;
}

/** The encoding that the options name, of files that are not UTF-8. */
export function encodingOf(values: Values): { encoding?: string } {
  const { encoding } = values;
  if (typeof encoding !== 'string') return {};
  if (encodingNamed(encoding) === null) {
    throw new UsageError(`--encoding is ${JSON.stringify(encoding)}, which is the name of no encoding that is known.`);
  }
  return { encoding };
}

/** The language that the options name, by VS Code's name of it. */
export function languageOf({ language = PROSE_LANGUAGE.name }: Values): string {
  if (language !== PROSE_LANGUAGE.name && languageNamed(String(language)) === null)
    throw new UsageError(
      `--language is ${JSON.stringify(language)}, which is the name of no language that is known; leave it out for prose.`,
    );
  return String(language);
}

/** The training that the options describe. */
export function trainRequest(folders: readonly string[], values: Values): TrainRequest {
  return {
    folders: folders.map((folder) => ({
      path: resolve(folder),
      include: (values['include'] as string[] | undefined) ?? [],
      exclude: (values['exclude'] as string[] | undefined) ?? [],
      ...encodingOf(values),
    })),
    reading: group(values, 'reading', GROUPS.reading),
    text: group(values, 'text', GROUPS.text),
    phrases: group(values, 'phrases', GROUPS.phrases),
    word2vec: group(values, 'word2vec', GROUPS.word2vec),
    projection: group(values, 'map', GROUPS.map),
    languageModel: group(values, 'languageModel', GROUPS.languageModel),
    parts: partsOf(values),
    start: values['continue'] === true ? 'continue' : 'new',
    ...(typeof values['tensorflow'] === 'string' && { tensorflow: resolve(values['tensorflow']) }),
    ...(typeof values['vectorWidth'] === 'string' && { vectorWidth: values['vectorWidth'] as VectorWidth }),
    threads: integer(values, 'threads', availableParallelism()),
    seed: integer(values, 'seed', 1),
  };
}

export function one(command: string, name: string, operands: string[]): string {
  if (operands.length !== 1)
    throw new UsageError(
      `${command} takes one ${name}, got ${operands.length}; put quotes around one that has spaces.`,
    );
  return operands[0]!;
}
