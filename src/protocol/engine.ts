// The messages between a client (extension host, command line) and the engine: one interface for
// each direction. Everything here survives a structured clone; bulk data is flat typed arrays.

import type { ReadingOptions, VectorWidth } from '../engine/options.ts';
import type { CellReport } from '../language-model/comparison/comparison.ts';
import type { Inspection } from '../language-model/inference/inspection.ts';
import type { LanguageModelOptions } from '../language-model/options.ts';
import type { ProjectionOptions } from '../projection/options.ts';
import type { LeftOutReason } from '../text/document-tokens.ts';
import type { PhraseOptions, TextOptions } from '../text/options.ts';
import type { PlaceToRead, TextToRead } from '../text/words-around.ts';
import type { AnalogyAccuracy, PairAgreement } from '../word2vec/evaluation.ts';
import type { Column } from '../word2vec/evaluation-set.ts';
import type { ReadableFormat, VectorFormat } from '../word2vec/formats/vector-table.ts';
import type { Word2vecOptions } from '../word2vec/options.ts';
import type { Method } from '../word2vec/vectors.ts';
import type { SkipReason } from './skip-reasons.ts';

export { WINDOW as TEXT_WINDOW } from '../text/window.ts';
export { SKIP_REASONS, type SkipReason } from './skip-reasons.ts';
export type {
  CellReport,
  Inspection,
  LeftOutReason,
  PlaceToRead,
  ReadingOptions,
  TextToRead,
  VectorFormat,
  VectorWidth,
};

/** What cells have in common where they are compared. */
export type CellsAreEqualIn = 'hiddenSize' | 'parameters';

/**
 * What a client may ask of the engine. Every call is answered; an error's message is one sentence
 * for the user.
 */
