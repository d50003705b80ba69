// Hierarchical softmax: the inner nodes on a word's path, and copies of the uppermost ones for each
// thread.
//
// Every word's path begins at the root, and half of all paths go through either node below it.
// Threads that trained these rows in one place would wait for each other's caches at every
// position. So where several threads train, each has a copy of the nodes that are met most, and at
// the end of a piece of text the shared row takes the mean of what the threads have learned since.
// Within a piece such a row is trained a hundred times and more, which is enough to follow its
// gradient; adding the changes up, as is right for rare rows, would go too far by as many times as
// there are threads.

import { GROUP } from './rows';
import { align, groupsOf, laneOffset, Position, Settings, settingsOf, Thread } from './state';

/**
 * Lists the inner nodes on a word's path behind the outputs there are; gives how many outputs there
 * are then.
 */
export function addPath(thread: Thread, position: Position, word: i32, outputs: i32): i32 {
  const settings = settingsOf(thread),
    pathsPtr = settings.pathsPtr,
    end: usize = load<u32>(pathsPtr + ((<usize>word + 1) << 2));
  for (let p: usize = load<u32>(pathsPtr + ((<usize>word) << 2)); p < end; p += 4, outputs++) {
    const step: u32 = load<u32>(p),
      lane = laneOffset(outputs);
    store<u32>(position.outputsPtr + ((<usize>outputs) << 2), <u32>nodeRow(thread, settings, step >> 1));
    store<f32>(position.labelsPtr + lane, <f32>1 - <f32>(step & 1));
    store<f32>(position.marksPtr + lane, 1);
  }
  for (let padding = outputs, whole = groupsOf(outputs) * GROUP; padding < whole; padding++) {
    store<u32>(position.outputsPtr + ((<usize>padding) << 2), <u32>thread.zeroPtr);
    store<f32>(position.labelsPtr + laneOffset(padding), 0);
    store<f32>(position.marksPtr + laneOffset(padding), 0);
  }
  return outputs;
}

/** Where the row of an inner node lies for this thread. */
// @ts-ignore: decorator
@inline
function nodeRow(thread: Thread, settings: Settings, node: u32): usize {
  const copy = <i32>node - settings.firstCopied;
  if (copy >= 0) return thread.copiesPtr + <usize>copy * align(thread.rowBytes);
  return settings.treePtr + <usize>node * settings.rowStride;
}

/** Copies the uppermost nodes. */
export function copyNodes(thread: Thread): void {
  const settings = settingsOf(thread),
    rowAligned = align(thread.rowBytes);
  for (let node = settings.firstCopied, offset: usize = 0; node < settings.words - 1; node++, offset += rowAligned) {
    const sharedPtr = settings.treePtr + <usize>node * settings.rowStride;
    memory.copy(thread.copiesPtr + offset, sharedPtr, rowAligned);
    memory.copy(thread.copiedPtr + offset, sharedPtr, rowAligned);
  }
}

/**
 * Gives what was learned since the last time to the shared rows, a thread's part of it, and takes
 * what others gave.
 */
export function mergeNodes(thread: Thread): void {
  const settings = settingsOf(thread),
    rowAligned = align(thread.rowBytes),
    part = f32x4.splat(<f32>1 / <f32>settings.threads);
  for (let node = settings.firstCopied, offset: usize = 0; node < settings.words - 1; node++, offset += rowAligned) {
    const sharedPtr = settings.treePtr + <usize>node * settings.rowStride,
      ownPtr = thread.copiesPtr + offset,
      beforePtr = thread.copiedPtr + offset;
    for (let d: usize = 0; d < thread.rowBytes; d += 16) {
      const change = f32x4.sub(v128.load(ownPtr + d), v128.load(beforePtr + d)),
        merged = f32x4.add(v128.load(sharedPtr + d), f32x4.mul(part, change));
      v128.store(sharedPtr + d, merged);
      v128.store(ownPtr + d, merged);
      v128.store(beforePtr + d, merged);
    }
  }
}
