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
import type { TextRoom } from '../text/merge.ts';
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
import { CorpusPasses, packed, unpacked, type PackedCorpus, type ReadingHooks } from './corpus-passes.ts';
import { findTexts, type FoundFiles } from './found-texts.ts';
import { readFound } from './read-corpus.ts';
import {
  mergeRead,
  packedBytes,
  readShare,
  writeShares,
  type MergedRead,
  type PackedTokens,
  type ReadShare,
  type SharedTokenFile,
  type ShareToWrite,
} from './read-shares.ts';
import { placeOfCut } from './file-parts.ts';
import { isTooLarge, sharesOf } from './work-shares.ts';
import type { ReadingNotes } from './reading-notes.ts';
import { cacheKey, entriesOf, saveCache, withCache, type CachedReading, type TextToCache } from './token-cache.ts';
import { endOfBlocks, TokenFile, tokensOf } from './token-file.ts';
import type { FoundFile } from './file-source.ts';
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
  /** `files`: all that were found, where the text is to be kept for the next time. */
  | {
      kind: 'mergeRead';
      kernel: WebAssembly.Module;
      shares: ReadShare[];
      notes: ReadingNotes;
      text: TextOptions;
      phrases: PhraseOptions;
      files: FoundFile[] | null;
      tokenFile: SharedTokenFile;
      readInRanges: boolean;
    }
  | { kind: 'writeShares'; kernel: WebAssembly.Module; shares: ShareToWrite[]; room: TextRoom; tokenFile: number }
  | {
      kind: 'passOver';
      read: PackedCorpus;
      text: TextOptions;
      phrases: PhraseOptions;
      tokenFile: SharedTokenFile;
      vectorsOnly: Word2vecOptions | null;
    }
  | {
      kind: 'saveCache';
      kernel: WebAssembly.Module;
      directory: string;
      toCache: TextToCache;
      packed: PackedTokens[];
      tokenFile: number;
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
  mergeRead: (Omit<MergedRead, 'documents' | 'passed'> & { paths: string[]; entries: Uint8Array | null }) | null;
  writeShares: true;
  passOver: PackedCorpus;
  saveCache: true;
  read: PackedCorpus;
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
    case 'mergeRead': {
      const { kernel, tokenFile, shares, notes, text, phrases, files, readInRanges } = task;
      const merged = mergeRead(kernelOf(kernel), tokenFile, shares, notes, hooks, text, phrases, readInRanges);
      if (!merged) return null;
      const entries = files && entriesOf(merged, files);
      const paths = merged.documents.map(({ name }) => name);
      const { text: put, room, isChanged, report } = merged;
      return { text: put, room, isChanged, report, paths, entries } satisfies Results['mergeRead'];
    }
    case 'writeShares':
      return writeShares(kernelOf(task.kernel), task.shares, task.room, task.tokenFile, cancelled) || null;
    case 'passOver': {
      const { text, phrases, tokenFile, vectorsOnly } = task;
      const read = unpacked(task.read);
      const finished = new CorpusPasses(hooks, text, phrases).finish(read.corpus);
      if (!finished) return null;
      const report = { ...read.report, phrases: finished.phrases };
      const changed = { ...read, corpus: finished.corpus, report };
      const at = endOfBlocks(tokenFile.taken);
      return packed(vectorsOnly ? forVectorsOnly(changed, vectorsOnly, tokenFile.descriptor, at) : changed);
    }
    case 'saveCache': {
      const packed = task.packed.map((each) => packedBytes(each, task.tokenFile));
      saveCache(kernelOf(task.kernel), task.directory, task.toCache, packed);
      return true;
    }
    case 'read': {
      const { found, text, phrases, vectorsOnly } = task;
      const spill = new TokenFile(task.tokenFile);
      const read = await readFound(kernelOf(task.kernel), found, hooks, text, phrases, spill);
      return read && packed(vectorsOnly ? forVectorsOnly(read, vectorsOnly, task.tokenFile) : read);
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
