// Data (src/text/data-blocks.ts): whether bytes of ASCII may hold some. Checksums and base64 are
// runs of at least 32 letters, digits and + / = _ -, dumps are runs of hexadecimal digits with
// spaces, commas and colons between, longer than that: of each there are sixteen bytes at a
// multiple of sixteen that are full of them. The rest begins with data: or is a control character.

/**
 * The place of the first sixteen bytes of ASCII, from `from` on, a multiple of 16, that may be part
 * of data; -1 where there are none. Bytes behind the text are read, up to 15, which are zeros, and
 * up to 5 before it.
 */
export function findData(textPtr: usize, length: usize, from: usize): i32 {
  const end = textPtr + length;
  for (let at = textPtr + from; at < end; at += 16) {
    const bytes = v128.load(at);
    // nearly everywhere a sign or white space is no base64, and a letter behind f no dump
    const sign = i8x16.lt_u(bytes, i8x16.splat(43));
    const letter = i8x16.lt_u(
      i8x16.sub(v128.or(bytes, i8x16.splat(32)), i8x16.splat(103)),
      i8x16.splat(17), // g to w
    );
    const special = v128.or(
      v128.or(i8x16.eq(bytes, i8x16.splat(27)), i8x16.eq(bytes, i8x16.splat(8))),
      i8x16.eq(bytes, i8x16.splat(58)),
    );
    if (v128.any_true(sign) && v128.any_true(letter) && !v128.any_true(special)) continue;
    if (mayBe(at, bytes, <u32>i8x16.bitmask(special))) return <i32>(at - textPtr);
  }
  return -1;
}

/**
 * Whether sixteen bytes are full of base64 or of a dump, or have a control character or the colon
 * of data:
 */
function mayBe(at: usize, bytes: v128, special: u32): bool {
  for (; special != 0; special &= special - 1) {
    const place = at + <usize>ctz<u32>(special);
    if (load<u8>(place) != 58 || load<u32>(place - 4) == 0x6174_6164) return true; // data
  }
  // by the lower half of a byte, a bit for each upper half with which it stands in base64, and in a
  // dump
  const base64 = i8x16(-88, -8, -8, -8, -8, -8, -8, -8, -8, -8, -16, 84, 80, 92, 80, 116),
    dump = i8x16(12, 88, 88, 88, 88, 88, 88, 8, -88, 8, 8, 0, 4, 0, 0, 0),
    bits = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0),
    none = i8x16.splat(0);
  const low = v128.and(bytes, i8x16.splat(15));
  const upper = i8x16.swizzle(bits, i8x16.shr_u(bytes, 4));
  if (!v128.any_true(i8x16.eq(v128.and(i8x16.swizzle(base64, low), upper), none))) return true;
  if (v128.any_true(i8x16.eq(v128.and(i8x16.swizzle(dump, low), upper), none))) return false;
  const digits = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(48)), i8x16.splat(10));
  return v128.any_true(digits); // and else white space
}
