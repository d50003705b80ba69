// word2vec: Skip-gram and CBOW with negative sampling and hierarchical softmax, subsampling,
// windows and subwords.
//
// Mikolov et al. 2013, "Distributed Representations of Words and Phrases and their
// Compositionality". At each position the input rows of the context words meet the output rows of
// the word itself and of `negative` words drawn from the noise distribution, or those on the word's
// path through the Huffman tree, or both. What is shared among which words:
//
// - The context words of one position share its negatives: each loaded row is used several times,
//   which is where the speed comes from. Every pair still meets `negative` words of the noise
//   distribution, so the expected gradient is that of separate draws; only the pairs of one
//   position are no longer independent of each other. Where a word stands there three times, its
//   occurrences are trained in turns, and never more than eight words at once at the usual learning
//   rate (turns.ts).
// - In CBOW two positions that are 16 apart share their negatives, for the same reason, and take
//   their step together. Neighbours share most of their context: with the same negatives, too, a
//   word would meet half as many different ones, which costs analogies (bench/README.md). Those 16
//   apart share no context word at windows of up to 8, so that only the negatives' rows see two
//   steps at once.
// - In CBOW the errors of all positions that a word is context of are added to its row once, when
//   the word goes out of their reach, so that a row is written once and not for every position; the
//   idea is that of FULL-W2V (Randall et al. 2021, for graphics processors). Until then, at most 32
//   and some 2 window positions on, nobody sees the change.
// - The uppermost nodes of the Huffman tree are on nearly every path. Each of several threads has a
//   copy of them, and gives its part of what it learned to the others between two pieces of text
//   (word2vec/tree.ts).
// - With subwords a word within reach has a slot of the thread's own with the mean of its n-grams'
//   rows, one for all its occurrences there; when it goes out of reach each of the rows takes the
//   whole change, as in fastText (Bojanowski et al. 2017, arXiv:1607.04606).
//
// Rows that are scored together take steps that know nothing of each other, which one row must not
// do often (repeats.ts); and a score that is certain, 6 or -6, changes nothing: without either, a
// word that stands beside itself grows without end.
//
// Threads update the shared rows without locks (Hogwild, Recht et al. 2011, arXiv:1106.5730), or
// together: then each works on columns of its own through the whole text, all make the same random
// choices, and only scores are exchanged; the result does not depend on their number. Up to 32
// positions are scored before any of them is learned, fewer where a word repeats or steps
// overshoot. Everything else is private to a thread and lies in a block of memory that
// `createThread` lays out. A function is called for a few thousand positions at a time: V8
// optimises a function at its next call only.

import { storeConstants } from './word2vec/logistic';
import { leaveUntil, slide } from './word2vec/positions';
import { trainPairs } from './word2vec/pairs';
import { endBeforeRepeats } from './word2vec/repeats';
import {
  align,
  arePaired,
  blockOf,
  layOut,
  partBytes,
  partStart,
  PLACES,
  Position,
  rowBytesOf,
  Settings,
  settingsOf,
  Thread,
} from './word2vec/state';
import { learn, score } from './word2vec/steps';
import { copyNodes, mergeNodes } from './word2vec/tree';
import { nextTurn } from './word2vec/turns';

export { readTokens } from './word2vec/draws';
export { trainTogether } from './word2vec/together';
// What src/word2vec shares with it
export { STEP } from './word2vec/rows';
export { Settings } from './word2vec/state';

/** Bytes of one thread's block. */
export function threadBytes(settingsPtr: usize): usize {
  return layOut(0, changetype<Settings>(settingsPtr));
}

/** Bytes of the partial scores of threads that train together. */
export function partialsBytes(settingsPtr: usize): usize {
  const settings = changetype<Settings>(settingsPtr);
  return PLACES * <usize>settings.parts * partBytes(settings);
}

