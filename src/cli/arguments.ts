// What is asked on the command line: options, with the names that the settings have, and operands.
// Throws a UsageError for what cannot be meant.

import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { fromText } from '../options/value.ts';
import type { FolderRequest, ModelParts, TrainRequest } from '../protocol/engine.ts';
import { type Given, trainRequest } from '../settings/request.ts';
import { OPTIONS, PREFIX } from '../settings/table.ts';
import { encodingNamed } from '../text/encodings.ts';
import { languageNamed, PROSE_LANGUAGE } from '../text/languages.ts';
import type { Method } from '../word2vec/vectors.ts';

/** A sentence for the person at the terminal, without a stack. */
export class UsageError extends Error {}

export type Values = Record<string, string | boolean | string[] | undefined>;

/** The settings that a command line has. */
export const SETTINGS = OPTIONS.filter(({ group }) => !group.isOfEditor);

/** Names that options had, or have for short. */
const ALIASES: Readonly<Record<string, string>> = {
  tensorflow: 'languageModel.tensorflowFolder',
  vectorWidth: 'languageModel.vectorWidth',
};
const TEXTS = ['out', 'model', 'count', 'method', 'restrict', 'only', 'most', 'encoding', 'language', 'equal', 'score'];
const FLAGS = ['json', 'quiet', 'help', 'continue'];

export function readArguments(words: string[]): { values: Values; positionals: string[] } {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const name of [...TEXTS, ...Object.keys(ALIASES)]) options[name] = { type: 'string' };
  for (const name of FLAGS) options[name] = { type: 'boolean' };
  for (const { name, option } of SETTINGS) options[name] = { type: 'string', multiple: option.type === 'list' };
  const args = words.map((word) => (word.startsWith(`--${PREFIX}`) ? `--${word.slice(2 + PREFIX.length)}` : word));
  try {
    return parseArgs({ args, allowPositionals: true, options }) as { values: Values; positionals: string[] };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** The settings among the options. */
export function givenBy(values: Values): Given {
  const all: Values = { ...values };
  for (const [alias, name] of Object.entries(ALIASES)) all[name] ??= values[alias];
  if (values['tensorflow'] !== undefined) all['languageModel.backend'] ??= 'tensorflow';
  const rows = new Map(SETTINGS.map(({ name, option }) => [name, option]));
  return (name) => {
    const given = all[name];
    return typeof given === 'string' ? fromText(rows.get(name)!, given) : given;
  };
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

/** How often a word must have been seen to be a near word. */
export function minimumCount(values: Values): number {
  return integer(values, 'neighbours.minimumCount', 0);
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

/** The training that the options describe. A command line keeps no core for an editor. */
export function requestOf(folders: readonly string[], values: Values): TrainRequest {
  const files = (name: string): string[] => (values[name] as string[] | undefined) ?? [];
  const encoding = encodingOf(values);
  const found = folders.map((folder) => ({
    path: resolve(folder),
    include: files('include'),
    exclude: files('exclude'),
    ...encoding,
  }));
  const request = requestOrUsage(found, givenBy(values));
  const asked = partsOf(values);
  const { parts, tensorflow } = request;
  return {
    ...request,
    parts: { map: asked.map, languageModel: asked.languageModel && parts?.languageModel !== false },
    start: values['continue'] === true ? 'continue' : 'new',
    ...(tensorflow !== undefined && { tensorflow: resolve(tensorflow) }),
    threads: values['threads'] === undefined ? availableParallelism() : request.threads,
  };
}

function requestOrUsage(folders: FolderRequest[], given: Given): TrainRequest {
  try {
    return trainRequest(folders, given);
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  }
}

export function one(command: string, name: string, operands: string[]): string {
  if (operands.length !== 1)
    throw new UsageError(
      `${command} takes one ${name}, got ${operands.length}; put quotes around one that has spaces.`,
    );
  return operands[0]!;
}
