// Reads a file of word pairs or analogies, in a compute thread.

import * as l10n from '@vscode/l10n';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseEvaluationSet, type AnalogyQuestions, type ScoredPairs } from '../../word2vec/evaluation.ts';

/** Larger files are no evaluation set: the 19,544 analogies of the best known one are 0.6 MB. Bytes. */
const LARGEST = 16_000_000;

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