export interface EngineApi {
  /**
   * Makes `directory` the place where this engine keeps its model and loads the one that is there.
   * Gives `null` if there is none. Throws, naming the file, if it is damaged or from a newer
   * version; nothing is deleted. A second call reads what another process has stored there
   * meanwhile. `former`: where a release before kept the model, in the workspace storage; if
   * `directory` has none, the newest whole one there or in a sibling is moved to `directory`.
   */
  open(directory: string, former?: string | null): Promise<ModelSummary | null>;
  /**
   * Reads the folders, trains, and stores each result as soon as it is there
   * (`EngineEvents.stored`): the vectors take the place of the model that was there, then the map
   * comes, then the language model, in whose place that of the model before stays until then.
   * What is stored stays after an error or a cancel. Throws if a training is running already, here
   * or in another process.
   */
  train(request: TrainRequest): Promise<TrainOutcome>;
  /**
   * Reads word vectors that others trained, makes their map, and stores each in the place of the
   * model that was there. `path` is absolute; its beginning and its name tell the format. Throws
   * one sentence with the line or the byte that is wrong.
   */
  importVectors(path: string, request: ImportRequest): Promise<ImportOutcome>;
  /**
   * Asks the running training or import to stop; false if none runs. It then answers within 200 ms.
   */
  cancel(): Promise<boolean>;
  /**
   * How much of the whole the next training has not to do again, 0 to 1, if it has the text and
   * the options of the last one, which was broken off; null if none was.
   */
  resumesAt(): Promise<number | null>;
  /** Deletes the stored model; false if there was none. */
  forget(): Promise<boolean>;
  /**
   * The word at a place, as a training reads the document: a phrase, a word, or of a name that is
   * not known the part at the place, with its nearest words. `null` if there is no word, as in
   * markup.
   */
  wordAt(place: PlaceToRead, neighbours: number, minimumCount?: MinimumCount): Promise<WordAt | null>;
  /**
   * Where the text of a place may begin without changing what is read around the place, UTF-16
   * units from the beginning of `place.text`, which is the document's up to a little behind the
   * place. It takes tens of milliseconds for a long document and holds until the text before it is
   * changed. 0 if the place is near the beginning or there is no such place.
   */
  startOfWindow(place: PlaceToRead): Promise<number>;
  /** A word's count and nearest words. */
  describe(word: string, neighbours: number, minimumCount?: MinimumCount): Promise<WordDescription | UnknownWord>;
  /**
   * Cosine similarities of `word` to the words of the map, in the map's order, shape (N); null for
   * an unknown word.
   */
  similaritiesOnMap(word: string): Promise<Float32Array | null>;
  /**
   * Answers an expression such as `king - man + 0.5*woman` or `man : woman = king : ?`, best first.
   */
  solve(expression: string, answers: number, method: Method, minimumCount?: MinimumCount): Promise<AnalogyAnswer>;
  /**
   * Analogies that these vectors solve, as expressions without their last word, such as `man :
   * woman = king : ?`; fewer if there are fewer.
   */
  analogyExamples(count: number): Promise<string[]>;
  /** Cosine of two words. */
  similarity(first: string, second: string): Promise<SimilarityAnswer>;
  /**
   * Cosine of the mean vectors of two lists. Words of a list stand between spaces or commas,
   * phrases in quotation marks.
   */
  nSimilarity(first: string, second: string): Promise<SimilarityAnswer>;
  /** Which word of a list, of three or more, is farthest from the mean of all. */
  doesntMatch(words: string): Promise<OddWordAnswer>;
  /** The place of `other` among the neighbours of `word`. */
  rank(word: string, other: string, minimumCount?: MinimumCount): Promise<RankAnswer>;
  /**
   * Measures the vectors by a file of word pairs with people's scores, or of analogies; which of
   * them it is, its lines tell. Tells `evaluating` on the way. Gives `null` if `cancelEvaluation`
   * stopped it. Throws one sentence if the file cannot be read or holds neither, and if an
   * evaluation is running already.
   */
  evaluate(path: string, options: EvaluationOptions): Promise<Evaluation | UnclearScore | null>;
  /** False if none is running. */
  cancelEvaluation(): Promise<boolean>;
  /**
   * What the language model expects at a place: the rest of the word that is begun there, or the
   * next word, after the words that a training reads before the place. At most `suggestions`, each
   * of at least the probability `least`, if that is given. No suggestions without a language model,
   * and in markup.
   */
  complete(place: PlaceToRead, suggestions: number, least?: number): Promise<Completion>;
  /**
   * How a file is read: its words, the ends of its sentences, and what was left out and why. Words
   * are separated from their particles if the stored model knows their stems. Throws one
   * sentence if the file cannot be read, is binary, or is too large to be shown.
   */
  tokensOf(path: string, options: TextOptions, content?: FileContent): Promise<FileTokens>;
  /**
   * Trains RNN, GRU, LSTM and LSTM with attention on the folders' text, all with the request's
   * hidden size or all with as many parameters as its LSTM, and measures each. The stored model
   * stays. Tells progress; `null` if `cancel` stopped it. Throws as `train` does.
   */
  compareCells(request: TrainRequest, equal: CellsAreEqualIn): Promise<CellReport[] | null>;
  /**
   * Reads a text with the stored language model, as a training reads a document, from the
   * beginning of a sentence on, and tells what happened inside at every word. `top`: likeliest next
   * words that are told. Throws if there is no language model, and for too long a text.
   */
  inspect(text: TextToRead, top: number): Promise<TextInspection>;
  /**
   * How the training of the stored language model went; `null` without one, or if it was made by a
   * version that kept nothing.
   */
  trainingCurves(): Promise<TrainingCurves | null>;
  /** The map of the stored model; `null` without a model, or if it was made without a map. */
  map(): Promise<WordMap | null>;
  /**
   * Writes the word vectors to a file, beside it first and then renamed; of `projector`, the
   * metadata too (`metadataName`).
   */
  exportVectors(path: string, format: VectorFormat): Promise<{ words: number; bytes: number }>;
}

/**
 * How often a word must have been seen in the text to be among near words and answers. 0 or absent:
 * as often as its length asks for (docs/near-words.md); 1: all words are. There are never fewer
 * than 8 for it, and none is left out where counts are unknown.
 */
export type MinimumCount = number;

/**
 * What the engine tells its client without being asked, and asks of one whose folders are virtual.
 */
export interface EngineEvents extends Partial<VirtualFiles> {
  progress(progress: Progress): void;
  /**
   * A stage of a training or an import is stored, and questions are answered with it. `reading`:
   * of a training, what was read.
   */
  stored?(model: ModelSummary, reading?: ReadingReport): void;
  /** How far an evaluation is, 0 to 1; for clients that show it. */
  evaluating?(fraction: number): void;
  /** One line for the log; never holds the user's text. File names are allowed. */
  log(level: LogLevel, message: string): void;
}

