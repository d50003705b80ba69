// Engines that write into one folder: two at once, and one that is killed at any moment. The model
// is whole at every moment.

import { type BirpcReturn, createBirpc } from 'birpc';
import assert from 'node:assert/strict';
import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadModel } from '../../src/engine/model/model-store.ts';
import { mulberry32 } from '../../src/numerics/random.ts';
import type { EngineApi, EngineEvents } from '../../src/protocol/engine.ts';

const PAIRS = 40;
const KILLS = 25;
const WORDS = 40;
const SIZE = 30;
const BUSY = /^Another window is learning this folder: \d+ %$/;

let root: string;
const random = mulberry32(1);
const children: ChildProcess[] = [];

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'two-writers-'));
  for (const name of ['a', 'b']) {
    const rows = Array.from({ length: WORDS }, (_, word) => {
      const numbers = Array.from({ length: SIZE }, () => random().toFixed(4));
      return `${name}${word} ${numbers.join(' ')}`;
    });
    await writeFile(join(root, `${name}.txt`), `${WORDS} ${SIZE}\n${rows.join('\n')}\n`);
  }
});
after(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(root, { recursive: true, force: true });
});

interface EngineChild {
  child: ChildProcess;
  api: BirpcReturn<EngineApi, EngineEvents>;
}

function start(): EngineChild {
  const child = fork(fileURLToPath(new URL('../../dist/engine.mjs', import.meta.url)), [], {
    serialization: 'advanced',
    execArgv: [],
  });
  children.push(child);
  const api = createBirpc<EngineApi, EngineEvents>(
    { progress: () => undefined, log: () => undefined },
    {
      post: (message: Serializable) => void child.send(message, () => undefined),
      on: (receive) => child.on('message', receive),
      timeout: -1,
      bind: 'functions',
    },
  );
  return { child, api };
}

/** Imports the vectors of a file; gives what it was answered with. */
async function importInto({ api }: EngineChild, name: string): Promise<string> {
  try {
    return (await api.importVectors(join(root, `${name}.txt`), { most: 0, seed: 1 })).status;
  } catch (error) {
    return (error as Error).message;
  }
}

test('of two engines that save into one folder at once, one is told that the other does; what is stored is whole', async () => {
  const directory = join(root, 'model');
  const [one, other] = [start(), start()];
  for (const { api } of [one, other]) await api.open(directory);
  let done = 0;
  for (let pair = 0; pair < PAIRS; pair++) {
    const second = sleep(random() * 8).then(() => importInto(other, 'b'));
    const answers = [await importInto(one, 'a'), await second];
    for (const answer of answers) assert.ok(answer === 'done' || BUSY.test(answer), answer);
    done += answers.filter((answer) => answer === 'done').length;
    const { words } = (await loadModel(directory))!;
    assert.equal(words.length, WORDS);
  }
  assert.ok(done >= PAIRS, `${done} of ${2 * PAIRS} were stored`);
  assert.equal((await readdir(directory)).length, 3, 'manifest, words and vectors');
  // each reads what the other has stored last
  const { words } = (await loadModel(directory))!;
  for (const { api } of [one, other]) {
    await api.open(directory);
    assert.ok((await api.describe(words[0]!, 1)).known);
  }
});

test('an engine that is killed while it saves leaves a whole model, and the next one saves at once', async () => {
  const directory = join(root, 'killed');
  let engine = start();
  await engine.api.open(directory);
  assert.equal(await importInto(engine, 'a'), 'done');
  for (let kill = 0; kill < KILLS; kill++) {
    const gone = new Promise((resolve) => engine.child.once('exit', resolve));
    void importInto(engine, kill % 2 ? 'a' : 'b');
    await sleep(random() * 60);
    engine.child.kill('SIGKILL');
    await gone;
    assert.equal((await loadModel(directory))?.words.length, WORDS);
    engine = start();
    await engine.api.open(directory);
    if (kill % 5 === 0) assert.equal(await importInto(engine, 'a'), 'done');
  }
  assert.equal(await importInto(engine, 'a'), 'done');
  assert.equal((await readdir(directory)).length, 3);
});
