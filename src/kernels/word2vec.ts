// word2vec: Skip-gram and CBOW with negative sampling, subsampling and a dynamic window.
//
// Mikolov et al. 2013, "Distributed Representations of Words and Phrases and their Compositionality". At each position
// the input rows of the context words meet the output rows of the word itself and of `negative` words drawn from
// count^0.75. The context words of one position share its negatives: each loaded row is used several times, which is
// where the speed comes from.
//
// Threads update the shared rows without locks (Hogwild, Recht et al. 2011); everything else is private to a thread and
// lies in a block of memory that `createThread` lays out. A function is called for a few thousand positions at a time:
// V8 optimises a function at its next call only.

import {
  addToRows,
  GROUP,
  GROUP_SCORES,
  LINE,
  meanOfRows,
  scoreContexts,
  scoreGroup,
  STEP,
  updateGroup,
  updatePair,
} from './rows';
import { exp4, madd, max4, min4, sum4 } from './simd';

/** Bytes of a vector register, of four floats. */
const VECTOR: usize = 16;
/** Bytes of the pointers to a group of output rows. */
const GROUP_POINTERS: usize = GROUP << 2;
/** The loss is measured at every 16th position: exact there, and less than 1 % of the time. */
const LOSS_INTERVAL: u32 = 16;
/** A drawn negative that is the word itself is drawn again, so many times at most. */
const DRAWS = 16;
/** One of so many draws brings a new word into the pool of negatives. */
const POOL_DRAWS: u32 = 8;
/** The rows of the pool are to stay in a core's second cache: 512 rows, or fewer that take 256 KiB. */
const POOL_WORDS: usize = 512;
const POOL_BYTES: usize = 262_144;

/** A thread's state, at the beginning of its block. Buffers are the thread's own where not said to be shared. */
@unmanaged
class Thread {
  /** State of the random generator. */
  random!: u64;
  /** Sum of the losses of the measured pairs, and their number. */
  lossSum!: f64;
  lossPairs!: f64;
  /** Pairs trained: of a word and a context word (Skip-gram), of a word and its whole context (CBOW). */
  pairs!: f64;

  /** The shared matrices (V, D), rows `rowStride` apart. */
  inputPtr!: usize;
  outputPtr!: usize;
  rowStride!: usize;
  /** D in bytes, in whole steps. */
  rowBytes!: usize;
  /** V */
  words!: i32;
  window!: i32;
  negative!: i32;

  /** Shared, (V + 1), u32: a token is kept where a random u32 is not above entry `id + 1`; the first is for breaks. */
  keepPtr!: usize;
  /** Shared, (tableMask + 1), i32: word ids in proportion to count^0.75, shuffled, so that they are read in sequence. */
  tablePtr!: usize;
  tableMask!: u32;
  tableCursor!: u32;
  /** Negatives drawn and positions trained so far, modulo 2^32. */
  draws!: u32;
  positions!: u32;

  /** (poolMask + 1), i32: the word ids that negatives are drawn from. */
  poolPtr!: usize;
  poolMask!: u32;
  /** (capacity + 2), i32: the ids of the current piece of text, -1 before it, between sentences and behind it. */
  idsPtr!: usize;
  /** (2 window), u32: pointers to the input rows of the context. */
  contextsPtr!: usize;
  /** (K), u32, K = negative + 1 in whole groups: pointers to output rows, the word's own first, `zeroPtr` for padding. */
  outputsPtr!: usize;
  /** (2 window, K / 6, 8): scores, then gradients. */
  scoresPtr!: usize;
  /** (K / 6, 8): the learning rate, 0 for padding. */
  ratesPtr!: usize;
  /** (K / 6, 8): 1 for the word's own row, else 0. */
  labelsPtr!: usize;
  /** Constants of `sigmoid`: V8 rebuilds a vector constant at every use, a broadcast load is cheaper. */
  constantsPtr!: usize;
  /** (D): zeros. */
  zeroPtr!: usize;
  /** (D), CBOW: mean of the context rows, and its gradient. */
  hiddenPtr!: usize;
  errorPtr!: usize;
}

/** Bytes of one thread's block. `capacity`: most tokens of a piece of text. */
export function threadBytes(vectorSize: i32, window: i32, negative: i32, capacity: i32): usize {
  return layOut(0, rowBytesOf(vectorSize), window, negative, capacity);
}

/**
 * Prepares a thread's block at `threadPtr`, 64-byte aligned, of `threadBytes`. The matrices and tables stay the
 * caller's; the rows of `inputPtr` and `outputPtr` are `rowStride` bytes apart and zero behind D.
 */
