// What a position trains: the words within reach, whose rows come and go with it, and the outputs.

import { below, drawNegative } from './draws';
import { addSumOfRows, addToRows, copyRow, subtractRows, sumOfRows } from './rows';
import { freeSlot, takeFreeSlot } from './slots';
import { align, arePaired, blockOf, Position, Settings, settingsOf, Thread } from './state';
import { noteWord } from './repeats';
import { addPath } from './tree';

// ---- Words within reach ----

/**
 * Lets go of the words that no position from `first` on, the first that is not learned, has as
 * context, and takes up those that positions before `last` have.
 */
export function slide(thread: Thread, first: i32, last: i32): void {
  const settings = settingsOf(thread),
    window = settings.window,
    notesWords = !arePaired(settings),
    reach = 2 * max(window, settings.parts ? blockOf(settings) : 0),
    end = min(thread.count, last + window);
  leaveUntil(thread, first - window);
  for (let at = thread.entered; at < end; at++) {
    const id = load<i32>(thread.idsPtr + ((<usize>at + 1) << 2));
    const previous = notesWords ? noteWord(thread, at, id, settings.subwordsPtr ? at - thread.left : reach) : -1;
    if (id < 0) continue;
    let rowPtr = settings.inputPtr + <usize>id * settings.rowStride;
    if (settings.subwordsPtr)
      rowPtr = previous < 0 || settings.cbow ? takeSlot(thread, at, id) : takeOverSlot(thread, at, previous);
    store<u32>(thread.slotOfPtr + ((<usize>at) << 2), <u32>rowPtr);
  }
  thread.entered = max(thread.entered, end);
}

/** Subwords: a slot with the mean of a word's rows. */
function takeSlot(thread: Thread, at: i32, id: i32): usize {
  const settings = settingsOf(thread),
    rowsPtr = subwords(settings, id),
    rowsEnd = subwords(settings, id + 1);
  const slotPtr = takeFreeSlot(thread);
  sumOfRows(slotPtr, rowsPtr, rowsEnd, <f32>1 / <f32>((rowsEnd - rowsPtr) >> 2), thread.from, thread.to);
  if (!settings.cbow) {
    copyRow(slotPtr, slotPtr + (thread.slotBytes >> 1), thread.from, thread.to);
    store<i32>(thread.isHandedOnPtr + ((<usize>at) << 2), 0);
  }
  return slotPtr;
}

/**
 * Subwords, Skip-gram: the slot of a word that is within reach already, which is then not given
 * back before this one leaves.
 */
function takeOverSlot(thread: Thread, at: i32, previous: i32): usize {
  store<i32>(thread.isHandedOnPtr + ((<usize>previous) << 2), 1);
  store<i32>(thread.isHandedOnPtr + ((<usize>at) << 2), 0);
  return load<u32>(thread.slotOfPtr + ((<usize>previous) << 2));
}

/** Gives the words before position `end` what was learned of them. */
export function leaveUntil(thread: Thread, end: i32): void {
  const settings = settingsOf(thread),
    from = thread.from,
    to = thread.to;
  if (!settings.cbow && !settings.subwordsPtr) return; // rows were trained in their place
  for (; thread.left < end; thread.left++) {
    const at = thread.left,
      id = load<i32>(thread.idsPtr + ((<usize>at + 1) << 2));
    if (id < 0) continue;
    const slotPtr: usize = load<u32>(thread.slotOfPtr + ((<usize>at) << 2)),
      changePtr = thread.changePtr;
    if (settings.cbow) {
      const errorsPtr = thread.errorListPtr,
        errorsEnd = listErrors(thread, at, errorsPtr);
      if (settings.subwordsPtr) freeSlot(thread, slotPtr);
      if (errorsEnd == errorsPtr) continue;
      if (!settings.subwordsPtr) {
        addSumOfRows(slotPtr, errorsPtr, errorsEnd, from, to);
        continue;
      }
      sumOfRows(changePtr, errorsPtr, errorsEnd, 1, from, to);
    } else {
      if (load<i32>(thread.isHandedOnPtr + ((<usize>at) << 2))) continue;
      freeSlot(thread, slotPtr);
      subtractRows(changePtr, slotPtr, slotPtr + (thread.slotBytes >> 1), from, to);
    }
    addToRows(changePtr, subwords(settings, id), subwords(settings, id + 1), from, to);
  }
}

