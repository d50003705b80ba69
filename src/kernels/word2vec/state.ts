// What a training's threads share, what each has to itself, and how these lie in memory.

import { GROUP, GROUP_SCORES, LINE, OWN, STEP } from './rows';

/**
 * Positions between two looks at what comes into reach and what goes out of it. Those that share
 * their negatives, or are scored before any of them is learned, come from one block of more. With
 * subwords an n-gram may be in many words of it, each of which gives it the whole change.
 */
const BLOCK: i32 = 16;
const LONG_BLOCK: i32 = 32;
const SUBWORDS_TOGETHER_BLOCK: i32 = 8;
/** Together: most turns of the first block of a piece of text. */
export const FIRST_BLOCK: i32 = 4;

/** Blocks whose partial scores have a place of their own, a power of two. */
export const PLACES = 4;
/** Hashes of words, and how far a 32-bit product is shifted to give one. */
export const HASHED: usize = 1024;
export const HASH_SHIFT: u32 = 22;
/** Words in the pool: few enough that their rows stay in a core's second cache. */
export const POOL_WORDS: usize = 128;

/** What a training's threads share: written by the caller, 32-bit fields in this order. */
@unmanaged
export class Settings {
  /**
   * The matrices, (V, D) each, rows `rowStride` bytes apart, zero behind D; `treePtr`: (V - 1, D),
   * of the tree's inner nodes.
   */
  inputPtr!: usize;
  outputPtr!: usize;
  treePtr!: usize;
  rowStride!: usize;
  vectorSize!: i32;
  /** V */
  words!: i32;
  cbow!: i32;
  window!: i32;
  /** 1: the whole window is context; 0: each position draws 1 to `window`. */
  fixedWindow!: i32;
  /** 0: no negative sampling. */
  negative!: i32;
  /** CBOW, 1: the mean of the context; 0: its sum. */
  cbowMean!: i32;
  /**
   * (V + 1), u32: a token is kept where a random u32 is not above entry `id + 1`; the first is for
   * breaks.
   */
  keepPtr!: usize;
  /**
   * (tableSize), i32: word ids of the noise distribution, shuffled, so that they are read in
   * sequence. A power of two.
   */
  tablePtr!: usize;
  tableSize!: u32;
  /**
   * (V + 1), u32: where each word's path begins in the list behind it: (node << 1 | code), u32,
   * from the root down. 0: no tree.
   */
  pathsPtr!: usize;
  longestPath!: i32;
  /**
   * The inner nodes from this one on are met most, and each thread has a copy of them; V - 1: of
   * none.
   */
  firstCopied!: i32;
  /**
   * (V + 1), u32: where each word's rows begin in the list behind it: pointers, u32. 0: a word has
   * its own row only.
   */
  subwordsPtr!: usize;
  /** Positions from one at which the loss is measured to the next. */
  lossInterval!: u32;
  /** Most tokens of a piece of text. */
  capacity!: i32;
  /**
   * Together: how many parts the columns are divided into, the same for any number of threads; 0:
   * each thread for itself.
   */
  parts!: i32;
  threads!: i32;
  /**
   * Together, (threads, 64 bytes), i32: how often each thread has met the others, and whether it
   * sleeps.
   */
  meetingsPtr!: usize;
  /** Together: `scoresBytes`, the partial scores. */
  partialsPtr!: usize;
  /** Together: most turns of a block; 1: each turn is learned before the next is scored. */
  mostTurns!: i32;
}

/** A thread's state, at the beginning of its block. Buffers are the thread's own. */
@unmanaged
export class Thread {
  /** State of the random generator. */
  random!: u64;
  /** Sum of the losses of the measured pairs, and their number. */
  lossSum!: f64;
  lossPairs!: f64;
  /**
   * Pairs trained: of a word and a context word (Skip-gram), of a word and its whole context
   * (CBOW).
   */
  pairs!: f64;

  settingsPtr!: usize;
  thread!: i32;
  /** D in bytes, in whole steps. */
  rowBytes!: usize;
  /** Columns that are this thread's, bytes, and the parts they are in. */
  from!: usize;
  to!: usize;
  firstPart!: i32;
  endPart!: i32;
  meetings!: i32;

  tableCursor!: u32;
  /** Negatives drawn and positions trained so far, modulo 2^32. */
  draws!: u32;
  positions!: u32;
  /** What `touchRow` gave: loads whose result nobody keeps would not be made. */
  touched!: u32;
  /** (POOL_WORDS), i32, Skip-gram: the word ids that negatives are drawn from. */
  poolPtr!: usize;

