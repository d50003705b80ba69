// A product with a weight matrix over a block of panels, forward and back, with an eighth fewer
// multiplications than `Linear`: one level of Strassen's algorithm (Strassen 1969), for matrices so
// large that the additions which it takes cost little.
//
// Both matrices of a product are cut in quarters; seven products of sums of quarters, each added to
// one or two quarters of the result, take the place of eight. Of a product X Y, those of Y' X' are
// equally good, with all quarters transposed; taking either as it suits, one set of seven *terms*
// of each matrix serves all three products:
//   logits = W S         terms of W', S'
//   dS = W' dL           terms of W', dL
//   dW = dL S'           terms of dL, S'
// where W is the weights, (rows, columns), S what is read, (columns, sequences), dL the gradient of
// what is given, (rows, sequences).
//
// Halves: of the columns, the first half and the second; of the sequences, the even and the odd
// panels; of the rows, every 96 in a first and a second half, so that what is added up is of like
// size: rows are tokens by descending frequency. A quarter may be larger than another by some
// orders of magnitude, and the rounding of its numbers reaches the other one.

import { ADD, REPLACE, SUBTRACT } from '../../kernel-interfaces/language-model.ts';
import { ALL_USES, type Product } from './linear.ts';
import { type Arena, at, BLOCK, type Context, type Panels } from './memory.ts';
import { type Parameter, rowsOf } from './parameters.ts';

/** Rows that are cut in halves together; a half is whole strips of 6. */
const SLICE = 96;
/** Rows below which weights' gradients are shared out in half slices. */
const FEW = 2048;
const PAIRS = BLOCK / 2;
/** Panels whose terms, with what is summed up of them, stay in the nearest two caches (1 MB). */
const RUN = 32;
const TERMS = 7;
/** The right matrix's term in each of the seven products. */
const RIGHT = [0, 2, 6, 5, 3, 4, 1] as const;

/** What a product does at the second quarter that it is part of. */
const SECOND = { none: 0, replace: REPLACE, add: ADD, subtract: SUBTRACT } as const;

/**
 * Quarters by number, 2 * row + column, that each product is added to; the first three are the
 * first to come to theirs.
 */
const PLACES = [
  { first: 0, second: 3, how: 'replace' },
  { first: 2, second: 3, how: 'subtract' },
  { first: 1, second: 3, how: 'add' },
  { first: 0, second: 2, how: 'add' },
  { first: 1, second: 0, how: 'subtract' },
  { first: 3, second: 3, how: 'none' },
  { first: 0, second: 0, how: 'none' },
] as const;

/** Seven terms, one after the other. */
interface Terms {
  ptr: number;
  stride: number;
}

/** Terms of panels are (7, pairs) panels, without a gap between them. */
interface PanelTerms extends Terms {
  /** Rows of the panels. */
  height: number;
}

const panel = ({ ptr, height }: PanelTerms, pair: number): number => ptr + pair * height * 32;

function* runs(first: number, count: number): Generator<[first: number, count: number]> {
  for (let run = first; run < first + count; run += RUN) yield [run, Math.min(RUN, first + count - run)];
}

const term = ({ ptr, stride }: Terms, index: number): number => ptr + index * stride;

/** What is shared by all products that read the same. */
export interface ReadSpace {
  /** Terms of S': (7, PAIRS) panels of half the columns. */
  panels: PanelTerms;
  /** The same as `transposePanels` has it: (7, columns / 16, 8 PAIRS, 8). */
  columns: Terms;
  /** Zeros, for the panel that the last one lacks for a pair. */
  nothing: number;
}

export interface StrassenSpace {
  read: ReadSpace;
  /** Terms of W': (7, rows / 2, columns / 2), and in strips of `packColumns`. */
  weights: Terms;
  packed: Terms;
}

export function layOutRead(arena: Arena, columns: number): ReadSpace {
  return {
    panels: { ...arena.blocks(TERMS, PAIRS * columns * 16), height: columns / 2 },
    columns: arena.blocks(TERMS, PAIRS * columns * 16),
    nothing: arena.take(Math.max(SLICE, columns) * 32),
  };
}

export function layOutStrassen(arena: Arena, weight: Parameter, read: ReadSpace, use = ALL_USES): StrassenSpace {
  const terms = use.panels ? TERMS : 0;
  return { read, weights: arena.blocks(terms, weight.bytes / 4), packed: arena.blocks(terms, weight.bytes / 4) };
}

export class Strassen implements Product {
  readonly #context: Context;
  readonly #parameter: Parameter;
  readonly #space: StrassenSpace;
  /** Rows of the weights. */
  readonly #rows: number;
  readonly #half: number;
  /** (BLOCK, 8) */
  readonly #ones: Panels;

