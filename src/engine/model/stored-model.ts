// Everything that is kept of a training or an import, as it is in memory.

import type { ModelSummary, TrainRequest } from '../../protocol/engine.ts';
import type { BytePairTokenizer } from '../../text/byte-pair/tokenizer.ts';
import type { TextOptions } from '../../text/options.ts';
import type { NgramOptions } from '../../word2vec/subwords.ts';
import type { Tensor } from './safetensors.ts';

export interface StoredModel {
  summary: ModelSummary;
  /**
   * What it was made with, "automatic" replaced by figures; without the options of what was not
   * made.
   */
  options: Partial<Pick<TrainRequest, 'text' | 'word2vec' | 'projection' | 'languageModel' | 'threads'>> & {
    /**
     * Of imported vectors with rows of n-grams: how n-grams are counted. Trained ones have it in
     * `word2vec`.
     */
    ngrams?: NgramOptions;
    /** Of a language model with words of its own: how its text was cut into words. */
    languageModelText?: TextOptions;
    seed: number;
  };
  /**
   * By count, the most frequent first: at least the words with a vector and those of the language
   * model.
   */
  words: string[];
  /** As long as `words`; null where they are unknown. */
  counts: Float64Array | null;
  /**
   * `input` and, unless they were imported, `output`, (V, D) each; with subwords `ngrams`,
   * (buckets, D).
   */
  vectors: Record<string, Tensor>;
  /** `positions` (N, 2). */
  map: Record<string, Tensor> | null;
  /** As language-model/ names them. */
  languageModel: Record<string, Tensor> | null;
  /**
   * The words of a language model that an earlier training made than that of the vectors; absent if
   * they are `words`.
   */
  languageModelVocabulary?: LanguageModelWords;
  /** How the language model's training went: see training-curves.ts. */
  training: Record<string, Tensor> | null;
  /** Of a language model whose tokens are byte pairs. */
  tokenizer?: BytePairTokenizer;
}

/** Words by count, the most frequent first. */
export interface LanguageModelWords {
  words: string[];
  /** As long as `words`. */
  counts: Float64Array;
}
