// word2vec: Skip-gram and CBOW with negative sampling and hierarchical softmax, subsampling, windows and subwords.
//
// Mikolov et al. 2013, "Distributed Representations of Words and Phrases and their Compositionality". At each position
// the input rows of the context words meet the output rows of the word itself and of `negative` words drawn from the
// noise distribution, or those on the word's path through the Huffman tree, or both. What is shared among which words:
//
// - The context words of one position share its negatives: each loaded row is used several times, which is where the
//   speed comes from. Every pair still meets `negative` words of the noise distribution, so the expected gradient is that
//   of separate draws; only the pairs of one position are no longer independent of each other.
// - In CBOW two positions in a row share their negatives, for the same reason, and take their step together. The errors
//   of all positions that a word is context of are added to its row once, when the word goes out of their reach, so that
//   a row is written once and not for every position; the idea is that of FULL-W2V (Randall et al. 2021, for graphics
//   processors). Until then, at most some 2 window positions on, nobody sees the change.
// - With subwords a word within reach has a slot of the thread's own with the mean of its n-grams' rows; when it goes out
//   of reach each of them takes the whole change, as in fastText (Bojanowski et al. 2017, arXiv:1607.04606).
//
// Threads update the shared rows without locks (Hogwild, Recht et al. 2011, arXiv:1106.5730), or together: then each
// works on columns of its own through the whole text, all make the same random choices, and only scores are exchanged;
// the result does not depend on their number. Everything else is private to a thread and lies in a block of memory that
// `createThread` lays out. A function is called for a few thousand positions at a time: V8 optimises a function at its
// next call only.

import { lossOf, storeConstants, toGradients } from './logistic';
import {
  addSumOfRows,
  addToRows,
  copyRow,
  GROUP,
  GROUP_SCORES,
  LINE,
  OWN,
  scaleRow,
  scoreContexts,
  scoreGroup,
  scoreOwn,
  STEP,
  subtractRows,
  sumOfRows,
  touchRow,
  updateGroup,
  updatePair,
  updateTwo,
} from './rows';

/** Positions between two looks at what comes into reach and what goes out of it. */
const BLOCK: i32 = 16;
/** Blocks whose partial scores have a place of their own, a power of two. */
const PLACES = 4;
/** A drawn negative that is the word itself is drawn again, so many times at most. */
const DRAWS = 16;
/** One of so many draws brings a new word into the pool of negatives. */
const POOL_DRAWS: u32 = 8;
/** Words in the pool: few enough that their rows stay in a core's second cache. */
const POOL_WORDS: usize = 128;
/** A thread that waits for another looks so often before it sleeps, some 20 µs. */
const SPINS = 4000;

/** What a training's threads share: written by the caller, 32-bit fields in this order. */
@unmanaged
class Settings {
  /** The matrices, (V, D) each, rows `rowStride` bytes apart, zero behind D; `treePtr`: (V - 1, D), of the tree's inner nodes. */
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
  /** (V + 1), u32: a token is kept where a random u32 is not above entry `id + 1`; the first is for breaks. */
  keepPtr!: usize;
  /** (tableSize), i32: word ids of the noise distribution, shuffled, so that they are read in sequence. A power of two. */
  tablePtr!: usize;
  tableSize!: u32;
  /** (V + 1), u32: where each word's path begins in the list behind it: (node << 1 | code), u32, from the root down. 0: no tree. */
  pathsPtr!: usize;
  longestPath!: i32;
  /** (V + 1), u32: where each word's rows begin in the list behind it: pointers, u32. 0: a word has its own row only. */
  subwordsPtr!: usize;
  /** The loss is measured at one of so many positions. */
  lossInterval!: u32;
  /** Most tokens of a piece of text. */
  capacity!: i32;
  /** Together: columns are divided into so many parts, the same for any number of threads; 0: each thread for itself. */
  parts!: i32;
  threads!: i32;
  /** Together, (threads, 64 bytes), i32: how often each thread has met the others, and whether it sleeps. */
  meetingsPtr!: usize;
  /** Together: `scoresBytes`, the partial scores. */
  partialsPtr!: usize;
}

/** A thread's state, at the beginning of its block. Buffers are the thread's own. */
@unmanaged
class Thread {
  /** State of the random generator. */
  random!: u64;
  /** Sum of the losses of the measured pairs, and their number. */
  lossSum!: f64;
  lossPairs!: f64;
  /** Pairs trained: of a word and a context word (Skip-gram), of a word and its whole context (CBOW). */
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

  /** Tokens of the current piece of text; those before `entered` have come within reach, those before `left` are out of it. */
  count!: i32;
  entered!: i32;
  left!: i32;
  /** (capacity + 2), i32: the ids of the current piece of text, -1 before it, between sentences and behind it. */
  idsPtr!: usize;
  /** (capacity), u32: the slot of each. */
  slotOfPtr!: usize;
  /** (capacity), i32, CBOW: the reach of each position that was trained, else 0; and (capacity), u32: its error. */
  reachPtr!: usize;
  errorOfPtr!: usize;
  /** (2 window), u32: the errors that a word takes. */
  errorListPtr!: usize;
  /** (slots, D), CBOW: errors. Subwords: (slots, D), and with Skip-gram (slots, 2, D): rows of words within reach, as they are trained and as they were before. */
  errorsPtr!: usize;
  slotsPtr!: usize;
  slotBytes!: usize;
  slots!: i32;
  nextSlot!: i32;
  nextError!: i32;

