// What the reading thread (reading-thread.ts) is given and what it gives back, by kind.

import type { FolderRequest, ReadingOptions, UnsavedText } from '../../protocol/engine.ts';
import type { TextRoom } from '../../text/merge.ts';
import type { PhraseOptions, TextOptions } from '../../text/options.ts';
import type { Word2vecOptions } from '../../word2vec/options.ts';
import type { FoundFile } from '../files/file-source.ts';
import type { FoundFiles } from './found-texts.ts';
import type { PackedCorpus } from './read-corpus.ts';
import type { MergedRead, PackedTokens, ReadShare, SharedTokenFile, ShareToWrite } from './read-shares.ts';
import type { ReadingNotes } from './reading-notes.ts';
import type { CachedReading, TextToCache } from './token-cache.ts';

export interface ReadingTasks {
  find: {
    task: {
      folders: FolderRequest[];
      unsaved: UnsavedText[];
      reading: ReadingOptions;
      /** Where the cache is. */
      directory: string;
      /** What decides how words are cut. */
      text: unknown;
      /** Threads that will read. */
      threads: number;
    };
    /** `parts`: what each thread is to read. */
    result: FoundFiles & { cached: CachedReading; key: string; parts: FoundFiles[] };
  };
  readShare: {
    task: {
      kernel: WebAssembly.Module;
      tokenFile: SharedTokenFile;
      found: FoundFiles;
      text: TextOptions;
      /** Bytes and words done, (2) in shared memory. */
      done: Float64Array;
    };
    /** Null where it has too many different words for a merge; the same of the merge. */
    result: ReadShare | 'whole' | null;
  };
  mergeRead: {
    task: {
      kernel: WebAssembly.Module;
      shares: ReadShare[];
      notes: ReadingNotes;
      text: TextOptions;
      phrases: PhraseOptions;
      /** All that were found, where the text is to be kept for the next time. */
      files: FoundFile[] | null;
      tokenFile: SharedTokenFile;
      readInRanges: boolean;
    };
    result: (Omit<MergedRead, 'documents' | 'passed'> & { paths: string[]; entries: Uint8Array | null }) | null;
  };
  writeShares: {
    task: { kernel: WebAssembly.Module; shares: ShareToWrite[]; room: TextRoom; tokenFile: number };
    result: true;
  };
  passOver: {
    task: {
      read: PackedCorpus;
      text: TextOptions;
      phrases: PhraseOptions;
      tokenFile: SharedTokenFile;
      vectorsOnly: Word2vecOptions | null;
    };
    result: PackedCorpus;
  };
  saveCache: {
    task: {
      kernel: WebAssembly.Module;
      directory: string;
      toCache: TextToCache;
      packed: PackedTokens[];
      tokenFile: number;
    };
    result: true;
  };
  read: {
    task: {
      kernel: WebAssembly.Module;
      found: FoundFiles;
      text: TextOptions;
      phrases: PhraseOptions;
      /** The descriptor of a file for what has no room in memory. */
      tokenFile: number;
      /** Where nothing but word vectors is trained, their options. */
      vectorsOnly: Word2vecOptions | null;
    };
    result: PackedCorpus;
  };
}