export function createThread(
  threadPtr: usize,
  vectorSize: i32,
  window: i32,
  negative: i32,
  capacity: i32,
  words: i32,
  inputPtr: usize,
  outputPtr: usize,
  rowStride: usize,
  keepPtr: usize,
  tablePtr: usize,
  tableSize: u32,
  seed: u32,
): void {
  memory.fill(threadPtr, 0, threadBytes(vectorSize, window, negative, capacity));
  const rowBytes = rowBytesOf(vectorSize);
  layOut(threadPtr, rowBytes, window, negative, capacity);
  const thread = changetype<Thread>(threadPtr);
  thread.inputPtr = inputPtr;
  thread.outputPtr = outputPtr;
  thread.rowStride = rowStride;
  thread.rowBytes = rowBytes;
  thread.words = words;
  thread.window = window;
  thread.negative = negative;
  thread.keepPtr = keepPtr;
  thread.tablePtr = tablePtr;
  thread.tableMask = tableSize - 1;
  thread.random = (<u64>seed + 1) * 0x9e3779b97f4a7c15;
  for (let i = 0; i < 8; i++) random(thread);
  thread.tableCursor = random(thread);

  for (let i: u32 = 0; i <= thread.poolMask; i++) store<i32>(thread.poolPtr + ((<usize>i) << 2), nextOfTable(thread));
  const outputs = groupsOf(negative) * GROUP;
  for (let i = 0; i < outputs; i++) store<u32>(thread.outputsPtr + ((<usize>i) << 2), <u32>thread.zeroPtr);
  store<f32>(thread.labelsPtr, 1);
  storeSigmoidConstants(thread.constantsPtr);
}

/** Sets the buffers' pointers (`threadPtr` 0: only measures) and gives the bytes of the whole block. */
function layOut(threadPtr: usize, rowBytes: usize, window: i32, negative: i32, capacity: i32): usize {
  const contexts = <usize>(2 * window),
    outputs = <usize>(groupsOf(negative) * GROUP),
    scoreStride = scoreBytes(negative);
  let pool = POOL_WORDS;
  while (pool > 64 && pool * rowBytes > POOL_BYTES) pool >>= 1;

  const poolPtr = threadPtr + align(offsetof<Thread>());
  const contextsPtr = poolPtr + align(pool << 2);
  const outputsPtr = contextsPtr + align(contexts << 2);
  const scoresPtr = outputsPtr + align(outputs << 2);
  const ratesPtr = scoresPtr + align(contexts * scoreStride);
  const labelsPtr = ratesPtr + align(scoreStride);
  const constantsPtr = labelsPtr + align(scoreStride);
  const zeroPtr = constantsPtr + LINE;
  const hiddenPtr = zeroPtr + align(rowBytes);
  const errorPtr = hiddenPtr + align(rowBytes);
  const idsPtr = errorPtr + align(rowBytes);
  if (threadPtr) {
    const thread = changetype<Thread>(threadPtr);
    thread.poolPtr = poolPtr;
    thread.poolMask = <u32>pool - 1;
    thread.contextsPtr = contextsPtr;
    thread.outputsPtr = outputsPtr;
    thread.scoresPtr = scoresPtr;
    thread.ratesPtr = ratesPtr;
    thread.labelsPtr = labelsPtr;
    thread.constantsPtr = constantsPtr;
    thread.zeroPtr = zeroPtr;
    thread.hiddenPtr = hiddenPtr;
    thread.errorPtr = errorPtr;
    thread.idsPtr = idsPtr;
  }
  return idsPtr + align((<usize>capacity + 2) << 2) - threadPtr;
}

/** Fills `count` rows with numbers from -1/D to 1/D, as gensim does, and zeros behind D. */
export function initializeRows(rowsPtr: usize, count: i32, vectorSize: i32, rowStride: usize, seed: u32): void {
  let state = (<u64>seed + 1) * 0x9e3779b97f4a7c15;
  const scale = <f32>(1 / (<f64>vectorSize * 2147483648.0));
  for (let row = 0; row < count; row++) {
    const rowPtr = rowsPtr + <usize>row * rowStride;
    memory.fill(rowPtr, 0, rowStride);
    for (let d = 0; d < vectorSize; d++) {
      state = state * 6364136223846793005 + 1442695040888963407;
      store<f32>(rowPtr + ((<usize>d) << 2), <f32>(<i32>(state >> 32)) * scale);
    }
  }
}