/**
 * Lists the errors of the positions that the word at position `at` was context of; gives the end of
 * the list.
 */
function listErrors(thread: Thread, at: i32, listPtr: usize): usize {
  const window = settingsOf(thread).window,
    idPtr = thread.idsPtr + ((<usize>at + 1) << 2),
    reachPtr = thread.reachPtr + ((<usize>at) << 2),
    errorOfPtr = thread.errorOfPtr + ((<usize>at) << 2);
  for (let i = 1; i <= window; i++) {
    const offset = (<usize>i) << 2;
    if (load<i32>(idPtr - offset) < 0) break;
    if (load<i32>(reachPtr - offset) < i) continue;
    store<u32>(listPtr, load<u32>(errorOfPtr - offset));
    listPtr += 4;
  }
  for (let i = 1; i <= window; i++) {
    const offset = (<usize>i) << 2;
    if (load<i32>(idPtr + offset) < 0) break;
    if (load<i32>(reachPtr + offset) < i) continue;
    store<u32>(listPtr, load<u32>(errorOfPtr + offset));
    listPtr += 4;
  }
  return listPtr;
}

/** Where the list of a word's rows begins; that of the next word begins where it ends. */
// @ts-ignore: decorator
@inline
function subwords(settings: Settings, word: i32): usize {
  return load<u32>(settings.subwordsPtr + ((<usize>word) << 2));
}

// ---- What a position is made of ----

/**
 * Draws the window, lists the context within the sentence and the outputs; false where there is
 * nothing to train.
 */
export function choose(thread: Thread, position: Position, at: i32): bool {
  const settings = settingsOf(thread),
    word = load<i32>(thread.idsPtr + ((<usize>at + 1) << 2));
  if (!chooseContext(thread, position, at)) return false;
  let outputs = 0;
  if (settings.negative) {
    outputs = settings.negative + 1;
    store<u32>(position.outputsPtr, <u32>outputRow(settings, word));
    for (let p = position.outputsPtr + 4, end = position.outputsPtr + ((<usize>outputs) << 2); p < end; p += 4) {
      store<u32>(p, <u32>outputRow(settings, drawNegative(thread, word)));
    }
  }
  position.outputs = settings.pathsPtr ? addPath(thread, position, word, outputs) : outputs;
  return true;
}

/** Draws the window and lists the context within the sentence; false where there is none. */
// @ts-ignore: decorator
@inline
export function chooseContext(thread: Thread, position: Position, at: i32): bool {
  const settings = settingsOf(thread),
    idPtr = thread.idsPtr + ((<usize>at + 1) << 2);
  let reach = 0;
  if (load<i32>(idPtr) >= 0) {
    reach = settings.fixedWindow ? settings.window : <i32>below(thread, settings.window) + 1;
    const slotOfPtr = thread.slotOfPtr + ((<usize>at) << 2),
      far = (<usize>reach) << 2;
    let contextPtr = position.contextsPtr;
    for (let i: usize = 4; i <= far; i += 4, contextPtr += 4) {
      if (load<i32>(idPtr - i) < 0) break;
      store<u32>(contextPtr, load<u32>(slotOfPtr - i));
    }
    for (let i: usize = 4; i <= far; i += 4, contextPtr += 4) {
      if (load<i32>(idPtr + i) < 0) break;
      store<u32>(contextPtr, load<u32>(slotOfPtr + i));
    }
    position.contextsEnd = contextPtr;
    position.reach = reach;
    if (contextPtr == position.contextsPtr) reach = 0;
  }
  if (settings.cbow) {
    store<i32>(thread.reachPtr + ((<usize>at) << 2), reach);
    if (reach) {
      position.errorPtr = thread.errorsPtr + <usize>(at % thread.slots) * align(thread.rowBytes);
      store<u32>(thread.errorOfPtr + ((<usize>at) << 2), <u32>position.errorPtr);
    }
  }
  return reach != 0;
}

// @ts-ignore: decorator
@inline
export function outputRow(settings: Settings, word: i32): usize {
  return settings.outputPtr + <usize>word * settings.rowStride;
}
