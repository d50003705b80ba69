// The options of the map, under UMAP's names (McInnes, Healy, Melville 2018, arXiv:1802.03426), their defaults and ranges.

export interface ProjectionOptions {
  /** The most frequent words, so many, are put on the map. */
  maxWords: number;
  /** Nearest words of each word that shape the map, itself included, as in umap-learn. */
  nNeighbors: number;
  /** How close two words may lie; small: tight groups. At most `spread`; what is above counts as `spread`. */
  minDist: number;
  /** The scale of the distances between groups. The map is scaled to its frame, so that only `minDist / spread` shows. */
  spread: number;
  /** Rounds of optimisation; 0: automatic, by the number of words. */
  nEpochs: number;
}

export const PROJECTION_DEFAULTS: ProjectionOptions = {
  maxWords: 5000,
  nNeighbors: 15,
  minDist: 0.1,
  spread: 1,
  nEpochs: 0,
};

/** [least, most, whole numbers only] of each number. */
export const PROJECTION_RANGES: Record<keyof ProjectionOptions, [least: number, most: number, whole: boolean]> = {
  maxWords: [10, 100_000, true],
  nNeighbors: [2, 200, true],
  minDist: [0, 10, false],
  spread: [0.01, 100, false],
  nEpochs: [0, 10_000, true],
};