/**
 * Takes the next piece of text, `count` tokens, at most `capacity`: drops rare words (id >= V) and thins out frequent
 * ones. Gives the number of positions to train; sentence breaks count as positions.
 */
export function readTokens(threadPtr: usize, tokensPtr: usize, count: i32): i32 {
  const thread = changetype<Thread>(threadPtr),
    words = thread.words,
    keepPtr = thread.keepPtr,
    firstPtr = thread.idsPtr + 4,
    endPtr = tokensPtr + ((<usize>count) << 2);
  let idPtr = firstPtr;
  for (let tokenPtr = tokensPtr; tokenPtr < endPtr; tokenPtr += 4) {
    const id = load<i32>(tokenPtr);
    if (id >= words) continue;
    store<i32>(idPtr, id); // overwritten by the next where it is not kept: a branch would be mispredicted too often
    idPtr += random(thread) <= load<u32>(keepPtr + ((<usize>(id + 1)) << 2)) ? 4 : 0;
  }
  store<i32>(firstPtr - 4, -1);
  store<i32>(idPtr, -1);
  return <i32>((idPtr - firstPtr) >> 2);
}

/** Trains Skip-gram at positions `first` to `last` (exclusive) of the piece of text, at learning rate `alpha`. */
export function trainSkipgram(threadPtr: usize, first: i32, last: i32, alpha: f32): void {
  const thread = changetype<Thread>(threadPtr),
    rowBytes = thread.rowBytes,
    contextsPtr = thread.contextsPtr,
    outputsPtr = thread.outputsPtr,
    scoresPtr = thread.scoresPtr,
    outputs = thread.negative + 1,
    scoreStride = scoreBytes(thread.negative);
  setRates(thread, alpha);
  for (let position = first; position < last; position++) {
    const idPtr = thread.idsPtr + ((<usize>position + 1) << 2),
      word = load<i32>(idPtr);
    if (word < 0) continue;
    const contextsEnd = gatherContexts(thread, idPtr);
    if (contextsEnd == contextsPtr) continue;
    drawOutputs(thread, word);

    for (let output = 0, groupPtr = outputsPtr, scorePtr = scoresPtr; output < outputs; output += GROUP) {
      scoreContexts(contextsPtr, contextsEnd, groupPtr, scorePtr, scoreStride, rowBytes);
      groupPtr += GROUP_POINTERS;
      scorePtr += GROUP_SCORES;
    }
    scoresToGradients(thread, <i32>((contextsEnd - contextsPtr) >> 2));
    for (let output = 0; output < outputs; output += 2) {
      const gradientsPtr = scoresPtr + scoreOffset(output);
      updatePair(contextsPtr, contextsEnd, outputsPtr + ((<usize>output) << 2), gradientsPtr, scoreStride, rowBytes);
    }
  }
}

/** Trains CBOW at positions `first` to `last` (exclusive) of the piece of text, at learning rate `alpha`. */
export function trainCbow(threadPtr: usize, first: i32, last: i32, alpha: f32): void {
  const thread = changetype<Thread>(threadPtr),
    rowBytes = thread.rowBytes,
    contextsPtr = thread.contextsPtr,
    outputsPtr = thread.outputsPtr,
    scoresPtr = thread.scoresPtr,
    hiddenPtr = thread.hiddenPtr,
    errorPtr = thread.errorPtr,
    outputs = thread.negative + 1;
  setRates(thread, alpha);
  for (let position = first; position < last; position++) {
    const idPtr = thread.idsPtr + ((<usize>position + 1) << 2),
      word = load<i32>(idPtr);
    if (word < 0) continue;
    const contextsEnd = gatherContexts(thread, idPtr);
    if (contextsEnd == contextsPtr) continue;
    drawOutputs(thread, word);

    meanOfRows(hiddenPtr, contextsPtr, contextsEnd, rowBytes);
    for (let output = 0, groupPtr = outputsPtr, scorePtr = scoresPtr; output < outputs; output += GROUP) {
      scoreGroup(hiddenPtr, groupPtr, scorePtr, rowBytes);
      groupPtr += GROUP_POINTERS;
      scorePtr += GROUP_SCORES;
    }
    scoresToGradients(thread, 1);
    for (let output = 0, groupPtr = outputsPtr, gradientsPtr = scoresPtr; output < outputs; output += GROUP) {
      updateGroup(hiddenPtr, errorPtr, output == 0, groupPtr, gradientsPtr, rowBytes);
      groupPtr += GROUP_POINTERS;
      gradientsPtr += GROUP_SCORES;
    }
    addToRows(errorPtr, contextsPtr, contextsEnd, rowBytes);
  }
}

