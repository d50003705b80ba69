// The output layer: a full softmax over the vocabulary, or an adaptive one (clusters.ts), with
// cross-entropy and gradients.
//
// In an adaptive softmax, the positions whose target is in a cluster are put together, cluster by
// cluster, in panels of their own (`picked`), and go through the cluster's softmax there; what
// comes back is added to what the head's brought.

import { clusterRanges } from './clusters.ts';
import { type Arena, at, BLOCK, type Context, from, type Panels } from './memory.ts';
import { type Parameters, rowsFrom } from './parameters.ts';
import { type ClassWeights, layOutSoftmax, Softmax, type SoftmaxSpace } from './softmax.ts';

interface ClusterSpace {
  softmaxes: SoftmaxSpace[];
  /** (T, P, 8): classes of the head. */
  headTargets: number;
  /** (picked, 8): the picked positions, and their targets within the cluster; -1 for none. */
  positions: number;
  targets: number;
  /** (1 + C): number of the first panel of each cluster, and of the end. */
  starts: number;
  /** (picked) panels of H: states, and their gradients. */
  states: Panels;
  gradients: Panels;
}

export interface OutputSpace {
  /** The softmax over all tokens, or that of the head. */
  softmax: SoftmaxSpace;
  clusters: ClusterSpace | null;
}

/** The head's classes, and those of each cluster. Without clusters, the head has all. */
function classesOf({ outputWeight, outputBias, clusters }: Parameters): [ClassWeights[], ...ClassWeights[][]] {
  const part = (first: number, last: number): ClassWeights => ({
    weight: rowsFrom(outputWeight, first, last),
    biasPtr: outputBias.ptr + first * 4,
  });
  if (!clusters) return [[part(0, outputWeight.rows)]];
  const { cutoffs, weight, bias } = clusters;
  return [
    [part(0, cutoffs[0]!), { weight, biasPtr: bias.ptr }],
    ...clusterRanges(cutoffs, outputWeight.rows).map((range) => [part(...range)]),
  ];
}

export function layOutOutput(arena: Arena, parameters: Parameters, all: number): OutputSpace {
  const [head, ...tails] = classesOf(parameters);
  const softmax = layOutSoftmax(arena, head, all);
  if (tails.length === 0) return { softmax, clusters: null };
  const picked = all + tails.length; // a panel of each cluster may not be full
  return {
    softmax,
    clusters: {
      softmaxes: tails.map((tail) => layOutSoftmax(arena, tail, picked)),
      headTargets: arena.take(all * 32),
      positions: arena.take(picked * 32),
      targets: arena.take(picked * 32),
      starts: arena.take((1 + tails.length) * 4),
      states: arena.panels(picked, softmax.units),
      gradients: arena.panels(picked + 1, softmax.units), // products write whole pairs
    },
  };
}

export class Output {
  readonly #context: Context;
  readonly #parameters: Parameters;
  readonly #space: OutputSpace;
  readonly #states: Panels;
  readonly #gradients: Panels;
  readonly #targets: number;
  readonly #head: Softmax;
  readonly #tails: readonly Softmax[];

  /**
   * `states`: what the softmax reads, (T, P) panels of H; `gradients`: where their gradients are
   * put; `targets`: (T, P, 8).
   */
  constructor(
    context: Context,
    parameters: Parameters,
    space: OutputSpace,
    states: Panels,
    gradients: Panels,
    targets: number,
  ) {
    this.#context = context;
    this.#parameters = parameters;
    this.#space = space;
    this.#states = states;
    this.#gradients = gradients;
    this.#targets = targets;
    const [head, ...tails] = classesOf(parameters);
    this.#head = new Softmax(context, head, space.softmax);
    this.#tails = tails.map((tail, cluster) => new Softmax(context, tail, space.clusters!.softmaxes[cluster]!));
  }

