// What is done over a text once it is counted: particles of Korean are separated, phrases become
// words, and names are met with their parts.

import * as l10n from '@vscode/l10n';
import type { ReadingReport } from '../../protocol/engine.ts';
import type { Corpus } from '../../text/corpus.ts';
import { addIdentifierParts, arePlain, partsOf } from '../../text/identifier-parts.ts';
import type { PhraseOptions, TextOptions } from '../../text/options.ts';
import { mayHaveParticle, separateParticles } from '../../text/particles.ts';
import { DELIMITER, findPhrases, type Phrases } from '../../text/phrases.ts';
import { spell } from '../../text/vocabulary.ts';
import { atMostEvery, type WorkHooks } from '../progress.ts';

/** Below so many words nothing sensible can be learned. */
const FEWEST_WORDS = 2000;

/** Throws one sentence where nothing sensible can be learned. */
export function checkEnoughWords({ words, files, limitProblem }: ReadingReport): void {
  if (words >= FEWEST_WORDS) return;
  if (limitProblem !== undefined) throw new Error(limitProblem);
  if (files === 0) {
    throw new Error(
      l10n.t(
        'Lexiscope needs about {0} words to learn from and found no text here. Open a folder with text, or look at what the log says was skipped.',
        FEWEST_WORDS,
      ),
    );
  }
  throw new Error(
    l10n.t(
      'Lexiscope needs about {0} words to learn from and found {1} (files read: {2}). Open a folder with more text, or look at what the log says was skipped.',
      FEWEST_WORDS,
      words,
      files,
    ),
  );
}

/**
 * Whether these passes change the running text of `count` words, given by their letters
 * (vocabulary.ts).
 */
export function changesTokens(letters: Uint16Array, count: number, text: TextOptions, phrases: PhraseOptions): boolean {
  if (phrases.passes > 0) return true;
  if (arePlain(letters)) return false; // a look that takes a tenth of the time
  const words = spell(letters, count);
  return (
    (text.particles !== 'attached' && words.some(mayHaveParticle)) ||
    (text.identifierParts && words.some((word) => partsOf(word).length > 0))
  );
}

/**
 * Goes through the passes over a text, of which counting is the first, tells how far they are and
 * looks whether they are cancelled.
 */
export class CorpusPasses {
  readonly #hooks: WorkHooks;
  readonly #text: TextOptions;
  readonly #phrases: PhraseOptions;
  readonly #count: number;
  #pass = 0;
  readonly #isTime = atMostEvery();

  constructor(hooks: WorkHooks, text: TextOptions, phrases: PhraseOptions) {
    this.#hooks = hooks;
    this.#text = text;
    this.#phrases = phrases;
    this.#count = 1 + Number(text.particles !== 'attached') + phrases.passes + Number(text.identifierParts);
  }

  /** Counting, which `steps` do; null where it was cancelled. */
  count<T>(steps: Generator<number, T>): T | null {
    this.#hooks.progress({ phase: 'counting', fraction: 0 });
    return this.#run(steps);
  }

  /** What follows on counting; null where it was cancelled. The corpus gives up its tokens. */
  finish(counted: Corpus): { corpus: Corpus; phrases: number } | null {
    const [hooks, text, phrases] = [this.#hooks, this.#text, this.#phrases];
    let corpus = counted;
    this.#pass = 1;
    const { pruned } = corpus;
    if (pruned.words > 0) {
      hooks.log(
        'warn',
        l10n.t(
          'There are more different words than there is room for: {0} that had come up to {1} times were left out',
          pruned.words,
          pruned.upTo,
        ),
      );
    }
    if (text.particles !== 'attached') {
      if (corpus.spilled) {
        if (corpus.words.some(mayHaveParticle)) {
          hooks.log('warn', l10n.t('The text is too long to separate the particles of Korean'));
        }
      } else {
        const separated = this.#run(separateParticles(corpus, text.particles === 'separate'));
        if (!separated) return null;
        corpus = separated;
      }
    }
    if (phrases.passes > 0 && corpus.spilled) {
      hooks.log('warn', l10n.t('The text is too long to look for phrases in it'));
    }
    // a phrase is spelled like a name and is none
    const names = phrases.passes > 0 ? new Set(corpus.words.filter((word) => word.includes(DELIMITER))) : null;
    const isName = (word: string): boolean => !names || !word.includes(DELIMITER) || names.has(word);
    let phraseCount = 0;
    for (let round = 1; round <= phrases.passes && !corpus.spilled; round++) {
      const result: Phrases | null = this.#run(findPhrases(corpus, phrases));
      if (!result) return null;
      corpus = result.corpus;
      phraseCount += result.found;
      hooks.log('info', l10n.t('Phrases: {0} found in pass {1}', result.found, round));
      if (result.prunedUpTo > 0) {
        hooks.log(
          'info',
          l10n.t(
            'Pairs of words that had come up to {0} times were left out while they were counted',
            result.prunedUpTo,
          ),
        );
      }
    }
    if (text.identifierParts && !corpus.spilled) {
      const added = this.#run(addIdentifierParts(corpus, isName));
      if (!added) return null;
      corpus = added;
    }
    return { corpus, phrases: phraseCount };
  }

  /** Runs the next of the passes. */
  #run<T>(steps: Generator<number, T>): T | null {
    for (;;) {
      const step = steps.next();
      if (this.#hooks.cancelled()) return null;
      if (step.done) {
        this.#pass++;
        return step.value;
      }
      if (!this.#isTime()) continue;
      this.#hooks.progress({ phase: 'counting', fraction: (this.#pass + step.value) / this.#count });
    }
  }
}
