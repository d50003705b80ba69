// Looking inside: a text goes through a model token by token, and what every gate, state and
// attention weight was, and what was expected next, comes back as flat arrays. Exact: tests compare
// it with the forward pass of training. The softmax, which is most of the arithmetic, is taken over
// 64 tokens at a time.

import { CELL } from '../network/cells.ts';
import { adaptiveProbabilities } from '../network/clusters.ts';
import { Arena, at, type Panels } from '../network/memory.ts';
import { type Architecture, type ClusterParameters, padded, rowsOf, type Tensor } from '../network/parameters.ts';
import { Sequence } from './sequence.ts';

export interface LayerInspection {
  /**
   * (N, gates, H), in PyTorch's order (`gateNames`). A GRU's n is that after the reset; an RNN's
   * only gate is its state.
   */
  gates: Float32Array;
  /** (N, H) */
  hidden: Float32Array;
  /** (N, H) of an LSTM, else null. */
  cell: Float32Array | null;
}

export interface Inspection {
  /** N, tokens read. */
  length: number;
  gateNames: readonly string[];
  layers: LayerInspection[];
  /**
   * (N, window): over the tokens of the window up to this one; row n has n % window + 1 weights,
   * then zeros. Null without attention.
   */
  attention: Float32Array | null;
  /** What is expected after each token, N each: the entropy, nats; */
  entropy: Float32Array;
  /** the probability, and the rank from 1 on, of the token that came next; after the last one 0. */
  probability: Float32Array;
  rank: Int32Array;
  /** (N, top): the likeliest tokens, and their probabilities, the likeliest first. */
  topTokens: Int32Array;
  topProbabilities: Float32Array;
}

const PANELS = 8;
const TOKENS = PANELS * 8;

interface Room {
  /** (TOKENS, H): what the softmax reads, token by token. */
  states: number;
  /** (8): 0 to 7. */
  numbers: number;
  /** What the softmax works with, 48 bytes. */
  constants: number;
  /**
   * (3, 8) for 8 tokens: what is above the first is among the likeliest so far, what came, and how
   * many are above that.
   */
  ranking: number;
  /** (PANELS) panels of H, and of V. */
  panels: Panels;
  logits: Panels;
  /** (PANELS) panels of the clusters of an adaptive softmax. */
  clusterLogits: Panels;
  /** (PANELS, 8) */
  sums: number;
  weighted: number;
}

function layOutRoom(ptr: number, { hiddenSize, vocabulary, cutoffs = [] }: Architecture): Room & { bytes: number } {
  const arena = new Arena(ptr);
  const units = padded(hiddenSize);
  const room = {
    states: arena.take(TOKENS * units * 4),
    numbers: arena.take(32),
    constants: arena.take(48),
    ranking: arena.take(96),
    panels: arena.panels(PANELS, units),
    logits: arena.panels(PANELS, padded(vocabulary)),
    clusterLogits: arena.panels(PANELS, padded(cutoffs.length)),
    sums: arena.take(PANELS * 32),
    weighted: arena.take(PANELS * 32),
  };
  return { ...room, bytes: arena.end - ptr };
}

export class Inspector {
  readonly #sequence: Sequence;
  readonly #room: Room;

