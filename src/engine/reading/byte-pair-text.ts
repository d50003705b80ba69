// The text of folders in byte pairs: the files that were read are read again, as text, without
// their secrets; merges are learned from all of them, and the tokens of each follow. How text is
// cut and joined, src/text/byte-pair says.

import * as l10n from '@vscode/l10n';
import type { FolderRequest, ReadingOptions, UnsavedText } from '../../protocol/engine.ts';
import { BYTES, MergeLearner, type Merges } from '../../text/byte-pair/merges.ts';
import { type EncodedText, PretokenSequence } from '../../text/byte-pair/sequence.ts';
import { BytePairTokenizer } from '../../text/byte-pair/tokenizer.ts';
import { textsOf } from '../files/decoded-files.ts';
import { atMostEvery, type WorkHooks } from '../progress.ts';
import { findTexts } from './found-texts.ts';

/** Tokens that are kept, 256 MB. */
const MOST_TOKENS = 1 << 26;
/** Share of the phase that is over when the text is read, and when the merges are learned. */
const READ = 0.5;
const LEARNED = 0.9;

export interface BytePairRequest {
  folders: readonly FolderRequest[];
  unsaved: readonly UnsavedText[];
  reading: ReadingOptions;
  /** Of the files that are the text, as `ReadCorpus` has them. */
  paths: readonly string[];
  /** Tokens that there are at most. */
  size: number;
}

export interface BytePairText extends EncodedText {
  /** Of each document. */
  paths: string[];
  /** The tokenizer is made of them. */
  merges: Merges;
}

/** Null where it was cancelled. `most`: tokens that are kept. */
export async function readBytePairs(
  { folders, unsaved, reading, paths, size }: BytePairRequest,
  { progress, cancelled, log }: WorkHooks,
  most = MOST_TOKENS,
): Promise<BytePairText | null> {
  const isTime = atMostEvery();
  const tell = (fraction: number): void => {
    if (isTime()) progress({ phase: 'bytePairs', fraction });
  };
  progress({ phase: 'bytePairs', fraction: 0 });
  const found = await findTexts(folders, reading, unsaved, cancelled);
  if (!found) return null;
  const wanted = new Set(paths);
  const files = found.files.filter(({ name }) => wanted.has(name));
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const sequence = new PretokenSequence(most);
  const ascii = new TextDecoder();
  const names: string[] = [];
  let bytes = 0;
  for (const { file, pieces } of textsOf(files, new Set())) {
    if (sequence.isFull()) break;
    try {
      for await (const piece of pieces) {
        if (cancelled()) return null;
        sequence.add(typeof piece.text === 'string' ? piece.text : ascii.decode(piece.text));
        bytes += piece.bytes;
        tell(READ * Math.min(1, bytes / total));
        if (sequence.isFull()) break;
      }
    } catch {
      // the first reading has said what is wrong with the file
    }
    if (sequence.endDocument()) names.push(file.name);
  }

  const learner = new MergeLearner(sequence.counts(), size - BYTES - 1);
  while (learner.step()) {
    if (cancelled()) return null;
    tell(READ + ((LEARNED - READ) * learner.found) / size);
  }
  const merges = learner.merges();
  const tokenizer = new BytePairTokenizer(merges);
  const encoding = sequence.encode(tokenizer, most);
  for (;;) {
    const step = encoding.next();
    if (cancelled()) return null;
    if (!step.done) {
      tell(LEARNED + (1 - LEARNED) * step.value);
      continue;
    }
    const { tokens, documents, complete } = step.value;
    log('info', l10n.t('Byte pairs: {0} different ones, {1} in the text', tokenizer.size, tokens.length));
    if (!complete || sequence.isFull()) {
      log('warn', l10n.t('The language model learns from the first {0} byte pairs of the text', tokens.length));
    }
    return { tokens, documents, paths: names.slice(0, documents.length), merges };
  }
}
