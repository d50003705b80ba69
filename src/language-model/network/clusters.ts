// Adaptive softmax (Grave, Joulin, Cissé, Grangier, Jégou 2017, arXiv:1609.04309): the frequent
// tokens and one class for each cluster of rarer ones are the head; which token of a cluster it is,
// a softmax over that cluster says, which only the positions of training go through whose target is
// in it. Probabilities are exact: p(token) = p(cluster) p(token | cluster).
//
// PyTorch's AdaptiveLogSoftmaxWithLoss is the same with a projection in front of each cluster,
// which makes vectors of rare tokens shorter. Here they have H numbers like all others, so that
// they may be the embedding (`tied`), and a bias each.

import type { LanguageModelOptions } from '../options.ts';

/** A cluster's or the head's fewest tokens; their numbers are multiples of it. */
const GRAIN = 16;
/** Places of the vocabulary where a cluster may begin. */
const PLACES = 64;
/**
 * What each cluster costs on top for each token of training, in classes: more and smaller products.
 */
const OVERHEAD = 300;

/** Tokens up to which `auto` is the full softmax. */
const MOST_FULL = 16_384;
/** Fewer tokens are not worth a cluster. */
const FEWEST = 3 * GRAIN;

/** Whether a model with a vocabulary of this size gets an adaptive softmax. */
export const isAdaptive = (softmax: LanguageModelOptions['softmax'], vocabulary: number): boolean =>
  vocabulary >= FEWEST && (softmax === 'adaptive' || (softmax === 'auto' && vocabulary > MOST_FULL));

/**
 * How a vocabulary with these counts of its tokens is cut into a head and two clusters, so that
 * training costs least.
 */
export function chooseCutoffs(counts: ArrayLike<number>): number[] {
  const vocabulary = counts.length;
  const before = new Float64Array(vocabulary + 1);
  for (let token = 0; token < vocabulary; token++) before[token + 1] = before[token]! + counts[token]!;
  const share = (first: number, last: number): number => (before[last]! - before[first]!) / before[vocabulary]!;
  const places = Array.from({ length: PLACES - 1 }, (_, index) =>
    Math.max(GRAIN, Math.round(((index + 1) * vocabulary) / PLACES / GRAIN) * GRAIN),
  );
  let best: number[] = [];
  let least = Infinity;
  for (const first of places) {
    for (const second of places) {
      if (second <= first || second >= vocabulary) continue;
      const inFirst = share(first, second) * (second - first + OVERHEAD);
      const inSecond = share(second, vocabulary) * (vocabulary - second + OVERHEAD);
      const cost = first + inFirst + inSecond;
      if (cost < least) [least, best] = [cost, [first, second]];
    }
  }
  return best;
}

/** The range of tokens of each cluster. */
export const clusterRanges = (cutoffs: readonly number[], vocabulary: number): [first: number, last: number][] =>
  cutoffs.map((first, cluster) => [first, cutoffs[cluster + 1] ?? vocabulary]);

/**
 * The probabilities of all tokens at `lanes` positions, in place: floats from `start` on are logits
 * without biases (V, lanes). `clusterLogits`: (C, lanes), with biases. `bias`: (V). Gives the
 * entropy at each position, nats.
 */
export function adaptiveProbabilities(
  floats: Float32Array,
  start: number,
  lanes: number,
  bias: Float32Array,
  cutoffs: readonly number[],
  clusterLogits: Float32Array,
): Float64Array {
  const ranges = clusterRanges(cutoffs, bias.length);
  return Float64Array.from({ length: lanes }, (_, lane) => {
    /**
     * The softmax of tokens [first, last) and clusters with these logits; gives the entropy, and
     * puts probabilities times `scale` in the logits' place.
     */
    const softmax = (first: number, last: number, clusters: Float32Array, scale: number): number => {
      const firstIndex = start + first * lanes + lane;
      const end = start + last * lanes;
      let largest = clusters.reduce((most, logit) => Math.max(most, logit), -Infinity);
      for (let index = firstIndex, token = first; index < end; index += lanes, token++) {
        floats[index]! += bias[token]!;
        largest = Math.max(largest, floats[index]!);
      }
      let sum = 0;
      let weighted = 0;
      const take = (logit: number): number => {
        const e = Math.exp(logit - largest);
        sum += e;
        weighted += e * (logit - largest);
        return e;
      };
      for (let index = firstIndex; index < end; index += lanes) floats[index] = take(floats[index]!);
      for (const [cluster, logit] of clusters.entries()) clusters[cluster] = take(logit);
      for (let index = firstIndex; index < end; index += lanes) floats[index]! *= scale / sum;
      for (const cluster of clusters.keys()) clusters[cluster]! /= sum;
      return Math.log(sum) - weighted / sum;
    };
    const clusters = Float32Array.from(cutoffs, (_, cluster) => clusterLogits[cluster * lanes + lane]!);
    let entropy = softmax(0, cutoffs[0]!, clusters, 1);
    for (const [cluster, [first, last]] of ranges.entries()) {
      entropy += clusters[cluster]! * softmax(first, last, new Float32Array(0), clusters[cluster]!);
    }
    return entropy;
  });
}