  constructor(context: Context, parameter: Parameter, space: StrassenSpace) {
    this.#context = context;
    this.#parameter = parameter;
    this.#space = space;
    this.#rows = rowsOf(parameter);
    this.#half = parameter.stride / 8;
    this.#ones = { ptr: context.ones, stride: 32 };
  }

  /** The slices of rows [first, last): where each begins, and half its height. */
  *#slices(first = 0, last = this.#rows, slice = SLICE): Generator<[row: number, height: number]> {
    for (let row = first; row < last; row += slice) yield [row, Math.min(slice, last - row) / 2];
  }

  *pack(gradient: boolean): Generator<void> {
    const { kernel, team, ones } = this.#context;
    const { ptr, stride } = this.#parameter;
    const { weights, packed } = this.#space;
    const half = this.#half;
    const [first, last] = team.share(this.#rows, 2 * SLICE);
    for (const [row, height] of this.#slices(first, last)) {
      const upper = ptr + row * stride;
      const lower = upper + height * stride;
      const target = weights.ptr + (row / 2) * half * 4;
      kernel.strassenTerms(
        upper,
        lower,
        upper + half * 4,
        lower + half * 4,
        stride,
        height,
        half,
        ones,
        ones,
        0,
        target,
        half * 4,
        weights.stride,
      );
      yield;
    }
    if (!gradient) return;
    for (let row = first / 2; row < last / 2; row += SLICE) {
      const height = Math.min(SLICE, last / 2 - row);
      const place = row * half * 4;
      for (let index = 0; index < TERMS; index++) {
        kernel.packColumns(term(weights, index) + place, half * 4, term(packed, index) + place, height, half);
      }
      yield;
    }
  }

  /**
   * The terms of panels [first, first + count), an even first one: of rows [row, row + height) and
   * as many below them, each sequence times its scale (8 a panel); `transposed`: those of the
   * transpose. `target`: where the first pair's go.
   */
  #terms(
    panels: Panels,
    [first, count]: readonly [number, number],
    [row, height]: readonly [number, number],
    scales: Panels,
    target: PanelTerms,
    transposed: boolean,
  ): void {
    const { nothing } = this.#space.read;
    const run = (number: number, odd: number, oddScales: number, pairs: number): void => {
      const even = at(panels, number) + row * 32;
      const [evenBelow, oddBelow] = [even + height * 32, odd + height * 32];
      const [q12, q21] = transposed ? [evenBelow, odd] : [odd, evenBelow];
      this.#context.kernel.strassenTerms(
        even,
        q12,
        q21,
        oddBelow,
        2 * panels.stride,
        pairs,
        height * 8,
        at(scales, number),
        oddScales,
        2 * scales.stride,
        panel(target, (number - first) / 2),
        target.height * 32,
        target.stride,
      );
    };
    const last = first + count - 1;
    run(first, at(panels, first + 1) + row * 32, at(scales, first + 1), count >> 1);
    if (count % 2 === 1) run(last, nothing, at(scales, last), 1);
  }

  /** The terms of this thread's panels of what is read. */
  #read(panels: Panels, first: number, count: number): void {
    const { panels: terms } = this.#space.read;
    const target = { ...terms, ptr: panel(terms, first / 2) };
    this.#terms(panels, [first, count], [0, this.#half], this.#ones, target, true);
  }

  transpose(read: Panels, first: number, count: number): void {
    if (count === 0) return;
    this.#read(read, first, count);
    const { panels: terms, columns } = this.#space.read;
    const stride = terms.height * 32;
    for (let index = 0; index < TERMS; index++) {
      const source = panel(terms, first / 2) + index * terms.stride;
      const target = term(columns, index) + first * 128;
      const pairs = Math.ceil(count / 2);
      this.#context.kernel.transposePanels(source, stride, pairs, terms.height, target, PAIRS * 256, 0);
    }
  }

  *forward(read: Panels, result: Panels, first: number, count: number): Generator<void> {
    if (count === 0) return;
    this.#read(read, first, count);
    const { kernel, wide } = this.#context;
    const { weights, read: space } = this.#space;
    const half = this.#half;
    for (const [run, panels] of runs(first, count)) {
      const right = panel(space.panels, run / 2);
      for (const [row, height] of this.#slices()) {
        const left = weights.ptr + (row / 2) * half * 4;
        for (const [index, { first: one, second, how }] of PLACES.entries()) {
          const leftPtr = left + RIGHT[index]! * weights.stride;
          const place = (quarter: number): number =>
            at(result, run + (quarter >> 1)) + (row + (quarter & 1) * height) * 32;
          kernel.multiplyRows(
            leftPtr,
            half * 4,
            right + index * space.panels.stride,
            half * 32,
            place(one),
            2 * result.stride,
            32,
            height,
            half,
            Math.ceil(panels / 2),
            Number(index > 2),
            Number(wide),
            place(second),
            SECOND[how],
          );
        }
        yield;
      }
    }
    const { blocks, rows, paddedRows } = this.#parameter;
    if (rows === paddedRows) return;
    for (const block of blocks.keys()) {
      const ptr = at(result, first) + (block * paddedRows + rows) * 32;
      kernel.zeroRows(ptr, result.stride, count, (paddedRows - rows) * 32);
    }
  }

  /** Each sequence of the gradient is multiplied by its scale, 8 a panel. With `accumulate`, += */
  *backward(
    gradient: Panels,
    result: Panels,
    first: number,
    count: number,
    scales: Panels = this.#ones,
    accumulate = false,
  ): Generator<void> {
    if (count === 0) return;
    const { kernel, wide, terms } = this.#context;
    const { packed } = this.#space;
    const half = this.#half;
    for (const [run, panels] of runs(first, count)) {
      const pairs = Math.ceil(panels / 2);
      for (let top = 0; top < this.#rows; top += 2 * SLICE) {
        const depth = Math.min(2 * SLICE, this.#rows - top) / 2;
        const right = { ptr: terms, stride: pairs * depth * 32, height: depth };
        for (const [row, height] of this.#slices(top, top + 2 * depth)) {
          const target = { ...right, ptr: terms + (row - top) * 16 };
          this.#terms(gradient, [run, panels], [row, height], scales, target, false);
        }
        const left = packed.ptr + (top / 2) * half * 4;
        const adds = accumulate || top > 0;
        for (const [index, { first: one, second, how }] of PLACES.entries()) {
          const place = (quarter: number): number => at(result, run + (quarter & 1)) + (quarter >> 1) * half * 32;
          const secondly = SECOND[adds && how === 'replace' ? 'add' : how];
          kernel.multiplyStrips(
            left + index * packed.stride,
            term(right, RIGHT[index]!),
            depth * 32,
            place(one),
            2 * result.stride,
            32,
            half,
            depth,
            pairs,
            Number(adds || index > 2),
            Number(wide),
            place(second),
            secondly,
          );
        }
        yield;
      }
    }
    const { columns } = this.#parameter;
    kernel.zeroRows(at(result, first) + columns * 32, result.stride, count, (2 * half - columns) * 32);
  }

  /** Each sequence of the gradient is multiplied by its scale, 8 a panel. */
  *weightGradient(gradient: Panels, count: number, accumulate: boolean, scales: Panels = this.#ones): Generator<void> {
    const { kernel, team, toGradient, scratch, terms, wide } = this.#context;
    const { ptr, stride } = this.#parameter;
    const { columns } = this.#space.read;
    const half = this.#half;
    const pairs = Math.ceil(count / 2);
    const slice = this.#rows < FEW ? SLICE / 2 : SLICE; // of few rows, threads would have unlike shares
    const [first, last] = team.share(this.#rows, slice);
    for (const [row, height] of this.#slices(first, last, slice)) {
      const left = { ptr: terms, stride: pairs * height * 32, height };
      this.#terms(gradient, [0, count], [row, height], scales, left, false);
      const target = ptr + toGradient + row * stride;
      for (const [index, { first: one, second, how }] of PLACES.entries()) {
        const place = (quarter: number): number => target + (quarter >> 1) * height * stride + (quarter & 1) * half * 4;
        kernel.multiplyPanels(
          term(left, index),
          height * 32,
          pairs,
          term(columns, RIGHT[index]!),
          PAIRS * 256,
          place(one),
          stride,
          height,
          half / 8,
          Number(accumulate || index > 2),
          scratch,
          Number(wide),
          place(second),
          SECOND[accumulate && how === 'replace' ? 'add' : how],
        );
      }
      this.#clearPadding(target, row, 2 * height);
      yield;
    }
  }

  /**
   * Rounding leaves something in the padding of a gradient, which Adam would make large. `ptr`: of
   * row `first`.
   */
  #clearPadding(ptr: number, first: number, count: number): void {
    const { kernel } = this.#context;
    const { rows, paddedRows, columns, stride } = this.#parameter;
    if (columns * 4 < stride) kernel.zeroRows(ptr + columns * 4, stride, count, stride - columns * 4);
    if (rows === paddedRows) return;
    for (let row = first; row < first + count; row++) {
      if (row % paddedRows >= rows) kernel.zero(ptr + (row - first) * stride, stride);
    }
  }
}
