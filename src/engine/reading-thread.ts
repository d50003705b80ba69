// A thread that reads (read-folders.ts): it finds files, reads a share of them, and puts shares together. It is a script of its own,
// without what trains, because it is started before every training, and waited for.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { FolderRequest, ReadingOptions, UnsavedText } from '../protocol/engine.ts';
import type { TextRoom } from '../text/merge.ts';
import type { PhraseOptions, TextOptions } from '../text/options.ts';
import { TextKernel } from '../text/text-kernel.ts';
import type { Word2vecOptions } from '../word2vec/options.ts';
import { CorpusPasses, packed, unpacked, type PackedCorpus } from './reading/corpus-passes.ts';
import { placeOfCut } from './files/cut-points.ts';
import { findTexts, type FoundFiles } from './reading/found-texts.ts';
import { readFound } from './reading/read-in-one-thread.ts';
import {
  mergeRead,
  moved,
  packedBytes,
  readShare,
  writeShares,
  type MergedRead,
  type PackedTokens,
  type ReadShare,
  type SharedTokenFile,
  type ShareToWrite,
} from './reading/read-shares.ts';
import type { ReadingNotes } from './reading/reading-notes.ts';
import { answerTasks, hooks } from './threads/thread-messages.ts';
import {
  cacheKey,
  entriesOf,
  saveCache,
  withCache,
  type CachedReading,
  type TextToCache,
} from './reading/token-cache.ts';
import { endOfBlocks, TokenFile } from './reading/spill-file.ts';
import { forVectorsOnly } from './reading/vectors-only.ts';
import { isTooLarge, sharesOf } from './reading/divide-work.ts';
import type { FoundFile } from './files/file-source.ts';

export type ReadingTask =
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
    };

export interface ReadingResults {
  /** `parts`: what each thread is to read. */
  find: FoundFiles & { cached: CachedReading; key: string; parts: FoundFiles[] };
  /** Null where it has too many different words for a merge; the same of the merge. */
  readShare: ReadShare | 'whole' | null;
  mergeRead: (Omit<MergedRead, 'documents' | 'passed'> & { paths: string[]; entries: Uint8Array | null }) | null;
  writeShares: true;
  passOver: PackedCorpus;
  saveCache: true;
  read: PackedCorpus;
}

/** Between two tellings of how many files were found, ms. */
const FINDING_INTERVAL = 200;

let textKernel: TextKernel | null = null;

/** The thread's own instance, cleared: a task takes the memory of the one before. */
function kernelOf(module: WebAssembly.Module): TextKernel {
  textKernel ??= new TextKernel(module);
  textKernel.clear();
  return textKernel;
}

/** Gives back what earlier tasks had in memory. V8 does not count the memory of a kernel when it decides whether to look for garbage. */
function giveBack(): void {
  textKernel = null;
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** A task's result; null where it was cancelled. */
async function run(task: ReadingTask): Promise<unknown> {
  const { cancelled } = hooks;
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
      return { text: put, room, isChanged, report, paths, entries } satisfies ReadingResults['mergeRead'];
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
  }
}

async function find(task: ReadingTask & { kind: 'find' }): Promise<ReadingResults['find'] | null> {
  let told = 0;
  const tell = (filesFound: number): void => {
    if (performance.now() - told < FINDING_INTERVAL) return;
    told = performance.now();
    hooks.progress({ phase: 'reading', fraction: 0, filesFound });
  };
  const found = await findTexts(task.folders, task.reading, task.unsaved, hooks.cancelled, tell);
  if (!found) return null;
  const key = cacheKey(task.text);
  const cached = isTooLarge(found) ? { fresh: found, share: null } : withCache(found, task.directory, key);
  return { ...found, cached, key, parts: sharesOf(cached.fresh, task.threads, placeOfCut) };
}

/** The memory that goes to the main thread with a result. */
function movedWith(task: ReadingTask, result: unknown): ArrayBuffer[] {
  if (result === null || result === 'whole') return [];
  if (task.kind === 'readShare') return moved(result as ReadShare);
  const share = task.kind === 'find' && (result as ReadingResults['find']).cached.share;
  return share ? moved(share) : [];
}

answerTasks(run, movedWith, giveBack);