/**
 * Folders that lie elsewhere than on the engine's disk, as the client reaches them. `folder` is the
 * address of one that the request names; a path leads from it to what is in it, with slashes, and
 * is empty for the folder itself. Each rejects with what the user may read.
 */
export interface VirtualFiles {
  listFolder: (folder: string, path: string) => Promise<VirtualEntry[]>;
  /** In the order of the paths. */
  measureFiles: (folder: string, paths: string[]) => Promise<(VirtualMeasure | { problem: string })[]>;
  readFile: (folder: string, path: string) => Promise<Uint8Array>;
}

/** `linkedFolder`: a symbolic link to a folder. */
export interface VirtualEntry {
  name: string;
  kind: 'file' | 'folder' | 'linkedFolder' | 'other';
}

export interface VirtualMeasure {
  /** Bytes; 0 also if it is not known. */
  size: number;
  /** When it was changed last, milliseconds since 1970; 0 if it is not known. */
  modified: number;
}

export type LogLevel = 'info' | 'warn' | 'error';
export const PHASES = [
  'importing',
  'reading',
  'counting',
  'wordVectors',
  'map',
  'bytePairs', // the text is read again, and cut
  'languageModel',
  'saving',
] as const;
export type Phase = (typeof PHASES)[number];

export interface Progress {
  phase: Phase;
  /** Share of this phase that is done, 0 to 1. */
  fraction: number;
  /**
   * Words (importing, reading, counting, word vectors) or tokens (language model) a second;
   * undefined if it has no meaning.
   */
  wordsPerSecond?: number;
  /** Until this phase ends, seconds; undefined until it can be told. */
  secondsLeft?: number;
  /** While files are looked for, before they are read: those that were found. */
  filesFound?: number;
  /** Of the training or the import that the phase is part of. */
  training?: TrainingProgress;
}

/** What a training makes, in this order; each is of use as soon as it is done. */
export type Step = 'words' | 'map' | 'suggestions';

/** A training as a whole. Its phases count by the seconds that they took before. */
export interface TrainingProgress {
  /** 0 to 1; never falls. */
  fraction: number;
  /** Seconds until all is done. */
  secondsLeft: number;
  /** Those that were asked for. */
  steps: StepProgress[];
}

export interface StepProgress {
  step: Step;
  isDone: boolean;
  /** Seconds so far. */
  spent: number;
  /** Seconds in all, as far as that can be told. */
  expected: number;
}

export interface TrainRequest {
  folders: FolderRequest[];
  /**
   * Texts that count instead of what the files hold, of editors that have not saved them. A file
   * that is left out stays so.
   */
  unsaved?: UnsavedText[];
  reading: ReadingOptions;
  text: TextOptions;
  phrases: PhraseOptions;
  word2vec: Word2vecOptions;
  projection: ProjectionOptions;
  languageModel: LanguageModelOptions;
  /** What is made besides the word vectors; absent: all of it. */
  parts?: ModelParts;
  /**
   * `continue`: begins with the stored model's word vectors if it has them: more epochs on the same
   * text, or new text with new words; words that are no longer in the text keep their vectors.
   */
  start?: 'new' | 'continue';
  /**
   * An absolute path of a folder where @tensorflow/tfjs-node is installed: TensorFlow then computes
   * the language model's losses and gradients, in the engine's own thread, which answers nothing
   * between two steps. Absent: the kernels compute.
   */
  tensorflow?: string;
  /**
   * Bits of the language model's arithmetic in training; absent or `auto`: 256 if a trial shows
   * that it is right and faster.
   */
  vectorWidth?: VectorWidth;
  /** Compute threads; 0: every core but one. */
  threads: number;
  /** Every random choice follows from it. */
  seed: number;
}

export interface ModelParts {
  map: boolean;
  languageModel: boolean;
}

export interface ImportRequest {
  /** How many rows are read, from the first on; 0: all. */
  most: number;
  /** Absent: no map is made. */
  projection?: ProjectionOptions;
  /** Encoding of words that are not UTF-8, as in `FolderRequest`. */
  encoding?: string;
  seed: number;
}

