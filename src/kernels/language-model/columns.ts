// Columns of panels of 8 sequences, picked one by one: for a layer that only some of the sequences
// go through. Position 8 p + lane is the column `lane` of panel p; a position below 0 is no column.

/**
 * Columns (rows) at `count` positions -> panels side by side, 8 positions a panel; zeros for no
 * column. count: a multiple of 8.
 */
export function takeColumns(
  positionsPtr: usize,
  count: i32,
  fromPtr: usize,
  fromStride: usize,
  rows: i32,
  toPtr: usize,
  toStride: usize,
): void {
  for (let index = 0; index < count; index++) {
    const position = load<i32>(positionsPtr + ((<usize>index) << 2));
    let targetPtr = toPtr + <usize>(index >> 3) * toStride + ((<usize>(index & 7)) << 2);
    const endPtr = targetPtr + ((<usize>rows) << 5);
    if (position < 0) {
      for (; targetPtr < endPtr; targetPtr += 32) store<f32>(targetPtr, 0);
      continue;
    }
    let ptr = fromPtr + <usize>(position >> 3) * fromStride + ((<usize>(position & 7)) << 2);
    for (; targetPtr < endPtr; targetPtr += 32, ptr += 32) store<f32>(targetPtr, load<f32>(ptr));
  }
}

/**
 * The way back: adds the columns of panels side by side to those at `count` positions. count: a
 * multiple of 8.
 */
export function addColumns(
  positionsPtr: usize,
  count: i32,
  fromPtr: usize,
  fromStride: usize,
  rows: i32,
  toPtr: usize,
  toStride: usize,
): void {
  for (let index = 0; index < count; index++) {
    const position = load<i32>(positionsPtr + ((<usize>index) << 2));
    if (position < 0) continue;
    let targetPtr = toPtr + <usize>(position >> 3) * toStride + ((<usize>(position & 7)) << 2);
    let ptr = fromPtr + <usize>(index >> 3) * fromStride + ((<usize>(index & 7)) << 2);
    const endPtr = ptr + ((<usize>rows) << 5);
    for (; ptr < endPtr; targetPtr += 32, ptr += 32) store<f32>(targetPtr, load<f32>(targetPtr) + load<f32>(ptr));
  }
}
