// An import, from a file of word vectors to a model: read, map. It says what was wrong with a file; the reading is vector-file.ts's.

import * as l10n from '@vscode/l10n';
import { basename } from 'node:path';
import type { ImportReport, ImportRequest, Phase } from '../../protocol/engine.ts';
import type { Place, VectorFileProblem } from '../../word2vec/formats/vector-table.ts';
import { metadataName } from '../../word2vec/formats/projector.ts';
import { runTasks } from '../compute-tasks.ts';
import type { StoredModel } from '../model/model-store.ts';
import { checkImportOptions } from '../options.ts';
import { PhaseClock } from '../progress.ts';
import type { RunContext } from '../run-context.ts';
import { makeWordMap } from './lay-out-map.ts';

export interface Imported extends Omit<ImportReport, 'model'> {
  model: StoredModel;
}

/** Reads the vectors and makes their map; the model is not stored yet. Null where it was cancelled. Throws one sentence for the user. */
export async function importVectors(
  path: string,
  request: ImportRequest,
  context: RunContext,
): Promise<Imported | null> {
  checkImportOptions(request);
  const { events } = context;
  const name = basename(path);
  const clock = new PhaseClock();
  const enter = (phase: Phase): void => {
    clock.enter(phase);
    events.progress({ phase, fraction: 0 });
  };
  enter('importing');
  const task = { kind: 'import', path, most: request.most } as const;
  const run = await runTasks([task], context).catch((error: unknown) => {
    throw unreadable(name, error as Error);
  });
  if (!run) return null;
  const read = run[0]!;
  if ('problem' in read) throw new Error(problemSentence(name, read.problem));
  const { words, vectors, vectorSize, format, rows, duplicates } = read;

  let positions: Float32Array | null = null;
  if (request.projection) {
    enter('map');
    const { projection: options, seed } = request;
    positions = await makeWordMap({ ...context, words, vectors, vectorSize, options, seed });
    if (!positions) return null;
  }
  clock.enter('saving');
  const mapWords = positions ? positions.length / 2 : 0;
  const model: StoredModel = {
    summary: {
      trained: new Date().toISOString(),
      vocabulary: words.length,
      vectorSize,
      words: null,
      files: null,
      mapWords,
      languageModel: null,
      imported: name,
    },
    options: { ...(request.projection && { projection: request.projection }), seed: request.seed },
    words,
    counts: null,
    vectors: { input: { shape: [words.length, vectorSize], data: vectors } },
    map: positions && { positions: { shape: [mapWords, 2], data: positions } },
    languageModel: null,
    training: null,
  };
  return { model, format, rows, duplicates, seconds: clock.seconds() };
}

/** A file that the system does not give. Threads hand over a message, which begins with the code. */
function unreadable(name: string, { message }: Error): Error {
  if (!message.startsWith('ENOENT')) return new Error(l10n.t('“{0}” cannot be imported: {1}.', name, message));
  const metadata = metadataName(name);
  return new Error(
    message.includes(metadata)
      ? l10n.t('“{0}” cannot be imported: the file of its words, “{1}”, is not beside it.', name, metadata)
      : l10n.t('“{0}” cannot be imported: there is no such file.', name),
  );
}

function problemSentence(name: string, problem: VectorFileProblem): string {
  return l10n.t('“{0}” was not imported: {1}', name, reason(problem));
}

function reason(problem: VectorFileProblem): string {
  switch (problem.kind) {
    case 'empty':
      return l10n.t('it is empty.');
    case 'unknownFormat':
      return l10n.t(
        'it holds no word vectors in a format that Lexiscope reads (word2vec text or binary, GloVe, fastText .vec, safetensors, or the Embedding Projector’s vectors.tsv with metadata.tsv).',
      );
    case 'noWords':
      return l10n.t('it has no words.');
    case 'notUtf8':
      return l10n.t('it is in UTF-16; save it as UTF-8.');
    case 'foreign':
      return {
        compressed: () => l10n.t('it is compressed; unpack it first.'),
        fastText: () => l10n.t('it is a model of fastText; take the .vec file that is beside it.'),
        pickle: () => l10n.t('it is a file of Python objects; save it with gensim’s save_word2vec_format.'),
        numpy: () => l10n.t('it is a NumPy array without words; save the vectors with gensim’s save_word2vec_format.'),
      }[problem.what]();
    case 'header':
      return l10n.t('{0} should hold two whole numbers, words and dimensions.', placeName(problem.place));
    case 'vectorSize':
      return l10n.t('its vectors have {0} dimensions; 1 to 20000 can be read.', problem.vectorSize);
    case 'shorterThanHeader':
      return l10n.t(
        'its header promises {0} words with {1} numbers each, more than its {2} bytes can hold. It is cut off, or the header is wrong.',
        problem.rows,
        problem.vectorSize,
        problem.bytes,
      );
    case 'tooFewRows':
      return l10n.t(
        'its header promises {0} words, and {1} are there. It is cut off, or the header is wrong.',
        problem.expected,
        problem.found,
      );
    case 'tooManyRows':
      return l10n.t(
        '{0} is one more than the {1} words that the header promises.',
        placeName(problem.place),
        problem.expected,
      );
    case 'rowLength':
      return l10n.t(
        '{0} has {1} numbers, expected {2} as in the others.',
        placeName(problem.place),
        problem.found,
        problem.expected,
      );
    case 'notANumber':
      return l10n.t('{0}: number {1} is not a number.', placeName(problem.place), problem.number);
    case 'notFinite':
      return l10n.t(
        '{0}: number {1} is NaN, infinite or too large for 32 bits.',
        placeName(problem.place),
        problem.number,
      );
    case 'noWord':
      return l10n.t('{0} should begin with a word and does not.', placeName(problem.place));
    case 'blankLine':
      return l10n.t('{0} is blank, and more lines follow.', placeName(problem.place));
    case 'truncated':
      return l10n.t('it is cut off in {0}.', placeName(problem.place));
    case 'longLine':
      return l10n.t(
        '{0} has more than {1} bytes, too long for a word and its vector.',
        placeName(problem.place),
        problem.bytes,
      );
    case 'tooLarge':
      return l10n.t(
        'about {0} words with {1} numbers each do not fit into memory. Import only the first words (at most {2}).',
        problem.rows,
        problem.vectorSize,
        problem.most,
      );
    case 'words':
      return problem.rows > problem.words
        ? l10n.t('it has more vectors than the {0} words that belong to them.', problem.words)
        : l10n.t('it has {0} vectors, and {1} words belong to them.', problem.rows, problem.words);
    case 'safetensors':
      return `${problem.reason}.`;
  }
}

function placeName(place: Place): string {
  return 'line' in place
    ? l10n.t('line {0}', place.line)
    : l10n.t('the row at byte {0} (row {1})', place.byte, place.row);
}
