// Data (src/text/data-blocks.ts): whether bytes of ASCII may hold some. Checksums and base64 are runs of at least 32 letters,
// digits and + / = _ -, dumps are runs of hexadecimal digits with spaces, commas and colons between, longer than that: of each
// there is one of sixteen bytes at a multiple of sixteen that is full of them. The rest begins with data: or is a control
// character.

/**
 * The place of the first sixteen bytes of ASCII, from `from` on, a multiple of 16, that may be part of data; -1 where there
 * are none. Twenty bytes behind the text are read, which are zeros.
 */
export function findData(textPtr: usize, length: usize, from: usize): i32 {
  const end = textPtr + length;
  // by the lower half of a byte, a bit for each upper half with which it stands in base64, and in a dump
  const base64 = i8x16(-88, -8, -8, -8, -8, -8, -8, -8, -8, -8, -16, 84, 80, 92, 80, 116),
    dump = i8x16(12, 88, 88, 88, 88, 88, 88, 8, -88, 8, 8, 0, 4, 0, 0, 0),
    bits = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0),
    half = i8x16.splat(15),
    none = i8x16.splat(0);
  for (let at = textPtr + from; at < end; at += 16) {
    const bytes = v128.load(at);
    const low = v128.and(bytes, half);
    const upper = i8x16.swizzle(bits, i8x16.shr_u(bytes, 4));
    const outside = i8x16.eq(v128.and(i8x16.swizzle(base64, low), upper), none);
    const outsideDump = i8x16.eq(v128.and(i8x16.swizzle(dump, low), upper), none);
    const control = v128.or(i8x16.eq(bytes, i8x16.splat(27)), i8x16.eq(bytes, i8x16.splat(8)));
    const address = v128.and(i8x16.eq(bytes, i8x16.splat(100)), i8x16.eq(v128.load(at, 4), i8x16.splat(58))); // d...:
    if (v128.any_true(v128.or(control, address)) || !v128.any_true(outside)) return <i32>(at - textPtr);
    if (!v128.any_true(outsideDump)) {
      const digits = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(48)), i8x16.splat(10));
      if (v128.any_true(digits)) return <i32>(at - textPtr); // and else white space
    }
  }
  return -1;
}
