// The word2vec kernel as TypeScript sees it: src/kernels/word2vec.ts says what each function does.

export interface Word2vecKernel {
  readonly threadBytes: (settingsPtr: number) => number;
  readonly partialsBytes: (settingsPtr: number) => number;
  readonly createThread: (threadPtr: number, settingsPtr: number, thread: number) => void;
  readonly initializeRows: (
    rowsPtr: number,
    count: number,
    vectorSize: number,
    rowStride: number,
    seed: number,
  ) => void;
  readonly shuffle: (tablePtr: number, size: number, seed: number) => void;
  readonly readTokens: (threadPtr: number, tokensPtr: number, count: number, seed: number) => number;
  readonly train: (threadPtr: number, first: number, last: number, alpha: number) => void;
  readonly trainTogether: (threadPtr: number, first: number, last: number, alpha: number) => void;
  readonly lossSum: (threadPtr: number) => number;
  readonly lossPairs: (threadPtr: number) => number;
  readonly pairs: (threadPtr: number) => number;
}

/** The fields of the kernel's `Settings`, 32 bits each, in their order. */
const SETTINGS = [
  'inputPtr',
  'outputPtr',
  'treePtr',
  'rowStride',
  'vectorSize',
  'words',
  'cbow',
  'window',
  'fixedWindow',
  'negative',
  'cbowMean',
  'keepPtr',
  'tablePtr',
  'tableSize',
  'pathsPtr',
  'longestPath',
  'firstCopied',
  'subwordsPtr',
  'lossInterval',
  'capacity',
  'parts',
  'threads',
  'meetingsPtr',
  'partialsPtr',
] as const;

export type KernelSettings = Record<(typeof SETTINGS)[number], number>;
export const SETTINGS_BYTES = SETTINGS.length * 4;

export function writeSettings(memory: WebAssembly.Memory, settingsPtr: number, settings: KernelSettings): void {
  const fields = new Uint32Array(memory.buffer, settingsPtr, SETTINGS.length);
  SETTINGS.forEach((name, index) => (fields[index] = settings[name]));
}

/** The kernel over a shared memory. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Word2vecKernel {
  const numbers = new Int32Array(memory.buffer);
  const sleep = (ptr: number, seen: number): void => void Atomics.wait(numbers, ptr >>> 2, seen);
  return new WebAssembly.Instance(module, { env: { memory, sleep } }).exports as unknown as Word2vecKernel;
}
