// A file as a training reads it, for Show Tokens.

import * as l10n from '@vscode/l10n';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FileTokens } from '../protocol/engine.ts';
import { decodeText, encodingOf } from '../text/decode.ts';
import { tokensOfDocument } from '../text/document-tokens.ts';
import type { TextOptions } from '../text/options.ts';
import { checkTextOptions } from './options.ts';

/** A larger file is not shown: no editor does. Bytes, or UTF-16 units of a text. */
const LARGEST = 20_000_000;

/** As of `EngineApi.tokensOf`. */
export async function fileTokens(
  path: string,
  options: TextOptions,
  given: string | undefined,
  stemLengthOf: (word: string) => number,
): Promise<FileTokens> {
  checkTextOptions(options);
  const name = basename(path);
  const size = given?.length ?? (await stat(path)).size;
  if (size > LARGEST) {
    throw new Error(l10n.t('{0} is too large to be shown: {1} MB.', name, (size / 1e6).toFixed(1)));
  }
  const read = given === undefined ? await decoded(path, name) : { text: given, encoding: null, repaired: false };
  const text = read.text.normalize('NFC');
  return { ...read, text, ...tokensOfDocument(name, text, options, stemLengthOf) };
}

async function decoded(path: string, name: string): Promise<Pick<FileTokens, 'text' | 'encoding' | 'repaired'>> {
  const bytes = await readFile(path);
  const encoding = encodingOf(bytes);
  const decoded = encoding && decodeText(bytes);
  if (!decoded) throw new Error(l10n.t('{0} is not a text file.', name));
  const { text, repaired } = decoded;
  return { text: typeof text === 'string' ? text : new TextDecoder().decode(text), encoding, repaired };
}
