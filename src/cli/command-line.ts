// The command line: the engine without a window, for scripts and benchmarks. A second client of
// EngineApi.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { Engine } from '../engine/engine.ts';
import { writeFileAtomically } from '../engine/model/durable-file.ts';
import {
  type EngineApi,
  type EngineEvents,
  exportFormat,
  type ModelSummary,
  type Unanswered,
  VECTOR_FILE_ENDINGS,
} from '../protocol/engine.ts';
import { importRequest, textOptions } from '../settings/request.ts';
import { TOKEN_KINDS } from '../text/document-tokens.ts';
import {
  encodingOf,
  givenBy,
  integer,
  languageOf,
  method,
  minimumCount,
  one,
  partsOf,
  readArguments,
  requestOf,
  SETTINGS,
  UsageError,
  type Values,
} from './arguments.ts';
import { harmless } from './harmless.ts';
import { helpText, settingLines } from './help.ts';
import { cellLines, inspectionLines } from './language-model-lines.ts';
import { evaluationLines, heading, importLines, leftOutLines, reportLines, row } from './report-lines.ts';

interface Call {
  engine: EngineApi;
  operands: string[];
  values: Values;
  json: boolean;
  /** How many answers. */
  count: number;
}

const COMMANDS: Record<string, (call: Call) => Promise<void>> = {
  train,
  import: importVectors,
  similar,
  analogy,
  similarity,
  odd,
  rank,
  evaluate,
  complete,
  tokens,
  inspect,
  'compare-cells': compareCells,
  map,
  export: exportVectors,
  settings,
};

