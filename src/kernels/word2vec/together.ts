// Training together: each thread has columns of its own through the whole text, all make the same
// random choices, and only scores are exchanged. Every sum has one order, so that the result does
// not depend on the number of threads.

import { leaveUntil, slide } from './positions';
import { holdThrice } from './repeats';
import { LINE } from './rows';
import { blockOf, partBytes, PLACES, partStart, Position, scoreBytes, settingsOf, Thread } from './state';
import { learn, rowsOf, score } from './steps';
import { nextTurn } from './turns';

/**
 * What scores 6 or -6 is certain and moves no further by itself (logistic.ts). Beyond this, steps
 * have overshot: the next block has half as many turns, else one more than the last.
 */
const LARGEST_SCORE: f32 = 7;

/** A thread that waits for another looks so often before it sleeps, some 20 µs. */
const SPINS = 4000;

/**
 * Sleeps until notified, unless the number at `ptr` is no longer `seen`: `Atomics.wait`, which the
 * caller passes in. The instruction for it, memory.atomic.wait32, overwrites a local variable next
 * to its operands in V8 11.3 (Node 20, Liftoff).
 */
@external('env', 'sleep')
declare function sleep(ptr: usize, seen: i32): void;

/**
 * The same, together with all other threads of the training: every thread calls it alike, for the
 * whole text. The scores of a block are exchanged while the next one is chosen and scored, so that
 * nobody waits for a thread that is a little behind; a block is therefore scored before the one
 * before it is learned, by any number of threads. Rows that are in both take steps that know
 * nothing of each other. So a block ends where a word comes the third time in them, and becomes
 * shorter where steps overshoot. If one word is an eighth of the noise or more, each turn is
 * learned before the next is scored.
 */
export function trainTogether(threadPtr: usize, first: i32, last: i32, alpha: f32): void {
  const thread = changetype<Thread>(threadPtr),
    settings = settingsOf(thread),
    isAlone = settings.mostTurns == 1,
    half = <usize>blockOf(settings) * thread.positionBytes;
  let positionsPtr = thread.positionsPtr,
    unlearned = first, // the first position of the block that was scored
    learningPtr: usize = 0, // its turns and their end
    learningEnd: usize = 0;
  thread.next = first;
  for (;;) {
    const isOver = thread.next >= last && !thread.begunPtr,
      block = thread.begunPtr ? thread.next - 1 : thread.next;
    let positionPtr = positionsPtr;
    if (!isOver) {
      const end = min(thread.next + thread.blockSize, last);
      slide(thread, unlearned, end);
      const fullPtr = positionsPtr + <usize>thread.blockSize * thread.positionBytes;
      while (positionPtr < fullPtr && nextTurn(thread, changetype<Position>(positionPtr), end, alpha)) {
        positionPtr += thread.positionBytes;
        if (holdThrice(thread, unlearned, thread.next - 1) || isInTurns(thread)) break;
      }
      scoreParts(thread, positionsPtr, positionPtr);
    }
    if (isAlone) {
      learningPtr = isOver ? 0 : positionsPtr;
      learningEnd = positionPtr;
    }
    if (learningPtr) {
      const meeting = isOver || isAlone ? thread.meetings : thread.meetings - 1;
      awaitAll(thread, meeting);
      const largest = learnBlock(thread, learningPtr, learningEnd, alpha, meeting);
      if (largest > LARGEST_SCORE) thread.blockSize = max(1, thread.blockSize >> 1);
      else if (thread.blockSize < settings.mostTurns) thread.blockSize++;
    }
    if (isOver) break;
    unlearned = block;
    learningPtr = positionsPtr;
    learningEnd = positionPtr;
    positionsPtr = positionsPtr == thread.positionsPtr ? positionsPtr + half : thread.positionsPtr;
  }
  if (last == thread.count) leaveUntil(thread, last);
}

/**
 * Whether the position that was begun has a context that holds a word three times, so that its next
 * turn has this turn's rows.
 */
