// A file as a training reads it, for Show How This File Is Read.

import * as l10n from '@vscode/l10n';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FileContent, FileTokens } from '../protocol/engine.ts';
import { Decoder } from '../text/decode.ts';
import { tokensOfDocument } from '../text/document-tokens.ts';
import { encodingNamed, encodingOfSetting, type Scores } from '../text/encodings.ts';
import type { TextOptions } from '../text/options.ts';
import { blanked, DataFilter } from '../text/data-blocks.ts';
import { SecretFilter } from '../text/secrets.ts';
import { othersInFolder } from './files/folder-evidence.ts';
import { LOCALE } from './files/decoded-files.ts';
import { checkTextOptions } from './check-options.ts';

/** A larger file is not shown: no editor does. Bytes, or UTF-16 units of a text. */
const LARGEST = 20_000_000;

/** As of `EngineApi.tokensOf`. */
export async function fileTokens(
  path: string,
  options: TextOptions,
  content: FileContent,
  stemLengthOf: (word: string) => number,
): Promise<FileTokens> {
  checkTextOptions(options);
  const name = basename(path);
  const size = (content.text ?? content.bytes)?.length ?? (await stat(path)).size;
  if (size > LARGEST) {
    throw new Error(l10n.t('{0} is too large to be shown: {1} MB.', name, (size / 1e6).toFixed(1)));
  }
  const read =
    content.text === undefined
      ? decoded(content.bytes ?? (await readFile(path)), name, content.encoding, () => othersInFolder(path))
      : { text: content.text, encoding: null, guessed: false, repaired: false };
  const text = read.text.normalize('NFC');
  const cleaned = new SecretFilter().clean(text, true) as string;
  const data = new DataFilter().rangesOf(cleaned);
  const tokens = tokensOfDocument(name, blanked(cleaned, data), options, stemLengthOf);
  const blocks = data
    .filter(({ kind }) => kind !== 'control')
    .map(({ start, end }) => ({ start, end, reason: 'data' as const }));
  const leftOut = [...tokens.leftOut, ...secretsOf(text, cleaned), ...blocks].sort((a, b) => a.start - b.start);
  return { ...read, text, ...tokens, leftOut };
}

/** Where `cleaned` has spaces for what `text` has. */
function secretsOf(text: string, cleaned: string): FileTokens['leftOut'] {
  const found: FileTokens['leftOut'] = [];
  if (text === cleaned) return found;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === cleaned[i]) continue;
    const start = i;
    while (i < text.length && text[i] !== cleaned[i]) i++;
    found.push({ start, end: i, reason: 'secret' });
  }
  return found;
}

function decoded(
  bytes: Uint8Array,
  name: string,
  setting: string | undefined,
  others: () => readonly Scores[],
): Pick<FileTokens, 'text' | 'encoding' | 'guessed' | 'repaired'> {
  if (setting !== undefined && encodingNamed(setting) === null) {
    throw new Error(l10n.t('No encoding has the name “{0}”.', setting));
  }
  const decoder = Decoder.of(bytes, bytes.length, {
    setting: setting === undefined ? null : encodingOfSetting(setting),
    locale: LOCALE,
    others,
  });
  if (!decoder) throw new Error(l10n.t('{0} is not a text file.', name));
  const { text, repaired } = decoder.decode(bytes, true);
  const decoded = typeof text === 'string' ? text : new TextDecoder().decode(text);
  return { text: decoded, encoding: decoder.encoding, guessed: decoder.guessed, repaired };
}