async function main(words: string[]): Promise<void> {
  const { values, positionals } = readArguments(words);
  const [name, ...operands] = positionals;
  if (values['help'] || name === undefined) {
    process.stdout.write(helpText());
    if (!values['help']) process.exitCode = 2;
    return;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new UsageError(`There is no command ${name}. \`lexiscope --help\` lists them.`);
  const json = values['json'] === true;
  const told = events(json, values['quiet'] === true);
  const engine = new Engine(new URL('./', import.meta.url), told, undefined, false);
  await command({ engine, operands, values, json, count: integer(values, 'count', 10) });
}

async function similar({ engine, operands, values, json, count }: Call): Promise<void> {
  const word = one('similar', 'WORD', operands);
  await openModel(engine, values);
  const answer = await engine.describe(word, count, minimumCount(values));
  if (answer.known) print(json, answer, [heading(answer), ...answer.neighbours.map(row)]);
  else sayUnknown(answer, json);
}

async function analogy({ engine, operands, values, json, count }: Call): Promise<void> {
  const expression = one('analogy', 'EXPRESSION', operands);
  await openModel(engine, values);
  const answer = await engine.solve(expression, count, method(values), minimumCount(values));
  if (isAnswered(answer, json)) print(json, answer, answer.answers.map(row));
}

async function similarity({ engine, operands, values, json }: Call): Promise<void> {
  if (operands.length !== 2)
    throw new UsageError(
      `similarity takes two words, or two lists in quotes such as "king queen" "bread, butter"; got ${operands.length}.`,
    );
  await openModel(engine, values);
  const answer = await engine.nSimilarity(operands[0]!, operands[1]!);
  if (isAnswered(answer, json)) print(json, answer, [answer.similarity.toFixed(4)]);
}

async function odd({ engine, operands, values, json }: Call): Promise<void> {
  await openModel(engine, values);
  // one operand is a list; of several each is a word, also where it has spaces
  const words = operands.length === 1 ? operands : operands.map((word) => (word.includes('"') ? word : `"${word}"`));
  const answer = await engine.doesntMatch(words.join(' '));
  if (isAnswered(answer, json))
    print(json, answer, [`${answer.odd} is the farthest from the mean of all:`, ...answer.words.map(row)]);
}

async function rank({ engine, operands, values, json }: Call): Promise<void> {
  if (operands.length !== 2) throw new UsageError(`rank takes WORD and OTHER, got ${operands.length}.`);
  await openModel(engine, values);
  const answer = await engine.rank(operands[0]!, operands[1]!, minimumCount(values));
  if (!isAnswered(answer, json)) return;
  const { word, other, rank: place, of, similarity: cosine } = answer;
  print(json, answer, [`${other} is neighbour ${place} of ${of} of ${word}, cosine ${cosine.toFixed(4)}`]);
}

async function evaluate({ engine, operands, values, json }: Call): Promise<void> {
  const path = resolve(one('evaluate', 'FILE', operands));
  const options = {
    method: method(values),
    ...(values['restrict'] !== undefined && { restrictVocabulary: integer(values, 'restrict', 0) }),
    ...(typeof values['score'] === 'string' && { score: values['score'] }),
    ...encodingOf(values),
  };
  await openModel(engine, values);
  const interrupt = (): void => void engine.cancelEvaluation();
  process.once('SIGINT', interrupt);
  const evaluation = await engine.evaluate(path, options).finally(() => process.off('SIGINT', interrupt));
  if (!evaluation) process.exitCode = 130;
  else if (evaluation.kind !== 'unclearScore') print(json, evaluation, evaluationLines(evaluation));
  else {
    const columns = evaluation.columns.map(({ number, name }) => (name ? `${number} (${name})` : String(number)));
    throw new UsageError(
      `It is not clear which column of ${basename(path)} has the scores: ${columns.join(', ')}. Say so with --score NAME or --score NUMBER.`,
    );
  }
}

async function complete({ engine, operands, values, json, count }: Call): Promise<void> {
  const text = one('complete', 'TEXT', operands);
  const { languageModel } = await openModel(engine, values);
  if (!languageModel) throw new Error('This model has word vectors only: no language model was trained with it.');
  const answer = await engine.complete({ text, offset: text.length, language: languageOf(values) }, count);
  const percent = (probability: number): string => (100 * probability).toFixed(1).padStart(5);
  print(
    json,
    answer,
    answer.problem === undefined
      ? answer.suggestions.map(({ word, probability }) => `${percent(probability)} %  ${word}`)
      : [answer.problem],
  );
}

async function tokens({ engine, operands, values, json }: Call): Promise<void> {
  const path = resolve(one('tokens', 'FILE', operands));
  if (values['model'] !== undefined) await openModel(engine, values);
  const read = await engine.tokensOf(path, textOptions(givenBy(values)), encodingOf(values));
  const { tokens: places, sentences, leftOut, text } = read;
  const answer = { ...read, tokens: triples(places), sentences: [...sentences] };
  const ends = new Set(sentences);
  const lines: string[] = [];
  const tint = process.stdout.isTTY;
  for (const [index, [start, end, kind]] of answer.tokens.entries()) {
    if (index === 0 || ends.has(index)) lines.push('');
    const word = (TOKEN_KINDS[kind] === 'particle' ? '+' : ' ') + (read.spellings[index] ?? text.slice(start, end));
    lines.push(lines.pop()! + (tint && index % 2 ? `\x1b[36m${word}\x1b[39m` : word));
  }
  print(json, answer, [
    `${read.language}, ${read.encoding}${read.guessed ? ' (a guess)' : ''}${read.repaired ? ', broken characters replaced' : ''}: ${answer.tokens.length} words in ${lines.length} sentences`,
    ...leftOutLines(leftOut),
    ...lines.map((line) => line.trimStart()),
  ]);
}

function triples(numbers: Int32Array): [number, number, number][] {
  return Array.from({ length: numbers.length / 3 }, (_, at) => [
    numbers[3 * at]!,
    numbers[3 * at + 1]!,
    numbers[3 * at + 2]!,
  ]);
}

async function inspect({ engine, operands, values, json, count }: Call): Promise<void> {
  const text = one('inspect', 'TEXT', operands);
  await openModel(engine, values);
  const inspection = await engine.inspect({ text, language: languageOf(values) }, count);
  const asLists = (_: string, value: unknown): unknown =>
    ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value;
  print(json, json ? (JSON.parse(JSON.stringify(inspection, asLists)) as object) : {}, inspectionLines(inspection));
}

async function compareCells({ engine, operands: folders, values, json }: Call): Promise<void> {
  if (!folders.length) throw new UsageError('compare-cells needs a FOLDER or a FILE to read.');
  const equal = values['equal'] ?? 'hiddenSize';
  if (equal !== 'hiddenSize' && equal !== 'parameters') {
    throw new UsageError(`--equal is ${JSON.stringify(equal)}; it must be hiddenSize or parameters.`);
  }
  const directory = await mkdtemp(join(tmpdir(), 'lexiscope-'));
  const interrupt = (): void => void engine.cancel();
  process.once('SIGINT', interrupt);
  try {
    await engine.open(directory);
    const reports = await engine.compareCells(requestOf(folders, values), equal);
    if (reports) print(json, reports, cellLines(reports));
    else process.exitCode = 130;
  } finally {
    process.off('SIGINT', interrupt);
    await rm(directory, { recursive: true, force: true });
  }
}

async function map({ engine, operands, values, json }: Call): Promise<void> {
  if (operands.length) throw new UsageError(`map takes no operand, got ${JSON.stringify(operands[0])}.`);
  await openModel(engine, values);
  const stored = await engine.map();
  if (!stored) throw new Error('This model has no map: it was made with --only vectors.');
  const { words, counts, positions } = stored;
  const points = words.map((word, index) => ({
    word,
    count: counts ? counts[index]! : null,
    x: positions[2 * index]!,
    y: positions[2 * index + 1]!,
  }));
  const lines = points.map(({ word, count, x, y }) => `${word}\t${count ?? ''}\t${x.toFixed(5)}\t${y.toFixed(5)}`);
  const text = json ? `${JSON.stringify(points)}\n` : `${['word\tcount\tx\ty', ...lines].join('\n')}\n`;
  if (typeof values['out'] === 'string')
    await writeFileAtomically(resolve(values['out']), [new TextEncoder().encode(text)]);
  else process.stdout.write(harmless(text));
}

async function exportVectors({ engine, operands, values, json }: Call): Promise<void> {
  const path = resolve(one('export', 'FILE', operands));
  const format = exportFormat(path);
  if (!format) {
    const endings = VECTOR_FILE_ENDINGS.map(([ending]) => ending);
    throw new UsageError(`${basename(path)}: the name tells the format; it must end in ${endings.join(', ')}.`);
  }
  await openModel(engine, values);
  const written = await engine.exportVectors(path, format);
  print(json, { path, format, ...written }, [`${path}: ${written.words} vectors, ${written.bytes} bytes`]);
}

async function train({ engine, operands: folders, values, json }: Call): Promise<void> {
  if (!folders.length) throw new UsageError('train needs a FOLDER or a FILE to read.');
  if (typeof values['out'] !== 'string') throw new UsageError('train needs --out DIR, where the model is stored.');
  const directory = resolve(values['out']);
  await replaceModel(engine, directory, json, () => engine.train(requestOf(folders, values)), reportLines);
}

async function importVectors({ engine, operands, values, json }: Call): Promise<void> {
  const path = resolve(one('import', 'FILE', operands));
  if (typeof values['out'] !== 'string') throw new UsageError('import needs --out DIR, where the model is stored.');
  const { projection, ...rows } = importRequest(givenBy(values));
  const request = {
    ...rows,
    most: integer(values, 'most', 0),
    ...(partsOf(values).map && projection && { projection }),
    ...encodingOf(values),
  };
  await replaceModel(engine, resolve(values['out']), json, () => engine.importVectors(path, request), importLines);
}

/** Prints the settings whose names hold the operand, or all of them. */
function settings({ operands, json }: Call): Promise<void> {
  const found = SETTINGS.filter(({ name }) => operands.every((part) => name.includes(part)));
  if (found.length === 0) throw new UsageError(`No setting has ${operands.join(' and ')} in its name.`);
  print(
    json,
    found.map(({ name, option }) => ({ name, ...option })),
    found.flatMap(settingLines),
  );
  return Promise.resolve();
}

/** Runs what makes a model in `directory`, which Ctrl+C cancels, and prints how it went. */
async function replaceModel<Report extends object>(
  engine: EngineApi,
  directory: string,
  json: boolean,
  make: () => Promise<({ status: 'done' } & Report) | { status: 'cancelled' }>,
  lines: (report: Report) => string[],
): Promise<void> {
  await mkdir(directory, { recursive: true });
  // a damaged earlier model is said and replaced: that is what training again is for
  await engine
    .open(directory)
    .catch((error: unknown) => process.stderr.write(`${harmless((error as Error).message)}\n`));
  const interrupt = (): void => void engine.cancel();
  process.once('SIGINT', interrupt);
  try {
    const outcome = await make();
    if (outcome.status === 'cancelled') {
      process.exitCode = 130;
      print(json, outcome, ['Cancelled; what is stored by now stays.']);
    } else {
      print(json, outcome, lines(outcome));
    }
  } finally {
    process.off('SIGINT', interrupt);
  }
}

async function openModel(engine: EngineApi, values: Values): Promise<ModelSummary> {
  if (typeof values['model'] !== 'string') throw new UsageError('Say with --model DIR which model to ask.');
  const summary = await engine.open(resolve(values['model']));
  if (!summary)
    throw new UsageError(
      `There is no model in ${resolve(values['model'])}. \`lexiscope train FOLDER --out DIR\` makes one.`,
    );
  return summary;
}

function events(json: boolean, quiet: boolean): EngineEvents {
  let told = 0;
  return {
    progress(progress) {
      if (quiet) return;
      if (json) {
        process.stderr.write(`${JSON.stringify(progress)}\n`);
        return;
      }
      const now = performance.now();
      if (now - told < 100) return;
      told = now;
      const { phase, fraction, wordsPerSecond, secondsLeft } = progress;
      const rate = wordsPerSecond ? `  ${Math.round(wordsPerSecond)} words/s` : '';
      const left = secondsLeft === undefined ? '' : `  ${Math.ceil(secondsLeft)} s left`;
      if (process.stderr.isTTY)
        process.stderr.write(
          `\r\x1b[K${phase} ${(100 * fraction).toFixed(0)} %${rate}${left}${phase === 'saving' ? '\r\x1b[K' : ''}`,
        );
    },
    evaluating(fraction) {
      if (quiet) return;
      if (json) process.stderr.write(`${JSON.stringify({ evaluating: fraction })}\n`);
      else if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${(100 * fraction).toFixed(0)} %\r`);
    },
    log(level, message) {
      if (!quiet)
        process.stderr.write(
          `${process.stderr.isTTY ? '\r\x1b[K' : ''}${level === 'info' ? '' : `${level}: `}${harmless(message)}\n`,
        );
    },
  };
}

/** Whether there is an answer; says what is unknown, throws what is malformed. */
function isAnswered<T extends { status: string }>(
  answer: T | Unanswered,
  json: boolean,
): answer is Exclude<T, Unanswered> {
  if (answer.status === 'malformed') throw new UsageError((answer as Unanswered & { status: 'malformed' }).message);
  if (answer.status !== 'unknownWord') return true;
  sayUnknown(answer as Unanswered & { status: 'unknownWord' }, json);
  return false;
}

function sayUnknown(answer: { word: string; spellings: string[] }, json: boolean): void {
  process.exitCode = 1;
  const spellings = answer.spellings.length ? ` Close spellings: ${answer.spellings.join(', ')}.` : '';
  if (json) process.stdout.write(`${harmless(JSON.stringify({ ...answer, known: false }))}\n`);
  else process.stderr.write(harmless(`The model does not know ${JSON.stringify(answer.word)}.${spellings}\n`));
}

function print(json: boolean, answer: object, lines: string[]): void {
  process.stdout.write(`${harmless(json ? JSON.stringify(answer) : lines.join('\n'))}\n`);
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0); // the reader, such as `head`, has seen enough
  throw error;
});
try {
  await main(process.argv.slice(2));
} catch (error) {
  const { message, stack } = error as Error;
  process.stderr.write(
    `${harmless(error instanceof UsageError || !process.env['LEXISCOPE_DEBUG'] ? message : (stack ?? message))}\n`,
  );
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
