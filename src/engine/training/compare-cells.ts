// Cells compared on the text of folders: reads it as a training does, trains every contender on it
// and measures each. What is measured, and how, is src/language-model/comparison.ts's.

import {
  type CellReport,
  COMPARISON_DEFAULTS,
  type ComparisonSetup,
  contenders,
} from '../../language-model/comparison/comparison.ts';
import { resolveLanguageModelOptions } from '../../language-model/options.ts';
import type { CellsAreEqualIn, Progress, TrainRequest } from '../../protocol/engine.ts';
import { checkOptions, resolveThreads } from '../check-options.ts';
import { runTasks } from '../compute-tasks.ts';
import { Meter, tell } from '../progress.ts';
import { checkEnoughWords } from '../reading/corpus-passes.ts';
import type { ReadCorpus } from '../reading/read-corpus.ts';
import { readFolders } from '../reading/read-folders.ts';
import { openTokenFile } from '../reading/spill-file.ts';
import type { RunContext } from '../run-context.ts';
import { bytePairsToLearn, readAsBytePairs, textToLearn } from './text-to-learn.ts';
import { trainingKernel } from './wide-kernel.ts';

/** What is measured of each: distances and amounts. */
type Measurements = Pick<ComparisonSetup, keyof typeof COMPARISON_DEFAULTS>;

/** Null where it was cancelled. Throws one sentence for the user. */
export async function compareCells(
  request: TrainRequest,
  equal: CellsAreEqualIn,
  context: RunContext,
  measurements: Measurements = COMPARISON_DEFAULTS,
): Promise<CellReport[] | null> {
  checkOptions(request);
  const tokenFile = openTokenFile(context.directory);
  try {
    const threads = resolveThreads(request.threads, 'last');
    const read = await readFolders(request, context, { tokenFile: tokenFile.descriptor, threads });
    if (!read) return null;
    try {
      return await compare(read, request, equal, threads, context, measurements);
    } finally {
      await read.kept;
    }
  } finally {
    tokenFile.close();
  }
}

async function compare(
  read: ReadCorpus,
  request: TrainRequest,
  equal: CellsAreEqualIn,
  threads: number,
  context: RunContext,
  measurements: Measurements,
): Promise<CellReport[] | null> {
  const { script, signal, events } = context;
  checkEnoughWords(read.report);
  const bytePairs = request.languageModel.tokens === 'bytePairs' ? await readAsBytePairs(request, read, context) : null;
  if (signal.aborted) return null;
  const resolved = resolveLanguageModelOptions(request.languageModel, bytePairs?.tokens.length ?? read.report.words);
  // all begin alike, whatever the size of their embedding
  const options = { ...resolved, input: resolved.input === 'onehot' ? ('onehot' as const) : ('embedding' as const) };
  const text = bytePairs
    ? bytePairsToLearn(bytePairs, options.heldOut)
    : textToLearn(read, options.heldOut, (...line) => events.log(...line));
  const training = await trainingKernel(request.vectorWidth ?? 'auto', context);
  if (!training) return null;
  const setup = {
    kernel: training.kernel,
    ...text,
    extras: { ...text.extras, wide: training.wide },
    ...measurements,
    seed: request.seed,
  };
  const all = contenders(
    options,
    equal,
    text.extras.vocabulary ?? Math.min(options.maxVocabulary, read.corpus.words.length),
  );
  const done = new Float64Array(new SharedArrayBuffer(8 * all.length));
  const meter = new Meter('languageModel', () => [done.reduce((sum, part) => sum + part, 0), all.length]);
  // it counts contenders, not words
  const stop = tell({ progress: (told) => events.progress(withoutRate(told)) }, meter);
  try {
    const reports: CellReport[] = [];
    // each in one thread, as many side by side as there are threads: so all have the same share of
    // the machine
    for (let first = 0; first < all.length; first += threads) {
      const tasks = all.slice(first, first + threads).map((contender, index) => ({
        kind: 'compareCells' as const,
        setup,
        contender,
        done: done.subarray(first + index, first + index + 1),
      }));
      const measured = await runTasks(tasks, { script, signal });
      if (!measured) return null;
      for (const report of measured) reports.push(report);
    }
    return reports;
  } finally {
    stop();
  }
}

function withoutRate({ phase, fraction, secondsLeft }: Progress): Progress {
  return { phase, fraction, ...(secondsLeft !== undefined && { secondsLeft }) };
}