export interface FolderRequest {
  /** Absolute path, of a single file also; of a virtual folder its address, a URI. */
  path: string;
  /**
   * The name of a folder that is read through the client (`VirtualFiles`); absent for one on the
   * disk.
   */
  virtual?: string;
  /** Globs as VS Code's `files.exclude` has them, relative to the folder. */
  exclude: string[];
  /**
   * Globs of what is read, a folder standing for all that is in it; absent or empty: everything.
   */
  include?: string[];
  /**
   * VS Code's `files.encoding` of the folder, for files that are not UTF-8; absent, or what it does
   * not hold for: it is detected.
   */
  encoding?: string;
}

export interface UnsavedText {
  /** Absolute; in a virtual folder the folder's address, a slash and the path in it. */
  path: string;
  text: string;
}

export type TrainOutcome = ({ status: 'done' } & TrainReport) | { status: 'cancelled' };

export interface TrainReport {
  reading: ReadingReport;
  /** How much of the word vectors was done already, 0 to 1, if they went on from a checkpoint. */
  resumedAt?: number;
  /** The same of the language model. */
  languageModelResumedAt?: number;
  /**
   * Why the language model was not trained to the end, and whether it is there all the same:
   * sentences for the user.
   */
  languageModelProblem?: string;
  model: ModelSummary;
  /** Wall-clock time by phase, of those there were, seconds. */
  seconds: Partial<Record<Phase, number>>;
}

export type ImportOutcome = ({ status: 'done' } & ImportReport) | { status: 'cancelled' };

export interface ImportReport {
  format: ReadableFormat;
  /** Rows that were read, those left out among them. */
  rows: number;
  /** Rows left out: their word had been there before. */
  duplicates: number;
  /**
   * Rows left out because something is wrong with them, and the sentence's end that says what it is
   * with the first.
   */
  leftOut?: { rows: number; first: string };
  /** That the words are in; absent if it is UTF-8. */
  encoding?: string;
  model: ModelSummary;
  /** Wall-clock time by phase, of those there were, seconds. */
  seconds: Partial<Record<Phase, number>>;
}

export interface ReadingReport {
  files: number;
  bytes: number;
  /** Tokens read, before the minimum count. */
  words: number;
  skipped: Record<SkipReason, number>;
  /**
   * That limits of the size of files left out more than was read, and what to do: sentences for the
   * user.
   */
  limitProblem?: string;
  /**
   * Files that were read by their language, as their names tell it; the first hundreds are named,
   * with an encoding that is not UTF-8 behind the name.
   */
  languages: Record<string, { files: number; names: string[] }>;
  /** Files by their encoding; `utf-8` if all is ASCII. */
  encodings: Record<string, number>;
  /**
   * Names of encodings in the folders' settings that nobody knows; the encodings of their files
   * were detected.
   */
  unknownEncodings: string[];
  /** Files whose encoding could be another one. They are part of the text. */
  guessed: number;
  /**
   * Files with broken characters, where replacement characters were put in. They are part of the
   * text.
   */
  repaired: number;
  /** Access tokens and private keys that were left out of the text, and the files they were in. */
  secrets: { files: number; found: number };
  /**
   * Blocks of data that were left out of the text, such as pictures in base64, and the files they
   * were in.
   */
  data: { files: number; found: number };
  /** Names of files, the first hundreds of each kind; a folder's ends with a slash. */
  names: Partial<Record<SkipReason | 'guessed' | 'repaired' | 'secrets' | 'data', string[]>>;
  /**
   * Words that were forgotten while they were counted, for lack of room, and the most often that
   * one of them had been met.
   */
  pruned: { words: number; upTo: number };
  /** Phrases that became words. */
  phrases: number;
}

export interface ModelSummary {
  /** ISO 8601. */
  trained: string;
  /** Words with a vector. */
  vocabulary: number;
  vectorSize: number;
  /**
   * Tokens of the text it was trained on; null for vectors that were imported. Then no word's count
   * is known.
   */
  words: number | null;
  files: number | null;
  /** Share of the files that are code, 0 to 1; absent where it is not known. */
  code?: number;
  /** 0 where no map was made. */
  mapWords: number;
  /**
   * Word vectors: mean loss of a pair in each epoch of the last training, in double precision;
   * absent if they were imported.
   */
  losses?: number[];
  /** `null` if none was trained. */
  languageModel: LanguageModelSummary | null;
  /** The name of the file that the vectors were imported from. */
  imported?: string;
  /** Wall-clock seconds by phase of the last training that was not resumed; absent if none was. */
  seconds?: Partial<Record<Phase, number>>;
}

