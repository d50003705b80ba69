// The command line's whole pass on every Node that the README promises, and on the one that is
// installed here. Needs dist/.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import manifest from '../../package.json' with { type: 'json' };
import { findNode, ownNode } from '../../scripts/node.mjs';
import type { Completion, TrainOutcome, WordDescription } from '../../src/protocol/engine.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { syntheticText, TOPICS } from '../synthetic-text.ts';

const SCRIPT = fileURLToPath(new URL('lexiscope.mjs', DISTRIBUTION));
/** The first is the oldest in the manifest. */
const PROMISED = [20, 22, 24];

const run = promisify(execFile);

describe('the command line trains, answers, exports and imports', () => {
  const tried = new Set<string>();

  test('on the Node of this machine', async () => {
    tried.add(ownNode());
    await pass(ownNode());
  });

  for (const major of PROMISED) {
    test(`on Node ${major}`, async (context) => {
      const node = await findNode(major);
      if (!node) context.skip(`There is no Node ${major} on this machine and no package for it.`);
      else if (!tried.has(node)) await pass(node);
    });
  }

  test('on none that is older than the manifest says', () => {
    assert.equal(Number(/\d+/.exec(manifest.engines.node)?.[0]), PROMISED[0]);
  });
});

/**
 * Every part of a model, in two threads; the start vectors of its language model are trained
 * deterministically.
 */
async function pass(node: string): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'runtimes-'));
  const [folder, model, imported] = ['text', 'model', 'imported'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  const lexiscope = async <T>(...words: string[]): Promise<T> => {
    const { stdout, stderr } = await run(node, [SCRIPT, ...words, '--json', '--quiet'], { timeout: 60_000 });
    assert.equal(stderr, '');
    return JSON.parse(stdout) as T;
  };
  try {
    await mkdir(folder);
    for (let file = 0; file < 5; file++) await writeFile(join(folder, `${file}.md`), syntheticText(2000, file + 1));

    const sizes = ['--word2vec.vectorSize', '24', '--map.nEpochs', '20', '--languageModel.hiddenSize', '16'];
    const passes = ['--languageModel.epochs', '1', '--threads', '2'];
    const trained = await lexiscope<TrainOutcome>('train', folder, '--out', model, ...sizes, ...passes);
    assert.ok(trained.status === 'done');
    assert.equal(trained.reading.files, 5);
    const { mapWords, vocabulary, languageModel } = trained.model;
    assert.equal(mapWords, vocabulary);
    assert.ok(languageModel!.perplexity! < 0.8 * vocabulary, String(languageModel!.perplexity));

    const { neighbours } = await lexiscope<WordDescription>('similar', 'king', '--count', '3', '--model', model);
    for (const { word } of neighbours) assert.ok((TOPICS.court as readonly string[]).includes(word), word);
    const { suggestions } = await lexiscope<Completion>('complete', 'the harb', '--model', model);
    assert.equal(suggestions[0]!.word, 'harbour');

    const [text, again] = [join(root, 'vectors.vec'), join(root, 'again.vec')];
    await lexiscope('export', text, '--model', model);
    await lexiscope('import', text, '--out', imported, '--map.nEpochs', '20');
    await lexiscope('export', again, '--model', imported);
    assert.equal(await readFile(again, 'utf8'), await readFile(text, 'utf8'));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
