// What threads do with the shares that they have read, one after the other in one thread.

import type { FoundFile } from '../../src/engine/files/file-source.ts';
import type { WorkHooks } from '../../src/engine/progress.ts';
import { CorpusPasses } from '../../src/engine/reading/corpus-passes.ts';
import { type ReadCorpus, unpacked } from '../../src/engine/reading/read-corpus.ts';
import type { SharedTokenFile } from '../../src/engine/reading/read-shares.ts';
import {
  type MergedRead,
  mergeRead,
  packedBytes,
  type ReadShare,
  writeShares,
} from '../../src/engine/reading/read-shares.ts';
import type { ReadingNotes } from '../../src/engine/reading/reading-notes.ts';
import { entriesOf, saveCache } from '../../src/engine/reading/token-cache.ts';
import { writtenText } from '../../src/text/merge.ts';
import { PHRASE_DEFAULTS, type PhraseOptions, TEXT_DEFAULTS, type TextOptions } from '../../src/text/options.ts';
import { TextKernel } from '../../src/text/text-kernel.ts';

export const hooks: WorkHooks = { progress: () => undefined, cancelled: () => false, log: () => undefined };

export function putTogether(
  module: WebAssembly.Module,
  file: SharedTokenFile,
  shares: readonly ReadShare[],
  notes: ReadingNotes,
  options: { text?: TextOptions; phrases?: PhraseOptions; inRanges?: boolean } = {},
  cache?: { directory: string; key: string; files: FoundFile[] },
): ReadCorpus {
  const { text = TEXT_DEFAULTS, phrases = PHRASE_DEFAULTS, inRanges = false } = options;
  const merged = mergeRead(new TextKernel(module), file, shares, notes, hooks, text, phrases, inRanges)!;
  for (const [index, { packed }] of shares.entries()) {
    const places = merged.text.places[index]!;
    writeShares(new TextKernel(module), [{ packed, places }], merged.room, file.descriptor, () => false);
  }
  const read = finished(merged, text, phrases);
  const entries = cache && entriesOf(merged, cache.files);
  if (entries) {
    const packed = shares.map((share) => packedBytes(share.packed, file.descriptor));
    const toCache = { key: cache.key, entries, text: merged.text };
    saveCache(new TextKernel(module), cache.directory, toCache, packed);
  }
  return read;
}

function finished(merged: MergedRead, text: TextOptions, phrases: PhraseOptions): ReadCorpus {
  const corpus = { ...writtenText(merged.text, merged.room), letters: merged.text.letters };
  const paths = merged.documents.map(({ name }) => name);
  const written = unpacked({ corpus, paths, report: merged.report });
  if (!merged.isChanged) return written;
  const changed = new CorpusPasses(hooks, text, phrases).finish(written.corpus)!;
  return { ...written, corpus: changed.corpus, report: { ...written.report, phrases: changed.phrases } };
}
