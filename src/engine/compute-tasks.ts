// What a compute thread (compute-thread.ts) is given and what it gives back, by kind, and how such
// tasks are run.

import type { CellReport, ComparisonSetup, Contender } from '../language-model/comparison/comparison.ts';
import type { LanguageModelJob } from '../language-model/training/job.ts';
import type { WidthTrial } from '../language-model/training/width.ts';
import type { ProjectionOptions } from '../projection/options.ts';
import type { EngineEvents, UnclearScore, VirtualFiles } from '../protocol/engine.ts';
import type { Corpus } from '../text/corpus.ts';
import type { AnalogyJob } from '../word2vec/analogies.ts';
import type { AnalogyQuestions, ScoredPairs } from '../word2vec/evaluation-set.ts';
import type { VectorFileProblem } from '../word2vec/formats/vector-table.ts';
import type { Word2vecJob } from '../word2vec/job.ts';
import type { ReadVectors } from './exchange/vector-file.ts';
import type { BytePairRequest, BytePairText } from './reading/byte-pair-text.ts';
import type { RunContext } from './run-context.ts';
import type { ResultOf, TaskOf } from './threads/thread-messages.ts';
import { ThreadPool } from './threads/thread-pool.ts';

export interface ComputeTasks {
  import: {
    task: { path: string; most: number; encoding: string | undefined };
    result: ReadVectors | { problem: VectorFileProblem };
  };
  word2vec: {
    task: { job: Word2vecJob; thread: number; corpus: Pick<Corpus, 'tokens' | 'spilled'>; tokenFile: number };
    result: null;
  };
  projection: {
    task: {
      kernel: WebAssembly.Module;
      vectors: Float32Array;
      vectorSize: number;
      options: ProjectionOptions;
      seed: number;
    };
    /** (N, 2) */
    result: Float32Array;
  };
  bytePairs: { task: BytePairRequest; result: BytePairText };
  tryWide: { task: { kernel: WebAssembly.Module }; result: WidthTrial };
  languageModel: { task: { job: LanguageModelJob; thread: number }; result: null };
  compareCells: {
    /** `done`: one number, how far it is. */
    task: { setup: ComparisonSetup; contender: Contender; done: Float64Array };
    result: CellReport;
  };
  readEvaluationSet: {
    task: { path: string; score: string | undefined; encoding: string | undefined };
    result: ScoredPairs | AnalogyQuestions | UnclearScore;
  };
  analogies: { task: { job: AnalogyJob }; result: null };
}

interface Means extends Pick<RunContext, 'script' | 'signal'> {
  /** Hear what the tasks tell on their way. */
  events?: Pick<EngineEvents, 'progress' | 'log'>;
  /** Through which they read virtual folders. */
  files?: VirtualFiles | null;
}

/**
 * Runs every task in a compute thread of its own and gives their results in order; null where
 * `signal` stopped them. One task's error ends all and is thrown.
 */
export async function runTasks<Task extends TaskOf<ComputeTasks>>(
  tasks: readonly Task[],
  { script, signal, events, files = null }: Means,
): Promise<ResultOf<ComputeTasks, Task>[] | null> {
  const threads = new ThreadPool<ComputeTasks>(script, signal, files);
  try {
    return await threads.run(tasks, (news) => {
      if (news.type === 'log') events?.log(news.level, news.message);
      else events?.progress(news.progress);
    });
  } finally {
    await threads.close();
  }
}
