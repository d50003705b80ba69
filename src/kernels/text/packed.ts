// Token ids in few bytes, as src/text/packed-tokens.ts says.

/** Packs `count` ids, each from -1 to 2^28 - 2, in one to four bytes; gives how many bytes. Up to 4 bytes behind them are written to. */
export function pack(outPtr: usize, idsPtr: usize, count: i32): i32 {
  const start = outPtr;
  for (let i = 0; i < count; i++, idsPtr += 4) {
    const value = load<u32>(idsPtr) + 1;
    const length = 1 + <u32>(value >= 0x80) + <u32>(value >= 0x4000) + <u32>(value >= 0x20_0000);
    const spread =
      (value & 0x7f) | ((value & 0x3f80) << 1) | ((value & 0x1f_c000) << 2) | ((value & 0xfe0_0000) << 3);
    store<u32>(outPtr, spread | (0x8080_8080 & ((1 << ((length - 1) << 3)) - 1)));
    outPtr += length;
  }
  return <i32>(outPtr - start);
}

/** Unpacks `count` ids, each as `mapPtr`, i32 of each id, has it; -1 stays; gives how many bytes they took. Up to 4 bytes behind them are read. */
export function unpack(idsPtr: usize, bytesPtr: usize, count: i32, mapPtr: usize): i32 {
  const start = bytesPtr;
  for (let i = 0; i < count; i++, idsPtr += 4) {
    const bytes = load<u32>(bytesPtr);
    const length = (ctz<u32>(~bytes & 0x8080_8080) >> 3) + 1;
    const held = bytes & (0xffff_ffff >> (32 - (length << 3)));
    const value = (held & 0x7f) | ((held >> 1) & 0x3f80) | ((held >> 2) & 0x1f_c000) | ((held >> 3) & 0xfe0_0000);
    bytesPtr += length;
    store<i32>(idsPtr, value == 0 ? -1 : load<i32>(mapPtr + ((<usize>(value - 1)) << 2)));
  }
  return <i32>(bytesPtr - start);
}