  /**
   * Tokens of the current piece of text; those before `entered` have come within reach, those
   * before `left` are out of it.
   */
  count!: i32;
  entered!: i32;
  left!: i32;
  /** Together: most turns of the next block. */
  blockSize!: i32;
  /** The next position to choose, and the one whose context is not trained to its end, or 0. */
  next!: i32;
  begunPtr!: usize;
  /**
   * (capacity + 2), i32: the ids of the current piece of text, -1 before it, between sentences and
   * behind it.
   */
  idsPtr!: usize;
  /** (capacity), u32: the slot of each. */
  slotOfPtr!: usize;
  /**
   * (capacity), i32: where the word of each position was last, or -1; and the last position whose
   * word was met twice again up to here.
   */
  previousPtr!: usize;
  lastThricePtr!: usize;
  /**
   * (HASHED), i32: the last position of each hash of words; (capacity), i32: of each position, the
   * one before of its hash.
   */
  hashedPtr!: usize;
  sameHashPtr!: usize;
  /**
   * (capacity), i32, CBOW: the reach of each position that was trained, else 0; and (capacity),
   * u32: its error.
   */
  reachPtr!: usize;
  errorOfPtr!: usize;
  /** (2 window), u32: the errors that a word takes. */
  errorListPtr!: usize;
  /**
   * (slots, D), CBOW: errors. Subwords: (slots, D), and with Skip-gram (slots, 2, D): rows of words
   * within reach, as they are trained and as they were before.
   */
  errorsPtr!: usize;
  slotsPtr!: usize;
  slotBytes!: usize;
  slots!: i32;
  /** (slots), u32: pointers to the slots that are free, and how many these are. */
  freeSlotsPtr!: usize;
  freeSlots!: i32;
  /** (capacity), i32, Skip-gram: 1 where a later occurrence of the word has taken over its slot. */
  isHandedOnPtr!: usize;

  /** (2, block) positions, `positionBytes` apart. */
  positionsPtr!: usize;
  positionBytes!: usize;
  /** (2 window, K / 6, 8): scores, then gradients. */
  scoresPtr!: usize;
  /** Constants of `sigmoid`. */
  constantsPtr!: usize;
  /**
   * (V - 1 - firstCopied, D) each: copies of inner nodes, as they are trained and as they were when
   * last given back.
   */
  copiesPtr!: usize;
  copiedPtr!: usize;
  /** (D): zeros. */
  zeroPtr!: usize;
  /** (D): a word's change. */
  changePtr!: usize;
}

/** What one position trains. */
@unmanaged
export class Position {
  /**
   * (2 window), u32: pointers to the slots of the context words that are trained together, their
   * end, and that of those to come.
   */
  contextsPtr!: usize;
  contextsEnd!: usize;
  restEnd!: usize;
  /** Words on each side that are context. */
  reach!: i32;
  /**
   * (K), u32: pointers to output rows, in whole groups, `zeroPtr` for padding; how many are not
   * padding.
   */
  outputsPtr!: usize;
  outputs!: i32;
  /** (K / 6, 8), f32: what each output should give, and 1 where there is one. */
  labelsPtr!: usize;
  marksPtr!: usize;
  /** (D), CBOW: mean of the context, and its error. */
  hiddenPtr!: usize;
  errorPtr!: usize;
}

// ---- Layout ----

/**
 * Sets the buffers' pointers (`threadPtr` 0: only measures) and gives the bytes of the whole block.
 */
