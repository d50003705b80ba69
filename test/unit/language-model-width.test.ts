import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { askForCheckpoint, type Checkpoint, takeCheckpoint } from '../../src/language-model/training/checkpoint.ts';
import { createLanguageModelJob, type TrainingExtras } from '../../src/language-model/training/create-job.ts';
import { type LanguageModelJob, languageModelResult } from '../../src/language-model/training/job.ts';
import { LanguageModelThread } from '../../src/language-model/training/training-thread.ts';
import { tryWide } from '../../src/language-model/training/width.ts';
import { bits, corpus, kernelOf, OPTIONS, VARIANTS } from './language-model-jobs.ts';

for (const variant of VARIANTS) {
  describe(`products of two panels at a time (${variant})`, async () => {
    const kernel = await kernelOf(variant);

    test('give a training the same bits', () => {
      const results = [false, true].map((wide) => {
        // 3 panels: one pair and one by itself
        const options = { ...OPTIONS, batchSize: 24, hiddenSize: 20, layers: 2, attention: true };
        const job = createLanguageModelJob(
          ...([kernel, corpus(1500, 60), Int32Array.of(0), Uint8Array.of(0), options, 1, 1] as const),
          { wide },
        );
        const thread = new LanguageModelThread(job, 0);
        while (thread.step());
        return bits(languageModelResult(job));
      });
      assert.deepEqual(results[1], results[0]);
    });

    test('go on with a training that the others began, and end with the same bits', () => {
      const options = { ...OPTIONS, batchSize: 24, epochs: 3 };
      const create = (extras: TrainingExtras) => {
        const text = [corpus(1500, 60), Int32Array.of(0), Uint8Array.of(0)] as const;
        return createLanguageModelJob(kernel, ...text, options, 1, 1, extras);
      };
      const finish = (job: LanguageModelJob) => {
        const thread = new LanguageModelThread(job, 0);
        while (thread.step());
        return bits(languageModelResult(job));
      };
      const begun = create({ wide: false });
      const thread = new LanguageModelThread(begun, 0);
      askForCheckpoint(begun);
      let checkpoint: Checkpoint | null = null;
      while (!checkpoint && thread.work(0)) checkpoint = takeCheckpoint(begun);
      assert.ok(checkpoint && checkpoint.step > 0 && checkpoint.step < begun.losses.length);
      assert.deepEqual(finish(create({ wide: true, checkpoint })), finish(create({ wide: false })));
    });

    test('are tried before they are used', () => {
      const { right, speedup } = tryWide(kernel, () => performance.now());
      assert.equal(right, true);
      assert.ok(speedup > 0 && speedup < 100, String(speedup));
    });
  });
}

test('are right with the flag that they are for, where this Node has it', (context) => {
  const script = `
    import { readFileSync } from 'node:fs';
    import { tryWide } from './src/language-model/training/width.ts';
    const module = new WebAssembly.Module(readFileSync('dist/kernels/language-model.relaxed-simd.wasm'));
    console.log(JSON.stringify(tryWide(module, () => performance.now())));`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--experimental-wasm-revectorize', '--input-type=module', '--eval', script],
    { cwd: fileURLToPath(new URL('../..', import.meta.url)), encoding: 'utf8' },
  );
  if (/bad option/.test(stderr)) {
    context.skip('this Node does not have --experimental-wasm-revectorize');
    return;
  }
  assert.equal(status, 0, stderr);
  assert.equal((JSON.parse(stdout) as { right: boolean }).right, true);
});
