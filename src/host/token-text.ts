// What the view of a file's tokens says in words.

import * as l10n from '@vscode/l10n';
import type { FileTokens, LeftOutReason } from '../protocol/engine.ts';

/** The lines above the text: language, encoding, figures, and what was left out by reason. */
export function tokenSummary(
  { language: name, encoding, guessed, repaired, tokens, sentences, leftOut }: FileTokens,
  language: string,
): string[] {
  const figure = (value: number): string => value.toLocaleString(language);
  const words = tokens.length / 3;
  const lines = [
    encoding === null ? l10n.t('Language: {0}', name) : l10n.t('Language: {0}. Encoding: {1}', name, encoding),
    // a text that does not end with the end of a sentence has one more
    l10n.t(
      'Words: {0}. Sentences: {1}',
      figure(words),
      figure(sentences.length + Number(words > (sentences.at(-1) ?? 0))),
    ),
  ];
  if (guessed) lines.push(l10n.t('The encoding is a guess'));
  if (repaired) lines.push(l10n.t('Broken characters were replaced'));
  const counts = new Map<LeftOutReason, number>();
  for (const { reason } of leftOut) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  for (const [reason, count] of counts)
    lines.push(l10n.t('Left out: {0}, places: {1}', leftOutText(reason), figure(count)));
  return lines;
}

/** Why something is in no word. */
export function leftOutText(reason: LeftOutReason): string {
  switch (reason) {
    case 'markup':
      return l10n.t('markup');
    case 'keyword':
      return l10n.t('keywords of the programming language');
    case 'secret':
      return l10n.t('an access token or a private key');
    case 'data':
      return l10n.t('data that is no text');
    case 'tooLong':
      return l10n.t('too long for a word');
  }
}
