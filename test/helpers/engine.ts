// What a test asks of an engine, and what it hears.

import { LANGUAGE_MODEL_DEFAULTS } from '../../src/language-model/options.ts';
import { PROJECTION_DEFAULTS } from '../../src/projection/options.ts';
import type { EngineEvents, Progress, TrainRequest } from '../../src/protocol/engine.ts';
import { PHRASE_DEFAULTS, TEXT_DEFAULTS } from '../../src/text/options.ts';
import { WORD2VEC_DEFAULTS } from '../../src/word2vec/options.ts';

export interface Listener extends EngineEvents {
  /** What was told of progress. */
  heard: Progress[];
  /** Of the log. */
  lines: string[];
}

/** Keeps what the engine tells; `progress` hears it too. */
export function listen(progress: EngineEvents['progress'] = () => undefined): Listener {
  const heard: Progress[] = [];
  const lines: string[] = [];
  return {
    heard,
    lines,
    progress: (told) => {
      heard.push(told);
      progress(told);
    },
    log: (_, message) => void lines.push(message),
  };
}

/** Groups of options may be given in part. */
type Changes = Partial<Omit<TrainRequest, Group>> & { [Name in Group]?: Partial<TrainRequest[Name]> };
type Group = 'reading' | 'text' | 'phrases' | 'word2vec' | 'projection' | 'languageModel';

/** A training on the folder at `path`: the defaults on two threads, with the changes. */
export function requestOf(path: string, changes: Changes = {}): TrainRequest {
  const { reading, text, phrases, word2vec, projection, languageModel, ...others } = changes;
  return {
    folders: [{ path, exclude: [] }],
    reading: { maximumFileSize: 50_000_000, ...reading },
    text: { ...TEXT_DEFAULTS, ...text },
    phrases: { ...PHRASE_DEFAULTS, ...phrases },
    word2vec: { ...WORD2VEC_DEFAULTS, ...word2vec },
    projection: { ...PROJECTION_DEFAULTS, ...projection },
    languageModel: { ...LANGUAGE_MODEL_DEFAULTS, ...languageModel },
    threads: 2,
    seed: 1,
    ...others,
  };
}
