// The trained model, one token at a time.

import { instantiate, type LanguageModelKernel } from './kernel.ts';
import {
  GATES,
  layOutParameters,
  listParameters,
  padded,
  writeParameter,
  type Parameters,
  type Tensor,
} from './parameters.ts';
import { END_OF_SENTENCE } from './streams.ts';
import { createMemory } from './workspace.ts';

/** What the model remembers of the tokens it was fed; a copy of its own. */
export interface LanguageModelState {
  /** (H, padded) each. */
  hidden: Float32Array;
  cell: Float32Array;
}

const START = 1024;

export class LanguageModel {
  /** V */
  readonly vocabulary: number;
  readonly #kernel: LanguageModelKernel;
  readonly #parameters: Parameters;
  readonly #hiddenRows: number;
  readonly #vocabularyRows: number;
  /** (V) the logits' bias, with -Infinity in the padding. */
  readonly #logits: Float32Array;
  readonly #logitsPtr: number;
  readonly #gatesPtr: number;
  readonly #biasPtr: number;
  readonly #hidden: Float32Array;
  readonly #cell: Float32Array;
  /** Tokens fed by `probabilitiesAfter` to come to the present state; null where others were. */
  #context: number[] | null = null;

  /** `tensors`: as `languageModelResult` gives them; copied. Throws where one is missing or its shape does not fit. */
  constructor(module: WebAssembly.Module, tensors: Readonly<Record<string, Tensor>>) {
    const tensor = (name: string): Tensor => {
      const found = tensors[name];
      if (!found) throw new RangeError(`The language model lacks ${name}, got ${Object.keys(tensors).join(', ')}`);
      return found;
    };
    const [vocabulary = 0, embeddingSize = 0] = tensor('embedding.weight').shape;
    const hiddenSize = tensor('weightHh').shape[1] ?? 0;
    const { bytes, ...parameters } = layOutParameters({ vocabulary, embeddingSize, hiddenSize }, START);
    this.vocabulary = vocabulary;
    this.#parameters = parameters;
    this.#vocabularyRows = padded(vocabulary);
    this.#hiddenRows = padded(hiddenSize);
    let end = START + bytes;
    const take = (floats: number): number => {
      const ptr = end;
      end += Math.ceil(floats / 16) * 64;
      return ptr;
    };
    const hiddenPtr = take(this.#hiddenRows);
    const cellPtr = take(this.#hiddenRows);
    this.#gatesPtr = take(GATES * this.#hiddenRows);
    this.#biasPtr = take(GATES * this.#hiddenRows);
    this.#logitsPtr = take(this.#vocabularyRows);

    const memory = createMemory(end);
    this.#kernel = instantiate(module, memory);
    const floats = new Float32Array(memory.buffer);
    for (const parameter of listParameters(parameters)) writeParameter(floats, parameter, tensor(parameter.name));
    const { biasIh, biasHh, outputBias } = parameters;
    this.#kernel.addVectors(biasIh.ptr, biasHh.ptr, this.#biasPtr, GATES * this.#hiddenRows);
    floats.fill(-Infinity, outputBias.ptr / 4 + vocabulary, outputBias.ptr / 4 + this.#vocabularyRows);
    this.#logits = floats.subarray(this.#logitsPtr / 4, this.#logitsPtr / 4 + vocabulary);
    this.#hidden = floats.subarray(hiddenPtr / 4, hiddenPtr / 4 + this.#hiddenRows);
    this.#cell = floats.subarray(cellPtr / 4, cellPtr / 4 + this.#hiddenRows);
  }

  /** Forgets what it was fed. */
  reset(): void {
    this.restore({ hidden: new Float32Array(this.#hiddenRows), cell: new Float32Array(this.#hiddenRows) });
  }

  save(): LanguageModelState {
    return { hidden: this.#hidden.slice(), cell: this.#cell.slice() };
  }

  /** `state` is copied. */
  restore(state: LanguageModelState): void {
    this.#context = null;
    this.#hidden.set(state.hidden);
    this.#cell.set(state.cell);
  }

  /** Reads one token. Throws a RangeError for a number that is none. */
  feed(token: number): void {
    this.#context = null;
    this.#feed(token);
  }

  /** Of each token to be the next, (V); the caller owns it. */
  probabilities(): Float32Array {
    const { outputWeight, outputBias } = this.#parameters;
    const { ptr, stride } = outputWeight;
    const kernel = this.#kernel;
    kernel.multiplyVector(ptr, stride, this.#vocabularyRows, stride / 4, this.#hidden.byteOffset, this.#logitsPtr, 0);
    kernel.softmaxVector(this.#logitsPtr, outputBias.ptr, this.#vocabularyRows);
    return this.#logits.slice();
  }

  /**
   * Of each token to be the next after `context`, read from the beginning of a sentence on; (V), the caller owns it.
   * Where `context` continues the last call's, only its new tokens are read.
   */
  probabilitiesAfter(context: readonly number[]): Float32Array {
    let known = this.#context;
    this.#context = null;
    if (known === null || known.length > context.length || known.some((token, index) => token !== context[index])) {
      this.reset();
      this.#feed(END_OF_SENTENCE);
      known = [];
    }
    for (const token of context.slice(known.length)) this.#feed(token);
    this.#context = [...context];
    return this.probabilities();
  }

  #feed(token: number): void {
    if (!Number.isInteger(token) || token < 0 || token >= this.vocabulary) {
      throw new RangeError(`expected a token from 0 to ${this.vocabulary - 1}, got ${token}`);
    }
    const kernel = this.#kernel;
    const { embedding, weightIh, weightHh } = this.#parameters;
    const inputPtr = embedding.ptr + token * embedding.stride;
    const hiddenPtr = this.#hidden.byteOffset;
    const rows = GATES * this.#hiddenRows;
    kernel.multiplyVector(weightIh.ptr, weightIh.stride, rows, weightIh.stride / 4, inputPtr, this.#gatesPtr, 0);
    kernel.multiplyVector(weightHh.ptr, weightHh.stride, rows, weightHh.stride / 4, hiddenPtr, this.#gatesPtr, 1);
    kernel.lstmStep(this.#gatesPtr, this.#biasPtr, this.#cell.byteOffset, hiddenPtr, this.#hiddenRows);
  }
}
