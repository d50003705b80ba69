// A compute thread: a worker thread that runs one task after the other, step by step, and looks at the cancel flag between
// steps. What reads the folders is reading-thread.ts.

import {
  CellComparison,
  type CellReport,
  type ComparisonSetup,
  type Contender,
} from '../language-model/comparison/comparison.ts';
import type { LanguageModelJob } from '../language-model/training/job.ts';
import { LanguageModelThread } from '../language-model/training/training-thread.ts';
import { tryWide, type WidthTrial } from '../language-model/training/width.ts';
import type { ProjectionOptions } from '../projection/options.ts';
import { createProjectionJob, Projection } from '../projection/umap.ts';
import type { Corpus } from '../text/corpus.ts';
import type { VectorFileProblem } from '../word2vec/formats/vector-table.ts';
import { AnalogyThread, type AnalogyJob } from '../word2vec/analogies.ts';
import type { AnalogyQuestions, ScoredPairs } from '../word2vec/evaluation.ts';
import type { Word2vecJob } from '../word2vec/job.ts';
import { Word2vecThread } from '../word2vec/training.ts';
import { readBytePairs, type BytePairRequest, type BytePairText } from './reading/byte-pair-text.ts';
import { readEvaluationSet } from './evaluate.ts';
import { answerTasks, hooks } from './threads/thread-messages.ts';
import { tokensOf } from './reading/spill-file.ts';
import { readVectorFile, type ReadVectors } from './exchange/vector-file.ts';

export type ComputeTask =
  | { kind: 'import'; path: string; most: number }
  | {
      kind: 'word2vec';
      job: Word2vecJob;
      thread: number;
      corpus: Pick<Corpus, 'tokens' | 'spilled'>;
      tokenFile: number;
    }
  | {
      kind: 'projection';
      kernel: WebAssembly.Module;
      vectors: Float32Array;
      vectorSize: number;
      options: ProjectionOptions;
      seed: number;
    }
  | ({ kind: 'bytePairs' } & BytePairRequest)
  | { kind: 'tryWide'; kernel: WebAssembly.Module }
  | { kind: 'languageModel'; job: LanguageModelJob; thread: number }
  /** `done`: one number, how far it is. */
  | { kind: 'compareCells'; setup: ComparisonSetup; contender: Contender; done: Float64Array }
  | { kind: 'readEvaluationSet'; path: string }
  | { kind: 'analogies'; job: AnalogyJob };

export interface ComputeResults {
  import: ReadVectors | { problem: VectorFileProblem };
  word2vec: null;
  /** (N, 2) */
  projection: Float32Array;
  bytePairs: BytePairText;
  tryWide: WidthTrial;
  languageModel: null;
  compareCells: CellReport;
  readEvaluationSet: ScoredPairs | AnalogyQuestions;
  analogies: null;
}
/** A task's result; null where it was cancelled, or where the result lies in the job's shared memory. */
async function run(task: ComputeTask): Promise<unknown> {
  const { cancelled, progress } = hooks;
  switch (task.kind) {
    case 'import':
      return readVectorFile(task.path, task.most, { progress, cancelled });
    case 'word2vec':
      return runSteps(new Word2vecThread(task.job, task.thread, tokensOf(task.corpus, task.tokenFile)));
    case 'bytePairs':
      return readBytePairs(task, hooks);
    case 'tryWide':
      return tryWide(task.kernel, () => performance.now());
    case 'languageModel':
      return runSteps(new LanguageModelThread(task.job, task.thread));
    case 'projection': {
      const projection = new Projection(
        createProjectionJob(task.kernel, task.vectors, task.vectorSize, task.options, task.seed),
      );
      let told = 0;
      while (projection.step()) {
        if (cancelled()) return null;
        if (performance.now() - told > 100) {
          told = performance.now();
          progress({ phase: 'map', fraction: projection.fraction });
        }
      }
      return projection.positions();
    }
    case 'compareCells': {
      const comparison = new CellComparison(task.setup, task.contender);
      while (comparison.step()) {
        if (cancelled()) return null;
        task.done[0] = comparison.fraction;
      }
      return comparison.report();
    }
    case 'readEvaluationSet':
      return readEvaluationSet(task.path);
    case 'analogies':
      return runSteps(new AnalogyThread(task.job));
  }
}

/** `stop` frees the threads that wait for this one. */
function runSteps(thread: { step(): boolean; stop?(): void }): null {
  while (!hooks.cancelled() && thread.step());
  if (hooks.cancelled()) thread.stop?.();
  return null;
}

answerTasks(run);
