// Subwords: which of the rows that a thread keeps for words within reach are free.

import { Thread } from './state';

/** Begins a piece of text. */
export function freeAllSlots(thread: Thread): void {
  thread.freeSlots = 0;
  for (let slot = 0; slot < thread.slots; slot++) freeSlot(thread, thread.slotsPtr + <usize>slot * thread.slotBytes);
}

/** Takes a free slot; there are as many as words come within reach at once. */
export function takeFreeSlot(thread: Thread): usize {
  thread.freeSlots--;
  return load<u32>(thread.freeSlotsPtr + ((<usize>thread.freeSlots) << 2));
}

export function freeSlot(thread: Thread, slotPtr: usize): void {
  store<u32>(thread.freeSlotsPtr + ((<usize>thread.freeSlots) << 2), <u32>slotPtr);
  thread.freeSlots++;
}
