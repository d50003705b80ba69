// The map of the most frequent words, made in a compute thread: the same step of a training and of
// an import.

import type { ProjectionOptions } from '../../projection/options.ts';
import type { EngineEvents } from '../../protocol/engine.ts';
import { WordVectors } from '../../word2vec/vectors.ts';
import { runTasks } from '../compute-tasks.ts';
import type { Kernels } from '../kernels.ts';
import type { StoredModel } from '../model/stored-model.ts';

export interface WordMapRequest {
  kernels: Kernels;
  /** Of the compute thread's bundle. */
  script: URL;
  signal: AbortSignal;
  events: EngineEvents;
  /** The most frequent first. */
  words: readonly string[];
  /** (V, D), of at least as many words as the map takes. */
  vectors: Float32Array;
  vectorSize: number;
  options: ProjectionOptions;
  seed: number;
}

/** Positions of the most frequent words, (N, 2); null where it was cancelled. */
export async function makeWordMap(request: WordMapRequest): Promise<Float32Array | null> {
  const { kernels, script, signal, events, vectorSize, options, seed } = request;
  events.progress({ phase: 'map', fraction: 0 });
  const mapWords = Math.min(options.maxWords, request.words.length);
  const vectors = new WordVectors(
    kernels.similarity,
    request.words.slice(0, mapWords),
    request.vectors.subarray(0, mapWords * vectorSize),
    vectorSize,
  ).unitVectors(mapWords);
  const task = { kind: 'projection', kernel: kernels.similarity, vectors, vectorSize, options, seed } as const;
  const made = await runTasks([task], { script, signal, events });
  return made && made[0]!;
}

/** A model with a map: `positions` (N, 2) of its first words. */
export function withMap(model: StoredModel, positions: Float32Array, projection: ProjectionOptions): StoredModel {
  const mapWords = positions.length / 2;
  return {
    ...model,
    summary: { ...model.summary, mapWords },
    options: { ...model.options, projection },
    map: { positions: { shape: [mapWords, 2], data: positions } },
  };
}
