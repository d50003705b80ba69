// Secrets (src/text/secrets.ts): where in bytes of ASCII one may be. Runs of letters, digits and
// the signs of base64, with escapes and character references, are scored as src/text/random-runs.ts
// says, which is the reference; names of what is secret have a value behind them.

/** A run is that long, and has so many characters that are looked at together in a block. */
const SHORTEST_RUN: usize = 14;
const BLOCK: usize = 64;
/** How far the next block is: every run is seen whole in one of them. */
const NEXT_BLOCK: usize = 48;

// As in random-runs.ts
const LITTLE = 32;
const HEX_BITS = 16;
const ONE_CASE_BITS = 21;
const MIXED_BITS = 24;
const SIGN = 4;
const NEXT_SIGN = 12;
const CAPITAL: u32 = 27;
const NUMBER: u32 = 53;
const SYMBOLS: usize = 54;
const GLUE: u32 = 254;
const NONE: u32 = 255;
const FIRST_CAPITAL: u32 = 27;
const NEXT_CAPITAL: u32 = 53;
const BEHIND_NUMBER: u32 = 79;
const LONGEST_REFERENCE: usize = 8;

/** The byte of letters that names in other scripts have. */
const FOREIGN: u8 = 129;

/**
 * Bytes behind a name: up to where something is assigned, and from there to a digit or a sign of
 * the value.
 */
const LONGEST_NAME: usize = 32;
const NEAR: usize = 24;
const VALUE: usize = 64;

// @ts-ignore: decorator
@inline
function isHex(byte: u32): bool {
  return byte - 48 < 10 || (byte | 32) - 97 < 6;
}

// @ts-ignore: decorator
@inline
function isAlphanumeric(byte: u32): bool {
  return byte - 48 < 10 || (byte | 32) - 97 < 26;
}

/**
 * A bit for each of 16 bytes that may stand in a run: letters, digits and _ - . / + = ~ % \ & # ;
 */
// @ts-ignore: decorator
@inline
function runBits(at: usize): u32 {
  const bytes = v128.load(at);
  // by the lower half of a byte, a bit for each upper half with which it is one of them
  const inRun = i8x16(-88, -8, -8, -4, -8, -4, -4, -8, -8, -8, -16, 92, 112, 92, -44, 116),
    bits = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0);
  const low = i8x16.swizzle(inRun, v128.and(bytes, i8x16.splat(15)));
  const high = i8x16.swizzle(bits, v128.and(i8x16.shr_u(bytes, 4), i8x16.splat(15)));
  return 0xffff & ~(<u32>i8x16.bitmask(i8x16.eq(v128.and(low, high), i8x16.splat(0))));
}

/**
 * The place, from `from` on, of the next run of the bytes at `textPtr` that looks a little random;
 * -1 where there is none. tablesPtr: the tables of random-runs.ts. BLOCK bytes behind the text are
 * read, which are zeros.
 */
export function findSecret(textPtr: usize, length: usize, from: usize, tablesPtr: usize): i32 {
  const end = textPtr + length;
  /** What is before was looked at. */
  let done = textPtr + from;
  for (let at = done; at < end; at += NEXT_BLOCK) {
    const low = runBits(at) | (runBits(at + 16) << 16),
      high = runBits(at + 32) | (runBits(at + 48) << 16);
    let runs = (<u64>low) | ((<u64>high) << 32);
    runs &= runs >> 1;
    runs &= runs >> 2;
    runs &= runs >> 4;
    runs &= runs >> 6;
    while (runs != 0) {
      const run = at + <usize>ctz<u64>(runs);
      if (run >= at + NEXT_BLOCK) break;
      let next = run + SHORTEST_RUN;
      if (run >= done) {
        while (next < end && isInRun(load<u8>(next), tablesPtr)) next++;
        if (looksRandom(run, next, tablesPtr)) return <i32>(run - textPtr);
        done = next;
      } else next = done;
      const past = next - at;
      if (past >= BLOCK) {
        // the block in which the run ends is next
        at += NEXT_BLOCK * ((past - BLOCK) / NEXT_BLOCK);
        break;
      }
      runs &= ~(((<u64>1) << past) - 1);
    }
  }
  return -1;
}

// @ts-ignore: decorator
@inline
function isInRun(byte: u32, tablesPtr: usize): bool {
  return <u32>load<u8>(tablesPtr + byte) != NONE || byte == 35 || byte == 59; // # ;
}

/**
 * Whether the score of a stretch comes to LITTLE: what falls so far before that it would end,
 * begins anew.
 */
