// The language model's kernel over a memory.

import type { LanguageModelExports } from '../../kernel-interfaces/language-model.ts';

/**
 * An instance over `memory`; kernels keep no state, so every thread may have its own over the same
 * memory.
 */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): LanguageModelExports {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as LanguageModelExports;
}
