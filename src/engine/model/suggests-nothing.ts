// Whether a language model learned more than how frequent words are: one that did not suggests
// nothing.

import * as l10n from '@vscode/l10n';
import type { LanguageModelSummary } from '../../protocol/engine.ts';

/**
 * Why a model suggests nothing, a sentence for the user; null if it does, or if that was not
 * measured.
 */
export function suggestsNothing({ perplexity, unigramPerplexity }: LanguageModelSummary): string | null {
  if (perplexity === null || unigramPerplexity === undefined || perplexity < unigramPerplexity) return null;
  return l10n.t(
    'The language model predicts text it has not seen no better than counting words would (perplexity {0}, counting {1}), so it suggests nothing; train on more text or with other settings.',
    perplexity.toFixed(0),
    unigramPerplexity.toFixed(0),
  );
}