/** Sum of the measured pairs' losses: -log sigmoid(true) - sum over negatives of log sigmoid(-score). */
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

// ---- What a position is made of ----

/** Draws the window and lists the input rows of the context, within the sentence; gives the end of the list. */
// @ts-ignore: decorator
@inline
function gatherContexts(thread: Thread, idPtr: usize): usize {
  const reach = (<usize>below(thread, thread.window) + 1) << 2,
    inputPtr = thread.inputPtr,
    rowStride = thread.rowStride;
  let contextPtr = thread.contextsPtr;
  for (let p = idPtr - 4; p >= idPtr - reach; p -= 4, contextPtr += 4) {
    const id = load<i32>(p);
    if (id < 0) break;
    store<u32>(contextPtr, <u32>(inputPtr + <usize>id * rowStride));
  }
  for (let p = idPtr + 4; p <= idPtr + reach; p += 4, contextPtr += 4) {
    const id = load<i32>(p);
    if (id < 0) break;
    store<u32>(contextPtr, <u32>(inputPtr + <usize>id * rowStride));
  }
  return contextPtr;
}

/** Lists the output rows: the word's own, then `negative` others. */
// @ts-ignore: decorator
@inline
function drawOutputs(thread: Thread, word: i32): void {
  const outputPtr = thread.outputPtr,
    rowStride = thread.rowStride,
    endPtr = thread.outputsPtr + ((<usize>thread.negative + 1) << 2);
  store<u32>(thread.outputsPtr, <u32>(outputPtr + <usize>word * rowStride));
  for (let p = thread.outputsPtr + 4; p < endPtr; p += 4) {
    store<u32>(p, <u32>(outputPtr + <usize>drawNegative(thread, word) * rowStride));
  }
}

/** A word in proportion to count^0.75, not `word` itself. */
// @ts-ignore: decorator
@inline
function drawNegative(thread: Thread, word: i32): i32 {
  const poolPtr = thread.poolPtr,
    poolMask = thread.poolMask;
  for (let tries = 0; tries < DRAWS; tries++) {
    if (++thread.draws % POOL_DRAWS == 0) {
      store<i32>(poolPtr + ((<usize>((thread.draws / POOL_DRAWS) & poolMask)) << 2), nextOfTable(thread));
    }
    const drawn = load<i32>(poolPtr + ((<usize>(random(thread) & poolMask)) << 2));
    if (drawn != word) return drawn;
  }
  const other = <i32>below(thread, thread.words - 1); // one word is nearly all of the text
  return other < word ? other : other + 1;
}

