// Where a large file may be parted, so that several threads read it: a place where pieces may be cut (src/text/pieces.ts) and no
// secret goes on. Only prose in UTF-8 is parted: what of markup and code is open at a place, its beginning alone tells.

import { closeSync, openSync, readSync } from 'node:fs';
import { Decoder } from '../text/decode.ts';
import { PROBE } from '../text/encodings.ts';
import { languageOf } from '../text/languages.ts';
import { lastCut } from '../text/pieces.ts';
import { SecretFilter } from '../text/secrets.ts';
import { isGeneratedText } from './generated-text.ts';
import type { FoundFile } from './file-source.ts';

/** Bytes before the place that are looked at: a private key is shorter. */
const WINDOW = 1 << 16;
/** How many of them, one before the other. */
const WINDOWS = 8;
/** A smaller file is not parted, bytes. */
const SMALLEST = 1 << 22;

/** The last place up to `wanted`, bytes, but not far before it, where the file may be parted; null where it may not. */
export function placeOfCut(file: FoundFile, wanted: number): number | null {
  if (file.size < SMALLEST || file.text !== undefined || file.virtual !== undefined) return null;
  try {
    const descriptor = openSync(file.path, 'r');
    try {
      return isPartable(descriptor, file) ? cutBefore(descriptor, wanted) : null;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null; // who reads it will say so
  }
}

function isPartable(descriptor: number, { name, size, encoding }: FoundFile): boolean {
  const beginning = bytesAt(descriptor, 0, PROBE);
  const text = new TextDecoder('latin1').decode(beginning.subarray(0, 200)); // the marks of a language are ASCII
  if (languageOf(name, text).syntax !== 'prose') return false;
  return Decoder.of(beginning, size, encoding)?.encoding === 'utf-8' && !isGeneratedText(name, beginning);
}

function cutBefore(descriptor: number, wanted: number): number | null {
  for (let end = wanted, left = WINDOWS; left > 0 && end > WINDOW; end -= WINDOW, left--) {
    const window = bytesAt(descriptor, end - WINDOW, WINDOW);
    const cut = lastCut(window, 'utf-8');
    if (cut === 0) continue;
    const secrets = new SecretFilter();
    secrets.clean(window.subarray(0, cut), false);
    if (!secrets.isOpen) return end - WINDOW + cut;
  }
  return null;
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
