// What is trained together: a position, or in Skip-gram some of its context words.

import { choose } from './positions';
import { holdThrice } from './repeats';
import { Position, scoreBytes, settingsOf, Thread } from './state';

/**
 * The learning rates of context words that are scored together add up to this at most: eight words
 * at the default of .025. All of them change the same output rows; with more the step goes too far
 * (bench/README.md).
 */
const RATE_OF_TURN: f32 = 0.2;

/**
 * Makes `position` what is trained next: the context words that the position before had left, or
 * the first position from `thread.next` on, before `end`, that has a context; false where there is
 * none. With Skip-gram, where a word stands there three times, words that the context holds already
 * are left for later turns, and so are words beyond RATE_OF_TURN.
 */
// @ts-ignore: decorator
@inline
export function nextTurn(thread: Thread, position: Position, end: i32, alpha: f32): bool {
  const settings = settingsOf(thread);
  if (thread.begunPtr) {
    goOn(thread, position);
  } else {
    do {
      if (thread.next >= end) return false;
    } while (!choose(thread, position, thread.next++));
    if (settings.cbow) return true;
    const at = thread.next - 1,
      contexts = <i32>((position.contextsEnd - position.contextsPtr) >> 2),
      first = max(0, at - position.reach),
      last = min(at + position.reach, thread.count - 1);
    if (contexts <= mostOf(thread, alpha) && !holdThrice(thread, first, last)) return true;
  }
  leaveRest(thread, position, mostOf(thread, alpha));
  return true;
}

/** Most context words of a turn. */
// @ts-ignore: decorator
@inline
function mostOf(thread: Thread, alpha: f32): i32 {
  const most = RATE_OF_TURN / alpha + 0.5,
    all = 2 * settingsOf(thread).window;
  return most < <f32>all ? max(1, <i32>most) : all;
}

/** Takes what the position that was begun has left. */
function goOn(thread: Thread, position: Position): void {
  const begun = changetype<Position>(thread.begunPtr),
    restBytes = begun.restEnd - begun.contextsEnd;
  memory.copy(position.contextsPtr, begun.contextsEnd, restBytes);
  position.contextsEnd = position.contextsPtr + restBytes;
  if (position == begun) return;
  const stride = scoreBytes(begun.outputs);
  position.reach = begun.reach;
  position.outputs = begun.outputs;
  memory.copy(position.outputsPtr, begun.outputsPtr, position.labelsPtr - position.outputsPtr);
  memory.copy(position.labelsPtr, begun.labelsPtr, stride);
  memory.copy(position.marksPtr, begun.marksPtr, stride);
}

/**
 * Puts context words that are to be trained together, at most `most` and none twice, before the
 * others, which are left.
 */
function leaveRest(thread: Thread, position: Position, most: i32): void {
  const contextsPtr = position.contextsPtr,
    contextsEnd = position.contextsEnd,
    fullPtr = contextsPtr + ((<usize>most) << 2);
  let turnEnd = contextsPtr;
  for (let p = contextsPtr; p < contextsEnd && turnEnd < fullPtr; p += 4) {
    const rowPtr = load<u32>(p);
    let same = contextsPtr;
    while (same < turnEnd && load<u32>(same) != rowPtr) same += 4;
    if (same < turnEnd) continue;
    store<u32>(p, load<u32>(turnEnd));
    store<u32>(turnEnd, rowPtr);
    turnEnd += 4;
  }
  position.contextsEnd = turnEnd;
  position.restEnd = contextsEnd;
  thread.begunPtr = turnEnd < contextsEnd ? changetype<usize>(position) : 0;
}
