import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FolderInUse, livingWriter, WriterLock } from '../../src/model-folder/writer-lock.ts';

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'writer-lock-'));
  folders.push(folder);
  return folder;
}

/** A process that takes the folder, tells so, and keeps it until it is killed. */
async function owner(folder: string): Promise<{ pid: number; kill: () => Promise<void> }> {
  const child = fork(fileURLToPath(new URL('writer-lock-owner.ts', import.meta.url)), ['keep', folder]);
  await new Promise((resolve) => child.once('message', resolve));
  return {
    pid: child.pid!,
    kill: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      }),
  };
}

test('a folder has one writer, which tells how far it is, and is free once it is released', async () => {
  const folder = join(await emptyFolder(), 'not', 'there');
  assert.equal(await livingWriter(folder), null);
  const lock = await WriterLock.take(folder);
  lock.fraction = 0.384;
  await assert.rejects(WriterLock.take(folder), FolderInUse);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await assert.rejects(WriterLock.take(folder), /^FolderInUse: Another window is learning this folder: 38 %$/);
  assert.equal((await livingWriter(folder))?.pid, process.pid);
  await lock.check();
  await lock.release();
  assert.deepEqual(await readdir(folder), []);
  const next = await WriterLock.take(folder);
  await next.release();
});

test('the lock of a process that was killed is taken over at once, and leaves nothing', async () => {
  const folder = await emptyFolder();
  const other = await owner(folder);
  await assert.rejects(WriterLock.take(folder), FolderInUse);
  assert.equal((await livingWriter(folder))?.pid, other.pid);
  await other.kill();
  assert.equal(await livingWriter(folder), null);
  const lock = await WriterLock.take(folder);
  assert.equal((await readdir(folder)).length, 1);
  await lock.release();
  assert.deepEqual(await readdir(folder), []);
});

test('a lock of another machine is believed while its heartbeat is heard, and no longer', async () => {
  const folder = await emptyFolder();
  const path = join(folder, 'writer-7.lock');
  const writer = { pid: 1, host: `not ${hostname()}`, fraction: 0.5, token: 'theirs' };
  await writeFile(path, JSON.stringify(writer));
  await assert.rejects(WriterLock.take(folder), /50 %/);
  const before = new Date(Date.now() - 60_000);
  await utimes(path, before, before);
  const lock = await WriterLock.take(folder);
  assert.deepEqual(await readdir(folder), ['writer-8.lock']);
  await lock.release();
});

test('a lock that says nothing is one that is being made, until it is old', async () => {
  for (const text of ['', 'null', '[]', '{"pid":"x"}', '{"pid":-1,"host":"h","token":"t"}']) {
    const folder = await emptyFolder();
    const path = join(folder, 'writer-1.lock');
    await writeFile(path, text);
    assert.ok(await livingWriter(folder), text);
    const lock = await WriterLock.take(folder); // once it is old
    assert.deepEqual(await readdir(folder), ['writer-2.lock'], text);
    await lock.release();
  }
});

test('an owner that was silent while another took the folder is told, and leaves the other its lock', async () => {
  const folder = await emptyFolder();
  const slept = await WriterLock.take(folder);
  await writeFile(
    join(folder, 'writer-2.lock'),
    JSON.stringify({ pid: 1, host: 'elsewhere', fraction: 0, token: 'theirs' }),
  );
  await rm(join(folder, 'writer-1.lock')); // as who takes it does
  await assert.rejects(slept.check(), FolderInUse);
  await slept.release();
  assert.deepEqual(await readdir(folder), ['writer-2.lock']);
});

test('of many processes that take a folder at once, again and again, one holds it at a time', async () => {
  const folder = await emptyFolder();
  const script = fileURLToPath(new URL('writer-lock-owner.ts', import.meta.url));
  const children = Array.from({ length: 4 }, () => fork(script, ['often', folder, '60']));
  const results = await Promise.all(
    children.map(
      (child) =>
        new Promise<{ taken: number; broken: number }>((resolve, reject) => {
          child.once('message', (message) => resolve(message as { taken: number; broken: number }));
          child.once('exit', (code) => reject(new Error(`exit ${code ?? '?'}`)));
        }),
    ),
  );
  assert.equal(
    results.reduce((sum, { broken }) => sum + broken, 0),
    0,
  );
  assert.ok(results.every(({ taken }) => taken === 60));
  assert.deepEqual(await readdir(folder), []);
});