  /** (2, BLOCK) positions, `positionBytes` apart. */
  positionsPtr!: usize;
  positionBytes!: usize;
  /** (2 window, K / 6, 8): scores, then gradients. */
  scoresPtr!: usize;
  /** Of `sigmoid`. */
  constantsPtr!: usize;
  /** (D): zeros. */
  zeroPtr!: usize;
  /** (D): a word's change. */
  changePtr!: usize;
}

/** What one position trains. */
@unmanaged
class Position {
  /** (2 window), u32: pointers to the slots of the context, and their end. */
  contextsPtr!: usize;
  contextsEnd!: usize;
  /** (K), u32: pointers to output rows, in whole groups, `zeroPtr` for padding; how many are not padding. */
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

/** Bytes of one thread's block. */
export function threadBytes(settingsPtr: usize): usize {
  return layOut(0, changetype<Settings>(settingsPtr));
}

/** Bytes of the partial scores of threads that train together. */
export function partialsBytes(settingsPtr: usize): usize {
  const settings = changetype<Settings>(settingsPtr);
  return PLACES * <usize>settings.parts * partBytes(settings);
}

/** Prepares thread number `thread`: its block at `threadPtr`, 64-byte aligned, of `threadBytes`. */
export function createThread(threadPtr: usize, settingsPtr: usize, thread: i32): void {
  const settings = changetype<Settings>(settingsPtr);
  memory.fill(threadPtr, 0, layOut(0, settings));
  layOut(threadPtr, settings);
  const state = changetype<Thread>(threadPtr),
    parts = settings.parts;
  state.settingsPtr = settingsPtr;
  state.thread = thread;
  state.rowBytes = rowBytesOf(settings.vectorSize);
  state.to = state.rowBytes;
  if (parts) {
    const workers = min(settings.threads, parts);
    state.firstPart = thread < workers ? (parts * thread) / workers : 0;
    state.endPart = thread < workers ? (parts * (thread + 1)) / workers : 0;
    state.from = partStart(state, state.firstPart);
    state.to = partStart(state, state.endPart);
  }
  storeConstants(state.constantsPtr);
}

/** Sets the buffers' pointers (`threadPtr` 0: only measures) and gives the bytes of the whole block. */
function layOut(threadPtr: usize, settings: Settings): usize {
  const window = settings.window,
    rowBytes = rowBytesOf(settings.vectorSize),
    rowAligned = align(rowBytes),
    slots = 2 * window + 2 * BLOCK,
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
  const errorsPtr = end;
  if (settings.cbow) end += <usize>(slots + BLOCK) * rowAligned;
  const slotsPtr = end;
  if (settings.subwordsPtr) end += <usize>slots * 2 * rowAligned;
  const errorListPtr = end;
  end += contextBytes;
  const positionsPtr = end,
    positionBytes = align(offsetof<Position>()) + contextBytes + outputBytes + 2 * laneBytes + rowAligned;
  end += 2 * <usize>BLOCK * positionBytes;
  const idsPtr = end;
  end += align((<usize>settings.capacity + 2) << 2);
  const slotOfPtr = end;
  end += align((<usize>settings.capacity) << 2);
  const reachPtr = end;
  end += align((<usize>settings.capacity) << 2);
  const errorOfPtr = end;
  end += align((<usize>settings.capacity) << 2);

  if (threadPtr) {
    const thread = changetype<Thread>(threadPtr);
    thread.poolPtr = poolPtr;
    thread.scoresPtr = scoresPtr;
    thread.constantsPtr = constantsPtr;
    thread.zeroPtr = zeroPtr;
    thread.changePtr = changePtr;
    thread.errorsPtr = errorsPtr;
    thread.errorListPtr = errorListPtr;
    thread.slotsPtr = slotsPtr;
    thread.slotBytes = 2 * rowAligned;
    thread.slots = slots;
    thread.positionsPtr = positionsPtr;
    thread.positionBytes = positionBytes;
    thread.idsPtr = idsPtr;
    thread.slotOfPtr = slotOfPtr;
    thread.reachPtr = reachPtr;
    thread.errorOfPtr = errorOfPtr;
    for (let i = 0; i < 2 * BLOCK; i++) {
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

/** Fills `count` rows with numbers from -1/D to 1/D, as gensim does, and zeros behind D. */
export function initializeRows(rowsPtr: usize, count: i32, vectorSize: i32, rowStride: usize, seed: u32): void {
  let state = (<u64>seed + 1) * 0x9e3779b97f4a7c15;
  const scale = <f32>(1 / (<f64>vectorSize * 2147483648.0)),
    rowBytes = align(<usize>vectorSize << 2);
  for (let row = 0; row < count; row++) {
    const rowPtr = rowsPtr + <usize>row * rowStride;
    memory.fill(rowPtr, 0, rowBytes);
    for (let d = 0; d < vectorSize; d++) {
      state = state * 6364136223846793005 + 1442695040888963407;
      store<f32>(rowPtr + ((<usize>d) << 2), <f32>(<i32>(state >> 32)) * scale);
    }
  }
}

/** Puts `size` 32-bit numbers in random order (Fisher and Yates). */
export function shuffle(tablePtr: usize, size: u32, seed: u32): void {
  let state = (<u64>seed + 1) * 0x9e3779b97f4a7c15;
  for (let last = size - 1; last > 0; last--) {
    state = state * 6364136223846793005 + 1442695040888963407;
    const lastPtr = tablePtr + ((<usize>last) << 2),
      otherPtr = tablePtr + ((<usize>(((state >> 32) * (<u64>last + 1)) >> 32)) << 2),
      number = load<i32>(lastPtr);
    store<i32>(lastPtr, load<i32>(otherPtr));
    store<i32>(otherPtr, number);
  }
}

// ---- A piece of text ----

/**
 * Begins the next piece of text, `count` tokens, at most `capacity`: drops rare words (id >= V) and thins out frequent
 * ones. Every random choice of the piece follows from `seed`. Gives the number of positions to train; sentence breaks
 * count as positions. The last piece must have been trained to its end.
 */
export function readTokens(threadPtr: usize, tokensPtr: usize, count: i32, seed: u32): i32 {
  const thread = changetype<Thread>(threadPtr),
    settings = settingsOf(thread),
    words = settings.words,
    keepPtr = settings.keepPtr,
    firstPtr = thread.idsPtr + 4,
    endPtr = tokensPtr + ((<usize>count) << 2);
  thread.random = (<u64>seed + 1) * 0x9e3779b97f4a7c15;
  for (let i = 0; i < 8; i++) random(thread);
  thread.draws = 0;
  if (settings.negative) {
    thread.tableCursor = random(thread);
    if (!settings.cbow) {
      for (let i: usize = 0; i < POOL_WORDS; i++) store<i32>(thread.poolPtr + (i << 2), nextOfTable(thread));
    }
  }
  let idPtr = firstPtr;
  for (let tokenPtr = tokensPtr; tokenPtr < endPtr; tokenPtr += 4) {
    const id = load<i32>(tokenPtr);
    if (id >= words) continue;
    store<i32>(idPtr, id); // overwritten by the next where it is not kept: a branch would be mispredicted too often
    idPtr += random(thread) <= load<u32>(keepPtr + ((<usize>(id + 1)) << 2)) ? 4 : 0;
  }
  store<i32>(firstPtr - 4, -1);
  store<i32>(idPtr, -1);
  thread.count = <i32>((idPtr - firstPtr) >> 2);
  thread.entered = 0;
  thread.left = 0;
  thread.nextSlot = 0;
  thread.nextError = 0;
  return thread.count;
}

/** Trains at positions `first` to `last` (exclusive) of the piece of text, at learning rate `alpha`; each position once, in order. */
export function train(threadPtr: usize, first: i32, last: i32, alpha: f32): void {
  const thread = changetype<Thread>(threadPtr),
    settings = settingsOf(thread),
    rowBytes = thread.rowBytes,
    inPairs = arePaired(settings);
  for (let block = first; block < last; block += BLOCK) {
    const end = min(block + BLOCK, last);
    slide(thread, block, end);
    if (inPairs) {
      trainPairs(thread, block, end, alpha);
      continue;
    }
    const position = changetype<Position>(thread.positionsPtr);
    for (let at = block; at < end; at++) {
      if (!choose(thread, position, at)) continue;
      score(thread, position, thread.scoresPtr, 0, rowBytes);
      learn(thread, position, thread.scoresPtr, alpha);
    }
  }
  if (last == thread.count) leaveUntil(thread, last);
}

/**
 * The same, together with all other threads of the training: every thread calls it alike, for the whole text. The scores
 * of a block are exchanged while the next one is chosen and scored, so that nobody waits for a thread that is a little
 * behind; a block is therefore scored before the one before it is learned, by any number of threads.
 */
export function trainTogether(threadPtr: usize, first: i32, last: i32, alpha: f32): void {
  const thread = changetype<Thread>(threadPtr),
    half = <usize>BLOCK * thread.positionBytes;
  let positionsPtr = thread.positionsPtr,
    learningPtr: usize = 0, // the block that was scored, its positions and their end
    learningEnd: usize = 0;
  for (let block = first; ; block += BLOCK) {
    let positionPtr = positionsPtr;
    if (block < last) {
      const end = min(block + BLOCK, last);
      slide(thread, max(first, block - BLOCK), end);
      for (let at = block; at < end; at++) {
        if (choose(thread, changetype<Position>(positionPtr), at)) positionPtr += thread.positionBytes;
      }
      scoreParts(thread, positionsPtr, positionPtr);
    }
    if (learningPtr) {
      const meeting = block < last ? thread.meetings - 1 : thread.meetings;
      awaitAll(thread, meeting);
      learnBlock(thread, learningPtr, learningEnd, alpha, meeting);
    }
    if (block >= last) break;
    learningPtr = positionsPtr;
    learningEnd = positionPtr;
    positionsPtr = positionsPtr == thread.positionsPtr ? positionsPtr + half : thread.positionsPtr;
  }
  if (last == thread.count) leaveUntil(thread, last);
}

/** Scores the positions in this thread's columns and tells the others. */
function scoreParts(thread: Thread, positionsPtr: usize, positionsEnd: usize): void {
  const partialsPtr = partialsOf(thread, thread.meetings + 1),
    bytesOfPart = partBytes(settingsOf(thread));
  for (let part = thread.firstPart; part < thread.endPart; part++) {
    let scoresPtr = partialsPtr + <usize>part * bytesOfPart;
    const from = partStart(thread, part),
      to = partStart(thread, part + 1);
    for (let positionPtr = positionsPtr; positionPtr < positionsEnd; positionPtr += thread.positionBytes) {
      scoresPtr += score(thread, changetype<Position>(positionPtr), scoresPtr, from, to);
    }
  }
  arrive(thread);
}

/** Adds up the scores of all parts and takes the steps of the positions. */
function learnBlock(thread: Thread, positionsPtr: usize, positionsEnd: usize, alpha: f32, meeting: i32): void {
  const settings = settingsOf(thread),
    bytesOfPart = partBytes(settings),
    endOfParts = <usize>settings.parts * bytesOfPart;
  let scoresPtr = partialsOf(thread, meeting);
  for (let positionPtr = positionsPtr; positionPtr < positionsEnd; positionPtr += thread.positionBytes) {
    const position = changetype<Position>(positionPtr),
      bytes = <usize>rowsOf(thread, position) * scoreBytes(position.outputs);
    for (let b: usize = 0; b < bytes; b += 16) {
      let sum = v128.load(scoresPtr + b);
      for (let part = bytesOfPart; part < endOfParts; part += bytesOfPart) {
        sum = f32x4.add(sum, v128.load(scoresPtr + b + part));
      }
      v128.store(thread.scoresPtr + b, sum);
    }
    learn(thread, position, thread.scoresPtr, alpha);
    scoresPtr += bytes;
  }
}

/** Sum of the measured pairs' losses: -log sigmoid(true) - sum over the others of log sigmoid(-score). */
export function lossSum(threadPtr: usize): f64 {
  return changetype<Thread>(threadPtr).lossSum;
}

/** Number of the measured pairs. */
export function lossPairs(threadPtr: usize): f64 {
  return changetype<Thread>(threadPtr).lossPairs;
}

/** Number of the pairs trained. */
export function pairs(threadPtr: usize): f64 {
  return changetype<Thread>(threadPtr).pairs;
}

// ---- Words within reach ----

/** Lets go of the words that no position from `first` on, the first that is not learned, has as context, and takes up those that positions before `last` have. */
function slide(thread: Thread, first: i32, last: i32): void {
  const settings = settingsOf(thread),
    window = settings.window,
    end = min(thread.count, last + window);
  leaveUntil(thread, first - window);
  for (let at = thread.entered; at < end; at++) {
    const id = load<i32>(thread.idsPtr + ((<usize>at + 1) << 2));
    if (id < 0) continue;
    let rowPtr = settings.inputPtr + <usize>id * settings.rowStride;
    if (settings.subwordsPtr) {
      const rowsPtr = subwords(settings, id),
        rowsEnd = subwords(settings, id + 1);
      rowPtr = thread.slotsPtr + <usize>thread.nextSlot * thread.slotBytes;
      if (++thread.nextSlot == thread.slots) thread.nextSlot = 0;
      sumOfRows(rowPtr, rowsPtr, rowsEnd, <f32>1 / <f32>((rowsEnd - rowsPtr) >> 2), thread.from, thread.to);
      if (!settings.cbow) copyRow(rowPtr, rowPtr + (thread.slotBytes >> 1), thread.from, thread.to);
    }
    store<u32>(thread.slotOfPtr + ((<usize>at) << 2), <u32>rowPtr);
  }
  thread.entered = max(thread.entered, end);
}

/** Gives the words before position `end` what was learned of them. */
function leaveUntil(thread: Thread, end: i32): void {
  const settings = settingsOf(thread),
    from = thread.from,
    to = thread.to;
  if (!settings.cbow && !settings.subwordsPtr) return; // rows were trained in their place
  for (; thread.left < end; thread.left++) {
    const at = thread.left,
      id = load<i32>(thread.idsPtr + ((<usize>at + 1) << 2));
    if (id < 0) continue;
    const slotPtr: usize = load<u32>(thread.slotOfPtr + ((<usize>at) << 2)),
      changePtr = thread.changePtr;
    if (settings.cbow) {
      const errorsPtr = thread.errorListPtr,
        errorsEnd = listErrors(thread, at, errorsPtr);
      if (errorsEnd == errorsPtr) continue;
      if (!settings.subwordsPtr) {
        addSumOfRows(slotPtr, errorsPtr, errorsEnd, from, to);
        continue;
      }
      sumOfRows(changePtr, errorsPtr, errorsEnd, 1, from, to);
    } else {
      subtractRows(changePtr, slotPtr, slotPtr + (thread.slotBytes >> 1), from, to);
    }
    addToRows(changePtr, subwords(settings, id), subwords(settings, id + 1), from, to);
  }
}

/** Lists the errors of the positions that the word at position `at` was context of; gives the end of the list. */
function listErrors(thread: Thread, at: i32, listPtr: usize): usize {
  const window = settingsOf(thread).window,
    idPtr = thread.idsPtr + ((<usize>at + 1) << 2),
    reachPtr = thread.reachPtr + ((<usize>at) << 2),
    errorOfPtr = thread.errorOfPtr + ((<usize>at) << 2);
  for (let i = 1; i <= window; i++) {
    const offset = (<usize>i) << 2;
    if (load<i32>(idPtr - offset) < 0) break;
    if (load<i32>(reachPtr - offset) < i) continue;
    store<u32>(listPtr, load<u32>(errorOfPtr - offset));
    listPtr += 4;
  }
  for (let i = 1; i <= window; i++) {
    const offset = (<usize>i) << 2;
    if (load<i32>(idPtr + offset) < 0) break;
    if (load<i32>(reachPtr + offset) < i) continue;
    store<u32>(listPtr, load<u32>(errorOfPtr + offset));
    listPtr += 4;
  }
  return listPtr;
}

/** Where the list of a word's rows begins; that of the next word begins where it ends. */
// @ts-ignore: decorator
@inline
function subwords(settings: Settings, word: i32): usize {
  return load<u32>(settings.subwordsPtr + ((<usize>word) << 2));
}

// ---- What a position is made of ----

/** Draws the window, lists the context within the sentence and the outputs; false where there is nothing to train. */
function choose(thread: Thread, position: Position, at: i32): bool {
  const settings = settingsOf(thread),
    word = load<i32>(thread.idsPtr + ((<usize>at + 1) << 2));
  if (!chooseContext(thread, position, at)) return false;
  let outputs = 0;
  if (settings.negative) {
    outputs = settings.negative + 1;
    store<u32>(position.outputsPtr, <u32>outputRow(settings, word));
    for (let p = position.outputsPtr + 4, end = position.outputsPtr + ((<usize>outputs) << 2); p < end; p += 4) {
      store<u32>(p, <u32>outputRow(settings, drawNegative(thread, word)));
    }
  }
  position.outputs = settings.pathsPtr ? addPath(thread, position, word, outputs) : outputs;
  return true;
}

/** Draws the window and lists the context within the sentence; false where there is none. */
// @ts-ignore: decorator
@inline
function chooseContext(thread: Thread, position: Position, at: i32): bool {
  const settings = settingsOf(thread),
    idPtr = thread.idsPtr + ((<usize>at + 1) << 2);
  let reach = 0;
  if (load<i32>(idPtr) >= 0) {
    reach = settings.fixedWindow ? settings.window : <i32>below(thread, settings.window) + 1;
    const slotOfPtr = thread.slotOfPtr + ((<usize>at) << 2),
      far = (<usize>reach) << 2;
    let contextPtr = position.contextsPtr;
    for (let i: usize = 4; i <= far; i += 4, contextPtr += 4) {
      if (load<i32>(idPtr - i) < 0) break;
      store<u32>(contextPtr, load<u32>(slotOfPtr - i));
    }
    for (let i: usize = 4; i <= far; i += 4, contextPtr += 4) {
      if (load<i32>(idPtr + i) < 0) break;
      store<u32>(contextPtr, load<u32>(slotOfPtr + i));
    }
    position.contextsEnd = contextPtr;
    if (contextPtr == position.contextsPtr) reach = 0;
  }
  if (settings.cbow) {
    store<i32>(thread.reachPtr + ((<usize>at) << 2), reach);
    if (reach) {
      position.errorPtr = thread.errorsPtr + <usize>thread.nextError * align(thread.rowBytes);
      if (++thread.nextError == thread.slots + BLOCK) thread.nextError = 0;
      store<u32>(thread.errorOfPtr + ((<usize>at) << 2), <u32>position.errorPtr);
    }
  }
  return reach != 0;
}

// @ts-ignore: decorator
@inline
function outputRow(settings: Settings, word: i32): usize {
  return settings.outputPtr + <usize>word * settings.rowStride;
}

/** Lists the inner nodes on a word's path behind the outputs there are; gives how many outputs there are then. */
function addPath(thread: Thread, position: Position, word: i32, outputs: i32): i32 {
  const settings = settingsOf(thread),
    pathsPtr = settings.pathsPtr,
    end: usize = load<u32>(pathsPtr + ((<usize>word + 1) << 2));
  for (let p: usize = load<u32>(pathsPtr + ((<usize>word) << 2)); p < end; p += 4, outputs++) {
    const step: u32 = load<u32>(p),
      lane = laneOffset(outputs);
    store<u32>(
      position.outputsPtr + ((<usize>outputs) << 2),
      <u32>(settings.treePtr + <usize>(step >> 1) * settings.rowStride),
    );
    store<f32>(position.labelsPtr + lane, <f32>1 - <f32>(step & 1));
    store<f32>(position.marksPtr + lane, 1);
  }
  for (let padding = outputs, whole = groupsOf(outputs) * GROUP; padding < whole; padding++) {
    store<u32>(position.outputsPtr + ((<usize>padding) << 2), <u32>thread.zeroPtr);
    store<f32>(position.labelsPtr + laneOffset(padding), 0);
    store<f32>(position.marksPtr + laneOffset(padding), 0);
  }
  return outputs;
}

/**
 * A word of the noise distribution. Skip-gram draws from a pool of words whose rows stay in a core's cache. In CBOW, where
 * a negative meets one mean in place of each context word, that costs analogies (bench/README.md): its draws are new.
 */
// @ts-ignore: decorator
@inline
function drawNoise(thread: Thread): i32 {
  if (settingsOf(thread).cbow) return nextOfTable(thread);
  const poolPtr = thread.poolPtr;
  if (++thread.draws % POOL_DRAWS == 0) {
    store<i32>(poolPtr + ((<usize>(thread.draws / POOL_DRAWS) % POOL_WORDS) << 2), nextOfTable(thread));
  }
  return load<i32>(poolPtr + ((<usize>random(thread) % POOL_WORDS) << 2));
}

/** A word of the noise distribution, not `word` itself. */
// @ts-ignore: decorator
@inline
function drawNegative(thread: Thread, word: i32): i32 {
  for (let tries = 0; tries < DRAWS; tries++) {
    const drawn = drawNoise(thread);
    if (drawn != word) return drawn;
  }
  const other = <i32>below(thread, settingsOf(thread).words - 1); // one word is nearly all of the text
  return other < word ? other : other + 1;
}

// @ts-ignore: decorator
@inline
function nextOfTable(thread: Thread): i32 {
  const settings = settingsOf(thread);
  return load<i32>(settings.tablePtr + ((<usize>(thread.tableCursor++ & (settings.tableSize - 1))) << 2));
}

/** 32 random bits: the upper half of a linear congruential generator of 64 bits (Knuth's MMIX). */
// @ts-ignore: decorator
@inline
function random(thread: Thread): u32 {
  const state = thread.random * 6364136223846793005 + 1442695040888963407;
  thread.random = state;
  return <u32>(state >> 32);
}

/** A whole number from 0 to `limit` - 1. */
// @ts-ignore: decorator
@inline
function below(thread: Thread, limit: i32): u32 {
  return <u32>(((<u64>random(thread)) * (<u64>limit)) >> 32);
}

// ---- Scores and updates ----

/** Dot products over the columns from `from` to `to`; gives the bytes of scores written: (rows, K / 6, 8). */
// @ts-ignore: decorator
@inline
function score(thread: Thread, position: Position, scoresPtr: usize, from: usize, to: usize): usize {
  const settings = settingsOf(thread),
    contextsPtr = position.contextsPtr,
    contextsEnd = position.contextsEnd,
    groups = groupsOf(position.outputs),
    stride = <usize>groups * GROUP_SCORES;
  let groupPtr = position.outputsPtr,
    scorePtr = scoresPtr;
  if (settings.cbow) {
    hide(settings, position, from, to);
    for (let group = 0; group < groups; group++, groupPtr += GROUP << 2, scorePtr += GROUP_SCORES) {
      scoreGroup(position.hiddenPtr, groupPtr, scorePtr, from, to);
    }
    return stride;
  }
  for (let group = 0; group < groups; group++, groupPtr += GROUP << 2, scorePtr += GROUP_SCORES) {
    scoreContexts(contextsPtr, contextsEnd, groupPtr, scorePtr, stride, from, to);
  }
  return stride * ((contextsEnd - contextsPtr) >> 2);
}

/** Turns a position's scores into gradients and takes the step, in this thread's columns. */
// @ts-ignore: decorator
@inline
function learn(thread: Thread, position: Position, scoresPtr: usize, alpha: f32): void {
  const settings = settingsOf(thread),
    outputs = position.outputs,
    stride = scoreBytes(outputs),
    rows = rowsOf(thread, position),
    contextsPtr = position.contextsPtr,
    contextsEnd = position.contextsEnd,
    outputsPtr = position.outputsPtr,
    from = thread.from,
    to = thread.to;
  thread.pairs += rows;
  if (thread.positions++ % settings.lossInterval == 0) {
    thread.lossSum += lossOf(scoresPtr, rows, stride, position.labelsPtr, position.marksPtr);
    thread.lossPairs += rows;
  }
  toGradients(scoresPtr, rows, stride, position.labelsPtr, position.marksPtr, alpha, thread.constantsPtr);
  if (settings.cbow) {
    for (let output = 0, groupPtr = outputsPtr, gradientsPtr = scoresPtr; output < outputs; output += GROUP) {
      updateGroup(position.hiddenPtr, position.errorPtr, output == 0, groupPtr, gradientsPtr, from, to);
      groupPtr += GROUP << 2;
      gradientsPtr += GROUP_SCORES;
    }
    if (!settings.cbowMean) scaleRow(position.errorPtr, shareOf(position), from, to);
    return;
  }
  for (let output = 0; output < outputs; output += 2) {
    const gradientsPtr = scoresPtr + laneOffset(output);
    updatePair(contextsPtr, contextsEnd, outputsPtr + ((<usize>output) << 2), gradientsPtr, stride, from, to);
  }
}

/** CBOW: what predicts the word. */
// @ts-ignore: decorator
@inline
function hide(settings: Settings, position: Position, from: usize, to: usize): void {
  const scale: f32 = settings.cbowMean ? shareOf(position) : 1;
  sumOfRows(position.hiddenPtr, position.contextsPtr, position.contextsEnd, scale, from, to);
}

/** 1 / number of context words. */
// @ts-ignore: decorator
@inline
function shareOf(position: Position): f32 {
  return <f32>1 / <f32>((position.contextsEnd - position.contextsPtr) >> 2);
}

/** Rows of scores of a position: one for each context word, or one for all (CBOW). */
// @ts-ignore: decorator
@inline
function rowsOf(thread: Thread, position: Position): i32 {
  return settingsOf(thread).cbow ? 1 : <i32>((position.contextsEnd - position.contextsPtr) >> 2);
}

// ---- CBOW, two positions at a time ----

/** Trains at positions `first` to `last`: every two that have a context share `negative` draws and take one step. */
function trainPairs(thread: Thread, first: i32, last: i32, alpha: f32): void {
  const settings = settingsOf(thread),
    to = thread.rowBytes,
    negative = settings.negative,
    stride = scoreBytes(negative),
    lists = changetype<Position>(thread.positionsPtr), // of both; each has its own context, mean and error
    rowsPtr = lists.contextsPtr,
    ownPtr = rowsPtr + 8,
    negativesPtr = lists.outputsPtr,
    negativesEnd = negativesPtr + ((<usize>negative) << 2),
    scoresPtr = thread.scoresPtr,
    a = changetype<Position>(thread.positionsPtr + thread.positionBytes),
    b = changetype<Position>(thread.positionsPtr + 2 * thread.positionBytes);
  for (let at = first; at < last; ) {
    let rows = 0;
    for (let position = a; at < last && rows < 2; at++) {
      if (!chooseContext(thread, position, at)) continue;
      if (rows == 0) {
        for (let p = negativesPtr; p < negativesEnd; p += 4) {
          const rowPtr = outputRow(settings, drawNoise(thread));
          store<u32>(p, <u32>rowPtr);
          thread.touched ^= touchRow(rowPtr, to);
        }
      }
      hide(settings, position, 0, to);
      const word = load<i32>(thread.idsPtr + ((<usize>at + 1) << 2));
      store<u32>(rowsPtr + ((<usize>rows) << 2), <u32>position.hiddenPtr);
      store<u32>(ownPtr + ((<usize>rows) << 2), <u32>outputRow(settings, word));
      position = b;
      rows++;
    }
    if (rows == 0) return;
    let bPtr = b.hiddenPtr,
      errorBPtr = b.errorPtr;
    if (rows == 1) {
      bPtr = thread.zeroPtr;
      errorBPtr = thread.changePtr;
      store<u32>(rowsPtr, <u32>bPtr, 4);
      store<u32>(ownPtr, <u32>bPtr, 4);
    }
    for (let p = negativesPtr, scorePtr = scoresPtr; p < negativesEnd; p += GROUP << 2, scorePtr += GROUP_SCORES) {
      scoreContexts(rowsPtr, rowsPtr + 8, p, scorePtr, stride, 0, to);
    }
    scoreOwn(a.hiddenPtr, bPtr, ownPtr, scoresPtr + OWN, stride, to);
    pairToGradients(thread, lists, ownPtr, rows, alpha);
    let groupEnd = min(negativesPtr + (GROUP << 2), negativesEnd);
    updateTwo(a.hiddenPtr, bPtr, a.errorPtr, errorBPtr, ownPtr, negativesPtr, groupEnd, scoresPtr, stride, to);
    for (let gradientsPtr = scoresPtr; groupEnd < negativesEnd; ) {
      const groupPtr = groupEnd;
      groupEnd = min(groupPtr + (GROUP << 2), negativesEnd);
      gradientsPtr += GROUP_SCORES;
      updateTwo(a.hiddenPtr, bPtr, a.errorPtr, errorBPtr, 0, groupPtr, groupEnd, gradientsPtr, stride, to);
    }
    if (settings.cbowMean) continue;
    scaleRow(a.errorPtr, shareOf(a), 0, to);
    if (rows == 2) scaleRow(b.errorPtr, shareOf(b), 0, to);
  }
}

/** Turns the scores of two positions into gradients; a negative that is a position's own word does not count there. */
// @ts-ignore: decorator
@inline
function pairToGradients(thread: Thread, lists: Position, ownPtr: usize, rows: i32, alpha: f32): void {
  const scoresPtr = thread.scoresPtr,
    negative = settingsOf(thread).negative,
    stride = scoreBytes(negative),
    ownA = load<u32>(ownPtr),
    ownB = load<u32>(ownPtr, 4);
  let collides = false;
  for (let k = 0, p = lists.outputsPtr; k < negative; k++, p += 4) {
    const output = load<u32>(p);
    if (output != ownA && output != ownB) continue;
    collides = true; // a score so low costs nothing
    if (output == ownA) store<f32>(scoresPtr + laneOffset(k), -1e9);
    if (output == ownB) store<f32>(scoresPtr + stride + laneOffset(k), -1e9);
  }
  if (thread.positions % settingsOf(thread).lossInterval < <u32>rows) {
    thread.lossPairs += rows;
    thread.lossSum += lossOf(scoresPtr, rows, stride, lists.labelsPtr, lists.marksPtr);
  }
  thread.pairs += rows;
  thread.positions += rows;
  toGradients(scoresPtr, rows, stride, lists.labelsPtr, lists.marksPtr, alpha, thread.constantsPtr);
  if (rows == 1) memory.fill(scoresPtr + stride, 0, stride);
  if (!collides) return;
  for (let k = 0, p = lists.outputsPtr; k < negative; k++, p += 4) {
    const output = load<u32>(p);
    if (output == ownA) store<f32>(scoresPtr + laneOffset(k), 0);
    if (output == ownB) store<f32>(scoresPtr + stride + laneOffset(k), 0);
  }
}

// ---- Together ----

/** Tells the others that this thread has scored one more block. */
function arrive(thread: Thread): void {
  const settings = settingsOf(thread),
    ownPtr = settings.meetingsPtr + <usize>thread.thread * LINE;
  atomic.store<i32>(ownPtr, ++thread.meetings);
  if (atomic.load<i32>(ownPtr, 4)) atomic.notify(ownPtr, settings.threads);
}

/** Returns once all threads have scored so many blocks, and then sees what they wrote before. */
function awaitAll(thread: Thread, meetings: i32): void {
  const settings = settingsOf(thread);
  for (let other = 0; other < settings.threads; other++) {
    const ptr = settings.meetingsPtr + <usize>other * LINE;
    for (let spin = 0; spin < SPINS && atomic.load<i32>(ptr) - meetings < 0; spin++);
    for (;;) {
      const seen = atomic.load<i32>(ptr);
      if (seen - meetings >= 0) break;
      atomic.add<i32>(ptr, 1, 4);
      atomic.wait<i32>(ptr, seen, -1);
      atomic.sub<i32>(ptr, 1, 4);
    }
  }
}

/**
 * Where the partial scores of a block lie, by its number. A thread that writes block k + 2 has seen all of block k, so
 * that others may still read block k - 1: four places.
 */
function partialsOf(thread: Thread, meeting: i32): usize {
  const settings = settingsOf(thread);
  return settings.partialsPtr + <usize>(meeting & (PLACES - 1)) * <usize>settings.parts * partBytes(settings);
}

/** Bytes of the partial scores of a block of positions in one part of the columns. */
function partBytes(settings: Settings): usize {
  return align(<usize>BLOCK * <usize>(2 * settings.window) * scoreBytes(mostOutputs(settings)));
}

/** Where a part of the columns begins, bytes. */
function partStart(thread: Thread, part: i32): usize {
  const steps = thread.rowBytes / STEP;
  return ((steps * <usize>part) / <usize>settingsOf(thread).parts) * STEP;
}

// ---- Sizes ----

// @ts-ignore: decorator
@inline
function settingsOf(thread: Thread): Settings {
  return changetype<Settings>(thread.settingsPtr);
}

/** Whether positions are trained two at a time. */
function arePaired(settings: Settings): bool {
  return settings.cbow != 0 && settings.pathsPtr == 0 && settings.parts == 0;
}

/** Most outputs of a position. */
function mostOutputs(settings: Settings): i32 {
  return (settings.negative ? settings.negative + 1 : 0) + settings.longestPath;
}

/** Bytes of D floats in whole steps. */
function rowBytesOf(vectorSize: i32): usize {
  return ((<usize>vectorSize << 2) + STEP - 1) & ~(STEP - 1);
}

/** Groups that hold so many outputs. */
// @ts-ignore: decorator
@inline
function groupsOf(outputs: i32): i32 {
  return (outputs + GROUP - 1) / GROUP;
}

/** Bytes of the scores of one row. */
// @ts-ignore: decorator
@inline
function scoreBytes(outputs: i32): usize {
  return <usize>groupsOf(outputs) * GROUP_SCORES;
}

/** Where an output's score stands in a row of scores, bytes. */
// @ts-ignore: decorator
@inline
function laneOffset(output: i32): usize {
  return <usize>(output / GROUP) * GROUP_SCORES + ((<usize>(output % GROUP)) << 2);
}

/** Up to a whole cache line, which no two threads share. */
function align(bytes: usize): usize {
  return (bytes + LINE - 1) & ~(LINE - 1);
}
