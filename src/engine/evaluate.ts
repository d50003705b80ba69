// Measures word vectors by a file of word pairs or analogies. The file is read
// (exchange/evaluation-set.ts), and analogies are answered, in compute threads.

import type { Evaluation, EvaluationOptions, UnclearScore } from '../protocol/engine.ts';
import { analogyProgress, countAnswers, createAnalogyJob } from '../word2vec/analogies.ts';
import { agreementWithPeople, ANALOGY_VOCABULARY } from '../word2vec/evaluation.ts';
import type { WordVectors } from '../word2vec/vectors.ts';
import { runTasks } from './compute-tasks.ts';
import { tellRegularly } from './progress.ts';

interface Means {
  /** The built compute thread. */
  script: URL;
  signal: AbortSignal;
  progress: (fraction: number) => void;
}

/**
 * Null if `signal` stopped it. Throws one sentence if the file cannot be read, holds no such set,
 * or does not say which words a score belongs to.
 */
export async function evaluate(
  vectors: WordVectors,
  path: string,
  { method, restrictVocabulary, score, encoding }: EvaluationOptions,
  { script, signal, progress }: Means,
): Promise<Evaluation | UnclearScore | null> {
  const read = await runTasks([{ kind: 'readEvaluationSet', path, score, encoding }], { script, signal });
  if (!read) return null;
  const set = read[0]!;
  if (set.kind === 'unclearScore') return set;
  const restrict = restrictVocabulary ?? (set.kind === 'analogies' ? ANALOGY_VOCABULARY : 0);
  const facts = {
    vocabulary: restrict > 0 ? Math.min(restrict, vectors.words.length) : vectors.words.length,
    passedOver: set.passedOver,
  };
  if (set.kind === 'pairs') {
    const { column } = set;
    return { kind: 'pairs', ...facts, ...(column && { column }), ...agreementWithPeople(vectors, set, restrict) };
  }
  const job = createAnalogyJob(vectors, set, { method, restrictVocabulary: restrict });
  const stop = tellRegularly(() => progress(analogyProgress(job)));
  const done = await runTasks([{ kind: 'analogies', job }], { script, signal }).finally(stop);
  return done && { kind: 'analogies', method, ...facts, ...countAnswers(vectors, set, job) };
}