export interface TextInspection extends Inspection {
  /**
   * (N), as the text has them; null is the end of a sentence, of byte pairs of a document, which
   * comes first too. Bytes of a byte pair that are no whole character are written <0xED>.
   */
  words: (string | null)[];
  /** Whether the model knows each of them; it reads the others as unknown. */
  known: boolean[];
  /**
   * (N, top): of `topTokens`; the empty text stands for an unknown word, null for the end of a
   * sentence.
   */
  topWords: (string | null)[];
}

export interface LanguageModelSummary {
  /** Words, or byte pairs. */
  vocabulary: number;
  /**
   * exp of the mean negative log-likelihood, per token of the held-out text; `null` if its training
   * ended before one was measured.
   */
  perplexity: number | null;
  /**
   * The perplexity of counting words: each token by its frequency in the text that was learned
   * from. Absent in models of older versions.
   */
  unigramPerplexity?: number;
  /**
   * Bits per character of the same text, of words with a space after each; `null` if perplexity is.
   * Absent in models of older versions.
   */
  bitsPerCharacter?: number | null;
  heldOutFiles: number;
  heldOutTokens: number;
}

/**
 * N points along the training of a language model, each of one step or, in a long training, of
 * several; M measurements.
 */
export interface TrainingCurves {
  /** (N): optimiser steps done. */
  steps: Float32Array;
  /** (N): mean negative log-likelihood of the tokens trained on, nats. */
  losses: Float32Array;
  /** (N): norm of the gradient before clipping; of several steps, the largest. */
  gradientNorms: Float32Array;
  /** (N) */
  learningRates: Float32Array;
  /** (M): optimiser steps done when the held-out text was measured. */
  heldOutSteps: Float32Array;
  /** (M): mean negative log-likelihood of its tokens, nats. */
  heldOutLosses: Float32Array;
  /** (M) */
  perplexities: Float32Array;
  /** (M); `null` if the characters are not known. */
  bitsPerCharacter: Float32Array | null;
}

export interface Neighbour {
  word: string;
  /** Null where counts are unknown. */
  count: number | null;
  /** Cosine. */
  similarity: number;
}

export interface WordDescription {
  known: true;
  word: string;
  /** `null` if counts are unknown: files of vectors have none. */
  count: number | null;
  /**
   * Position in the vocabulary by count, 1 first; of imported vectors the place in the file. Null
   * for a word that is not in the vocabulary, whose vector was made of its n-grams' (subwords).
   */
  rank: number | null;
  /** Whether the map shows it. */
  onMap: boolean;
  neighbours: Neighbour[];
}

export interface UnknownWord {
  known: false;
  word: string;
  /** Known words with the closest spelling, best first; may be empty. */
  spellings: string[];
}

/**
 * `word` may differ from the letters at its place: by case, by a particle, by character references.
 */
export type PlacedWord = (WordDescription | Pick<UnknownWord, 'known' | 'word'>) & {
  /** Where it stands in the text, UTF-16 units, end exclusive. */
  start: number;
  end: number;
};

export type WordAt = PlacedWord & {
  /**
   * Whether it is a number, a keyword of the language or one of the most frequent function words:
   * near words of these say little.
   */
  saysLittle: boolean;
  /** Whether the language is known to be prose or its markup. */
  isProse: boolean;
};

/**
 * Why a question has no answer: the first word that is not known, or a sentence on how it is
 * written.
 */
export type Unanswered = ({ status: 'unknownWord' } & UnknownWord) | { status: 'malformed'; message: string };

/** `similarity` is the score of the method. */
export type AnalogyAnswer = { status: 'solved'; answers: Neighbour[] } | Unanswered;

/** The words as they are in the vocabulary. */
export type SimilarityAnswer =
  { status: 'compared'; first: string[]; second: string[]; similarity: number } | Unanswered;

/** The words by their cosine to the mean of all, best first; `odd` is the last one. */
export type OddWordAnswer = { status: 'found'; odd: string; words: Neighbour[] } | Unanswered;

