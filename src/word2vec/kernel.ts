// The word2vec kernel over a memory, and the settings that it reads there.

import { SETTINGS, type Word2vecExports } from '../kernel-interfaces/word2vec.ts';

/** The kernel's `Settings`, of 32 bits each. */
export type KernelSettings = Record<keyof typeof SETTINGS, number>;

export function writeSettings(memory: WebAssembly.Memory, settingsPtr: number, settings: KernelSettings): void {
  const fields = new DataView(memory.buffer, settingsPtr);
  for (const [name, offset] of Object.entries(SETTINGS))
    fields.setUint32(offset, settings[name as keyof typeof SETTINGS], true);
}

/** The kernel over a shared memory. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Word2vecExports {
  const numbers = new Int32Array(memory.buffer);
  const sleep = (ptr: number, seen: number): void => void Atomics.wait(numbers, ptr >>> 2, seen);
  return new WebAssembly.Instance(module, { env: { memory, sleep } }).exports as unknown as Word2vecExports;
}