  /**
   * See `LanguageModel`. `window`: steps of the training, after which attention begins anew, as
   * there.
   */
  constructor(module: WebAssembly.Module, tensors: Readonly<Record<string, Tensor>>, window?: number) {
    const sequence = new Sequence(module, tensors, window, (architecture) => layOutRoom(0, architecture).bytes);
    this.#sequence = sequence;
    this.#room = layOutRoom(sequence.roomPtr, sequence.architecture);
    const numbers = new Int32Array(sequence.floats.buffer, this.#room.numbers, 8);
    numbers.set([0, 1, 2, 3, 4, 5, 6, 7]);
  }

  /**
   * Reads `tokens` from an empty state on. `top`: how many of the likeliest tokens are told. Throws
   * as `LanguageModel.feed` does.
   */
  inspect(tokens: ArrayLike<number>, top = 10): Inspection {
    const sequence = this.#sequence;
    const { architecture, window, vocabulary } = sequence;
    const { hiddenSize: H, cell: name, layers } = architecture;
    const length = tokens.length;
    const { gates } = CELL[name];
    const shown = Math.min(top, vocabulary);
    const inspection: Inspection = {
      length,
      gateNames: gates,
      layers: Array.from({ length: layers }, () => ({
        gates: new Float32Array(length * gates.length * H),
        hidden: new Float32Array(length * H),
        cell: name === 'lstm' ? new Float32Array(length * H) : null,
      })),
      attention: sequence.attention ? new Float32Array(length * window) : null,
      entropy: new Float32Array(length),
      probability: new Float32Array(length),
      rank: new Int32Array(length),
      topTokens: new Int32Array(length * shown),
      topProbabilities: new Float32Array(length * shown),
    };
    sequence.reset();
    for (let index = 0; index < length; index++) {
      if (index % window === 0) sequence.beginWindow();
      sequence.feed(tokens[index]!);
      this.#recordStates(inspection, index);
      const slot = index % TOKENS;
      const bytes = sequence.units * 4;
      sequence.kernel.copy(this.#room.states + slot * bytes, sequence.output, bytes);
      if (slot === TOKENS - 1 || index === length - 1) {
        this.#predict(inspection, index - slot, slot + 1, tokens, shown);
      }
    }
    return inspection;
  }

  #recordStates({ layers, gateNames, attention }: Inspection, index: number): void {
    const { floats, architecture, units, window } = this.#sequence;
    const { hiddenSize: H, cell: name } = architecture;
    const { inputOrder } = CELL[name];
    for (const [number, { gates, hidden, memory }] of this.#sequence.layers.entries()) {
      const record = layers[number]!;
      for (let gate = 0; gate < gateNames.length; gate++) {
        const from = gates / 4 + inputOrder.indexOf(gate) * units;
        record.gates.set(floats.subarray(from, from + H), (index * gateNames.length + gate) * H);
      }
      record.hidden.set(floats.subarray(hidden / 4, hidden / 4 + H), index * H);
      record.cell?.set(floats.subarray(memory / 4, memory / 4 + H), index * H);
    }
    attention?.set(this.#sequence.attentionWeights(), index * window);
  }

  /** What is expected after tokens [first, first + count), whose states stand in the room. */
  #predict(inspection: Inspection, first: number, count: number, tokens: ArrayLike<number>, shown: number): void {
    const { kernel, units, vocabulary, floats, parameters } = this.#sequence;
    const { states, numbers, panels, logits, sums, weighted, constants } = this.#room;
    const { outputWeight, outputBias, clusters } = parameters;
    const used = Math.ceil(count / 8);
    for (let panel = 0; panel < used; panel++) {
      kernel.gather(numbers, states + panel * 8 * units * 4, units * 4, units, at(panels, panel));
    }
    const { ptr, stride } = outputWeight;
    const rows = rowsOf(outputWeight);
    kernel.multiplyRows(
      ptr,
      stride,
      panels.ptr,
      panels.stride,
      logits.ptr,
      logits.stride,
      32,
      rows,
      units,
      used,
      0,
      0,
      0,
      0,
    );
    for (let panel = 0; panel < used && !clusters; panel++) {
      const offset = panel * 32;
      kernel.softmaxWithEntropy(
        at(logits, panel),
        outputBias.ptr,
        vocabulary,
        sums + offset,
        weighted + offset,
        constants,
      );
    }
    for (let slot = 0; slot < count && !clusters; slot++) {
      const sum = floats[sums / 4 + slot]!;
      inspection.entropy[first + slot] = Math.log(sum) - floats[weighted / 4 + slot]! / sum;
    }
    if (clusters) this.#predictAdaptively(clusters, inspection.entropy.subarray(first, first + count), used);
    for (let panel = 0; panel < used; panel++) {
      this.#rank(inspection, first + panel * 8, Math.min(8, count - panel * 8), panel, tokens, shown);
    }
  }

  /**
   * For an adaptive softmax: puts probabilities in the place of the logits, and 1 in that of the
   * sums.
   */
  #predictAdaptively({ weight, bias, cutoffs }: ClusterParameters, entropy: Float32Array, used: number): void {
    const { kernel, units, vocabulary, floats, parameters } = this.#sequence;
    const { panels, logits, clusterLogits, sums } = this.#room;
    const { ptr, stride } = weight;
    const target = clusterLogits;
    const rows = rowsOf(weight);
    kernel.multiplyRows(
      ptr,
      stride,
      panels.ptr,
      panels.stride,
      target.ptr,
      target.stride,
      32,
      rows,
      units,
      used,
      0,
      0,
      0,
      0,
    );
    const biases = floats.subarray(parameters.outputBias.ptr / 4, parameters.outputBias.ptr / 4 + vocabulary);
    for (let panel = 0; panel < used; panel++) {
      const start = at(clusterLogits, panel) / 4;
      const ofClusters = floats.slice(start, start + cutoffs.length * 8).map((logit, index) => {
        return logit + floats[bias.ptr / 4 + (index >> 3)]!;
      });
      const entropies = adaptiveProbabilities(floats, at(logits, panel) / 4, 8, biases, cutoffs, ofClusters);
      entropy.set(entropies.subarray(0, entropy.length - panel * 8), panel * 8);
    }
    floats.fill(1, sums / 4, sums / 4 + used * 8);
  }