// @ts-ignore: decorator
@inline
function isInTurns(thread: Thread): bool {
  if (!thread.begunPtr) return false;
  const at = thread.next - 1,
    reach = changetype<Position>(thread.begunPtr).reach;
  return holdThrice(thread, max(0, at - reach), min(at + reach, thread.count - 1));
}

/** Scores the positions in this thread's columns and tells the others. */
function scoreParts(thread: Thread, positionsPtr: usize, positionsEnd: usize): void {
  const partialsPtr = partialsOf(thread, thread.meetings + 1),
    bytesOfPart = partBytes(settingsOf(thread));
  for (let part = thread.firstPart; part < thread.endPart; part++) {
    let scoresPtr = partialsPtr + <usize>part * bytesOfPart;
    const from = partStart(thread, part),
      to = partStart(thread, part + 1);
    for (let positionPtr = positionsPtr; positionPtr < positionsEnd; positionPtr += thread.positionBytes) {
      scoresPtr += score(thread, changetype<Position>(positionPtr), scoresPtr, from, to);
    }
  }
  arrive(thread);
}

/**
 * Adds up the scores of all parts and takes the steps of the positions; gives the size of the
 * largest score.
 */
function learnBlock(thread: Thread, positionsPtr: usize, positionsEnd: usize, alpha: f32, meeting: i32): f32 {
  const settings = settingsOf(thread),
    bytesOfPart = partBytes(settings),
    endOfParts = <usize>settings.parts * bytesOfPart;
  let scoresPtr = partialsOf(thread, meeting),
    largest = f32x4.splat(0);
  for (let positionPtr = positionsPtr; positionPtr < positionsEnd; positionPtr += thread.positionBytes) {
    const position = changetype<Position>(positionPtr),
      bytes = <usize>rowsOf(thread, position) * scoreBytes(position.outputs);
    for (let b: usize = 0; b < bytes; b += 16) {
      let sum = v128.load(scoresPtr + b);
      for (let part = bytesOfPart; part < endOfParts; part += bytesOfPart) {
        sum = f32x4.add(sum, v128.load(scoresPtr + b + part));
      }
      v128.store(thread.scoresPtr + b, sum);
      // pmax is one instruction; max takes seven, for NaN, which is noticed elsewhere
      largest = f32x4.pmax(largest, f32x4.abs(sum));
    }
    learn(thread, position, thread.scoresPtr, alpha);
    scoresPtr += bytes;
  }
  return max(
    max(f32x4.extract_lane(largest, 0), f32x4.extract_lane(largest, 1)),
    max(f32x4.extract_lane(largest, 2), f32x4.extract_lane(largest, 3)),
  );
}

/** Tells the others that this thread has scored one more block. */
function arrive(thread: Thread): void {
  const settings = settingsOf(thread),
    ownPtr = settings.meetingsPtr + <usize>thread.thread * LINE;
  atomic.store<i32>(ownPtr, ++thread.meetings);
  if (atomic.load<i32>(ownPtr, 4)) atomic.notify(ownPtr, settings.threads);
}

/**
 * Returns once all threads have scored this number of blocks, and then sees what they wrote before.
 */
function awaitAll(thread: Thread, meetings: i32): void {
  const settings = settingsOf(thread);
  for (let other = 0; other < settings.threads; other++) {
    const ptr = settings.meetingsPtr + <usize>other * LINE;
    for (let spin = 0; spin < SPINS && atomic.load<i32>(ptr) - meetings < 0; spin++);
    for (;;) {
      const seen = atomic.load<i32>(ptr);
      if (seen - meetings >= 0) break;
      atomic.add<i32>(ptr, 1, 4);
      sleep(ptr, seen);
      atomic.sub<i32>(ptr, 1, 4);
    }
  }
}

/**
 * Where the partial scores of a block lie, by its number. A thread that writes block k + 2 has seen
 * all of block k, so that others may still read block k - 1: four places.
 */
function partialsOf(thread: Thread, meeting: i32): usize {
  const settings = settingsOf(thread);
  return settings.partialsPtr + <usize>(meeting & (PLACES - 1)) * <usize>settings.parts * partBytes(settings);
}
