// The built engine with a fault: what it computes of language models is spoilt while they are
// trained, again and again, so that no training comes to its end.

import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * In a thread of its own, since the one that trains does not listen. The parameters begin behind
 * the first kilobyte.
 */
const POISON = `
import { workerData } from 'node:worker_threads';
const { memory, progress, steps, after } = workerData;
const embedding = new Float32Array(memory.buffer, 1024, 256);
const clock = new Int32Array(new SharedArrayBuffer(4));
for (;;) {
  if (progress[steps] > after) embedding.fill(NaN);
  Atomics.wait(clock, 0, 0, 1);
}
`;

/**
 * A distribution in `folder` that spoils language models after so many steps. `steps`: where the
 * progress has them.
 */
export async function poisonedDistribution(folder: string, built: URL, steps: number, after: number): Promise<URL> {
  await mkdir(folder);
  for (const name of await readdir(built)) {
    if (name !== 'compute-thread.mjs') await symlink(fileURLToPath(new URL(name, built)), join(folder, name));
  }
  await writeFile(join(folder, 'poison.mjs'), POISON);
  await writeFile(
    join(folder, 'compute-thread.mjs'),
    `import { parentPort, Worker } from 'node:worker_threads';
parentPort.on('message', ({ kind, job, thread }) => {
  if (kind !== 'languageModel' || thread > 0) return;
  const workerData = { memory: job.memory, progress: job.progress, steps: ${steps}, after: ${after} };
  new Worker(new URL('poison.mjs', import.meta.url), { workerData }).unref();
});
await import(${JSON.stringify(new URL('compute-thread.mjs', built).href)});
`,
  );
  return pathToFileURL(`${folder}/`);
}
