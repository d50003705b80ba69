// What the module of src/kernels/word2vec.ts exports. Written by scripts/build.mjs; not to be edited.

/** Columns are handled in steps of two vectors, bytes. */
export const STEP = 32;

/** What a training's threads share: written by the caller, 32-bit fields in this order. */
export const SETTINGS = {
  /**
   * The matrices, (V, D) each, rows `rowStride` bytes apart, zero behind D; `treePtr`: (V - 1, D),
   * of the tree's inner nodes.
   */
  inputPtr: 0,
  outputPtr: 4,
  treePtr: 8,
  rowStride: 12,
  vectorSize: 16,
  /** V */
  words: 20,
  cbow: 24,
  window: 28,
  /** 1: the whole window is context; 0: each position draws 1 to `window`. */
  fixedWindow: 32,
  /** 0: no negative sampling. */
  negative: 36,
  /** CBOW, 1: the mean of the context; 0: its sum. */
  cbowMean: 40,
  /**
   * (V + 1), u32: a token is kept where a random u32 is not above entry `id + 1`; the first is for
   * breaks.
   */
  keepPtr: 44,
  /**
   * (tableSize), i32: word ids of the noise distribution, shuffled, so that they are read in
   * sequence. A power of two.
   */
  tablePtr: 48,
  tableSize: 52,
  /**
   * (V + 1), u32: where each word's path begins in the list behind it: (node << 1 | code), u32,
   * from the root down. 0: no tree.
   */
  pathsPtr: 56,
  longestPath: 60,
  /**
   * The inner nodes from this one on are met most, and each thread has a copy of them; V - 1: of
   * none.
   */
  firstCopied: 64,
  /**
   * (V + 1), u32: where each word's rows begin in the list behind it: pointers, u32. 0: a word has
   * its own row only.
   */
  subwordsPtr: 68,
  /** Positions from one at which the loss is measured to the next. */
  lossInterval: 72,
  /** Most tokens of a piece of text. */
  capacity: 76,
  /**
   * Together: how many parts the columns are divided into, the same for any number of threads; 0:
   * each thread for itself.
   */
  parts: 80,
  threads: 84,
  /**
   * Together, (threads, 64 bytes), i32: how often each thread has met the others, and whether it
   * sleeps.
   */
  meetingsPtr: 88,
  /** Together: `scoresBytes`, the partial scores. */
  partialsPtr: 92,
  /** Together: most turns of a block; 1: each turn is learned before the next is scored. */
  mostTurns: 96,
} as const;
export const SETTINGS_BYTES = 100;

/** Its functions, which take and give numbers; pointers and strides are bytes. */
export interface Word2vecExports {
  /** Bytes of one thread's block. */
  readonly threadBytes: (settingsPtr: number) => number;
  /** Bytes of the partial scores of threads that train together. */
  readonly partialsBytes: (settingsPtr: number) => number;
  /** Prepares thread number `thread`: its block at `threadPtr`, 64-byte aligned, of `threadBytes`. */
  readonly createThread: (threadPtr: number, settingsPtr: number, thread: number) => void;
  /** Fills `count` rows with numbers from -1/D to 1/D, as gensim does, and zeros behind D. */
  readonly initializeRows: (
    rowsPtr: number,
    count: number,
    vectorSize: number,
    rowStride: number,
    seed: number,
  ) => void;
  /** Puts `size` 32-bit numbers in random order (Fisher and Yates). */
  readonly shuffle: (tablePtr: number, size: number, seed: number) => void;
  /**
   * Trains at positions `first` to `last` (exclusive) of the piece of text, at learning rate `alpha`;
   * each position once, in order.
   */
  readonly train: (threadPtr: number, first: number, last: number, alpha: number) => void;
  /**
   * Sum of the measured pairs' losses: -log sigmoid(true) - sum over the others of log
   * sigmoid(-score).
   */
  readonly lossSum: (threadPtr: number) => number;
  /** Number of the measured pairs. */
  readonly lossPairs: (threadPtr: number) => number;
  /** Number of the pairs trained. */
  readonly pairs: (threadPtr: number) => number;
  /**
   * Begins the next piece of text, `count` tokens, at most `capacity`: drops rare words (id >= V) and
   * thins out frequent ones. Every random choice of the piece follows from `seed`. Gives the number
   * of positions to train; sentence breaks count as positions. The last piece must have been trained
   * to its end.
   */
  readonly readTokens: (threadPtr: number, tokensPtr: number, count: number, seed: number) => number;
  /**
   * The same, together with all other threads of the training: every thread calls it alike, for the
   * whole text. The scores of a block are exchanged while the next one is chosen and scored, so that
   * nobody waits for a thread that is a little behind; a block is therefore scored before the one
   * before it is learned, by any number of threads. Rows that are in both take steps that know
   * nothing of each other. So a block ends where a word comes the third time in them, and becomes
   * shorter where steps overshoot. If one word is an eighth of the noise or more, each turn is
   * learned before the next is scored.
   */
  readonly trainTogether: (threadPtr: number, first: number, last: number, alpha: number) => void;
}
