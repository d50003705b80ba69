// A compute thread: a worker thread that runs one task after the other, step by step, and looks at the cancel flag between steps.

import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { CellComparison, type CellReport, type ComparisonSetup, type Contender } from '../language-model/comparison.ts';
import type { LanguageModelJob } from '../language-model/job.ts';
import { LanguageModelThread } from '../language-model/training.ts';
import { tryWide, type WidthTrial } from '../language-model/width.ts';
import type { ProjectionOptions } from '../projection/options.ts';
import { createProjectionJob, Projection } from '../projection/umap.ts';
import type { FolderRequest, LogLevel, Progress, ReadingOptions, UnsavedText } from '../protocol/engine.ts';
import type { Corpus } from '../text/corpus.ts';
import type { PhraseOptions, TextOptions } from '../text/options.ts';
import { TextKernel } from '../text/text-kernel.ts';
import type { VectorFileProblem } from '../word2vec/formats/vector-table.ts';
import type { Word2vecOptions } from '../word2vec/options.ts';
import { AnalogyThread, type AnalogyJob } from '../word2vec/analogies.ts';
import type { AnalogyQuestions, ScoredPairs } from '../word2vec/evaluation.ts';
import type { Word2vecJob } from '../word2vec/job.ts';
import { Word2vecThread } from '../word2vec/training.ts';
import { readBytePairs, type BytePairRequest, type BytePairText } from './byte-pair-text.ts';
import { readEvaluationSet } from './evaluation.ts';
import { findTexts, readFound, type FoundFiles, type ReadCorpus, type ReadingHooks } from './read-corpus.ts';
import { mergeRead, readShare, type ReadShare, type SharedTokenFile } from './read-shares.ts';
import { placeOfCut } from './file-parts.ts';
import { isTooLarge, sharesOf } from './work-shares.ts';
import type { ReadingNotes } from './reading-notes.ts';
import { cacheKey, withCache, type CachedReading, type CachePlace } from './token-cache.ts';
import { TokenFile, tokensOf } from './token-file.ts';
import { connectVirtualFiles, virtualFilesAt } from './virtual-files.ts';
import { forVectorsOnly } from './vectors-only.ts';
import { readVectorFile, type ReadVectors } from './vector-file.ts';

export type Task =
  /** `directory`: where the cache is; `text`: what decides how words are cut; `threads`: that will read. */
  | {
      kind: 'find';
      folders: FolderRequest[];
      unsaved: UnsavedText[];
      reading: ReadingOptions;
      directory: string;
      text: unknown;
      threads: number;
    }
  | {
      kind: 'readShare';
      kernel: WebAssembly.Module;
      tokenFile: SharedTokenFile;
      found: FoundFiles;
      text: TextOptions;
      done: Float64Array;
    }
  | {
      kind: 'mergeRead';
      kernel: WebAssembly.Module;
      shares: ReadShare[];
      notes: ReadingNotes;
      text: TextOptions;
      phrases: PhraseOptions;
      cache: CachePlace | null;
      tokenFile: SharedTokenFile;
      vectorsOnly: Word2vecOptions | null;
    }
  /**
   * `tokenFile`: the descriptor of a file for what has no room in memory. `vectorsOnly`: where nothing but word vectors is
   * trained, their options.
   */
  | {
      kind: 'read';
      kernel: WebAssembly.Module;
      found: FoundFiles;
      text: TextOptions;
      phrases: PhraseOptions;
      tokenFile: number;
      vectorsOnly: Word2vecOptions | null;
      cache: CachePlace | null;
    }
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