// @ts-ignore: decorator
@inline
function nextOfTable(thread: Thread): i32 {
  return load<i32>(thread.tablePtr + ((<usize>(thread.tableCursor++ & thread.tableMask)) << 2));
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

// ---- Scores and gradients ----

/** Learning rate by lane: `alpha` for the outputs there are, 0 for padding and for unused lanes. */
function setRates(thread: Thread, alpha: f32): void {
  for (let output = 0; output <= thread.negative; output++) store<f32>(thread.ratesPtr + scoreOffset(output), alpha);
}

/** The scores of `rows` rows become rate * (label - sigmoid(score)). Counts the pairs and measures the loss of some. */
// @ts-ignore: decorator
@inline
function scoresToGradients(thread: Thread, rows: i32): void {
  thread.pairs += rows;
  if (thread.positions++ % LOSS_INTERVAL == 0) measureLoss(thread, rows);
  const constantsPtr = thread.constantsPtr,
    ratesPtr = thread.ratesPtr,
    labelsPtr = thread.labelsPtr,
    scoreStride = scoreBytes(thread.negative),
    endPtr = thread.scoresPtr + <usize>rows * scoreStride;
  for (let scorePtr = thread.scoresPtr; scorePtr < endPtr; scorePtr += scoreStride) {
    for (let b: usize = 0; b < scoreStride; b += VECTOR) {
      const error = f32x4.sub(v128.load(labelsPtr + b), sigmoid(v128.load(scorePtr + b), constantsPtr));
      v128.store(scorePtr + b, f32x4.mul(v128.load(ratesPtr + b), error));
    }
  }
}

/** Adds the loss of a position's pairs: log(1 + e^score) - label * score, summed over the outputs. */
function measureLoss(thread: Thread, rows: i32): void {
  const ratesPtr = thread.ratesPtr,
    labelsPtr = thread.labelsPtr,
    scoreStride = scoreBytes(thread.negative),
    endPtr = thread.scoresPtr + <usize>rows * scoreStride;
  let sum = 0.0;
  for (let scorePtr = thread.scoresPtr; scorePtr < endPtr; scorePtr += scoreStride) {
    for (let b: usize = 0; b < scoreStride; b += VECTOR) {
      const score = v128.load(scorePtr + b),
        loss = f32x4.sub(softplus(score), f32x4.mul(v128.load(labelsPtr + b), score)),
        unused = f32x4.eq(v128.load(ratesPtr + b), f32x4.splat(0));
      sum += sum4(v128.andnot(loss, unused));
    }
  }
  thread.lossSum += sum;
  thread.lossPairs += rows;
}

/**
 * log(1 + e^x) = max(x, 0) + log(1 + t), t = e^-|x|. The logarithm is 2 artanh(s), s = t / (2 + t) <= 1/3, as a series
 * to s^11; its error is below 1e-7. Infinite and undefined scores stay so.
 */
// @ts-ignore: decorator
@inline
function softplus(x: v128): v128 {
  const size = f32x4.abs(x),
    t = exp4(f32x4.neg(size)),
    s = f32x4.div(t, f32x4.add(f32x4.splat(2), t)),
    z = f32x4.mul(s, s);
  let series = madd(z, f32x4.splat(<f32>(2.0 / 11)), f32x4.splat(<f32>(2.0 / 9)));
  series = madd(z, series, f32x4.splat(<f32>(2.0 / 7)));
  series = madd(z, series, f32x4.splat(<f32>(2.0 / 5)));
  series = madd(z, series, f32x4.splat(<f32>(2.0 / 3)));
  series = madd(z, series, f32x4.splat(2));
  return madd(f32x4.splat(0.5), f32x4.add(x, size), f32x4.mul(s, series));
}

/**
 * Sigmoid of x held within -6 to 6, where word2vec's table ends: (1 + tanh(x / 2)) / 2, tanh as a continued fraction.
 * Its error is below 1e-6 between, with float rounding.
 */
// @ts-ignore: decorator
@inline
function sigmoid(x: v128, constantsPtr: usize): v128 {
  const half = v128.load32_splat(constantsPtr),
    c0 = v128.load32_splat(constantsPtr, 12),
    h = max4(min4(f32x4.mul(x, half), v128.load32_splat(constantsPtr, 4)), v128.load32_splat(constantsPtr, 8)),
    z = f32x4.mul(h, h);
  let numerator = f32x4.add(z, v128.load32_splat(constantsPtr, 16));
  numerator = madd(numerator, z, v128.load32_splat(constantsPtr, 20));
  numerator = madd(numerator, z, c0);
  let denominator = madd(z, v128.load32_splat(constantsPtr, 24), v128.load32_splat(constantsPtr, 28));
  denominator = madd(denominator, z, v128.load32_splat(constantsPtr, 32));
  denominator = madd(denominator, z, c0);
  return madd(f32x4.div(f32x4.mul(numerator, h), denominator), half, half);
}

function storeSigmoidConstants(constantsPtr: usize): void {
  store<f32>(constantsPtr, 0.5);
  store<f32>(constantsPtr, 3, 4);
  store<f32>(constantsPtr, -3, 8);
  store<f32>(constantsPtr, 135135, 12);
  store<f32>(constantsPtr, 378, 16);
  store<f32>(constantsPtr, 17325, 20);
  store<f32>(constantsPtr, 28, 24);
  store<f32>(constantsPtr, 3150, 28);
  store<f32>(constantsPtr, 62370, 32);
}

// ---- Sizes ----

/** Bytes of D floats in whole steps. */
function rowBytesOf(vectorSize: i32): usize {
  return ((<usize>vectorSize << 2) + STEP - 1) & ~(STEP - 1);
}

/** Groups that hold the word's own row and its negatives. */
function groupsOf(negative: i32): i32 {
  return (negative + GROUP) / GROUP;
}

/** Bytes of one row's scores. */
function scoreBytes(negative: i32): usize {
  return <usize>groupsOf(negative) * GROUP_SCORES;
}

/** Where an output's score stands in a row of scores, bytes. */
function scoreOffset(output: i32): usize {
  return <usize>(output / GROUP) * GROUP_SCORES + ((<usize>(output % GROUP)) << 2);
}

/** Up to a whole cache line, which no two threads share. */
function align(bytes: usize): usize {
  return (bytes + LINE - 1) & ~(LINE - 1);
}