function looksRandom(start: usize, end: usize, tablesPtr: usize): bool {
  let hex = 0,
    oneCase = 0,
    mixed = 0;
  let state: u32 = 0;
  let hexCase: i32 = -1,
    letterCase: i32 = -1;
  const costsPtr = tablesPtr + 256;
  for (let at = start; at < end; at++) {
    let symbol = <u32>load<u8>(tablesPtr + <usize>load<u8>(at));
    let width: usize = 1;
    if (symbol == GLUE) {
      width = lengthOfEscape(at, end);
      symbol = width > 0 ? 0 : NONE;
    }
    if (symbol == NONE) {
      hex = oneCase = mixed = 0;
      if (load<u8>(at) == 92) at++;
      state = 0;
      hexCase = letterCase = -1;
      continue;
    }
    let cost: i32;
    let inHex = true;
    if (symbol == 0) {
      const sign = state == 0 ? NEXT_SIGN : SIGN;
      hex = added(hex, -sign);
      oneCase = added(oneCase, -sign);
      mixed = added(mixed, -sign);
      state = 0;
      at += width - 1;
    } else {
      cost = <i32>load<u8>(costsPtr + SYMBOLS * state + symbol);
      if (symbol == NUMBER) state = BEHIND_NUMBER;
      else {
        const small = symbol < CAPITAL;
        const letter = small ? symbol : symbol - CAPITAL + 1;
        if (small) state = symbol;
        else state = state >= FIRST_CAPITAL && state < BEHIND_NUMBER ? NEXT_CAPITAL + letter - 1 : symbol;
        inHex = letter <= 6;
        if (!inHex || (hexCase >= 0 && hexCase != <i32>small)) hex = 0;
        hexCase = inHex ? <i32>small : -1;
        if (letterCase >= 0 && letterCase != <i32>small) oneCase = 0;
        letterCase = <i32>small;
      }
      if (inHex) hex = added(hex, cost - HEX_BITS);
      oneCase = added(oneCase, cost - ONE_CASE_BITS);
      mixed = added(mixed, cost - MIXED_BITS);
    }
    if (hex >= LITTLE || oneCase >= LITTLE || mixed >= LITTLE) return true;
  }
  return false;
}

/** A sum begins anew where it is not above zero. */
// @ts-ignore: decorator
@inline
function added(sum: i32, more: i32): i32 {
  return (sum > 0 ? sum : 0) + more;
}

function hexDigits(from: usize, count: usize, end: usize): bool {
  if (from + count > end) return false;
  for (let i = from; i < from + count; i++) if (!isHex(load<u8>(i))) return false;
  return true;
}

/** As in random-runs.ts. */
function lengthOfEscape(at: usize, end: usize): usize {
  const byte = <u32>load<u8>(at);
  const next: u32 = at + 1 < end ? <u32>load<u8>(at, 1) : 0;
  if (byte == 37) return hexDigits(at + 1, 2, end) ? 3 : 0;
  if (byte == 92) {
    if (next == 117 && hexDigits(at + 2, 4, end)) return 6;
    if (next == 120 && hexDigits(at + 2, 2, end)) return 4;
    return next == 47 ? 2 : 0;
  }
  let i = next == 35 ? at + 2 : at + 1;
  const first = i;
  while (i < end && i - first < LONGEST_REFERENCE && isAlphanumeric(load<u8>(i))) i++;
  return i > first && i < end && load<u8>(i) == 59 ? i + 1 - at : 0;
}

/**
 * The place, from `from` on, of the next name of something secret (pass, secr, cred, token, key,
 * pwd, auth, in any case) with a value near behind it that has a digit or a sign, of the // of an
 * address with a password, of the -----BEGIN of a key, or of a letter that names in other scripts
 * have; -1 where there is none.
 */
export function findNamed(textPtr: usize, length: usize, from: usize): i32 {
  const end = textPtr + length;
  for (let at = textPtr + from; at < end; at += 16) {
    const a = v128.or(v128.load(at), i8x16.splat(32)),
      b = v128.or(v128.load(at, 1), i8x16.splat(32));
    // pairs that are rarer than the first letters of the names: ss cr ok ey pw ut // -B
    let pairs = v128.and(i8x16.eq(a, i8x16.splat(115)), i8x16.eq(b, i8x16.splat(115)));
    pairs = v128.or(pairs, v128.and(i8x16.eq(a, i8x16.splat(99)), i8x16.eq(b, i8x16.splat(114))));
    pairs = v128.or(pairs, v128.and(i8x16.eq(a, i8x16.splat(111)), i8x16.eq(b, i8x16.splat(107))));
    pairs = v128.or(pairs, v128.and(i8x16.eq(a, i8x16.splat(101)), i8x16.eq(b, i8x16.splat(121))));
    pairs = v128.or(pairs, v128.and(i8x16.eq(a, i8x16.splat(112)), i8x16.eq(b, i8x16.splat(119))));
    pairs = v128.or(pairs, v128.and(i8x16.eq(a, i8x16.splat(117)), i8x16.eq(b, i8x16.splat(116))));
    pairs = v128.or(pairs, v128.and(i8x16.eq(a, i8x16.splat(47)), i8x16.eq(b, i8x16.splat(47))));
    pairs = v128.or(pairs, v128.and(i8x16.eq(a, i8x16.splat(45)), i8x16.eq(b, i8x16.splat(98))));
    pairs = v128.or(pairs, i8x16.eq(a, i8x16.splat(<i8>(FOREIGN | 32))));
    for (let bits = <u32>i8x16.bitmask(pairs); bits != 0; bits &= bits - 1) {
      const name = nameAt(at + <usize>ctz<u32>(bits), textPtr, end);
      if (name >= textPtr + from && name != 0) return <i32>(name - textPtr);
    }
  }
  return -1;
}

