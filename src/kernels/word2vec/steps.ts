// Scores of a position and the step that is taken for them, in the columns of a thread.

import { lossOf, toGradients } from './logistic';
import { GROUP, GROUP_SCORES, scaleRow, scoreContexts, scoreGroup, sumOfRows, updateGroup, updatePair } from './rows';
import { groupsOf, laneOffset, Position, scoreBytes, Settings, settingsOf, Thread } from './state';

/**
 * Dot products over the columns from `from` to `to`; gives the bytes of scores written: (rows, K /
 * 6, 8).
 */
// @ts-ignore: decorator
@inline
export function score(thread: Thread, position: Position, scoresPtr: usize, from: usize, to: usize): usize {
  const settings = settingsOf(thread),
    contextsPtr = position.contextsPtr,
    contextsEnd = position.contextsEnd,
    groups = groupsOf(position.outputs),
    stride = <usize>groups * GROUP_SCORES;
  let groupPtr = position.outputsPtr,
    scorePtr = scoresPtr;
  if (settings.cbow) {
    hide(settings, position, from, to);
    for (let group = 0; group < groups; group++, groupPtr += GROUP << 2, scorePtr += GROUP_SCORES) {
      scoreGroup(position.hiddenPtr, groupPtr, scorePtr, from, to);
    }
    return stride;
  }
  for (let group = 0; group < groups; group++, groupPtr += GROUP << 2, scorePtr += GROUP_SCORES) {
    scoreContexts(contextsPtr, contextsEnd, groupPtr, scorePtr, stride, from, to);
  }
  return stride * ((contextsEnd - contextsPtr) >> 2);
}

/** Turns a position's scores into gradients and takes the step, in this thread's columns. */
// @ts-ignore: decorator
@inline
export function learn(thread: Thread, position: Position, scoresPtr: usize, alpha: f32): void {
  const settings = settingsOf(thread),
    outputs = position.outputs,
    stride = scoreBytes(outputs),
    rows = rowsOf(thread, position),
    contextsPtr = position.contextsPtr,
    contextsEnd = position.contextsEnd,
    outputsPtr = position.outputsPtr,
    from = thread.from,
    to = thread.to;
  thread.pairs += rows;
  if (thread.positions++ % settings.lossInterval == 0) {
    thread.lossSum += lossOf(scoresPtr, rows, stride, position.labelsPtr, position.marksPtr);
    thread.lossPairs += rows;
  }
  toGradients(scoresPtr, rows, stride, position.labelsPtr, position.marksPtr, alpha, thread.constantsPtr);
  if (settings.cbow) {
    for (let output = 0, groupPtr = outputsPtr, gradientsPtr = scoresPtr; output < outputs; output += GROUP) {
      updateGroup(position.hiddenPtr, position.errorPtr, output == 0, groupPtr, gradientsPtr, from, to);
      groupPtr += GROUP << 2;
      gradientsPtr += GROUP_SCORES;
    }
    if (!settings.cbowMean) scaleRow(position.errorPtr, shareOf(position), from, to);
    return;
  }
  for (let output = 0; output < outputs; output += 2) {
    const gradientsPtr = scoresPtr + laneOffset(output);
    updatePair(contextsPtr, contextsEnd, outputsPtr + ((<usize>output) << 2), gradientsPtr, stride, from, to);
  }
}

/** CBOW: what predicts the word. */
// @ts-ignore: decorator
@inline
export function hide(settings: Settings, position: Position, from: usize, to: usize): void {
  const scale: f32 = settings.cbowMean ? shareOf(position) : 1;
  sumOfRows(position.hiddenPtr, position.contextsPtr, position.contextsEnd, scale, from, to);
}

/** 1 / number of context words. */
// @ts-ignore: decorator
@inline
export function shareOf(position: Position): f32 {
  return <f32>1 / <f32>((position.contextsEnd - position.contextsPtr) >> 2);
}

/** Rows of scores of a position: one for each context word, or one for all (CBOW). */
// @ts-ignore: decorator
@inline
export function rowsOf(thread: Thread, position: Position): i32 {
  return settingsOf(thread).cbow ? 1 : <i32>((position.contextsEnd - position.contextsPtr) >> 2);
}
