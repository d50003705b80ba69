// CBOW with negative sampling, two positions at a time.

import { drawNoise } from './draws';
import { lossOf, toGradients } from './logistic';
import { chooseContext, outputRow } from './positions';
import { GROUP, GROUP_SCORES, OWN, scaleRow, scoreContexts, scoreOwn, touchRow, updateTwo } from './rows';
import { laneOffset, Position, scoreBytes, settingsOf, Thread } from './state';
import { hide, shareOf } from './steps';

/**
 * Trains at positions `first` to `last`, a block: every two that have a context, one of its first
 * half and one of its second, share `negative` draws and take one step.
 */
export function trainPairs(thread: Thread, first: i32, last: i32, alpha: f32): void {
  const settings = settingsOf(thread),
    half = (last - first + 1) >> 1,
    to = thread.rowBytes,
    negative = settings.negative,
    stride = scoreBytes(negative),
    lists = changetype<Position>(thread.positionsPtr), // of both; each has its own context, mean and error
    rowsPtr = lists.contextsPtr,
    ownPtr = rowsPtr + 8,
    negativesPtr = lists.outputsPtr,
    negativesEnd = negativesPtr + ((<usize>negative) << 2),
    scoresPtr = thread.scoresPtr,
    a = changetype<Position>(thread.positionsPtr + thread.positionBytes),
    b = changetype<Position>(thread.positionsPtr + 2 * thread.positionBytes);
  for (let i = 0; i < 2 * half;) {
    let rows = 0;
    for (let position = a; i < 2 * half && rows < 2; i++) {
      const at = first + (i >> 1) + (i & 1) * half;
      if (at >= last || !chooseContext(thread, position, at)) continue;
      if (rows == 0) {
        for (let p = negativesPtr; p < negativesEnd; p += 4) {
          const rowPtr = outputRow(settings, drawNoise(thread));
          store<u32>(p, <u32>rowPtr);
          thread.touched ^= touchRow(rowPtr, to);
        }
      }
      hide(settings, position, 0, to);
      const word = load<i32>(thread.idsPtr + ((<usize>at + 1) << 2));
      store<u32>(rowsPtr + ((<usize>rows) << 2), <u32>position.hiddenPtr);
      store<u32>(ownPtr + ((<usize>rows) << 2), <u32>outputRow(settings, word));
      position = b;
      rows++;
    }
    if (rows == 0) return;
    let bPtr = b.hiddenPtr,
      errorBPtr = b.errorPtr;
    if (rows == 1) {
      bPtr = thread.zeroPtr;
      errorBPtr = thread.changePtr;
      store<u32>(rowsPtr, <u32>bPtr, 4);
      store<u32>(ownPtr, <u32>bPtr, 4);
    }
    for (let p = negativesPtr, scorePtr = scoresPtr; p < negativesEnd; p += GROUP << 2, scorePtr += GROUP_SCORES) {
      scoreContexts(rowsPtr, rowsPtr + 8, p, scorePtr, stride, 0, to);
    }
    scoreOwn(a.hiddenPtr, bPtr, ownPtr, scoresPtr + OWN, stride, to);
    pairToGradients(thread, lists, ownPtr, rows, alpha);
    let groupEnd = min(negativesPtr + (GROUP << 2), negativesEnd);
    updateTwo(a.hiddenPtr, bPtr, a.errorPtr, errorBPtr, ownPtr, negativesPtr, groupEnd, scoresPtr, stride, to);
    for (let gradientsPtr = scoresPtr; groupEnd < negativesEnd;) {
      const groupPtr = groupEnd;
      groupEnd = min(groupPtr + (GROUP << 2), negativesEnd);
      gradientsPtr += GROUP_SCORES;
      updateTwo(a.hiddenPtr, bPtr, a.errorPtr, errorBPtr, 0, groupPtr, groupEnd, gradientsPtr, stride, to);
    }
    if (settings.cbowMean) continue;
    scaleRow(a.errorPtr, shareOf(a), 0, to);
    if (rows == 2) scaleRow(b.errorPtr, shareOf(b), 0, to);
  }
}

/**
 * Turns the scores of two positions into gradients; a negative that is a position's own word does
 * not count there.
 */
// @ts-ignore: decorator
@inline
function pairToGradients(thread: Thread, lists: Position, ownPtr: usize, rows: i32, alpha: f32): void {
  const scoresPtr = thread.scoresPtr,
    negative = settingsOf(thread).negative,
    stride = scoreBytes(negative),
    ownA = load<u32>(ownPtr),
    ownB = load<u32>(ownPtr, 4);
  let collides = false;
  for (let k = 0, p = lists.outputsPtr; k < negative; k++, p += 4) {
    const output = load<u32>(p);
    if (output != ownA && output != ownB) continue;
    collides = true; // a score so low costs nothing
    if (output == ownA) store<f32>(scoresPtr + laneOffset(k), -1e9);
    if (output == ownB) store<f32>(scoresPtr + stride + laneOffset(k), -1e9);
  }
  if (thread.positions % settingsOf(thread).lossInterval < <u32>rows) {
    thread.lossPairs += rows;
    thread.lossSum += lossOf(scoresPtr, rows, stride, lists.labelsPtr, lists.marksPtr);
  }
  thread.pairs += rows;
  thread.positions += rows;
  toGradients(scoresPtr, rows, stride, lists.labelsPtr, lists.marksPtr, alpha, thread.constantsPtr);
  if (rows == 1) memory.fill(scoresPtr + stride, 0, stride);
  if (!collides) return;
  for (let k = 0, p = lists.outputsPtr; k < negative; k++, p += 4) {
    const output = load<u32>(p);
    if (output == ownA) store<f32>(scoresPtr + laneOffset(k), 0);
    if (output == ownB) store<f32>(scoresPtr + stride + laneOffset(k), 0);
  }
}
