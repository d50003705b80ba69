// Token ids in few bytes, as src/text/packed-tokens.ts says.

/** How many bytes a value takes, less 1. */
// @ts-ignore: decorator
@inline
function lengthOf(value: u32): u32 {
  return (31 - clz<u32>(value | 1)) >> 3;
}

/** Packs `groups` of four ids; gives how many bytes. Up to 4 bytes behind them are written to. */
export function pack(outPtr: usize, idsPtr: usize, groups: i32): i32 {
  const start = outPtr;
  for (let i = 0; i < groups; i++, idsPtr += 16) {
    const first = load<u32>(idsPtr) + 1,
      second = load<u32>(idsPtr, 4) + 1,
      third = load<u32>(idsPtr, 8) + 1,
      fourth = load<u32>(idsPtr, 12) + 1;
    const a = lengthOf(first),
      b = lengthOf(second),
      c = lengthOf(third),
      d = lengthOf(fourth);
    store<u8>(outPtr, <u8>(a | (b << 2) | (c << 4) | (d << 6)));
    store<u32>(outPtr, first, 1);
    outPtr += a + 2;
    store<u32>(outPtr, second);
    outPtr += b + 1;
    store<u32>(outPtr, third);
    outPtr += c + 1;
    store<u32>(outPtr, fourth);
    outPtr += d + 1;
  }
  return <i32>(outPtr - start);
}

/**
 * Unpacks up to `groups` of the groups that begin where `placePtr`, u32, says, which goes on with
 * them, and end at `endPtr`. Each id becomes what `mapPtr`, i32, has for it: -1 first, and then
 * what stands for each id. `shapesPtr`: of each first byte, how the bytes behind it are spread over
 * four values, (256, 16) u8, and behind all of them how many bytes there are with it, (256) u8.
 * Gives how many groups; up to 16 bytes behind them are read.
 */
export function unpack(
  idsPtr: usize,
  placePtr: usize,
  endPtr: usize,
  groups: i32,
  mapPtr: usize,
  shapesPtr: usize,
): i32 {
  let bytesPtr: usize = load<u32>(placePtr);
  let group = 0;
  for (; group < groups && bytesPtr < endPtr; group++, idsPtr += 16) {
    const shape: usize = load<u8>(bytesPtr);
    const values = i32x4.shl(i8x16.swizzle(v128.load(bytesPtr, 1), v128.load(shapesPtr + (shape << 4))), 2);
    bytesPtr += load<u8>(shapesPtr + shape, 4096);
    store<i32>(idsPtr, load<i32>(mapPtr + <usize>i32x4.extract_lane(values, 0)));
    store<i32>(idsPtr, load<i32>(mapPtr + <usize>i32x4.extract_lane(values, 1)), 4);
    store<i32>(idsPtr, load<i32>(mapPtr + <usize>i32x4.extract_lane(values, 2)), 8);
    store<i32>(idsPtr, load<i32>(mapPtr + <usize>i32x4.extract_lane(values, 3)), 12);
  }
  store<u32>(placePtr, <u32>bytesPtr);
  return group;
}
