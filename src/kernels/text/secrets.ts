// Secrets (src/text/secrets.ts): whether bytes of ASCII may hold one. Every token has a run of at
// least 15 letters, digits, - . / + and _ that begins like nothing else, or a long run of base64
// behind its name; keys have a line of their own.

import { isBetween } from './characters';

/** Letters of base64 that are a key if they stand behind a name and a =. */
const LONG_RUN = 40;
/**
 * Bytes that are looked at together, and how far the next ones are: a run is seen whole in one of
 * them.
 */
const BLOCK: usize = 64;
const NEXT_BLOCK: usize = 48;

// @ts-ignore: decorator
@inline
function isWord(byte: u32): bool {
  return (byte | 32) - 97 < 26 || byte - 48 < 10 || byte == 95;
}

// @ts-ignore: decorator
@inline
function isInRun(byte: u32): bool {
  return isWord(byte) || byte - 45 < 3 || byte == 43; // - . / +
}

/**
 * A bit for each of 16 bytes that may stand in a run; above them, one for each that is a hyphen.
 */
// @ts-ignore: decorator
@inline
function runBits(at: usize): u32 {
  const bytes = v128.load(at);
  const letters = isBetween(v128.or(bytes, i8x16.splat(32)), i8x16.splat(97), i8x16.splat(26));
  let inRun = v128.or(letters, isBetween(bytes, i8x16.splat(45), i8x16.splat(13)));
  inRun = v128.or(inRun, v128.or(i8x16.eq(bytes, i8x16.splat(95)), i8x16.eq(bytes, i8x16.splat(43))));
  return (<u32>i8x16.bitmask(inRun)) | ((<u32>i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(45)))) << 16);
}

/**
 * Where in the bytes of ASCII at `textPtr` something begins that a secret may begin with, or a
 * value that is a long run of base64; -1 where there is nothing such. prefixesPtr: beginnings, 16
 * bytes each, zeros behind them, and 16 zeros at their end. BLOCK bytes behind the text are read,
 * which are zeros.
 */
export function findSecret(textPtr: usize, length: usize, prefixesPtr: usize): i32 {
  const end = textPtr + length;
  for (let at = textPtr; at < end; at += NEXT_BLOCK) {
    const a = runBits(at),
      b = runBits(at + 16),
      c = runBits(at + 32),
      d = runBits(at + 48);
    const low = (a & 0xffff) | (b << 16),
      high = (c & 0xffff) | (d << 16);
    let runs = (<u64>low) | ((<u64>high) << 32);
    let hyphens = (<u64>((a >> 16) | (b & 0xffff_0000))) | ((<u64>((c >> 16) | (d & 0xffff_0000))) << 32);
    hyphens &= hyphens >> 1;
    hyphens &= hyphens >> 2;
    if (hyphens != 0 && isKeyIn(at, hyphens)) return <i32>(at - textPtr);
    runs &= runs >> 1;
    runs &= runs >> 2;
    runs &= runs >> 4;
    runs &= runs >> 7;
    if (runs == 0) continue;
    // runs that begin before this block were met in the one before, and what is behind it will be
    // met in the next
    let run = at + <usize>ctz<u64>(runs);
    let base64 = 0;
    for (; run < end && run < at + BLOCK + LONG_RUN; run++) {
      const byte = <u32>load<u8>(run);
      if (!isInRun(byte)) {
        base64 = 0;
        if (run >= at + NEXT_BLOCK) break;
        continue;
      }
      base64 = byte == 95 || byte == 45 || byte == 46 ? 0 : base64 + 1;
      if (base64 == LONG_RUN && isValue(run + 1 - LONG_RUN, textPtr)) return <i32>(run + 1 - LONG_RUN - textPtr);
      if ((run == textPtr || !isWord(<u32>load<u8>(run - 1))) && isPrefixAt(run, byte, prefixesPtr)) {
        return <i32>(run - textPtr);
      }
    }
  }
  return -1;
}

/**
 * Whether what begins at `at` stands behind a = or a :, with up to four spaces and a quotation mark
 * between.
 */
function isValue(at: usize, textPtr: usize): bool {
  if (at > textPtr && (load<u8>(at - 1) == 34 || load<u8>(at - 1) == 39)) at--;
  for (let spaces = 0; spaces < 4 && at > textPtr; spaces++, at--) {
    const byte = <u32>load<u8>(at - 1);
    if (byte != 32 && byte - 9 >= 5) break;
  }
  return at > textPtr && (load<u8>(at - 1) == 61 || load<u8>(at - 1) == 58);
}

/**
 * Whether BEGIN stands behind the last of the hyphens in a row of `hyphens`, a bit for each four of
 * them, in the block at `at`.
 */
function isKeyIn(at: usize, hyphens: u64): bool {
  while (hyphens != 0) {
    const place = at + <usize>ctz<u64>(hyphens) + 4;
    if (load<u32>(place, 1) == 0x4947_4542 && load<u8>(place) == 45) return true; // -BEGI
    hyphens &= hyphens - 1;
  }
  return false;
}

function isPrefixAt(at: usize, first: u32, prefixesPtr: usize): bool {
  for (let byte: u32 = load<u8>(prefixesPtr); byte != 0; byte = load<u8>(prefixesPtr)) {
    if (byte == first) {
      const prefix = v128.load(prefixesPtr);
      const mask = i8x16.ne(prefix, i8x16.splat(0));
      if (!v128.any_true(v128.xor(v128.and(v128.load(at), mask), prefix))) return true;
    }
    prefixesPtr += 16;
  }
  return false;
}
