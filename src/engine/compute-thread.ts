// A compute thread: a worker thread that runs one task after the other, step by step, and looks at
// the cancel flag between steps. What reads the folders is reading-thread.ts.

import { CellComparison } from '../language-model/comparison/comparison.ts';
import { LanguageModelThread } from '../language-model/training/training-thread.ts';
import { tryWide } from '../language-model/training/width.ts';
import { createProjectionJob, Projection } from '../projection/umap.ts';
import { AnalogyThread } from '../word2vec/analogies.ts';
import { Word2vecThread } from '../word2vec/training.ts';
import type { ComputeTasks } from './compute-tasks.ts';
import { readEvaluationSet } from './exchange/evaluation-set.ts';
import { readVectorFile } from './exchange/vector-file.ts';
import { atMostEvery } from './progress.ts';
import { readBytePairs } from './reading/byte-pair-text.ts';
import { tokensOf } from './reading/spill-file.ts';
import { answerTasks, hooks } from './threads/thread-messages.ts';

const { cancelled, progress } = hooks;

answerTasks<ComputeTasks>({
  import: ({ path, most, encoding }) => readVectorFile(path, most, { ...hooks, encoding }),
  word2vec: ({ job, thread, corpus, tokenFile }) =>
    runSteps(new Word2vecThread(job, thread, tokensOf(corpus, tokenFile))),
  bytePairs: (task) => readBytePairs(task, hooks),
  tryWide: ({ kernel }) => tryWide(kernel, () => performance.now()),
  languageModel: ({ job, thread }) => runSteps(new LanguageModelThread(job, thread)),
  projection: ({ kernel, vectors, vectorSize, options, seed }) => {
    const projection = new Projection(createProjectionJob(kernel, vectors, vectorSize, options, seed));
    const isTime = atMostEvery();
    while (projection.step()) {
      if (cancelled()) return null;
      if (isTime()) progress({ phase: 'map', fraction: projection.fraction });
    }
    return projection.positions();
  },
  compareCells: ({ setup, contender, done }) => {
    const comparison = new CellComparison(setup, contender);
    while (comparison.step()) {
      if (cancelled()) return null;
      done[0] = comparison.fraction;
    }
    return comparison.report();
  },
  readEvaluationSet: ({ path, score, encoding }) => readEvaluationSet(path, score, encoding),
  analogies: ({ job }) => runSteps(new AnalogyThread(job)),
});

/** The result lies in the job's shared memory. `stop` frees the threads that wait for this one. */
function runSteps(thread: { step(): boolean; stop?(): void }): null {
  while (!cancelled() && thread.step());
  if (cancelled()) thread.stop?.();
  return null;
}
