// The word2vec kernel as TypeScript sees it: src/kernels/word2vec.ts says what each function does.

export interface Word2vecKernel {
  readonly threadBytes: (vectorSize: number, window: number, negative: number, capacity: number) => number;
  readonly createThread: (
    threadPtr: number,
    vectorSize: number,
    window: number,
    negative: number,
    capacity: number,
    words: number,
    inputPtr: number,
    outputPtr: number,
    rowStride: number,
    keepPtr: number,
    tablePtr: number,
    tableSize: number,
    seed: number,
  ) => void;
  readonly initializeRows: (
    rowsPtr: number,
    count: number,
    vectorSize: number,
    rowStride: number,
    seed: number,
  ) => void;
  readonly readTokens: (threadPtr: number, tokensPtr: number, count: number) => number;
  readonly trainSkipgram: (threadPtr: number, first: number, last: number, alpha: number) => void;
  readonly trainCbow: (threadPtr: number, first: number, last: number, alpha: number) => void;
  readonly lossSum: (threadPtr: number) => number;
  readonly lossPairs: (threadPtr: number) => number;
  readonly pairs: (threadPtr: number) => number;
}

/** The kernel over a shared memory. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Word2vecKernel {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Word2vecKernel;
}
