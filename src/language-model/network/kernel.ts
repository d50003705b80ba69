// The functions of src/kernels/language-model.ts as TypeScript sees them; what each takes is said there.

/** Pointers and strides are bytes. */
type Kernel = (...numbers: number[]) => void;

export interface LanguageModelKernel {
  zero: (ptr: number, bytes: number) => void;
  copy: (targetPtr: number, sourcePtr: number, bytes: number) => void;
  zeroRows: Kernel;
  addVectors: Kernel;
  multiplyRows: Kernel;
  multiplyStrips: Kernel;
  multiplyPanels: Kernel;
  packColumns: Kernel;
  transposePanels: Kernel;
  strassenTerms: Kernel;
  takeColumns: Kernel;
  addColumns: Kernel;
  gather: Kernel;
  scatterAdd: Kernel;
  rnnForward: Kernel;
  rnnBackward: Kernel;
  rnnStep: Kernel;
  gruForward: Kernel;
  gruBackward: Kernel;
  gruStep: Kernel;
  lstmForward: Kernel;
  lstmBackward: Kernel;
  lstmStep: Kernel;
  attend: Kernel;
  attendBackward: Kernel;
  combineRows: Kernel;
  dropout: Kernel;
  scaleColumns: Kernel;
  softmax: Kernel;
  softmaxWithEntropy: Kernel;
  nextAbove: (...numbers: number[]) => number;
  addRowSums: Kernel;
  foldSums: Kernel;
  sumSquares: (ptr: number, count: number) => number;
  adam: Kernel;
  multiplyVector: Kernel;
  softmaxVector: Kernel;
}

/** An instance over `memory`; kernels keep no state, so every thread may have its own over the same memory. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): LanguageModelKernel {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as LanguageModelKernel;
}
