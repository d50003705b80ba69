// The trained model, one token at a time.

import type { Tensor } from '../network/parameters.ts';
import { END_OF_SENTENCE } from '../token-ids.ts';
import { Sequence } from './sequence.ts';

/** What the model remembers of the tokens it was fed; a copy of its own. */
export type LanguageModelState = Float32Array;

export class LanguageModel {
  /** V */
  readonly vocabulary: number;
  readonly #sequence: Sequence;
  /** Tokens fed by `probabilitiesAfter` to come to the present state; `null` if others were. */
  #context: number[] | null = null;

  /**
   * `tensors`: as `languageModelResult` gives them; copied. `window`: tokens that attention sees,
   * as in training. Throws where a tensor is missing or its shape does not fit.
   */
  constructor(module: WebAssembly.Module, tensors: Readonly<Record<string, Tensor>>, window?: number) {
    this.#sequence = new Sequence(module, tensors, window);
    this.vocabulary = this.#sequence.vocabulary;
  }

  /** Forgets what it was fed. */
  reset(): void {
    this.#context = null;
    this.#sequence.reset();
  }

  save(): LanguageModelState {
    return this.#sequence.save();
  }

  /** `state` is copied. */
  restore(state: LanguageModelState): void {
    this.#context = null;
    this.#sequence.restore(state);
  }

  /** Reads one token. Throws a RangeError for a number that is none. */
  feed(token: number): void {
    this.#context = null;
    this.#sequence.feed(token);
  }

  /** Probability of each token to be the next, (V); the caller owns it. */
  probabilities(): Float32Array {
    return this.#sequence.probabilities();
  }

  /**
   * Probability of each token to be the next after `context`, read from the beginning of a sentence
   * on; (V), the caller owns it. Where `context` continues the last call's, only its new tokens are
   * read.
   */
  probabilitiesAfter(context: readonly number[]): Float32Array {
    let known = this.#context;
    this.#context = null;
    if (known === null || known.length > context.length || known.some((token, index) => token !== context[index])) {
      this.#sequence.reset();
      this.#sequence.feed(END_OF_SENTENCE);
      known = [];
    }
    for (const token of context.slice(known.length)) this.#sequence.feed(token);
    this.#context = [...context];
    return this.#sequence.probabilities();
  }
}
