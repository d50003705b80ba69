// Random choices: which tokens are kept, and the words of the noise distribution.

import { forgetRepeats } from './repeats';
import { freeAllSlots } from './slots';
import { FIRST_BLOCK, POOL_WORDS, settingsOf, Thread } from './state';

/** How often, at most, a drawn negative that is the word itself is drawn again. */
const DRAWS = 16;

/** Draws from one that brings a new word into the pool of negatives to the next. */
const POOL_DRAWS: u32 = 8;

/**
 * Begins the next piece of text, `count` tokens, at most `capacity`: drops rare words (id >= V) and
 * thins out frequent ones. Every random choice of the piece follows from `seed`. Gives the number
 * of positions to train; sentence breaks count as positions. The last piece must have been trained
 * to its end.
 */
export function readTokens(threadPtr: usize, tokensPtr: usize, count: i32, seed: u32): i32 {
  const thread = changetype<Thread>(threadPtr),
    settings = settingsOf(thread),
    words = settings.words,
    keepPtr = settings.keepPtr,
    firstPtr = thread.idsPtr + 4,
    endPtr = tokensPtr + ((<usize>count) << 2);
  thread.random = (<u64>seed + 1) * 0x9e3779b97f4a7c15;
  for (let i = 0; i < 8; i++) random(thread);
  thread.draws = 0;
  if (settings.negative) {
    thread.tableCursor = random(thread);
    if (!settings.cbow) {
      for (let i: usize = 0; i < POOL_WORDS; i++) store<i32>(thread.poolPtr + (i << 2), nextOfTable(thread));
    }
  }
  let idPtr = firstPtr;
  for (let tokenPtr = tokensPtr; tokenPtr < endPtr; tokenPtr += 4) {
    const id = load<i32>(tokenPtr);
    if (id >= words) continue;
    store<i32>(idPtr, id); // overwritten by the next where it is not kept: a branch would be mispredicted too often
    idPtr += random(thread) <= load<u32>(keepPtr + ((<usize>(id + 1)) << 2)) ? 4 : 0;
  }
  store<i32>(firstPtr - 4, -1);
  store<i32>(idPtr, -1);
  thread.count = <i32>((idPtr - firstPtr) >> 2);
  thread.entered = 0;
  thread.left = 0;
  forgetRepeats(thread);
  thread.blockSize = min(FIRST_BLOCK, settings.mostTurns);
  if (settings.subwordsPtr) freeAllSlots(thread);
  return thread.count;
}

/**
 * A word of the noise distribution. Skip-gram draws from a pool of words whose rows stay in a
 * core's cache. In CBOW, where a negative meets one mean in place of each context word, that costs
 * analogies (bench/README.md): its draws are new.
 */
// @ts-ignore: decorator
@inline
export function drawNoise(thread: Thread): i32 {
  if (settingsOf(thread).cbow) return nextOfTable(thread);
  const poolPtr = thread.poolPtr;
  if (++thread.draws % POOL_DRAWS == 0) {
    store<i32>(poolPtr + ((<usize>(thread.draws / POOL_DRAWS) % POOL_WORDS) << 2), nextOfTable(thread));
  }
  return load<i32>(poolPtr + ((<usize>random(thread) % POOL_WORDS) << 2));
}

/** A word of the noise distribution, not `word` itself. */
// @ts-ignore: decorator
@inline
export function drawNegative(thread: Thread, word: i32): i32 {
  for (let tries = 0; tries < DRAWS; tries++) {
    const drawn = drawNoise(thread);
    if (drawn != word) return drawn;
  }
  const other = <i32>below(thread, settingsOf(thread).words - 1); // one word is nearly all of the text
  return other < word ? other : other + 1;
}

// @ts-ignore: decorator
@inline
function nextOfTable(thread: Thread): i32 {
  const settings = settingsOf(thread);
  return load<i32>(settings.tablePtr + ((<usize>(thread.tableCursor++ & (settings.tableSize - 1))) << 2));
}

/** 32 random bits: the upper half of a linear congruential generator of 64 bits (Knuth's MMIX). */
// @ts-ignore: decorator
@inline
export function random(thread: Thread): u32 {
  const state = thread.random * 6364136223846793005 + 1442695040888963407;
  thread.random = state;
  return <u32>(state >> 32);
}

/** A whole number from 0 to `limit` - 1. */
// @ts-ignore: decorator
@inline
export function below(thread: Thread, limit: i32): u32 {
  return <u32>((<u64>random(thread) * <u64>limit) >> 32);
}
