import assert from 'node:assert/strict';
import { afterEach, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { engineEnvironment, EngineProcess, EngineStopped, type Opened } from '../../src/host/engine-process.ts';
import type { Progress, TrainRequest, UnknownWord } from '../../src/protocol/engine.ts';

const entry = fileURLToPath(new URL('host-stub-engine.ts', import.meta.url));
const noRequest = {} as TrainRequest;
const running: EngineProcess[] = [];

function engineProcess(directory = '/model', options: Partial<ConstructorParameters<typeof EngineProcess>[0]> = {}) {
  const log: string[] = [];
  const progress: Progress[] = [];
  const opened: Opened[] = [];
  const process = new EngineProcess({
    entry,
    directory,
    log: (level, message) => log.push(`${level}: ${message}`),
    progress: (news) => progress.push(news),
    opened: (found) => opened.push(found),
    ...options,
  });
  running.push(process);
  return { process, engine: process.engine, log, progress, opened };
}

/** The stub engine answers an ordinary word with its process id. */
async function pidThatAnswers(process: EngineProcess): Promise<number> {
  return Number(((await process.engine.describe('word', 1)) as UnknownWord).spellings[0]);
}

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 5000;
  while (!condition()) {
    assert.ok(Date.now() < end, 'waited for 5 s');
    await sleep(5);
  }
}