/** 1 for the nearest; `of`: all the neighbours there are, rare words left out. */
export type RankAnswer =
  { status: 'ranked'; word: string; other: string; rank: number; of: number; similarity: number } | Unanswered;

export interface EvaluationOptions {
  /** How analogies are answered. */
  method: Method;
  /**
   * How many of the most frequent words are known, and are the possible answers; 0: all. Without it
   * 30,000 for analogies and all for pairs.
   */
  restrictVocabulary?: number;
  /**
   * The name or the number of the column of scores; absent: it is told by its name or by what it
   * holds.
   */
  score?: string;
  /** Encoding of a file that is not UTF-8, as in `FolderRequest`. */
  encoding?: string;
}

export type Evaluation = {
  /** Words that were known. */
  vocabulary: number;
  /** Lines of the file that are neither, such as a heading. */
  passedOver: number;
} & (
  | ({
      kind: 'pairs';
      /** Name of the score's column, if the file has others than two words and a score. */
      column?: Column;
    } & PairAgreement)
  | ({ kind: 'analogies'; method: Method } & AnalogyAccuracy)
);

/**
 * It is not clear which of these columns of a file of word pairs has the scores:
 * `EvaluationOptions.score` has to say.
 */
export interface UnclearScore {
  kind: 'unclearScore';
  columns: Column[];
}

/** What is known of a file besides its path. Without a text or bytes it is read from the disk. */
export interface FileContent {
  /** Text of an editor that has not saved it. */
  text?: string;
  /** Bytes of a file that is not on the disk. */
  bytes?: Uint8Array;
  /** As in `FolderRequest`. */
  encoding?: string;
}

/** A file as it is read. */
export interface FileTokens {
  /** Language of the file's text, by its name in VS Code. */
  language: string;
  /** Encoding that the file was decoded from; `null` for an editor's text. */
  encoding: string | null;
  /** Whether it could be another one. */
  guessed: boolean;
  /** Whether broken characters were replaced. */
  repaired: boolean;
  /** The text, in Unicode normalisation form C. Places are UTF-16 units of it. */
  text: string;
  /** Start, end and kind, (n, 3): a place in TOKEN_KINDS, word, code or particle. */
  tokens: Int32Array;
  /**
   * Spellings of tokens that are read otherwise than they stand in the text, by their number:
   * escapes and references are letters.
   */
  spellings: Record<number, string>;
  /** Where sentences end: numbers of tokens before, ascending. */
  sentences: Int32Array;
  leftOut: { start: number; end: number; reason: LeftOutReason }[];
}

export interface Completion {
  /**
   * The beginning of a word before the place, as the text has it; empty if the next word is asked
   * for. Suggestions replace it.
   */
  prefix: string;
  /** Best first; but what is typed comes before all others if it is a word itself. */
  suggestions: Suggestion[];
  /** Why nothing is ever suggested, one sentence. */
  problem?: string;
}

export interface Suggestion {
  word: string;
  /**
   * Of this word among all that may begin with the prefix, the prefix as a word included, 0 to 1.
   */
  probability: number;
}

/** The UMAP projection of the most frequent words: N of them. */
export interface WordMap {
  words: string[];
  /** (N); `null` if counts are unknown: the words are in order of rank all the same. */
  counts: Float64Array | null;
  /** (N, 2), x then y, centred, the longer side of the bounding box from -1 to 1. */
  positions: Float32Array;
  /** How often a word must have been seen to be among near words; 1: all are. */
  minimumCount: number;
}

/** How the names of files of vectors end: the first of a format is the one to offer. */
export const VECTOR_FILE_ENDINGS: readonly (readonly [ending: string, format: VectorFormat])[] = [
  ['.vec', 'word2vec-text'],
  ['.bin', 'word2vec-binary'],
  ['.glove.txt', 'glove'],
  ['.txt', 'word2vec-text'],
  ['.tsv', 'projector'],
  ['.safetensors', 'safetensors'],
];

/**
 * The format that vectors are exported in to a file of this name; undefined if the name does not
 * tell.
 */
export function exportFormat(name: string): VectorFormat | undefined {
  return VECTOR_FILE_ENDINGS.find(([ending]) => name.toLowerCase().endsWith(ending))?.[1];
}