interface Results {
  /** `parts`: what each thread is to read. */
  find: FoundFiles & { cached: CachedReading; key: string; parts: FoundFiles[] };
  /** Null where it has too many different words for a merge; the same of the merge. */
  readShare: ReadShare | 'whole' | null;
  mergeRead: ReadCorpus | null;
  read: ReadCorpus;
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
export type TaskResult<T extends Task> = Results[T['kind']];

/** What a thread tells on its way. */
export type ThreadNews = { type: 'progress'; progress: Progress } | { type: 'log'; level: LogLevel; message: string };

export type ThreadMessage = ThreadNews | { type: 'result'; result: unknown } | { type: 'error'; message: string };

const { cancelled: flag, files } = workerData as { cancelled: Int32Array; files?: MessagePort };
if (files) connectVirtualFiles(virtualFilesAt(files));
/** Between two tellings of how many files were found, ms. */
const FINDING_INTERVAL = 200;

const cancelled = (): boolean => Atomics.load(flag, 0) !== 0;
const post = (message: ThreadMessage): void => parentPort!.postMessage(message);

const hooks = {
  progress: (progress: Progress) => post({ type: 'progress', progress }),
  log: (level, message) => post({ type: 'log', level, message }),
  cancelled,
} satisfies ReadingHooks;

let textKernel: TextKernel | null = null;

/** The thread's own instance, cleared: a task takes the memory of the one before. */
function kernelOf(module: WebAssembly.Module): TextKernel {
  textKernel ??= new TextKernel(module);
  textKernel.clear();
  return textKernel;
}

/** A task's result; null where it was cancelled, or where the result lies in the job's shared memory. */
async function run(task: Task): Promise<unknown> {
  switch (task.kind) {
    case 'find':
      return find(task);
    case 'readShare':
      return readShare(kernelOf(task.kernel), task.tokenFile, task.found, task.text, task.done, cancelled);
    case 'mergeRead':
      return keepWhatIsUsed(
        task.vectorsOnly,
        task.tokenFile.descriptor,
        mergeRead(
          kernelOf(task.kernel),
          task.tokenFile,
          task.shares,
          task.notes,
          hooks,
          task.text,
          task.phrases,
          task.cache,
          task.vectorsOnly !== null,
        ),
      );
    case 'read': {
      const spill = new TokenFile(task.tokenFile);
      return keepWhatIsUsed(
        task.vectorsOnly,
        task.tokenFile,
        await readFound(kernelOf(task.kernel), task.found, hooks, task.text, task.phrases, spill, task.cache),
      );
    }
    case 'import':
      return readVectorFile(task.path, task.most, {
        progress: (progress) => post({ type: 'progress', progress }),
        cancelled,
      });
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
          post({ type: 'progress', progress: { phase: 'map', fraction: projection.fraction } });
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

function keepWhatIsUsed(
  vectorsOnly: Word2vecOptions | null,
  tokenFile: number,
  read: ReadCorpus | null,
): ReadCorpus | null {
  return read && vectorsOnly ? forVectorsOnly(read, vectorsOnly, tokenFile) : read;
}

async function find(task: Task & { kind: 'find' }): Promise<Results['find'] | null> {
  let told = 0;
  const tell = (filesFound: number): void => {
    if (performance.now() - told < FINDING_INTERVAL) return;
    told = performance.now();
    post({ type: 'progress', progress: { phase: 'reading', fraction: 0, filesFound } });
  };
  const found = await findTexts(task.folders, task.reading, task.unsaved, cancelled, tell);
  if (!found) return null;
  const key = cacheKey(task.text);
  const cached = isTooLarge(found) ? { fresh: found, share: null } : withCache(found, task.directory, key);
  return { ...found, cached, key, parts: sharesOf(cached.fresh, task.threads, placeOfCut) };
}

/** `stop` frees the threads that wait for this one. */
function runSteps(thread: { step(): boolean; stop?(): void }): null {
  while (!cancelled() && thread.step());
  if (cancelled()) thread.stop?.();
  return null;
}

parentPort!.on('message', (task: Task) => {
  run(task).then(
    (result) => post({ type: 'result', result }),
    (error: unknown) => post({ type: 'error', message: (error as Error).message }),
  );
});