  /**
   * The likeliest tokens after tokens [first, first + count), whose exponentials stand in a panel,
   * and the rank of what came.
   */
  #rank(
    inspection: Inspection,
    first: number,
    count: number,
    panel: number,
    tokens: ArrayLike<number>,
    shown: number,
  ): void {
    const { floats, vocabulary, kernel } = this.#sequence;
    const { logits, sums, ranking } = this.#room;
    const start = at(logits, panel) / 4;
    const least = new Float32Array(floats.buffer, ranking, 8).fill(-1, 0, count).fill(Infinity, count);
    const came = new Float32Array(floats.buffer, ranking + 32, 8).fill(Infinity);
    for (let lane = 0; lane < count; lane++) {
      const next = first + lane + 1;
      if (next < tokens.length) came[lane] = floats[start + tokens[next]! * 8 + lane]!;
    }
    const above = new Int32Array(floats.buffer, ranking + 64, 8).fill(0);
    /** The likeliest so far, by descending value. */
    const best = Array.from({ length: 8 }, () => ({ tokens: [] as number[], values: [] as number[] }));
    const next = (token: number): number =>
      kernel.nextAbove(start * 4, token, vocabulary, ranking, ranking + 32, ranking + 64);
    for (let token = next(0); token < vocabulary; token = next(token + 1)) {
      for (let lane = 0; lane < 8; lane++) {
        const value = floats[start + token * 8 + lane]!;
        if (value <= least[lane]!) continue;
        const { tokens: likeliest, values } = best[lane]!;
        let place = values.length;
        while (place > 0 && values[place - 1]! < value) place--;
        values.splice(place, 0, value);
        likeliest.splice(place, 0, token);
        if (values.length > shown) values.length = likeliest.length = shown;
        if (values.length === shown) least[lane] = values[shown - 1] ?? Infinity;
      }
    }
    for (let lane = 0; lane < count; lane++) {
      const index = first + lane;
      const sum = floats[sums / 4 + panel * 8 + lane]!;
      const { tokens: likeliest, values } = best[lane]!;
      inspection.topTokens.set(likeliest, index * shown);
      const probabilities = values.map((value) => value / sum);
      inspection.topProbabilities.set(probabilities, index * shown);
      if (index + 1 === tokens.length) continue;
      inspection.probability[index] = came[lane]! / sum;
      inspection.rank[index] = above[lane]! + 1;
    }
  }
}
