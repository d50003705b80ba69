// Attention over the states of a window, between the top layer and the softmax (the attentional
// hidden state of Luong, Pham, Manning 2015, with the scaled dot product of Vaswani et al. 2017;
// causal).
//
// With s_t what the top layer gives at step t (after dropout), for each sequence by itself:
//   query    q_t = W_q s_t                                       attention.query.weight (H, H)
//   weights  a_tu = softmax over u = 0 … t of (q_t . s_u) / sqrt(H)      keys are the states, the step's own among them
//   context  c_t = sum over u of a_tu s_u                        values are the states
//   output   y_t = tanh(W_j [c_t; s_t] + b_j)                    attention.join.weight (H, 2H), attention.join.bias (H)
// and the softmax reads y_t. u begins with the window: nothing before it is seen, and no gradient
// leaves it.

import { layOutLinear, Linear, type LinearSpace, RowSums } from './linear.ts';
import { type Arena, at, blocksOf, type Context, from, ownPanels, type Panels } from './memory.ts';
import type { AttentionParameters } from './parameters.ts';

export interface AttentionSpace {
  /** H, padded. */
  units: number;
  /** (T, P) panels of H: the queries, then their gradients. */
  query: Panels;
  /** (T, P) panels of T: row u of step t's panel is a_tu. */
  weights: Panels;
  /** (T, P) panels of 2H: context and state. */
  joined: Panels;
  joinedGradient: Panels;
  /** (T, P) panels of H: y, then the gradients of what stands in the tanh. */
  output: Panels;
  outputGradient: Panels;
  /** A panel of H that is zero. */
  zero: number;
  /** A panel of H and one of T for each thread. */
  local: Panels;
  rowSums: number;
  queryProduct: LinearSpace;
  joinProduct: LinearSpace;
}

export function layOutAttention(
  arena: Arena,
  { query, join }: AttentionParameters,
  steps: number,
  panels: number,
  threads: number,
): AttentionSpace {
  const units = query.paddedRows;
  const all = steps * panels;
  return {
    units,
    query: arena.panels(all, units),
    weights: arena.panels(all, steps),
    joined: arena.panels(all, 2 * units),
    joinedGradient: arena.panels(all, 2 * units),
    output: arena.panels(all, units),
    outputGradient: arena.panels(all + (all % 2), units), // strassen.ts writes whole pairs
    zero: arena.take(units * 32),
    local: arena.panels(threads, units + steps),
    rowSums: arena.take(units * 16),
    queryProduct: layOutLinear(arena, query),
    joinProduct: layOutLinear(arena, join),
  };
}

export class Attention {
  readonly #context: Context;
  readonly #parameters: AttentionParameters;
  readonly #space: AttentionSpace;
  readonly #states: Panels;
  readonly #stateGradients: Panels;
  readonly #own: readonly [first: number, last: number];
  readonly #queryProduct: Linear;
  readonly #joinProduct: Linear;
  readonly #rowSums: RowSums;
  readonly #scale: number;

  /** `states`: s, (T, P) panels of H; `stateGradients`: where their gradients are put. */
  constructor(
    context: Context,
    parameters: AttentionParameters,
    space: AttentionSpace,
    states: Panels,
    stateGradients: Panels,
  ) {
    this.#context = context;
    this.#parameters = parameters;
    this.#space = space;
    this.#states = states;
    this.#stateGradients = stateGradients;
    this.#own = ownPanels(context);
    this.#queryProduct = new Linear(context, parameters.query, space.queryProduct);
    this.#joinProduct = new Linear(context, parameters.join, space.joinProduct);
    this.#rowSums = new RowSums(context, space.rowSums, space.units);
    this.#scale = 1 / Math.sqrt(parameters.query.columns);
  }

  /** This thread's part of packing the weights for `backward`. */
  *prepare(): Generator<void> {
    yield* this.#queryProduct.pack(true);
    yield* this.#joinProduct.pack(true);
  }

  /**
   * states -> output, there for every thread at the end. Each thread's own panels of the states
   * must be there.
   */
  *forward(steps: number): Generator<void> {
    const { kernel, panels, team } = this.#context;
    const { units, query, weights, joined, output } = this.#space;
    const [own, end] = this.#own;
    const keyStride = panels * this.#states.stride;
    for (let step = 0; step < steps; step++) {
      const first = step * panels + own;
      yield* this.#queryProduct.forward(this.#states, query, first, end - own);
      for (let panel = own; panel < end; panel++) {
        const index = step * panels + panel;
        const context = at(joined, index);
        const keys = at(this.#states, panel);
        kernel.attend(at(query, index), keys, keyStride, step + 1, at(weights, index), context, units, this.#scale);
        kernel.copy(context + units * 32, at(this.#states, index), units * 32);
      }
      yield* this.#joinProduct.forward(joined, output, first, end - own);
      for (let index = first; index < step * panels + end; index++) {
        const y = at(output, index);
        kernel.rnnForward(y, this.#parameters.joinBias.ptr, 0, y, 0, 0, units);
      }
    }
    team.barrier();
  }

  /**
   * outputGradient -> the gradients of the parameters, and stateGradients, of which each thread's
   * own panels are there at the end.
   */
  *backward(steps: number): Generator<void> {
    const { kernel, panels, team } = this.#context;
    const { units, query, weights, joined, joinedGradient, output, outputGradient, zero, local } = this.#space;
    const [own, end] = this.#own;
    const states = this.#states;
    const gradients = this.#stateGradients;
    const queryGradient = at(local, team.thread);
    const scores = queryGradient + units * 32;
    for (let index = 0; index < steps * panels; index++) {
      const panel = index % panels;
      if (panel >= own && panel < end) kernel.zero(at(gradients, index), units * 32);
    }
    for (let step = 0; step < steps; step++) {
      const first = step * panels + own;
      for (let index = first; index < step * panels + end; index++) {
        kernel.rnnBackward(at(output, index), 0, 0, 0, at(outputGradient, index), zero, 0, units);
      }
      yield* this.#joinProduct.backward(output, joinedGradient, first, end - own);
      for (let panel = own; panel < end; panel++) {
        const index = step * panels + panel;
        const gradient = at(joinedGradient, index);
        kernel.addVectors(at(gradients, index), gradient + units * 32, at(gradients, index), units * 8);
        kernel.attendBackward(
          at(query, index),
          at(states, panel),
          panels * states.stride,
          step + 1,
          at(weights, index),
          gradient,
          queryGradient,
          at(gradients, panel),
          panels * gradients.stride,
          scores,
          units,
          this.#scale,
        );
        kernel.copy(at(query, index), queryGradient, units * 32);
      }
      yield* this.#queryProduct.backward(query, gradients, first, end - own, true);
    }
    team.barrier();
    this.#rowSums.clear();
    for (const { start, count, first, own: ownCount } of blocksOf(this.#context, steps * panels)) {
      this.#queryProduct.transpose(from(states, start), first, ownCount);
      this.#joinProduct.transpose(from(joined, start), first, ownCount);
      yield;
      team.barrier();
      yield* this.#queryProduct.weightGradient(from(query, start), count, start > 0);
      yield* this.#joinProduct.weightGradient(from(output, start), count, start > 0);
      this.#rowSums.add(from(output, start), count);
      team.barrier(); // the next block writes where this one stood
    }
    const { joinBias } = this.#parameters;
    this.#rowSums.fold(joinBias.ptr + this.#context.toGradient, 0, units);
  }
}
