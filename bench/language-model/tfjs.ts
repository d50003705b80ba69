// The first row's model in TensorFlow.js, as fast as we could make it there: variables stay in the library, the input's product is
// one for all steps, and the cross-entropy takes the target's logit by a product of gathered rows, so that no one-hot matrix
// of the vocabulary is made. The gradient is not clipped, which ours is.

import type { Rank, Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import { loadTensorflow } from '../../src/engine/tensorflow.ts';
import type { NetworkOptions } from '../../src/language-model/network.ts';

type Model = Pick<NetworkOptions, 'vocabulary' | 'embeddingSize' | 'hiddenSize' | 'batchSize' | 'steps'>;
type Library = typeof import('@tensorflow/tfjs-core');

/** Median tokens a second of an LSTM's training step. `folder`: with @tensorflow/tfjs-node in its node_modules. */
export function trainTensorflow(folder: string, model: Model, seconds: number): number {
  const tf = loadTensorflow(folder) as unknown as Library;
  const { vocabulary: V, embeddingSize: E, hiddenSize: H, batchSize: B, steps: T } = model;
  const draw = (rows: number, columns: number) => tf.variable(tf.randomUniform<Rank.R2>([rows, columns], -0.06, 0.06));
  const embedding = draw(V, E);
  const [inputWeight, recurrentWeight] = [draw(E, 4 * H), draw(H, 4 * H)];
  const bias = tf.variable(tf.zeros<Rank.R1>([4 * H]));
  const outputWeight = draw(V, H);
  const outputBias = tf.variable(tf.zeros<Rank.R1>([V]));
  const optimizer = tf.train.adam(1e-3);
  const tokens = (): Tensor1D => tf.cast(tf.sub(tf.pow(V, tf.randomUniform<Rank.R1>([T * B])), 1), 'int32');
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
  const rates: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end || rates.length < 5) {
    const [inputs, targets] = [tokens(), tokens()];
    const start = performance.now();
    tf.tidy(() => optimizer.minimize(() => loss(inputs, targets), true)!.dataSync());
    rates.push((T * B * 1000) / (performance.now() - start));
    tf.dispose([inputs, targets]);
  }
  return rates.slice(2).sort((a, b) => a - b)[(rates.length - 2) >> 1]!;
}
