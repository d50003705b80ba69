// What the module of src/kernels/similarity.ts exports. Written by scripts/build.mjs; not to be edited.

/** Rows of a panel. */
export const PANEL = 8;

/** Its functions, which take and give numbers; pointers and strides are bytes. */
export interface SimilarityExports {
  /**
   * Writes `rows` vectors of D floats, scaled to unit length, to rows that are `dstStride` bytes
   * apart, zeros up to the stride, and their lengths, (rows) floats. A vector of zeros, or one that
   * is not finite, becomes zeros, of length 0. `dstPtr` may be `srcPtr` where the strides agree.
   */
  readonly normalizeRows: (
    dstPtr: number,
    dstStride: number,
    srcPtr: number,
    srcStride: number,
    rows: number,
    D: number,
    lengthsPtr: number,
  ) => void;
  /**
   * Writes rows of unit length (or of zeros) as signed bytes: byte d of row r is row[d] / scales[r],
   * rounded. `stride`: of the rows, bytes, a multiple of 16; `byteStride`: of the bytes, a multiple
   * of 16, at least stride / 4; zeros up to it. scales, errors: (rows) floats. No row is farther than
   * errors[r], Euclidean, from its bytes times its scale: what float arithmetic loses in telling so
   * (below 2^-22 of the unit length) is added.
   */
  readonly quantizeRows: (
    rowsPtr: number,
    stride: number,
    rows: number,
    bytesPtr: number,
    byteStride: number,
    scalesPtr: number,
    errorsPtr: number,
  ) => void;
  /**
   * out[r] = factor * scales[r] * (query · bytes r), the dot product in whole numbers, without loss.
   * query: `byteStride` 16-bit numbers, so small that no sum of products leaves 32 bits; rows of
   * `byteStride` bytes, a multiple of 16. out: (rows).
   */
  readonly dotBytes: (
    queryPtr: number,
    bytesPtr: number,
    rows: number,
    byteStride: number,
    scalesPtr: number,
    factor: number,
    outPtr: number,
  ) => void;
  /**
   * out[r] = query · row r, for rows of `stride` bytes, a multiple of 16; query and rows are padded
   * with zeros up to it. out: (rows).
   */
  readonly dotRows: (queryPtr: number, rowsPtr: number, rows: number, stride: number, outPtr: number) => void;
  /**
   * out[i] = query · row ids[i], to the bit as `dotRows` gives it. ids: (count) i32; out: (count).
   */
  readonly dotRowsAt: (
    queryPtr: number,
    rowsPtr: number,
    idsPtr: number,
    count: number,
    stride: number,
    outPtr: number,
  ) => void;
  /**
   * Offers the rows of panels `firstPanel` up to `endPanel` (exclusive) to the lists of nearest rows
   * of `firstRow` up to `endRow` (exclusive), of N rows altogether. No row is its own neighbour.
   * Lists are (N, k), best first, equal similarities by row number; fill them with -1 and -Infinity
   * before the first panel, offer panels in ascending order. `scratchPtr`: 32 bytes, aligned to 16.
   */
  readonly nearestRows: (
    panelsPtr: number,
    D: number,
    N: number,
    firstRow: number,
    endRow: number,
    firstPanel: number,
    endPanel: number,
    k: number,
    idsPtr: number,
    similaritiesPtr: number,
    scratchPtr: number,
  ) => void;
  /**
   * Offers the rows of a tile as answers to the questions `first` up to `end` (exclusive): a is to b
   * as c is to what?
   *
   * products: (words, T) floats, the cosines of every word that questions name to the T rows of the
   * tile, T a multiple of 4; rows of the tile from `rows` on are padding. questions: (questions, 3)
   * i32, the places of a, b and c in `products`. folds: (T) i32, of each row of the tile what it
   * counts as, and wordFolds: (words) i32: a row that counts as a, b or c is no answer. bests,
   * answers: (questions), the score and the row of the best answer so far (`firstRow` and on); equal
   * scores by row, where tiles are offered in ascending order. Fill them with -Infinity and -1 before
   * the first tile.
   *
   * 3CosAdd, cos b - cos a + cos c (Mikolov et al. 2013); with `multiply`, 3CosMul (Levy & Goldberg
   * 2014, equation 4), twice (1 + cos b) / 2 * (1 + cos c) / 2 / ((1 + cos a) / 2 + 1e-6).
   */
  readonly offerAnswers: (
    productsPtr: number,
    T: number,
    rows: number,
    firstRow: number,
    foldsPtr: number,
    wordFoldsPtr: number,
    questionsPtr: number,
    first: number,
    end: number,
    bestsPtr: number,
    answersPtr: number,
    multiply: number,
  ) => void;
}