  /**
   * This thread's part of what the weights are made into before `run`; to be followed by a barrier.
   */
  *prepare(gradient: boolean): Generator<void> {
    for (const softmax of [this.#head, ...this.#tails]) yield* softmax.prepare(gradient);
  }

  /**
   * states, targets -> losses of all panels, there for every thread at the end; with `gradient`,
   * also the states' gradients (of the mean over `tokens` tokens), and those of weights and biases.
   */
  *run(steps: number, tokens: number, gradient: boolean): Generator<void> {
    const { clusters } = this.#space;
    const window = { states: this.#states, gradients: this.#gradients, panels: steps * this.#context.panels };
    if (!clusters) {
      yield* this.#head.run({ ...window, targets: this.#targets }, tokens, gradient);
      return;
    }
    const { states, gradients, targets, headTargets } = clusters;
    if (this.#context.team.thread === 0) this.#pick(clusters, window.panels);
    this.#context.team.barrier();
    yield* this.#head.run({ ...window, targets: headTargets }, tokens, gradient);
    yield* this.#move(clusters, 'takeColumns', window.states, states);
    this.#context.team.barrier();
    for (const [cluster, tail] of this.#tails.entries()) {
      const [start, panels] = this.#panelsOf(clusters, cluster);
      const input = {
        states: from(states, start),
        gradients: from(gradients, start),
        targets: targets + start * 32,
        panels,
      };
      yield* tail.run(input, tokens, gradient);
    }
    if (gradient) yield* this.#move(clusters, 'addColumns', gradients, window.gradients);
    this.#context.team.barrier();
  }

  /** Where the panels of a cluster begin, and how many there are. */
  #panelsOf({ starts }: ClusterSpace, cluster: number): [start: number, panels: number] {
    const [start, end] = new Int32Array(this.#context.memory.buffer, starts + cluster * 4, 2);
    return [start!, end! - start!];
  }

  /** Finds the cluster of each target. */
  #pick({ positions, targets, headTargets, starts }: ClusterSpace, panels: number): void {
    const { memory } = this.#context;
    const { outputWeight, clusters } = this.#parameters;
    const { cutoffs } = clusters!;
    const tokens = new Int32Array(memory.buffer, this.#targets, panels * 8);
    const inHead = new Int32Array(memory.buffer, headTargets, panels * 8);
    const picked = new Int32Array(memory.buffer, positions, (panels + cutoffs.length) * 8);
    const inCluster = new Int32Array(memory.buffer, targets, picked.length);
    const startOf = new Int32Array(memory.buffer, starts, 1 + cutoffs.length);
    inHead.set(tokens);
    let next = 0;
    for (const [cluster, [first, last]] of clusterRanges(cutoffs, outputWeight.rows).entries()) {
      startOf[cluster] = next / 8;
      for (let position = 0; position < tokens.length; position++) {
        const token = tokens[position]!;
        if (token < first || token >= last) continue;
        inHead[position] = cutoffs[0]! + cluster;
        picked[next] = position;
        inCluster[next++] = token - first;
      }
      for (; next % 8 > 0; next++) picked[next] = inCluster[next] = -1;
    }
    startOf[cutoffs.length] = next / 8;
  }

  /** This thread's part of the picked positions' columns. */
  *#move(
    { positions, starts }: ClusterSpace,
    direction: 'takeColumns' | 'addColumns',
    source: Panels,
    target: Panels,
  ): Generator<void> {
    const { kernel, team, memory } = this.#context;
    const { units } = this.#space.softmax;
    const end = new Int32Array(memory.buffer, starts)[this.#tails.length]!;
    const [first, last] = team.share(end);
    for (let panel = first; panel < last; panel += BLOCK) {
      const count = Math.min(BLOCK, last - panel) * 8;
      const [fromPtr, toPtr] =
        direction === 'takeColumns' ? [source.ptr, at(target, panel)] : [at(source, panel), target.ptr];
      kernel[direction](positions + panel * 32, count, fromPtr, source.stride, units, toPtr, target.stride);
      yield;
    }
  }

  /** Summed negative log-likelihood of the window, nats. */
  loss(steps: number): number {
    const { clusters } = this.#space;
    const tails = clusters ? this.#tails.map((tail, cluster) => tail.loss(this.#panelsOf(clusters, cluster)[1])) : [];
    return tails.reduce((sum, loss) => sum + loss, this.#head.loss(steps * this.#context.panels));
  }
}
