// A thread that reads (read-folders.ts): it finds files, reads a share of them, and puts shares
// together. It is a script of its own, without what trains, because it is started before every
// training, and waited for.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { TextKernel } from '../text/text-kernel.ts';
import { placeOfCut } from './files/cut-points.ts';
import { atMostEvery } from './progress.ts';
import { CorpusPasses } from './reading/corpus-passes.ts';
import { isTooLarge, sharesOf } from './reading/divide-work.ts';
import { findTexts } from './reading/found-texts.ts';
import { packed, unpacked } from './reading/read-corpus.ts';
import { readFound } from './reading/read-in-one-thread.ts';
import { mergeRead, moved, packedBytes, type ReadShare, readShare, writeShares } from './reading/read-shares.ts';
import type { ReadingTasks } from './reading/reading-tasks.ts';
import { endOfBlocks, TokenFile } from './reading/spill-file.ts';
import { cacheKey, entriesOf, saveCache, withCache } from './reading/token-cache.ts';
import { forVectorsOnly } from './reading/vectors-only.ts';
import { type Answers, answerTasks, hooks } from './threads/thread-messages.ts';

/** Between two tellings of how many files were found, ms. */
const FINDING_INTERVAL = 200;

const { cancelled } = hooks;

let textKernel: TextKernel | null = null;

/** The thread's own instance, cleared: a task takes the memory of the one before. */
function kernelOf(module: WebAssembly.Module): TextKernel {
  textKernel ??= new TextKernel(module);
  textKernel.clear();
  return textKernel;
}

/**
 * Gives back what earlier tasks had in memory. V8 does not count the memory of a kernel when it
 * decides whether to look for garbage.
 */
function giveBack(): void {
  textKernel = null;
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

const answers: Answers<ReadingTasks> = {
  find: async ({ folders, reading, unsaved, text, directory, threads }) => {
    const isTime = atMostEvery(FINDING_INTERVAL);
    const tell = (filesFound: number): void => {
      if (isTime()) hooks.progress({ phase: 'reading', fraction: 0, filesFound });
    };
    const found = await findTexts(folders, reading, unsaved, cancelled, tell);
    if (!found) return null;
    const key = cacheKey(text);
    const cached = isTooLarge(found) ? { fresh: found, share: null } : withCache(found, directory, key);
    return { ...found, cached, key, parts: sharesOf(cached.fresh, threads, placeOfCut) };
  },

  readShare: ({ kernel, tokenFile, found, text, done }) =>
    readShare(kernelOf(kernel), tokenFile, found, text, done, cancelled),

  mergeRead: ({ kernel, tokenFile, shares, notes, text, phrases, files, readInRanges }) => {
    const merged = mergeRead(kernelOf(kernel), tokenFile, shares, notes, hooks, text, phrases, readInRanges);
    if (!merged) return null;
    const entries = files && entriesOf(merged, files);
    const paths = merged.documents.map(({ name }) => name);
    const { text: put, room, isChanged, report } = merged;
    return { text: put, room, isChanged, report, paths, entries };
  },

  writeShares: ({ kernel, shares, room, tokenFile }) =>
    writeShares(kernelOf(kernel), shares, room, tokenFile, cancelled) || null,

  passOver: (task) => {
    const { text, phrases, tokenFile, vectorsOnly } = task;
    const read = unpacked(task.read);
    const finished = new CorpusPasses(hooks, text, phrases).finish(read.corpus);
    if (!finished) return null;
    const report = { ...read.report, phrases: finished.phrases };
    const changed = { ...read, corpus: finished.corpus, report };
    const at = endOfBlocks(tokenFile.taken);
    return packed(vectorsOnly ? forVectorsOnly(changed, vectorsOnly, tokenFile.descriptor, at) : changed);
  },

  saveCache: (task) => {
    const packed = task.packed.map((each) => packedBytes(each, task.tokenFile));
    saveCache(kernelOf(task.kernel), task.directory, task.toCache, packed);
    return true;
  },

  read: async ({ kernel, found, text, phrases, tokenFile, vectorsOnly }) => {
    const spill = new TokenFile(tokenFile);
    const read = await readFound(kernelOf(kernel), found, hooks, text, phrases, spill);
    return read && packed(vectorsOnly ? forVectorsOnly(read, vectorsOnly, tokenFile) : read);
  },
};

answerTasks(answers, {
  movedWith: ({ kind }, result) => {
    if (result === null || result === 'whole') return [];
    if (kind === 'readShare') return moved(result as ReadShare);
    const share = kind === 'find' && (result as ReadingTasks['find']['result']).cached.share;
    return share ? moved(share) : [];
  },
  rest: giveBack,
});
