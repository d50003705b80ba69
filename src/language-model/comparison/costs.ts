// What a model costs, worked out from its shape.

import { type Architecture, layOutParameters } from '../network/parameters.ts';

/** Numbers that are learned, without padding. */
export function parameterCount(architecture: Architecture): number {
  return layOutParameters(architecture, 0).all.reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
}

/**
 * Multiplications with an addition that a token of inference takes, in products with weights and in
 * attention over `window` states; an embedding and one-hot tokens are looked up.
 */
export function multiplyAddsPerToken(architecture: Architecture, window: number): number {
  const { embedding, layers, attention, outputWeight, clusters } = layOutParameters(architecture, 0);
  const size = ({ shape }: { shape: number[] }): number => shape[0]! * shape[1]!;
  let sum = size(outputWeight) + (clusters ? size(clusters.weight) : 0);
  for (const [index, { weightIh, weightHh }] of layers.entries()) {
    sum += size(weightHh) + (index > 0 || embedding ? size(weightIh) : 0);
  }
  if (attention) sum += size(attention.query) + size(attention.join) + 2 * window * architecture.hiddenSize;
  return sum;
}

/**
 * The hidden size with which a model of this kind comes nearest to `count` parameters; a tied
 * embedding grows along.
 */
export function hiddenSizeWithParameters(architecture: Architecture, count: number): number {
  const difference = (hiddenSize: number): number => {
    const embeddingSize = architecture.tied ? hiddenSize : architecture.embeddingSize;
    return parameterCount({ ...architecture, hiddenSize, embeddingSize }) - count;
  };
  let [least, most] = [1, 4096]; // the count grows with the size
  while (least < most) {
    const middle = (least + most) >> 1;
    if (difference(middle) < 0) least = middle + 1;
    else most = middle;
  }
  return least > 1 && Math.abs(difference(least - 1)) <= Math.abs(difference(least)) ? least - 1 : least;
}
