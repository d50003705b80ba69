// Finds points of the map by place: a uniform grid over the bounding box, filled by counting sort.
// Built once for a map; a query reads only the cells that it touches.

import { type Bounds, boundsOf } from './camera.ts';

const POINTS_A_CELL = 4; // on average; a map is clumped, so that most cells are empty and some hold dozens

export class GridIndex {
  readonly bounds: Bounds;
  readonly #positions: Float32Array; // (N, 2)
  readonly #columns: number;
  readonly #rows: number;
  readonly #cellWidth: number; // map units
  readonly #cellHeight: number;
  readonly #starts: Uint32Array; // (cells + 1), where a cell's points begin in #points
  readonly #points: Uint32Array; // (N)

  /** Indexes the positions, (N, 2), which must not change afterwards. */
  constructor(positions: Float32Array) {
    this.#positions = positions;
    this.bounds = boundsOf(positions);
    const count = positions.length / 2;
    const width = Math.max(this.bounds.maxX - this.bounds.minX, 1e-9);
    const height = Math.max(this.bounds.maxY - this.bounds.minY, 1e-9);
    const cells = Math.max(1, count / POINTS_A_CELL);
    this.#columns = Math.min(4096, Math.max(1, Math.round(Math.sqrt((cells * width) / height))));
    this.#rows = Math.min(4096, Math.max(1, Math.round(cells / this.#columns)));
    this.#cellWidth = width / this.#columns;
    this.#cellHeight = height / this.#rows;

    this.#starts = new Uint32Array(this.#columns * this.#rows + 1);
    this.#points = new Uint32Array(count);
    const cellOf = (i: number) => this.#row(positions[2 * i + 1]!) * this.#columns + this.#column(positions[2 * i]!);
    for (let i = 0; i < count; i++) this.#starts[cellOf(i) + 1]!++;
    for (let cell = 0; cell < this.#columns * this.#rows; cell++) this.#starts[cell + 1]! += this.#starts[cell]!;
    const next = this.#starts.slice();
    for (let i = 0; i < count; i++) this.#points[next[cellOf(i)]!++] = i;
  }

  /**
   * Appends the points inside the bounds to `found`, in no order. Gives false, with `found`
   * incomplete, as soon as there are more than `limit`.
   */
  within({ minX, minY, maxX, maxY }: Bounds, found: number[], limit = Infinity): boolean {
    if (maxX < this.bounds.minX || minX > this.bounds.maxX || maxY < this.bounds.minY || minY > this.bounds.maxY) {
      return true;
    }
    const [left, right] = [this.#column(minX), this.#column(maxX)];
    const [top, bottom] = [this.#row(minY), this.#row(maxY)];
    for (let row = top; row <= bottom; row++) {
      // the cells of a row, and so their points, lie one after the other
      const end = this.#starts[row * this.#columns + right + 1]!;
      for (let k = this.#starts[row * this.#columns + left]!; k < end; k++) {
        const i = this.#points[k]!;
        const x = this.#positions[2 * i]!;
        const y = this.#positions[2 * i + 1]!;
        if (x < minX || x > maxX || y < minY || y > maxY) continue;
        if (found.length === limit) return false;
        found.push(i);
      }
    }
    return true;
  }

  #column(x: number): number {
    return Math.min(this.#columns - 1, Math.max(0, Math.floor((x - this.bounds.minX) / this.#cellWidth)));
  }

  #row(y: number): number {
    return Math.min(this.#rows - 1, Math.max(0, Math.floor((y - this.bounds.minY) / this.#cellHeight)));
  }
}
