// Measures word vectors by a file of word pairs or analogies. The file is read, and analogies are answered, in compute threads.

import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import * as l10n from '@vscode/l10n';
import type { Evaluation, EvaluationOptions } from '../protocol/engine.ts';
import { analogyProgress, countAnswers, createAnalogyJob } from '../word2vec/analogies.ts';
import {
  agreementWithPeople,
  ANALOGY_VOCABULARY,
  parseEvaluationSet,
  type AnalogyQuestions,
  type ScoredPairs,
} from '../word2vec/evaluation.ts';
import type { WordVectors } from '../word2vec/vectors.ts';
import { runTasks } from './threads/thread-pool.ts';

/** Larger files are no evaluation set: the 19,544 analogies of the best known one are 0.6 MB. Bytes. */
const LARGEST = 16_000_000;
/** Milliseconds. */
const PROGRESS_INTERVAL = 100;

interface Means {
  /** The built compute thread. */
  script: URL;
  signal: AbortSignal;
  progress: (fraction: number) => void;
}

/** Null where `signal` stopped it. Throws one sentence where the file cannot be read or holds no such set. */
export async function evaluate(
  vectors: WordVectors,
  path: string,
  { method, restrictVocabulary }: EvaluationOptions,
  { script, signal, progress }: Means,
): Promise<Evaluation | null> {
  const read = await runTasks(script, [{ kind: 'readEvaluationSet', path }], signal);
  if (!read) return null;
  const set = read[0]!;
  const restrict = restrictVocabulary ?? (set.kind === 'analogies' ? ANALOGY_VOCABULARY : 0);
  const facts = {
    vocabulary: restrict > 0 ? Math.min(restrict, vectors.words.length) : vectors.words.length,
    passedOver: set.passedOver,
  };
  if (set.kind === 'pairs') return { kind: 'pairs', ...facts, ...agreementWithPeople(vectors, set, restrict) };
  const job = createAnalogyJob(vectors, set, { method, restrictVocabulary: restrict });
  const timer = setInterval(() => progress(analogyProgress(job)), PROGRESS_INTERVAL);
  const done = await runTasks(script, [{ kind: 'analogies', job }], signal).finally(() => clearInterval(timer));
  return done && { kind: 'analogies', method, ...facts, ...countAnswers(vectors, set, job) };
}

/** Throws one sentence where the file cannot be read or holds no such set. */
export async function readEvaluationSet(path: string): Promise<ScoredPairs | AnalogyQuestions> {
  const name = basename(path);
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > LARGEST)
      throw new Error(
        l10n.t('it has {0} MB; word pairs and analogies are read from files of up to 16 MB', Math.ceil(size / 1e6)),
      );
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(l10n.t('{0} cannot be read: {1}.', name, (error as Error).message), { cause: error });
  }
  const set = parseEvaluationSet(text);
  if (!set)
    throw new Error(
      l10n.t(
        '{0} holds neither word pairs (lines of two words and a score) nor analogies (lines of four words, in sections that begin with a colon).',
        name,
      ),
    );
  return set;
}
