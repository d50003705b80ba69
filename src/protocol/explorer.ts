// The messages between the extension host and the explorer's webview.

import type { Completion, UnknownWord, WordDescription, WordMap } from './engine.ts';

/** What the webview may ask of the host. */
export interface ExplorerHost {
  /**
   * The map; `null` if nothing is trained yet. Throws one sentence if the model cannot be read or
   * has no map.
   */
  map(): Promise<WordMap | null>;
  /** `isRareToo`: with near words that were seen less often than `WordMap.minimumCount`. */
  describe(word: string, neighbours: number, isRareToo: boolean): Promise<WordDescription | UnknownWord>;
  /** Cosine similarities of `word` to the map's words, (N); null for an unknown word. */
  similaritiesOnMap(word: string): Promise<Float32Array | null>;
  /** Null where the model has no language model. */
  complete(text: string): Promise<Completion | null>;
  /** Starts the training command. */
  train(): Promise<void>;
  /** What is being learned now; null if nothing is. */
  learning(): Promise<Learning | null>;
  /** Cancels what is being learned. */
  cancel(): Promise<void>;
}

/** What is being learned from the folder, as it is shown. */
export interface Learning {
  /** “Learning from novels” */
  title: string;
  /** “words ✓ · map 12 of 20 s · suggestions about 3 min” */
  steps: string;
  /** Of the whole, 0 to 1. */
  fraction: number;
  /** Whether this window learns, and can cancel. */
  isOurs: boolean;
}

/** What the host tells the webview. */
export interface ExplorerView {
  /** Another model is there, or none: ask for the map again. */
  modelChanged(): void;
  /** How far what is being learned is; null once nothing is. */
  learningChanged(learning: Learning | null): void;
  /** Select a word and fly to it. */
  show(word: string): void;
}

/** What the webview keeps over hide and reload (`setState`). */
export interface ExplorerState {
  selected: string | null;
  /** Centre in map coordinates, and pixels a map unit. */
  view: { x: number; y: number; scale: number } | null;
  text: string;
  /** Whether rare words are among the near words. */
  isRareToo?: boolean;
}

/** The host puts this into the page, as JSON in `<script type="application/json" id="setup">`. */
export interface ExplorerSetup {
  /** Contents of the l10n bundle of the display language; absent for English. */
  l10n?: Record<string, string>;
}
