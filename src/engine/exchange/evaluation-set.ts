// Reads a file of word pairs or analogies, in a compute thread, in whatever encoding the texts of a
// folder may be.

import * as l10n from '@vscode/l10n';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { UnclearScore } from '../../protocol/engine.ts';
import { decodeText } from '../../text/decode.ts';
import { encodingOfSetting } from '../../text/encodings.ts';
import {
  type AnalogyQuestions,
  type Column,
  parseEvaluationSet,
  type ScoredPairs,
} from '../../word2vec/evaluation-set.ts';

/**
 * Larger files are no evaluation set: the 19,544 analogies of the best known one are 0.6 MB. Bytes.
 */
const LARGEST = 16_000_000;

/**
 * `score`: the name or the number of the column of scores, `encoding`: as in `FolderRequest`, if
 * the caller knows them. Throws one sentence if the file cannot be read or holds no such set, or if
 * it is not clear where its words are.
 */
export async function readEvaluationSet(
  path: string,
  score?: string,
  encoding?: string,
): Promise<ScoredPairs | AnalogyQuestions | UnclearScore> {
  const name = basename(path);
  const set = parseEvaluationSet(await readText(path, encoding), score);
  if (!set)
    throw new Error(
      l10n.t(
        '{0} holds neither word pairs (lines of two words and a score) nor analogies (lines of four words, in sections that begin with a colon).',
        name,
      ),
    );
  if (set.kind === 'unclearWords')
    throw new Error(
      l10n.t(
        'It is not clear which two columns of {0} have the words ({1}). Give them the names word1 and word2 in a first line, or leave the others out.',
        name,
        columnNames(set.columns),
      ),
    );
  return set as ScoredPairs | AnalogyQuestions | UnclearScore;
}

function columnNames(columns: readonly Column[]): string {
  return columns.map(({ number, name }) => (name === '' ? String(number) : `${number}: ${name}`)).join(', ');
}

async function readText(path: string, encoding: string | undefined): Promise<string> {
  const name = basename(path);
  try {
    const { size } = await stat(path);
    if (size > LARGEST)
      throw new Error(
        l10n.t('it has {0} MB; word pairs and analogies are read from files of up to 16 MB', Math.ceil(size / 1e6)),
      );
    const decoded = decodeText(await readFile(path), {
      setting: encoding === undefined ? null : encodingOfSetting(encoding),
    });
    if (!decoded) throw new Error(l10n.t('it is not text; save a spreadsheet as CSV'));
    return typeof decoded.text === 'string' ? decoded.text : new TextDecoder().decode(decoded.text);
  } catch (error) {
    throw new Error(l10n.t('{0} cannot be read: {1}.', name, (error as Error).message), { cause: error });
  }
}
