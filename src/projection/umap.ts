// The map: UMAP (McInnes, Healy, Melville 2018, arXiv:1802.03426) of unit vectors under the cosine
// distance, in steps. Neighbours are exact and come from a kernel (neighbours.ts), the graph from
// fuzzy-graph.ts, the start from the two main directions of the vectors (principal-components.ts),
// the layout from umap-js. The same vectors, options and seed give the same map, and the graph is
// the one that umap-js makes of the same neighbours (test/unit/projection.test.ts).

import { UMAP } from 'umap-js';
import { mulberry32 } from '../numerics/random.ts';
import { FuzzyGraph, type Links } from './fuzzy-graph.ts';
import { NearestNeighbours } from './neighbours.ts';
import type { ProjectionOptions } from './options.ts';
import { PrincipalComponents } from './principal-components.ts';

/** What a thread needs to make the map; a plain object that survives a structured clone. */
export interface ProjectionJob {
  /** The kernel `similarity`. */
  kernel: WebAssembly.Module;
  /** (N, D) */
  vectors: Float32Array;
  D: number;
  options: ProjectionOptions;
  seed: number;
}

/**
 * `vectors`: (N, D), of unit length or zeros; all N are put on the map. They are not copied here.
 * Throws where they are no rows of D numbers.
 */
export function createProjectionJob(
  kernel: WebAssembly.Module,
  vectors: Float32Array,
  D: number,
  options: ProjectionOptions,
  seed: number,
): ProjectionJob {
  if (!(D >= 1) || vectors.length % D !== 0) {
    throw new RangeError(`vectors: expected a multiple of ${D} numbers, got ${vectors.length}`);
  }
  return { kernel, vectors, D, options, seed };
}

/** The range that umap-js starts its own layouts in: -10 to 10. */
const START = 10;

// What the stages cost, in seconds, for the share of the whole that each is: measured on a Xeon
// with 2 cores
const SECONDS_PER_PRODUCT = 3e-11;
const SECONDS_PER_LINK = 5e-6;
const SECONDS_PER_LINK_AND_EPOCH = 2e-7;

type Stage = 'neighbours' | 'start' | 'graph' | 'layout' | 'done';

/** One map in the making. */
export class Projection {
  readonly #job: ProjectionJob;
  readonly #N: number;
  readonly #random: () => number;
  readonly #links: number;
  readonly #nEpochs: number;
  #stage: Stage = 'neighbours';
  #neighbours: NearestNeighbours | null = null;
  #components: PrincipalComponents | null = null;
  #graph: FuzzyGraph | null = null;
  #umap: UMAP | null = null;
  #epoch = 0;
  /** (N, 2), as the layout has them: rows that umap-js moves. */
  #layout: number[][] = [];

