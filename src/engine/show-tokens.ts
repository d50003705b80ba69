// A file as a training reads it, for Show How This File Is Read.

import * as l10n from '@vscode/l10n';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FileContent, FileTokens } from '../protocol/engine.ts';
import { DataFilter, PlacesWithData, withoutData } from '../text/data-blocks.ts';
import { Decoder } from '../text/decode.ts';
import { type DocumentTokens, tokensOfDocument } from '../text/document-tokens.ts';
import { encodingNamed, encodingOfSetting, type Scores } from '../text/encodings.ts';
import { nfc } from '../text/normalize.ts';
import type { TextOptions } from '../text/options.ts';
import { SecretFilter } from '../text/secrets.ts';
import { checkTextOptions } from './check-options.ts';
import { LOCALE } from './files/decoded-files.ts';
import { othersInFolder } from './files/folder-evidence.ts';
import { readRegularFile } from './files/regular-file.ts';

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
      ? decoded(content.bytes ?? (await readRegularFile(path)), name, content.encoding, () => othersInFolder(path))
      : { text: content.text, encoding: null, guessed: false, repaired: false };
  const text = nfc(read.text);
  const secrets = new SecretFilter().rangesOf(text);
  const cleaned = blanked(text, secrets);
  const data = new DataFilter().rangesOf(cleaned);
  const shown = withoutData(cleaned, data);
  const found = tokensOfDocument(name, shown, options, stemLengthOf);
  const tokens = data.length > 0 ? inText(found, shown, new PlacesWithData(data)) : found;
  const blocks = data
    .filter(({ kind }) => kind !== 'control')
    .map(({ start, end }) => ({ start, end, reason: 'data' as const }));
  const hidden = secrets.map(({ start, end, kind }) => ({
    start,
    end,
    reason: kind === 'secret' ? ('secret' as const) : ('data' as const),
  }));
  const leftOut = [...tokens.leftOut, ...hidden, ...blocks].sort((a, b) => a.start - b.start);
  return { ...read, text, ...tokens, leftOut };
}

/** The text with spaces in these places, as long as it was. */
function blanked(text: string, places: readonly { start: number; end: number }[]): string {
  let cleaned = '';
  let from = 0;
  for (const { start, end } of places) {
    cleaned += text.slice(from, start) + ' '.repeat(end - start);
    from = end;
  }
  return cleaned + text.slice(from);
}

/** The tokens of `shown`, a text without its data, with their places in the text that has it. */
function inText(found: DocumentTokens, shown: string, places: PlacesWithData): DocumentTokens {
  const tokens = found.tokens.map((place, i) => (i % 3 === 2 ? place : places.of(place, i % 3 === 1)));
  const spellings = { ...found.spellings };
  for (let i = 0; i < tokens.length; i += 3) {
    const [length, kept] = [tokens[i + 1]! - tokens[i]!, found.tokens[i + 1]! - found.tokens[i]!];
    // data stands in the word: a change of colour, for example
    if (length !== kept) spellings[i / 3] ??= shown.slice(found.tokens[i], found.tokens[i + 1]);
  }
  const leftOut = found.leftOut.map(({ start, end, reason }) => ({
    start: places.of(start, false),
    end: places.of(end, true),
    reason,
  }));
  return { ...found, tokens, spellings, leftOut };
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