/**
 * Where the name begins that has its pair of letters at `pair`, the // of an address or the
 * hyphens of a key; 0 where it is none, or has no value.
 */
function nameAt(pair: usize, textPtr: usize, end: usize): usize {
  if (load<u8>(pair) == FOREIGN) return pair;
  const letter = (<u32>load<u8>(pair)) | 32;
  if (letter == 47) return pair > textPtr && load<u8>(pair - 1) == 58 && isAddress(pair + 2, end) ? pair : 0;
  if (letter == 45) return pair >= textPtr + 4 && isKey(pair - 4) ? pair - 4 : 0;
  let name: usize = 0,
    behind: usize = 0;
  if (letter == 115 && is(pair - 2, 112, 97, textPtr)) {
    // pass
    name = pair - 2;
    behind = pair + 2;
  } else if (letter == 99 && is(pair - 2, 115, 101, textPtr)) {
    // secr
    name = pair - 2;
    behind = pair + 2;
  } else if (letter == 99 && is(pair + 2, 101, 100, textPtr)) {
    // cred
    name = pair;
    behind = pair + 4;
  } else if (letter == 111 && is(pair + 2, 101, 110, textPtr) && pair > textPtr && (load<u8>(pair - 1) | 32) == 116) {
    // token
    name = pair - 1;
    behind = pair + 4;
  } else if (letter == 101 && pair > textPtr && (load<u8>(pair - 1) | 32) == 107) {
    // key
    name = pair - 1;
    behind = pair + 2;
  } else if (letter == 112 && (load<u8>(pair + 2) | 32) == 100) {
    // pwd
    name = pair;
    behind = pair + 3;
  } else if (letter == 117 && pair > textPtr && (load<u8>(pair - 1) | 32) == 97 && (load<u8>(pair + 2) | 32) == 104) {
    // auth
    name = pair - 1;
    behind = pair + 3;
  }
  return name != 0 && hasValue(behind, end) ? name : 0;
}

// @ts-ignore: decorator
@inline
function is(at: usize, first: u32, second: u32, textPtr: usize): bool {
  return at >= textPtr && ((<u32>load<u8>(at)) | 32) == first && ((<u32>load<u8>(at, 1)) | 32) == second;
}

/**
 * Whether something is assigned behind the name that goes on at `at`, and the value has a digit or
 * a sign.
 */
function hasValue(at: usize, end: usize): bool {
  let last = at + LONGEST_NAME < end ? at + LONGEST_NAME : end;
  while (at < last) {
    const byte = <u32>load<u8>(at);
    if (!isAlphanumeric(byte) && byte - 45 >= 2 && byte != 95) break; // - . _
    at++;
  }
  let isAssigned = false;
  last = at + NEAR < end ? at + NEAR : end;
  for (let i = at; i < last && !isAssigned; i++) {
    const byte = <u32>load<u8>(i);
    // space , : = > ( | and the tab
    isAssigned =
      byte == 32 || byte == 9 || byte == 44 || byte == 58 || byte == 61 || byte == 62 || byte == 40 || byte == 124;
  }
  if (!isAssigned) return false;
  last = at + NEAR + VALUE < end ? at + NEAR + VALUE : end;
  for (let i = at; i < last; i++) {
    const byte = <u32>load<u8>(i);
    if (byte == 10 && i >= at + NEAR) return false;
    // digits and ! # $ % & * ? @ ^ ~
    if (byte - 48 < 10 || byte == 33 || byte - 35 < 4 || byte == 42 || byte - 63 < 2 || byte == 94 || byte == 126)
      return true;
  }
  return false;
}

function isKey(at: usize): bool {
  return load<u32>(at) == 0x2d2d_2d2d && load<u32>(at, 4) == 0x4745_422d && load<u16>(at, 8) == 0x4e49; // -----BEGIN
}

/** Whether an @ comes in the address before a slash or white space, behind a colon. */
function isAddress(at: usize, end: usize): bool {
  const last = at + 192 < end ? at + 192 : end;
  let colon = false;
  for (; at < last; at++) {
    const byte = <u32>load<u8>(at);
    if (byte <= 32 || byte == 47 || byte == 34 || byte == 39) return false;
    if (byte == 58) colon = true;
    else if (byte == 64) return colon;
  }
  return false;
}
