import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { UMAP } from 'umap-js';
import { mulberry32 } from '../../src/numerics/random.ts';
import { FuzzyGraph } from '../../src/projection/fuzzy-graph.ts';
import { NearestNeighbours } from '../../src/projection/neighbours.ts';
import { PROJECTION_DEFAULTS, type ProjectionOptions } from '../../src/projection/options.ts';
import { PrincipalComponents } from '../../src/projection/principal-components.ts';
import { createProjectionJob, Projection } from '../../src/projection/umap.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';

const kernel = await WebAssembly.compile(await readFile(new URL('kernels/similarity.simd.wasm', DISTRIBUTION)));

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Unit vectors, (N, D), around `clusters` centres; vector i belongs to cluster i % clusters. */
function clustered(N: number, D: number, clusters: number, seed: number): Float32Array {
  const random = mulberry32(seed);
  const centres = Array.from({ length: clusters * D }, () => gaussian(random));
  const vectors = new Float32Array(N * D);
  for (let i = 0; i < N; i++) {
    const row = Array.from({ length: D }, (_, d) => centres[(i % clusters) * D + d]! + 0.3 * gaussian(random));
    const length = Math.hypot(...row);
    vectors.set(
      row.map((x) => x / length),
      i * D,
    );
  }
  return vectors;
}

function project(vectors: Float32Array, D: number, options: Partial<ProjectionOptions> = {}, seed = 1): Float32Array {
  const projection = new Projection(
    createProjectionJob(kernel, vectors, D, { ...PROJECTION_DEFAULTS, ...options }, seed),
  );
  while (projection.step());
  return projection.positions();
}

/**
 * How far the k neighbours on the map are neighbours in the space of the vectors (Venna, Kaski
 * 2001): 1 is best, about .5 is chance.
 */
function trustworthiness(vectors: Float32Array, D: number, positions: Float32Array, k: number): number {
  const N = vectors.length / D;
  const order = (i: number, distance: (j: number) => number) => {
    const others = Array.from({ length: N }, (_, j) => j).filter((j) => j !== i);
    const distances = Array.from({ length: N }, (_, j) => distance(j));
    return others.sort((a, b) => distances[a]! - distances[b]!);
  };
  let penalty = 0;
  for (let i = 0; i < N; i++) {
    const near = order(i, (j) => {
      let dot = 0;
      for (let d = 0; d < D; d++) dot += vectors[i * D + d]! * vectors[j * D + d]!;
      return 1 - dot;
    });
    const rank = new Map(near.map((j, place) => [j, place + 1]));
    const onMap = order(i, (j) =>
      Math.hypot(positions[2 * i]! - positions[2 * j]!, positions[2 * i + 1]! - positions[2 * j + 1]!),
    );
    for (const j of onMap.slice(0, k)) penalty += Math.max(0, rank.get(j)! - k);
  }
  return 1 - (2 * penalty) / (N * k * (2 * N - 3 * k - 1));
}

/** Fails unless the positions are finite, centred, and fill -1 to 1 on the longer side. */
function assertFits(positions: Float32Array, N: number, what: string): void {
  assert.equal(positions.length, 2 * N, what);
  assert.ok(positions.every(Number.isFinite), `${what}: finite`);
  if (N < 2) return;
  const sides = [0, 1].map((axis) => {
    const side = positions.filter((_, i) => i % 2 === axis);
    const [least, most] = [Math.min(...side), Math.max(...side)];
    assert.ok(Math.abs(least + most) < 1e-5, `${what}: centred, got ${least} to ${most}`);
    return most - least;
  });
  assert.ok(Math.abs(Math.max(...sides) - 2) < 1e-5, `${what}: the longer side is 2, got ${sides.join(' and ')}`);
}

test('words that are near in space are near on the map, as they are not at random', () => {
  const [N, D] = [600, 20];
  const vectors = clustered(N, D, 12, 5);
  const trust = trustworthiness(vectors, D, project(vectors, D, { nEpochs: 200 }), 15);
  const random = mulberry32(1);
  const chance = trustworthiness(vectors, D, Float32Array.from({ length: 2 * N }, random), 15);
  console.log(`trustworthiness ${trust.toFixed(4)}, of random positions ${chance.toFixed(4)}`);
  assert.ok(trust > 0.96, `trustworthiness ${trust}`);
  assert.ok(chance < 0.6, `trustworthiness of random positions ${chance}`);
});

