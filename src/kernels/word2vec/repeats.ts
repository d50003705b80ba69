// Words that are met again before they have learned from the time before.
//
// Rows that are scored together take steps that know nothing of each other. For different rows that
// is a step of a small batch. For one row it is one step taken several times, and past a certain
// length each step overshoots what the one before it overshot: the vectors diverge. The original
// programs score each pair when its turn comes. So here context words that a position holds again
// are trained in turns (turns.ts), occurrences of a word that are within reach of each other share
// its copy (positions.ts), and threads that train together score fewer positions at once where
// steps overshoot (together.ts). This file knows where a word was before.

import { HASH_SHIFT, HASHED, Thread } from './state';

/** Begins a piece of text. */
export function forgetRepeats(thread: Thread): void {
  memory.fill(thread.hashedPtr, 0xff, HASHED << 2);
}

/**
 * Finds where word `id` of position `at` was last, at most `reach` positions before; -1: nowhere.
 * Takes every position of a piece of text once, in order. A break (id -1) is never met again.
 */
// @ts-ignore: decorator
@inline
export function noteWord(thread: Thread, at: i32, id: i32, reach: i32): i32 {
  const offset = (<usize>at) << 2;
  let previous = -1;
  if (id >= 0) {
    const hashPtr = thread.hashedPtr + (((<u32>id * 0x9e3779b1) >> HASH_SHIFT) << 2),
      oldest = max(0, at - reach);
    previous = load<i32>(hashPtr);
    store<i32>(hashPtr, at);
    store<i32>(thread.sameHashPtr + offset, previous);
    while (previous >= oldest && load<i32>(thread.idsPtr + ((<usize>previous + 1) << 2)) != id) {
      previous = load<i32>(thread.sameHashPtr + ((<usize>previous) << 2));
    }
    if (previous < oldest) previous = -1;
  }
  const before = at > 0 ? load<i32>(thread.lastThricePtr + offset - 4) : -1;
  store<i32>(thread.previousPtr + offset, previous);
  if (previous < 0) {
    store<i32>(thread.lastThricePtr + offset, before);
  } else {
    store<i32>(thread.lastThricePtr + offset, max(before, load<i32>(thread.previousPtr + ((<usize>previous) << 2))));
  }
  return previous;
}

/**
 * Where the block of positions from `first` on ends, at `end` at the latest: behind the one where a
 * word comes the third time. In CBOW a word takes the errors of its positions after the block, all
 * at once.
 */
export function endBeforeRepeats(thread: Thread, first: i32, end: i32): i32 {
  for (let at = first + 2; at < end; at++) if (holdThrice(thread, first, at)) return at + 1;
  return end;
}

/**
 * Whether a word stands three times in positions `first` to `last` (inclusive), each time within
 * reach of the time before.
 */
// @ts-ignore: decorator
@inline
export function holdThrice(thread: Thread, first: i32, last: i32): bool {
  return load<i32>(thread.lastThricePtr + ((<usize>last) << 2)) >= first;
}
