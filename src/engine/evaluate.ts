// Measures word vectors by a file of word pairs or analogies. The file is read, and analogies are answered, in compute threads.

import type { Evaluation, EvaluationOptions } from '../protocol/engine.ts';
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

/** Null where `signal` stopped it. Throws one sentence where the file cannot be read or holds no such set. */
export async function evaluate(
  vectors: WordVectors,
  path: string,
  { method, restrictVocabulary }: EvaluationOptions,
  { script, signal, progress }: Means,
): Promise<Evaluation | null> {
  const read = await runTasks([{ kind: 'readEvaluationSet', path }], { script, signal });
  if (!read) return null;
  const set = read[0]!;
  const restrict = restrictVocabulary ?? (set.kind === 'analogies' ? ANALOGY_VOCABULARY : 0);
  const facts = {
    vocabulary: restrict > 0 ? Math.min(restrict, vectors.words.length) : vectors.words.length,
    passedOver: set.passedOver,
  };
  if (set.kind === 'pairs') return { kind: 'pairs', ...facts, ...agreementWithPeople(vectors, set, restrict) };
  const job = createAnalogyJob(vectors, set, { method, restrictVocabulary: restrict });
  const stop = tellRegularly(() => progress(analogyProgress(job)));
  const done = await runTasks([{ kind: 'analogies', job }], { script, signal }).finally(stop);
  return done && { kind: 'analogies', method, ...facts, ...countAnswers(vectors, set, job) };
}
