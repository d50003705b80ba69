// The line under the map: what size means, or, while a word is selected, what the colours mean.

import * as l10n from '@vscode/l10n';
import { element } from './dom.ts';
import { formatCount, formatSimilarity } from './numbers.ts';
import { css, readTheme } from './theme.ts';

export class Legend {
  readonly element = element('div', { class: 'legend' });

  showSize(words: number): void {
    this.element.replaceChildren(l10n.t('{0} words · larger dots occur more often', formatCount(words)));
  }

  /** `closest`: the similarity at the warm end of the scale. */
  showSimilarity(word: string, closest: number): void {
    const scale = element('span', { class: 'legend-scale' });
    scale.style.background = `linear-gradient(to right, ${readTheme().ramp.map(css).join(', ')})`;
    this.element.replaceChildren(
      element('span', { class: 'legend-word' }, l10n.t('Similarity to {0}', word)),
      formatSimilarity(0),
      scale,
      formatSimilarity(closest),
    );
  }
}