test('the same seed gives the same map, another seed another one', () => {
  const vectors = clustered(60, 8, 4, 2);
  const options = { nEpochs: 30 };
  assert.deepEqual(project(vectors, 8, options, 7), project(vectors, 8, options, 7));
  assert.notDeepEqual(project(vectors, 8, options, 7), project(vectors, 8, options, 8));
});

test('few words, fewer than the neighbours asked for, have a map', () => {
  for (const N of [0, 1, 2, 3, 4, 5, 7, 14, 15, 16, 17]) {
    assertFits(project(clustered(N, 6, 3, N + 1), 6), N, `${N} words`);
  }
  assert.deepEqual([...project(Float32Array.of(1, 0), 2)], [0, 0], 'one word lies in the middle');
  const [ax, , bx] = project(Float32Array.of(1, 0, 0, 1), 2);
  assert.equal(Math.abs(ax! - bx!), 2, 'two words lie apart');
});

test('equal vectors and vectors of zeros have a map', () => {
  const D = 5;
  const same = new Float32Array(200 * D);
  for (let i = 0; i < 200; i++) same[i * D] = 1;
  const halfSame = clustered(200, D, 5, 3);
  halfSame.copyWithin(0, 100 * D, 101 * D);
  for (let i = 1; i < 100; i++) halfSame.copyWithin(i * D, 0, D);
  assertFits(project(same, D, { nEpochs: 50 }), 200, 'all equal');
  assertFits(project(halfSame, D, { nEpochs: 50 }), 200, 'half of them equal');
  assertFits(project(new Float32Array(200 * D), D, { nEpochs: 50 }), 200, 'all zeros');
});

test('every option at the ends of its range gives a map', () => {
  const vectors = clustered(50, 6, 5, 4);
  for (const options of [
    ...[0, 0.5, 10].flatMap((minDist) => [0.01, 1, 100].map((spread) => ({ minDist, spread }))),
    { nNeighbors: 2 },
    { nNeighbors: 200 },
    { nEpochs: 1 },
  ]) {
    assertFits(project(vectors, 6, { nEpochs: 40, ...options }), 50, JSON.stringify(options));
  }
});

test('a small minDist draws neighbours closer together than a large one', () => {
  const vectors = clustered(300, 10, 10, 6);
  const nearest = (positions: Float32Array) => {
    let sum = 0;
    for (let i = 0; i < 300; i++) {
      let least = Infinity;
      for (let j = 0; j < 300; j++) {
        if (j !== i)
          least = Math.min(
            least,
            Math.hypot(positions[2 * i]! - positions[2 * j]!, positions[2 * i + 1]! - positions[2 * j + 1]!),
          );
      }
      sum += least / 300;
    }
    return sum;
  };
  assert.ok(nearest(project(vectors, 10, { minDist: 0 })) < 0.7 * nearest(project(vectors, 10, { minDist: 0.9 })));
});

test('progress rises from 0 to 1 in small steps, and positions can be read on the way', () => {
  const [N, D] = [300, 10];
  const projection = new Projection(
    createProjectionJob(kernel, clustered(N, D, 6, 1), D, { ...PROJECTION_DEFAULTS, nEpochs: 100 }, 1),
  );
  assert.equal(projection.fraction, 0);
  const fractions = [0];
  while (projection.step()) {
    fractions.push(projection.fraction);
    assert.ok(projection.positions().every(Number.isFinite));
  }
  assert.equal(projection.fraction, 1);
  assert.ok(fractions.length > 100);
  assert.deepEqual(
    fractions,
    fractions.toSorted((a, b) => a - b),
  );
  assert.ok(fractions.every((fraction) => fraction >= 0 && fraction < 1));
  assert.equal(projection.step(), false);
});

test('the job survives a structured clone, and the vectors are left as they were', () => {
  const vectors = clustered(20, 4, 2, 1);
  const before = vectors.slice();
  const job = createProjectionJob(kernel, vectors, 4, { ...PROJECTION_DEFAULTS, nEpochs: 5 }, 3);
  const { vectors: clonedVectors, ...rest } = structuredClone({ ...job, kernel: null });
  const projection = new Projection({ ...rest, kernel, vectors: clonedVectors });
  while (projection.step());
  assert.deepEqual(projection.positions(), project(vectors, 4, { nEpochs: 5 }, 3));
  assert.deepEqual(vectors, before);
});