/** Prepares thread number `thread`: its block at `threadPtr`, 64-byte aligned, of `threadBytes`. */
export function createThread(threadPtr: usize, settingsPtr: usize, thread: i32): void {
  const settings = changetype<Settings>(settingsPtr);
  memory.fill(threadPtr, 0, layOut(0, settings));
  layOut(threadPtr, settings);
  const state = changetype<Thread>(threadPtr),
    parts = settings.parts;
  state.settingsPtr = settingsPtr;
  state.thread = thread;
  state.rowBytes = rowBytesOf(settings.vectorSize);
  state.to = state.rowBytes;
  if (parts) {
    const workers = min(settings.threads, parts);
    state.firstPart = thread < workers ? (parts * thread) / workers : 0;
    state.endPart = thread < workers ? (parts * (thread + 1)) / workers : 0;
    state.from = partStart(state, state.firstPart);
    state.to = partStart(state, state.endPart);
  }
  storeConstants(state.constantsPtr);
  if (settings.pathsPtr) copyNodes(state);
}

/** Fills `count` rows with numbers from -1/D to 1/D, as gensim does, and zeros behind D. */
export function initializeRows(rowsPtr: usize, count: i32, vectorSize: i32, rowStride: usize, seed: u32): void {
  let state = (<u64>seed + 1) * 0x9e3779b97f4a7c15;
  const scale = <f32>(1 / (<f64>vectorSize * 2147483648.0)),
    rowBytes = align((<usize>vectorSize) << 2);
  for (let row = 0; row < count; row++) {
    const rowPtr = rowsPtr + <usize>row * rowStride;
    memory.fill(rowPtr, 0, rowBytes);
    for (let d = 0; d < vectorSize; d++) {
      state = state * 6364136223846793005 + 1442695040888963407;
      store<f32>(rowPtr + ((<usize>d) << 2), <f32>(<i32>(state >> 32)) * scale);
    }
  }
}

/** Puts `size` 32-bit numbers in random order (Fisher and Yates). */
export function shuffle(tablePtr: usize, size: u32, seed: u32): void {
  let state = (<u64>seed + 1) * 0x9e3779b97f4a7c15;
  for (let last = size - 1; last > 0; last--) {
    state = state * 6364136223846793005 + 1442695040888963407;
    const lastPtr = tablePtr + ((<usize>last) << 2),
      otherPtr = tablePtr + ((<usize>(((state >> 32) * (<u64>last + 1)) >> 32)) << 2),
      number = load<i32>(lastPtr);
    store<i32>(lastPtr, load<i32>(otherPtr));
    store<i32>(otherPtr, number);
  }
}

/**
 * Trains at positions `first` to `last` (exclusive) of the piece of text, at learning rate `alpha`;
 * each position once, in order.
 */
export function train(threadPtr: usize, first: i32, last: i32, alpha: f32): void {
  const thread = changetype<Thread>(threadPtr),
    settings = settingsOf(thread),
    rowBytes = thread.rowBytes,
    size = blockOf(settings),
    inPairs = arePaired(settings),
    delaysErrors = settings.cbow != 0 && !inPairs;
  for (let block = first, end = first; block < last; block = end) {
    end = min(block + size, last);
    slide(thread, block, end);
    if (delaysErrors) end = endBeforeRepeats(thread, block, end);
    if (inPairs) {
      trainPairs(thread, block, end, alpha);
      continue;
    }
    const position = changetype<Position>(thread.positionsPtr);
    thread.next = block;
    while (nextTurn(thread, position, end, alpha)) {
      score(thread, position, thread.scoresPtr, 0, rowBytes);
      learn(thread, position, thread.scoresPtr, alpha);
    }
  }
  if (last != thread.count) return;
  leaveUntil(thread, last);
  if (settings.pathsPtr) mergeNodes(thread);
}

/**
 * Sum of the measured pairs' losses: -log sigmoid(true) - sum over the others of log
 * sigmoid(-score).
 */
export function lossSum(threadPtr: usize): f64 {
  return changetype<Thread>(threadPtr).lossSum;
}

/** Number of the measured pairs. */
export function lossPairs(threadPtr: usize): f64 {
  return changetype<Thread>(threadPtr).lossPairs;
}

/** Number of the pairs trained. */
export function pairs(threadPtr: usize): f64 {
  return changetype<Thread>(threadPtr).pairs;
}
