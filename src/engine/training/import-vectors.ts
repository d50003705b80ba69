// An import, from a file of word vectors to a model: read, map. exchange/ reads the file and says
// what is wrong with it.

import * as l10n from '@vscode/l10n';
import { basename } from 'node:path';
import type { ImportReport, ImportRequest, Phase } from '../../protocol/engine.ts';
import { metadataName } from '../../word2vec/formats/projector.ts';
import { checkImportOptions } from '../check-options.ts';
import { runTasks } from '../compute-tasks.ts';
import { problemReason, problemSentence } from '../exchange/vector-file-problems.ts';
import type { StoredModel } from '../model/stored-model.ts';
import { PhaseClock } from '../progress.ts';
import type { RunContext } from '../run-context.ts';
import { makeWordMap, withMap } from './lay-out-map.ts';
import { Stages, type Storing } from './stages.ts';

export interface Imported extends Omit<ImportReport, 'model'> {
  model: StoredModel;
}

/**
 * Reads the vectors and makes their map, and stores each as it is there. Null where it was
 * cancelled; what is stored by then stays. Throws one sentence for the user.
 */
export async function importVectors(
  path: string,
  request: ImportRequest,
  context: RunContext,
  { store }: Pick<Storing, 'store'>,
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
  const { most, encoding: setting } = request;
  const run = await runTasks([{ kind: 'import', path, most, encoding: setting }], context).catch((error: unknown) => {
    throw unreadable(name, error as Error);
  });
  if (!run) return null;
  const read = run[0]!;
  if ('problem' in read) throw new Error(problemSentence(name, read.problem));
  const { words, vectors, vectorSize, ngrams, format, rows, duplicates, leftOut, encoding } = read;
  const stages = new Stages(store);
  let model: StoredModel = {
    summary: {
      trained: new Date().toISOString(),
      vocabulary: words.length,
      vectorSize,
      words: null,
      files: null,
      mapWords: 0,
      languageModel: null,
      imported: name,
    },
    options: { ...(ngrams && { ngrams: ngrams.options }), seed: request.seed },
    words,
    counts: null,
    vectors: {
      input: { shape: [words.length, vectorSize], data: vectors },
      ...(ngrams && { ngrams: { shape: [ngrams.vectors.length / vectorSize, vectorSize], data: ngrams.vectors } }),
    },
    map: null,
    languageModel: null,
    training: null,
  };
  stages.store(model); // while the map is made

  if (request.projection) {
    enter('map');
    const { projection: options, seed } = request;
    const positions = await makeWordMap({ ...context, words, vectors, vectorSize, options, seed });
    if (!positions) {
      await stages.settled();
      return null;
    }
    model = withMap(model, positions, options);
    stages.store(model);
  }
  enter('saving');
  await stages.end();
  clock.enter('saving');
  return {
    model,
    format,
    rows,
    duplicates,
    seconds: clock.seconds(),
    ...(leftOut && { leftOut: { rows: leftOut.rows, first: problemReason(leftOut.first) } }),
    ...(encoding !== null && { encoding }),
  };
}

/**
 * A file that the system does not give. Threads hand over a message, which begins with the code.
 */
function unreadable(name: string, { message }: Error): Error {
  if (!message.startsWith('ENOENT')) return new Error(l10n.t('“{0}” cannot be imported: {1}.', name, message));
  const metadata = metadataName(name);
  return new Error(
    message.includes(metadata)
      ? l10n.t('“{0}” cannot be imported: the file of its words, “{1}”, is not beside it.', name, metadata)
      : l10n.t('“{0}” cannot be imported: there is no such file.', name),
  );
}