test('vectors that are no whole rows are refused with what was expected', () => {
  assert.throws(
    () => createProjectionJob(kernel, new Float32Array(7), 2, PROJECTION_DEFAULTS, 1),
    /expected a multiple of 2 numbers, got 7/,
  );
  assert.throws(() => createProjectionJob(kernel, new Float32Array(4), 0, PROJECTION_DEFAULTS, 1), /multiple of 0/);
});

test('the graph is the one that umap-js makes of the same neighbours', () => {
  const [N, D, k] = [150, 6, 9];
  const vectors = clustered(N, D, 5, 9);
  vectors.copyWithin(D, 0, D); // a pair of equal vectors
  const search = new NearestNeighbours(kernel, vectors, D, k);
  while (search.step());
  const distances = Float64Array.from(search.similarities, (cosine) => Math.max(1e-6, 1 - cosine));
  const graph = new FuzzyGraph(search.ids, search.similarities, N);
  while (graph.step());
  const { rows, columns, values } = graph.links();

  const lists = <T>(array: ArrayLike<T>, own: (i: number) => T) =>
    Array.from({ length: N }, (_, i) => [own(i), ...Array.from(array).slice(i * k, i * k + k)]);
  const umap = new UMAP({ nNeighbors: k + 1, random: mulberry32(1) });
  umap.setPrecomputedKNN(
    lists(search.ids, (i) => i),
    lists(distances, () => 0),
  );
  umap.initializeFit(lists(search.ids, () => 0));
  const { graph: reference } = umap as unknown as {
    graph: { getAll(): { row: number; col: number; value: number }[] };
  };
  const expected = reference.getAll().filter(({ value }) => value > 0);
  assert.deepEqual(
    [...rows],
    expected.map(({ row }) => row),
  );
  assert.deepEqual(
    [...columns],
    expected.map(({ col }) => col),
  );
  for (const [link, { value }] of expected.entries()) {
    assert.ok(Math.abs(values[link]! - value) < 1e-12, `link ${link}: got ${values[link]}, expected ${value}`);
  }
});

test('the start spreads the vectors along the two directions in which they differ most', () => {
  const [N, D] = [500, 7];
  const random = mulberry32(3);
  const vectors = new Float32Array(N * D);
  const long: number[] = [];
  const middle: number[] = [];
  for (let i = 0; i < N; i++) {
    const [a, b] = [5 * gaussian(random), 2 * gaussian(random)];
    long.push(a);
    middle.push(b);
    const row = [a * 0.6, b * 0.8, a * 0.8, -b * 0.6, 0, 0, 0].map((x) => 3 + x + 0.1 * gaussian(random));
    vectors.set(row, i * D);
  }
  const components = new PrincipalComponents(vectors, D, random);
  while (components.step());
  const positions = components.positions();
  const correlation = (a: number[], axis: number) => {
    const b = a.map((_, i) => positions[2 * i + axis]!);
    const [meanA, meanB] = [a, b].map((list) => list.reduce((x, y) => x + y) / N) as [number, number];
    const product = (x: number[], mx: number, y: number[], my: number) =>
      x.reduce((sum, v, i) => sum + (v - mx) * (y[i]! - my), 0);
    assert.ok(Math.abs(meanB) < 1e-3, 'centred');
    return Math.abs(product(a, meanA, b, meanB) / Math.sqrt(product(a, meanA, a, meanA) * product(b, meanB, b, meanB)));
  };
  assert.ok(correlation(long, 0) > 0.99, `first direction ${correlation(long, 0)}`);
  assert.ok(correlation(middle, 1) > 0.99, `second direction ${correlation(middle, 1)}`);
});

test('vectors on a line, or all in one place, have no second or no direction, and no NaN', () => {
  const line = Float32Array.from({ length: 30 }, (_, i) => (i % 3) * Math.floor(i / 3));
  for (const vectors of [line, new Float32Array(30).fill(2)]) {
    const components = new PrincipalComponents(vectors, 3, mulberry32(1));
    while (components.step());
    assert.ok(components.positions().every(Number.isFinite));
  }
});
