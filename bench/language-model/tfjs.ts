// The first row's model in TensorFlow.js, in two ways. As the library's users write it: its own
// layers, compiled with its cross-entropy of integer targets. And as fast as we could make it by
// hand: variables stay in the library, the input's product is one for all steps, and the
// cross-entropy takes the target's logit by a product of gathered rows, so that no one-hot matrix
// of the vocabulary is made. The gradient is not clipped in either, which ours is.

import type { Rank, Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { loadTensorflow } from '../../src/engine/training/tensorflow.ts';
import type { NetworkOptions } from '../../src/language-model/network/network.ts';

type Model = Pick<NetworkOptions, 'vocabulary' | 'embeddingSize' | 'hiddenSize' | 'batchSize' | 'steps'>;
type Core = typeof import('@tensorflow/tfjs-core');
/** What is used of its layers, which tfjs-node has beside the core. */
interface Layers {
  sequential(): {
    add(layer: unknown): void;
    compile(options: { optimizer: unknown; loss: string }): void;
    trainOnBatch(inputs: Tensor2D, targets: unknown): Promise<number>;
    dispose(): void;
  };
  layers: Record<'embedding' | 'lstm' | 'dense', (options: object) => unknown>;
}

/** Words as frequent as in a text (Zipf), (T * B). */
function draw(tf: Core, { vocabulary, batchSize, steps }: Model): Tensor1D {
  return tf.cast(tf.sub(tf.pow(vocabulary, tf.randomUniform<Rank.R1>([steps * batchSize])), 1), 'int32');
}

/** Median tokens a second of steps that take these milliseconds; the first two compile. */
function rateOf(times: readonly number[], { batchSize, steps }: Model): number {
  const counted = times.slice(2).sort((a, b) => a - b);
  return (steps * batchSize * 1000) / counted[counted.length >> 1]!;
}

/**
 * Median tokens a second of a training step of the library's own layers. `folder`: with
 * @tensorflow/tfjs-node in its node_modules.
 */
export async function trainLayers(folder: string, model: Model, seconds: number): Promise<number> {
  const tf = loadTensorflow(folder) as unknown as Core & Layers;
  const { vocabulary: V, embeddingSize: E, hiddenSize: H, batchSize: B, steps: T } = model;
  const network = tf.sequential();
  network.add(tf.layers.embedding({ inputDim: V, outputDim: E, inputLength: T }));
  network.add(tf.layers.lstm({ units: H, returnSequences: true, recurrentActivation: 'sigmoid' }));
  network.add(tf.layers.dense({ units: V, activation: 'softmax' }));
  network.compile({ optimizer: tf.train.adam(1e-3), loss: 'sparseCategoricalCrossentropy' });
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end || times.length < 5) {
    const [inputs, targets] = tf.tidy(() => [
      tf.reshape<Rank.R2>(draw(tf, model), [B, T]),
      tf.cast(tf.reshape<Rank.R3>(draw(tf, model), [B, T, 1]), 'float32'),
    ]);
    const start = performance.now();
    await network.trainOnBatch(inputs, targets);
    times.push(performance.now() - start);
    tf.dispose([inputs, targets]);
  }
  network.dispose();
  return rateOf(times, model);
}

/** The same, written by hand. */
export function trainByHand(folder: string, model: Model, seconds: number): number {
  const tf = loadTensorflow(folder) as unknown as Core;
  const { vocabulary: V, embeddingSize: E, hiddenSize: H, batchSize: B, steps: T } = model;
  const weights = (rows: number, columns: number) =>
    tf.variable(tf.randomUniform<Rank.R2>([rows, columns], -0.06, 0.06));
  const embedding = weights(V, E);
  const [inputWeight, recurrentWeight] = [weights(E, 4 * H), weights(H, 4 * H)];
  const bias = tf.variable(tf.zeros<Rank.R1>([4 * H]));
  const outputWeight = weights(V, H);
  const outputBias = tf.variable(tf.zeros<Rank.R1>([V]));
  const optimizer = tf.train.adam(1e-3);
  const loss = (inputs: Tensor1D, targets: Tensor1D): Scalar => {
    const below = tf.add(tf.matMul(tf.gather(embedding, inputs), inputWeight), bias);
    let hidden = tf.zeros<Rank.R2>([B, H]);
    let cell = hidden;
    const states = tf.split(below, T).map((input) => {
      const sums = tf.add(input, tf.matMul(hidden, recurrentWeight));
      const [i, f, g, o] = tf.split(sums, 4, 1);
      cell = tf.add(tf.mul(tf.sigmoid(f!), cell), tf.mul(tf.sigmoid(i!), tf.tanh(g!)));
      hidden = tf.mul(tf.sigmoid(o!), tf.tanh(cell));
      return hidden;
    });
    const all = tf.concat(states);
    const logits = tf.add(tf.matMul(all, outputWeight, false, true), outputBias);
    const target = tf.add(tf.sum(tf.mul(all, tf.gather(outputWeight, targets)), 1), tf.gather(outputBias, targets));
    return tf.mean<Scalar>(tf.sub(tf.logSumExp(logits, 1), target));
  };
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end || times.length < 5) {
    const [inputs, targets] = tf.tidy(() => [draw(tf, model), draw(tf, model)]);
    const start = performance.now();
    tf.tidy(() => optimizer.minimize(() => loss(inputs, targets), true)!.dataSync());
    times.push(performance.now() - start);
    tf.dispose([inputs, targets]);
  }
  return rateOf(times, model);
}
