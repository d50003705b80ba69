// From settings to a request for training. The engine checks the figures and names the option, its value and its range;
// the host passes on what the user wrote.

import type { FolderRequest, ImportRequest, TrainRequest, VectorWidth } from '../protocol/engine.ts';

/** Reads one setting by its full name, such as `lexiscope.seed`. */
export type ReadSetting = (name: string) => unknown;

type OptionsOf<Group extends 'text' | 'phrases' | 'word2vec' | 'projection' | 'languageModel'> = Record<
  keyof TrainRequest[Group],
  true
>;

/** Every option has a setting of the same name: `lexiscope.word2vec.vectorSize`. The compiler keeps these lists complete. */
const TEXT: OptionsOf<'text'> = {
  case: true,
  numbers: true,
  codeSentences: true,
  keywords: true,
  identifierParts: true,
  particles: true,
};
const PHRASES: OptionsOf<'phrases'> = {
  passes: true,
  minCount: true,
  threshold: true,
  scorer: true,
  connectors: true,
};
const WORD2VEC: OptionsOf<'word2vec'> = {
  algorithm: true,
  vectorSize: true,
  window: true,
  dynamicWindow: true,
  negative: true,
  nsExponent: true,
  hierarchicalSoftmax: true,
  sample: true,
  minCount: true,
  maxVocabulary: true,
  epochs: true,
  alpha: true,
  minAlpha: true,
  cbowMean: true,
  deterministic: true,
  subwords: true,
  minN: true,
  maxN: true,
  buckets: true,
};
const PROJECTION: OptionsOf<'projection'> = {
  maxWords: true,
  nNeighbors: true,
  minDist: true,
  spread: true,
  nEpochs: true,
};
const LANGUAGE_MODEL: OptionsOf<'languageModel'> = {
  tokens: true,
  bytePairs: true,
  cell: true,
  layers: true,
  attention: true,
  input: true,
  freezeEmbedding: true,
  tied: true,
  embeddingSize: true,
  hiddenSize: true,
  maxVocabulary: true,
  dropout: true,
  inputDropout: true,
  embeddingDropout: true,
  weightDropout: true,
  softmax: true,
  batchSize: true,
  steps: true,
  epochs: true,
  learningRate: true,
  warmUp: true,
  decay: true,
  weightDecay: true,
  clip: true,
  heldOut: true,
  patience: true,
  evaluateEvery: true,
};

/** Settings sections by the request's groups. */
const SECTIONS = {
  text: 'lexiscope.text',
  phrases: 'lexiscope.phrases',
  word2vec: 'lexiscope.word2vec',
  projection: 'lexiscope.map',
  languageModel: 'lexiscope.languageModel',
};

/** Every setting that `trainRequest` and `folderRequest` read. */
export const TRAINING_SETTINGS: readonly string[] = [
  ...Object.keys(TEXT).map((option) => `${SECTIONS.text}.${option}`),
  ...Object.keys(PHRASES).map((option) => `${SECTIONS.phrases}.${option}`),
  ...Object.keys(WORD2VEC).map((option) => `${SECTIONS.word2vec}.${option}`),
  ...Object.keys(PROJECTION).map((option) => `${SECTIONS.projection}.${option}`),
  ...Object.keys(LANGUAGE_MODEL).map((option) => `${SECTIONS.languageModel}.${option}`),
  'lexiscope.languageModel.enabled',
  'lexiscope.languageModel.backend',
  'lexiscope.languageModel.tensorflowFolder',
  'lexiscope.languageModel.vectorWidth',
  'lexiscope.reading.maximumFileSize',
  'lexiscope.threads',
  'lexiscope.seed',
  'lexiscope.include',
  'lexiscope.exclude',
];

/** The request that the settings describe. Figures are passed on as the user wrote them, right or wrong. */
export function trainRequest(folders: FolderRequest[], read: ReadSetting): TrainRequest {
  const group = <Group extends keyof typeof SECTIONS>(name: Group, options: OptionsOf<Group>): TrainRequest[Group] =>
    Object.fromEntries(
      Object.keys(options).map((option) => [option, read(`${SECTIONS[name]}.${option}`)]),
    ) as unknown as TrainRequest[Group];
  return {
    folders,
    reading: { maximumFileSize: Math.round(Number(read('lexiscope.reading.maximumFileSize')) * 1e6) }, // megabytes to bytes
    text: group('text', TEXT),
    phrases: group('phrases', PHRASES),
    word2vec: group('word2vec', WORD2VEC),
    projection: group('projection', PROJECTION),
    languageModel: group('languageModel', LANGUAGE_MODEL),
    parts: { map: true, languageModel: read('lexiscope.languageModel.enabled') !== false },
    ...(read('lexiscope.languageModel.backend') === 'tensorflow' && {
      tensorflow: read('lexiscope.languageModel.tensorflowFolder') as string,
    }),
    vectorWidth: read('lexiscope.languageModel.vectorWidth') as VectorWidth,
    threads: read('lexiscope.threads') as number,
    seed: read('lexiscope.seed') as number,
  };
}

/** The import that the settings describe: all rows, with their map. */
export function importRequest(read: ReadSetting): ImportRequest {
  const { projection, seed } = trainRequest([], read);
  return { most: 0, projection, seed };
}

/** One folder, what is read of it, what it leaves out (what VS Code hides from its explorer or from its search, and our own setting), and its encoding. */
export function folderRequest(folder: Pick<FolderRequest, 'path' | 'virtual'>, read: ReadSetting): FolderRequest {
  const exclude = [
    ...switchedOn(read('files.exclude')),
    ...switchedOn(read('search.exclude')),
    ...listed(read('lexiscope.exclude')),
  ];
  const encoding = read('files.encoding');
  return {
    ...folder,
    include: listed(read('lexiscope.include')),
    exclude: [...new Set(exclude)],
    ...(typeof encoding === 'string' && { encoding }),
  };
}

function listed(globs: unknown): string[] {
  return Array.isArray(globs) ? globs.filter((glob): glob is string => typeof glob === 'string') : [];
}

/** Globs whose value is true. Those with a `when` clause hide a file beside its sibling; we read both. */
function switchedOn(globs: unknown): string[] {
  return typeof globs === 'object' && globs !== null
    ? Object.entries(globs)
        .filter(([, on]) => on === true)
        .map(([glob]) => glob)
    : [];
}