  constructor(job: ProjectionJob) {
    const { kernel, vectors, D, options, seed } = job;
    this.#job = job;
    this.#N = vectors.length / D;
    this.#random = mulberry32(seed);
    const neighbours = Math.min(options.nNeighbors, this.#N - 1); // with the point itself
    this.#links = this.#N * neighbours;
    this.#nEpochs = options.nEpochs || defaultEpochs(this.#N);
    if (this.#N <= 3) {
      this.#layout = onCircle(this.#N);
      this.#stage = 'done';
    } else {
      this.#neighbours = new NearestNeighbours(kernel, vectors, D, neighbours - 1);
    }
  }

  /**
   * One piece of the work: some ten milliseconds, or one epoch of the layout; false once the map is
   * done.
   */
  step(): boolean {
    switch (this.#stage) {
      case 'neighbours':
        if (!this.#neighbours!.step()) this.#stage = 'start';
        break;
      case 'start':
        this.#components ??= new PrincipalComponents(this.#job.vectors, this.#job.D, this.#random);
        if (!this.#components.step()) this.#stage = 'graph';
        break;
      case 'graph':
        this.#graph ??= new FuzzyGraph(this.#neighbours!.ids, this.#neighbours!.similarities, this.#N);
        if (!this.#graph.step()) {
          this.#begin(this.#graph.links(), this.#components!.positions());
          this.#neighbours = this.#components = this.#graph = null;
          this.#stage = 'layout';
        }
        break;
      case 'layout':
        this.#epoch = this.#umap!.step();
        if (this.#epoch >= this.#nEpochs) this.#stage = 'done';
        break;
      case 'done':
    }
    return this.#stage !== 'done';
  }

  /** Share of the whole work that is done, 0 to 1, by its time. */
  get fraction(): number {
    const search = this.#N * this.#N * this.#job.D * SECONDS_PER_PRODUCT;
    const graph = this.#links * SECONDS_PER_LINK;
    const layout = this.#links * this.#nEpochs * SECONDS_PER_LINK_AND_EPOCH;
    const whole = search + graph + layout;
    switch (this.#stage) {
      case 'neighbours':
        return (search * this.#neighbours!.fraction) / whole;
      case 'start':
      case 'graph':
        return search / whole;
      case 'layout':
        return (search + graph + (layout * this.#epoch) / this.#nEpochs) / whole;
      case 'done':
        return 1;
    }
  }

  /**
   * (N, 2), x then y: centred, the longer side of the bounding box from -1 to 1. A new array; also
   * of the unfinished layout, once there is one.
   */
  positions(): Float32Array {
    const positions = new Float32Array(2 * this.#N);
    const sides = [0, 1].map((axis) => {
      let [least, most] = [Infinity, -Infinity];
      for (const point of this.#layout) {
        least = Math.min(least, point[axis]!);
        most = Math.max(most, point[axis]!);
      }
      return { centre: (least + most) / 2, half: (most - least) / 2 };
    });
    const scale = 1 / (sides.reduce((most, { half }) => Math.max(most, half), -Infinity) || 1);
    for (const [i, point] of this.#layout.entries()) {
      positions[2 * i] = (point[0]! - sides[0]!.centre) * scale;
      positions[2 * i + 1] = (point[1]! - sides[1]!.centre) * scale;
    }
    return positions;
  }

  /**
   * Makes umap-js ready for its first epoch over these links, with its points at `start`, (N, 2).
   */
  #begin(links: Links, start: Float64Array): void {
    const { minDist, spread } = this.#job.options;
    const umap = new UMAP({
      nNeighbors: Math.min(this.#job.options.nNeighbors, this.#N - 1),
      // The map is scaled at the end, so only the ratio of the two shapes it. umap-js finds the
      // curve for spread 1 at every ratio; for spreads such as .01 or 100 its search ends far from
      // the curve, with exponents below zero.
      minDist: Math.min(1, minDist / spread),
      spread: 1,
      nEpochs: this.#nEpochs,
      random: this.#random,
    });
    umap.setPrecomputedKNN([], []); // nothing is to be searched, for the graph is here already
    Object.assign(umap, { fuzzySimplicialSet: () => new LinkMatrix(links, this.#N), makeSearchGraph: () => null });
    umap.initializeFit(Array.from({ length: this.#N }, () => [])); // of the points it takes only the number
    this.#umap = umap;
    this.#layout = umap.getEmbedding();

    // umap-js has thrown its points at random; equal vectors must not start at one place
    const most = start.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    if (!(most > 0 && most < Infinity)) return;
    for (const [i, point] of this.#layout.entries()) {
      for (const axis of [0, 1]) point[axis] = (start[2 * i + axis]! / most) * START + (this.#random() - 0.5) * 1e-3;
    }
  }
}

/** The links, as umap-js asks its sparse matrix for them. */
class LinkMatrix {
  readonly nRows: number;
  readonly nCols: number;
  readonly #links: Links;

  constructor(links: Links, N: number) {
    this.#links = links;
    this.nRows = N;
    this.nCols = N;
  }

  getValues(): Float64Array {
    return this.#links.values;
  }

  map(change: (value: number) => number): LinkMatrix {
    return new LinkMatrix({ ...this.#links, values: this.#links.values.map(change) }, this.nRows);
  }

  getAll(): { row: number; col: number; value: number }[] {
    const { rows, columns, values } = this.#links;
    return Array.from(values, (value, link) => ({ row: rows[link]!, col: columns[link]!, value }));
  }
}

/** umap-js's own choice. */
function defaultEpochs(N: number): number {
  if (N <= 2500) return 500;
  if (N <= 5000) return 400;
  return N <= 7500 ? 300 : 200;
}

/**
 * N points at equal distances from each other, for maps too small to have neighbours; one alone
 * lies in the middle.
 */
function onCircle(N: number): number[][] {
  return Array.from({ length: N }, (_, i) => [Math.cos((2 * Math.PI * i) / N), Math.sin((2 * Math.PI * i) / N)]);
}