export function layOut(threadPtr: usize, settings: Settings): usize {
  const window = settings.window,
    rowBytes = rowBytesOf(settings.vectorSize),
    rowAligned = align(rowBytes),
    block = blockOf(settings),
    slots = 2 * window + (settings.parts ? 2 * block + 1 : block),
    outputs = <usize>(groupsOf(mostOutputs(settings)) * GROUP),
    scoreStride = scoreBytes(mostOutputs(settings)),
    contextBytes = align((<usize>(2 * window)) << 2),
    outputBytes = align(outputs << 2),
    laneBytes = align(scoreStride);

  let end = threadPtr + align(offsetof<Thread>());
  const poolPtr = end;
  end += align(POOL_WORDS << 2);
  const scoresPtr = end;
  end += align(<usize>(2 * window) * scoreStride);
  const constantsPtr = end;
  end += LINE;
  const zeroPtr = end;
  end += rowAligned;
  const changePtr = end;
  end += rowAligned;
  const copied = settings.pathsPtr ? <usize>(settings.words - 1 - settings.firstCopied) * rowAligned : 0,
    copiesPtr = end;
  end += copied;
  const copiedPtr = end;
  end += copied;
  const errorsPtr = end;
  if (settings.cbow) end += <usize>slots * rowAligned;
  const slotsPtr = end;
  if (settings.subwordsPtr) end += <usize>slots * 2 * rowAligned;
  const freeSlotsPtr = end;
  if (settings.subwordsPtr) end += align((<usize>slots) << 2);
  const errorListPtr = end;
  end += contextBytes;
  const positionsPtr = end,
    positionBytes = align(offsetof<Position>()) + contextBytes + outputBytes + 2 * laneBytes + rowAligned;
  end += 2 * <usize>block * positionBytes;
  const idsPtr = end;
  end += align((<usize>settings.capacity + 2) << 2);
  const slotOfPtr = end;
  end += align((<usize>settings.capacity) << 2);
  const reachPtr = end;
  end += align((<usize>settings.capacity) << 2);
  const errorOfPtr = end;
  end += align((<usize>settings.capacity) << 2);
  const previousPtr = end;
  end += align((<usize>settings.capacity) << 2);
  const lastThricePtr = end;
  end += align((<usize>settings.capacity) << 2);
  const sameHashPtr = end;
  end += align((<usize>settings.capacity) << 2);
  const isHandedOnPtr = end;
  end += align((<usize>settings.capacity) << 2);
  const hashedPtr = end;
  end += HASHED << 2;

  if (threadPtr) {
    const thread = changetype<Thread>(threadPtr);
    thread.poolPtr = poolPtr;
    thread.scoresPtr = scoresPtr;
    thread.constantsPtr = constantsPtr;
    thread.zeroPtr = zeroPtr;
    thread.copiesPtr = copiesPtr;
    thread.copiedPtr = copiedPtr;
    thread.changePtr = changePtr;
    thread.errorsPtr = errorsPtr;
    thread.errorListPtr = errorListPtr;
    thread.freeSlotsPtr = freeSlotsPtr;
    thread.slotsPtr = slotsPtr;
    thread.slotBytes = 2 * rowAligned;
    thread.slots = slots;
    thread.positionsPtr = positionsPtr;
    thread.positionBytes = positionBytes;
    thread.idsPtr = idsPtr;
    thread.slotOfPtr = slotOfPtr;
    thread.reachPtr = reachPtr;
    thread.errorOfPtr = errorOfPtr;
    thread.previousPtr = previousPtr;
    thread.lastThricePtr = lastThricePtr;
    thread.isHandedOnPtr = isHandedOnPtr;
    thread.sameHashPtr = sameHashPtr;
    thread.hashedPtr = hashedPtr;
    for (let i = 0; i < 2 * block; i++) {
      const position = changetype<Position>(positionsPtr + <usize>i * positionBytes);
      let p = changetype<usize>(position) + align(offsetof<Position>());
      position.contextsPtr = p;
      p += contextBytes;
      position.outputsPtr = p;
      p += outputBytes;
      position.labelsPtr = p;
      p += laneBytes;
      position.marksPtr = p;
      p += laneBytes;
      position.hiddenPtr = p;
      for (let output: usize = 0; output < outputs; output++) {
        store<u32>(position.outputsPtr + (output << 2), <u32>zeroPtr);
      }
      if (settings.negative && arePaired(settings)) {
        store<f32>(position.labelsPtr, 1, OWN);
        store<f32>(position.marksPtr, 1, OWN);
        for (let i = 0; i < settings.negative; i++) store<f32>(position.marksPtr + laneOffset(i), 1);
      } else if (settings.negative) {
        store<f32>(position.labelsPtr, 1);
        for (let i = 0; i <= settings.negative; i++) store<f32>(position.marksPtr + laneOffset(i), 1);
      }
    }
  }
  return end - threadPtr;
}

/** Bytes of the partial scores of a block of positions in one part of the columns. */
export function partBytes(settings: Settings): usize {
  return align(<usize>blockOf(settings) * <usize>(2 * settings.window) * scoreBytes(mostOutputs(settings)));
}

/** Where a part of the columns begins, bytes. */
export function partStart(thread: Thread, part: i32): usize {
  const steps = thread.rowBytes / STEP;
  return ((steps * <usize>part) / <usize>settingsOf(thread).parts) * STEP;
}

// ---- Sizes ----

// @ts-ignore: decorator
@inline
export function settingsOf(thread: Thread): Settings {
  return changetype<Settings>(thread.settingsPtr);
}

/** Positions of a block. */
// @ts-ignore: decorator
@inline
export function blockOf(settings: Settings): i32 {
  if (settings.subwordsPtr) return settings.parts ? SUBWORDS_TOGETHER_BLOCK : BLOCK;
  return settings.parts || arePaired(settings) ? LONG_BLOCK : BLOCK;
}

/** Whether positions are trained two at a time. */
export function arePaired(settings: Settings): bool {
  return settings.cbow != 0 && settings.pathsPtr == 0 && settings.parts == 0;
}

/** Most outputs of a position. */
export function mostOutputs(settings: Settings): i32 {
  return (settings.negative ? settings.negative + 1 : 0) + settings.longestPath;
}

/** Bytes of D floats in whole steps. */
export function rowBytesOf(vectorSize: i32): usize {
  return (((<usize>vectorSize) << 2) + STEP - 1) & ~(STEP - 1);
}

/** How many groups hold these outputs. */
// @ts-ignore: decorator
@inline
export function groupsOf(outputs: i32): i32 {
  return (outputs + GROUP - 1) / GROUP;
}

/** Bytes of the scores of one row. */
// @ts-ignore: decorator
@inline
export function scoreBytes(outputs: i32): usize {
  return <usize>groupsOf(outputs) * GROUP_SCORES;
}

/** Where an output's score stands in a row of scores, bytes. */
// @ts-ignore: decorator
@inline
export function laneOffset(output: i32): usize {
  return <usize>(output / GROUP) * GROUP_SCORES + ((<usize>(output % GROUP)) << 2);
}

/** Up to a whole cache line, which no two threads share. */
export function align(bytes: usize): usize {
  return (bytes + LINE - 1) & ~(LINE - 1);
}
