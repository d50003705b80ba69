// The fuzzy neighbourhood graph of UMAP (McInnes, Healy, Melville 2018, sections 3.1 and 4.1; names
// as in umap-learn): distances to the nearest points become the strengths of links, each point by
// its own scale, and both directions of a link are joined. The same numbers as umap-js, whose
// matrices keyed by strings take 30 s and 2 GB for 39,000 points with 15 neighbours, and end at
// 2^24 links.

/** How near the sum of strengths must come to its target. */
const TOLERANCE = 1e-5;
const ROUNDS = 64;
/** The least scale of a point, in mean distances of its neighbours. */
const LEAST_SCALE = 1e-3;
/**
 * Equal vectors lie so far apart: a point scales by its nearest neighbour that lies apart from it.
 */
const LEAST_DISTANCE = 1e-6;
/** Points that one step looks at. */
const POINTS = 2000;

/**
 * The links among N points in both directions, by row, then by column: link e leads from rows[e] to
 * columns[e].
 */
export interface Links {
  rows: Int32Array;
  columns: Int32Array;
  /** 0 to 1. */
  values: Float64Array;
}

/** Makes the graph step by step. */
export class FuzzyGraph {
  readonly #ids: Int32Array;
  readonly #distances: Float64Array;
  readonly #N: number;
  readonly #k: number;
  /** (N, k): strengths of the links from each point to its neighbours. */
  readonly #strengths: Float64Array;
  #done = 0;

  /**
   * `ids` and `similarities`: (N, k), the neighbours of each point, nearest first, without the
   * point itself, and their cosines.
   */
  constructor(ids: Int32Array, similarities: Float32Array, N: number) {
    this.#ids = ids;
    this.#distances = Float64Array.from(similarities, (cosine) => Math.max(LEAST_DISTANCE, 1 - cosine));
    this.#N = N;
    this.#k = ids.length / N;
    this.#strengths = new Float64Array(ids.length);
  }

  /** Finds the strengths of the next points' links; false once all are known. */
  step(): boolean {
    const end = Math.min(this.#N, this.#done + POINTS);
    for (; this.#done < end; this.#done++) {
      const from = this.#done * this.#k;
      smooth(this.#distances.subarray(from, from + this.#k), this.#strengths.subarray(from, from + this.#k));
    }
    return this.#done < this.#N;
  }

  /**
   * The finished graph: a link of strengths a and b in its two directions has the value a + b - a b
   * in both.
   */
  links(): Links {
    const k = this.#k;
    const ids = this.#ids;
    const strengths = this.#strengths;
    // The links that arrive at each point: of point i, those at arrivals[i] to arrivals[i + 1]
    const arrivals = new Int32Array(this.#N + 1);
    for (const id of ids) arrivals[id + 1]!++;
    for (let i = 0; i < this.#N; i++) arrivals[i + 1]! += arrivals[i]!;
    const arriving = new Int32Array(ids.length); // places in ids
    const next = arrivals.slice();
    for (let link = 0; link < ids.length; link++) arriving[next[ids[link]!]!++] = link;

    const rows = new Int32Array(2 * ids.length);
    const columns = new Int32Array(2 * ids.length);
    const values = new Float64Array(2 * ids.length);
    const value = new Float64Array(this.#N); // of the links of one row, by column; zeros elsewhere
    let count = 0;
    for (let row = 0; row < this.#N; row++) {
      const first = count;
      for (let link = row * k; link < (row + 1) * k; link++) {
        columns[count++] = ids[link]!;
        value[ids[link]!] = strengths[link]!;
      }
      for (let at = arrivals[row]!; at < arrivals[row + 1]!; at++) {
        const from = Math.floor(arriving[at]! / k);
        const there = strengths[arriving[at]!]!;
        const back = value[from]!;
        if (back === 0 && !ids.subarray(row * k, (row + 1) * k).includes(from)) columns[count++] = from;
        value[from] = there + back - there * back;
      }
      columns.subarray(first, count).sort();
      for (let link = first; link < count; link++) {
        rows[link] = row;
        values[link] = value[columns[link]!]!;
        value[columns[link]!] = 0;
      }
    }
    return { rows: rows.subarray(0, count), columns: columns.subarray(0, count), values: values.subarray(0, count) };
  }
}

/**
 * Distances to strengths: 1 for the nearest, and so scaled that they sum to log2 of the number of
 * points, itself included.
 */
function smooth(distances: Float64Array, strengths: Float64Array): void {
  const target = Math.log2(distances.length + 1);
  const nearest = distances[0]!;
  let least = 0;
  let most = Infinity;
  let scale = 1;
  for (let round = 0; round < ROUNDS; round++) {
    let sum = 0;
    for (const distance of distances) sum += distance > nearest ? Math.exp(-(distance - nearest) / scale) : 1;
    if (Math.abs(sum - target) < TOLERANCE) break;
    if (sum > target) most = scale;
    else least = scale;
    scale = most === Infinity ? scale * 2 : (least + most) / 2;
  }
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / (distances.length + 1);
  scale = Math.max(scale, LEAST_SCALE * mean);
  for (let i = 0; i < distances.length; i++) {
    strengths[i] = distances[i]! > nearest ? Math.exp(-(distances[i]! - nearest) / scale) : 1;
  }
}
