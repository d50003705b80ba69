// Writes a model's word vectors to a file that other tools read.

import { basename, dirname, join } from 'node:path';
import type { VectorFormat } from '../../protocol/engine.ts';
import { writeGlove } from '../../word2vec/formats/glove.ts';
import { metadataName, writeProjectorMetadata, writeProjectorVectors } from '../../word2vec/formats/projector.ts';
import { writeWord2vecBinary } from '../../word2vec/formats/word2vec-binary.ts';
import { writeWord2vecText } from '../../word2vec/formats/word2vec-text.ts';
import { writeFileAtomically } from '../model/durable-file.ts';
import { writeSafetensors } from '../model/safetensors.ts';
import type { StoredModel } from '../model/stored-model.ts';

/** See `EngineApi.exportVectors`. */
export async function exportVectors(
  model: StoredModel,
  path: string,
  format: VectorFormat,
): Promise<{ words: number; bytes: number }> {
  const { vocabulary, vectorSize } = model.summary;
  const words = model.words.slice(0, vocabulary);
  const counts = model.counts && model.counts.subarray(0, vocabulary);
  const vectors = model.vectors['input']!.data;
  const chunks = {
    'word2vec-text': () => writeWord2vecText(words, vectors, vectorSize),
    'word2vec-binary': () => writeWord2vecBinary(words, vectors, vectorSize),
    glove: () => writeGlove(words, vectors, vectorSize),
    projector: () => writeProjectorVectors(vectors, vectorSize),
    // safetensors holds numbers only: the words go into its metadata, one a line, in the order of
    // the rows
    safetensors: () =>
      writeSafetensors({ vectors: { shape: [words.length, vectorSize], data: vectors } }, { words: words.join('\n') }),
  }[format];
  let bytes = await writeFileAtomically(path, chunks());
  if (format === 'projector') {
    const metadata = join(dirname(path), metadataName(basename(path)));
    bytes += await writeFileAtomically(metadata, writeProjectorMetadata(words, counts));
  }
  return { words: words.length, bytes };
}