suite('the engine process', () => {
  afterEach(() => {
    for (const process of running.splice(0)) process.dispose();
  });

  test('no process runs before the first question; then one answers them all', async () => {
    const { process } = engineProcess();
    assert.equal(process.pid, undefined);
    const [first, second] = await Promise.all([pidThatAnswers(process), pidThatAnswers(process)]);
    assert.equal(first, process.pid);
    assert.equal(second, first);
  });

  test('opening gives the summary, null without a model', async () => {
    assert.equal((await engineProcess().process.opened()).summary?.vocabulary, 3);
    assert.equal((await engineProcess('/empty').process.opened()).summary, null);
  });

  test('a damaged model is told once, and other questions are answered', async () => {
    const { process, opened } = engineProcess('/damaged');
    await pidThatAnswers(process);
    await pidThatAnswers(process);
    assert.equal((await process.opened()).problem?.message, 'vectors.safetensors is damaged.');
    assert.equal(opened.length, 1);
  });

  test('typed arrays arrive as they were sent', async () => {
    const similarities = await engineProcess().engine.similaritiesOnMap('word');
    assert.deepEqual(similarities, Float32Array.of(1, -0.5, Number.NaN));
  });

  test('the engine asks for what is in folders that are not on the disk', async () => {
    const { engine } = engineProcess('/model', {
      virtualFolders: {
        listFolder: (folder, path) => Promise.resolve([{ name: `${folder} ${path}`, kind: 'file' }]),
        measureFiles: () => Promise.resolve([]),
        readFile: (folder, path) => Promise.resolve(Buffer.from(`${folder} | ${path}`)),
      },
    });
    const { spellings } = (await engine.describe('folder', 1)) as UnknownWord;
    assert.deepEqual(spellings, ['memory:/w notes', 'memory:/w | notes/memory:/w notes']);
  });

  test('what the engine throws is thrown here, with its sentence', async () => {
    const { engine, process } = engineProcess();
    await assert.rejects(engine.describe('throw', -1), { message: 'neighbours is -1; it must be between 0 and 1000.' });
    assert.equal(await pidThatAnswers(process), process.pid);
  });

  test('progress arrives while a call is pending, and a cancel answers it', async () => {
    const { engine, progress } = engineProcess();
    const training = engine.train(noRequest);
    await until(() => progress.length > 0);
    assert.deepEqual(progress[0], { phase: 'reading', fraction: 0.5 });
    assert.equal(await engine.cancel(), true);
    assert.deepEqual(await training, { status: 'cancelled' });
  });

  for (const [end, how] of [
    ['exit', 'exit code 7'],
    ['kill', 'signal SIGKILL'],
  ] as const) {
    test(`when the process ends with ${how}, every pending call rejects with one sentence, and the next question starts another`, async () => {
      const { process, engine, log, progress } = engineProcess();
      const training = engine.train(noRequest);
      await until(() => progress.length > 0);
      const { pid } = process;
      const question = engine.describe(end, 1);
      await assert.rejects(question, (error: Error) => error instanceof EngineStopped && error.message.includes(how));
      await assert.rejects(training, EngineStopped);
      assert.equal(process.pid, undefined);
      assert.notEqual(await pidThatAnswers(process), pid);
      assert.equal(log.filter((line) => line.includes('stopped')).length, 1);
    });
  }

  test('an engine that ends at once rejects, and after three times nothing starts it unasked', async () => {
    const { process, engine } = engineProcess('/crash');
    for (let attempt = 0; attempt < 3; attempt++) {
      assert.equal(process.dependable, true);
      await assert.rejects(engine.describe('word', 1), EngineStopped);
    }
    assert.equal(process.dependable, false);
    await assert.rejects(engine.map(), EngineStopped); // a command may still try
  });

  test('an engine file that is not there rejects with EngineStopped', async () => {
    const { process } = engineProcess('/model', { entry: `${entry}.missing` });
    await assert.rejects(process.opened(), EngineStopped);
  });

  test('imported vectors are the model that is there; a cancelled import leaves the one there was', async () => {
    const { process, engine, opened } = engineProcess();
    const before = (await process.opened()).summary;
    assert.ok(before?.languageModel);
    await engine.importVectors('cancelled.vec', { most: 0, seed: 1 });
    assert.deepEqual((await process.opened()).summary, before);
    await engine.importVectors('glove.txt', { most: 0, seed: 1 });
    assert.equal((await process.opened()).summary?.imported, 'glove.txt');
    assert.equal(opened.at(-1)?.summary?.languageModel, null);
  });

  test('a model that another process stored is opened, and told only if it is another', async () => {
    const { process, opened } = engineProcess('/model');
    await process.reopen();
    assert.equal(process.pid, undefined, 'no engine is started for it');
    await process.opened();
    await process.reopen();
    assert.equal(opened.length, 1);
    const other = engineProcess('/replaced');
    await other.process.opened();
    await other.process.reopen();
    assert.deepEqual(
      other.opened.map(({ summary }) => summary?.vocabulary),
      [3, 4],
    );
    assert.equal((await other.process.opened()).summary?.vocabulary, 4);
  });

  test('deleting the model is known at once, without another start', async () => {
    const { process, engine, opened } = engineProcess();
    await process.opened();
    await engine.forget();
    assert.equal((await process.opened()).summary, null);
    assert.deepEqual(opened.at(-1), { summary: null });
  });

  test('disposing ends the process and rejects what is pending; nothing starts another', async () => {
    const { process, engine, progress, log } = engineProcess();
    const training = engine.train(noRequest);
    await until(() => progress.length > 0);
    process.dispose();
    await assert.rejects(training, EngineStopped);
    await assert.rejects(engine.map(), EngineStopped);
    assert.equal(process.pid, undefined);
    assert.deepEqual(
      log.filter((line) => line.startsWith('error')),
      [],
    );
  });

  test('what the engine prints goes to the log, cut to a length', async () => {
    const { engine, log } = engineProcess();
    await engine.describe('print', 1);
    await until(() => log.some((line) => line.startsWith('warn: xxx')));
    assert.ok(log.includes('warn: one line'));
    assert.ok(log.every((line) => line.length < 500));
  });

  test('the engine gets the path of the l10n bundle, and the variable that makes Node of desktop VS Code', async () => {
    const { engine } = engineProcess('/model', { l10nPath: '/bundle.l10n.ko.json' });
    assert.deepEqual(((await engine.describe('environment', 1)) as UnknownWord).spellings, [
      '1',
      '/bundle.l10n.ko.json',
    ]);
  });

  test("the editor's own variables and Node flags stay out of the engine's environment", () => {
    const environment = {
      PATH: '/bin',
      VSCODE_IPC_HOOK: 'x',
      ELECTRON_NO_ATTACH_CONSOLE: '1',
      NODE_OPTIONS: '--inspect',
    };
    assert.deepEqual(engineEnvironment(environment, undefined), { PATH: '/bin', ELECTRON_RUN_AS_NODE: '1' });
  });
});
