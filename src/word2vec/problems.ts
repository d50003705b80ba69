// What can go wrong with a training of word vectors, as data: the engine makes the sentences.

export type Word2vecProblem =
  /** The vectors grew beyond all bounds at learning rate `alpha`; `smaller` is one to try. */
  | { kind: 'vectorsGrew'; alpha: number; smaller: number }
  /** The matrices need `bytes`: more than the 4 GiB of WebAssembly, or than this machine gives. */
  | {
      kind: 'vectorsTooLarge';
      words: number;
      ngrams: number;
      vectorSize: number;
      bytes: number;
      most: 'wasm' | 'machine';
    };

export class Word2vecError extends RangeError {
  override name = 'Word2vecError';
  readonly problem: Word2vecProblem;

  constructor(problem: Word2vecProblem) {
    super(`word2vec: ${JSON.stringify(problem)}`);
    this.problem = problem;
  }
}
