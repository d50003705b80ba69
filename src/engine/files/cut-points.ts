// Where a large file in UTF-8 may be parted, so that several threads read it. Prose: where pieces
// may be cut (src/text/pieces.ts). Code, JSON among it: between two lines that seem to be in no
// comment; whoever reads the part before knows at its end whether something was open there, and
// then the file is not parted. Markup is not: tags go over lines. No secret goes on at the place.

import { closeSync, readSync } from 'node:fs';
import { DataFilter } from '../../text/data-blocks.ts';
import { Decoder } from '../../text/decode.ts';
import { PROBE } from '../../text/encodings.ts';
import { BEGINNING, type Language, languageOf, type Lexis } from '../../text/languages.ts';
import { lastCut } from '../../text/pieces.ts';
import { SecretFilter } from '../../text/secrets.ts';
import type { FoundFile } from './file-source.ts';
import { isGeneratedText } from './generated-text.ts';
import { openRegular } from './regular-file.ts';

/** Bytes before the place that are looked at: a private key is shorter. */
const WINDOW = 1 << 16;
/** How many of them, one before the other. */
const WINDOWS = 8;
/** A smaller file is not parted, bytes. */
const SMALLEST = 1 << 22;

/**
 * The last place up to `wanted`, bytes, but not far before it, where the file may be parted; null
 * where it may not.
 */
export function placeOfCut(file: FoundFile, wanted: number): number | null {
  if (file.size < SMALLEST || file.text !== undefined || file.virtual !== undefined) return null;
  try {
    const descriptor = openRegular(file.path);
    try {
      const language = partableLanguage(descriptor, file);
      return language && cutBefore(descriptor, wanted, language);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null; // who reads it will say so
  }
}

/** The language of a file that may be parted, which its name alone tells; else null. */
function partableLanguage(descriptor: number, { name, size, encoding }: FoundFile): Language | null {
  const beginning = bytesAt(descriptor, 0, PROBE);
  const text = new TextDecoder().decode(beginning.subarray(0, 4 * BEGINNING)).slice(0, BEGINNING);
  const language = languageOf(name);
  const isPartable = language.lexis !== null || language.syntax === 'prose';
  if (!isPartable || languageOf(name, text) !== language) return null;
  const isText =
    Decoder.of(beginning, size, { setting: encoding })?.encoding === 'utf-8' && !isGeneratedText(name, beginning);
  return isText ? language : null;
}

function cutBefore(descriptor: number, wanted: number, language: Language): number | null {
  for (let end = wanted, left = WINDOWS; left > 0 && end > WINDOW; end -= WINDOW, left--) {
    const window = bytesAt(descriptor, end - WINDOW, WINDOW);
    const cut = lastPlace(window, language);
    if (cut > 0) return end - WINDOW + cut;
  }
  return null;
}

/** The last place of a part of a file where it may be parted, bytes; 0 where there is none. */
export function lastPlace(bytes: Uint8Array, { lexis }: Language): number {
  const place = lexis ? lastLine(bytes, lexis) : lastCut(bytes, 'utf-8');
  if (place === 0) return 0;
  const secrets = new SecretFilter();
  secrets.clean(bytes.subarray(0, place), true);
  const data = new DataFilter();
  data.clean(bytes.subarray(0, place));
  return secrets.isOpen || data.isOpen ? 0 : place;
}

/**
 * Where the last line begins, behind its indentation, that comes after one without the signs of
 * comments; 0 where there is none.
 */
function lastLine(bytes: Uint8Array, { lineComments, blockComments }: Lexis): number {
  const text = new TextDecoder('latin1').decode(bytes); // a character a byte
  const signs = [...lineComments, ...blockComments.flat()];
  for (let end = text.lastIndexOf('\n'), next = text.length; end > 0;) {
    const begin = text.lastIndexOf('\n', end - 1) + 1;
    const before = text.slice(begin, end);
    const indent = /^[\t ]*(?=[!-~])/.exec(text.slice(end + 1, next))?.[0];
    if (indent !== undefined && /\w/.test(before) && !signs.some((sign) => before.includes(sign))) {
      return end + 1 + indent.length;
    }
    next = end;
    end = begin - 1;
  }
  return 0;
}

function bytesAt(descriptor: number, place: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let read = 0;
  while (read < length) {
    const some = readSync(descriptor, bytes, read, length - read, place + read);
    if (some === 0) break;
    read += some;
  }
  return bytes.subarray(0, read);
}
