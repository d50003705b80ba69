// A model that is stored in stages, each as soon as it is there, and what of the model before stays
// in use meanwhile.

import type { ReadingReport } from '../../protocol/engine.ts';
import type { StoredModel } from '../model/stored-model.ts';

/** Where a training stores what it learned. */
export interface Storing {
  /** The model that is there; null: none is. */
  earlier: StoredModel | null;
  /** Puts a model in the place of the one that is there. `reading`: what was read for it. */
  store: (model: StoredModel, reading?: ReadingReport) => Promise<void>;
}

/** Stores one model after the other, in their order, while the training goes on. */
export class Stages {
  readonly #store: Storing['store'];
  #storing: Promise<void> = Promise.resolve();

  /** `reading`: what was read for all of them. */
  constructor(store: Storing['store'], reading?: ReadingReport) {
    this.#store = (model) => store(model, reading);
  }

  store(model: StoredModel): void {
    this.#storing = this.#storing.then(() => this.#store(model));
    this.#storing.catch(() => undefined); // `end` tells
  }

  /** Once all is stored. Throws what storing threw. */
  end(): Promise<void> {
    return this.#storing;
  }

  /** Once nothing is being stored any more. */
  async settled(): Promise<void> {
    await this.#storing.catch(() => undefined);
  }
}

/**
 * A model with the language model of an earlier one, which keeps the words that it was made with.
 */
export function withLanguageModelOf(earlier: StoredModel | null, model: StoredModel): StoredModel {
  if (!earlier?.languageModel) return model;
  const { words, counts, summary, options, languageModel, training, tokenizer } = earlier;
  const vocabulary = earlier.languageModelVocabulary ?? (counts && { words, counts });
  const text = earlier.languageModelVocabulary ? options.languageModelText : options.text;
  return {
    ...model,
    summary: { ...model.summary, languageModel: summary.languageModel },
    options: {
      ...model.options,
      ...(options.languageModel && { languageModel: options.languageModel }),
      ...(text && { languageModelText: text }),
    },
    languageModel,
    ...(vocabulary && { languageModelVocabulary: vocabulary }),
    training,
    ...(tokenizer && { tokenizer }),
  };
}
