// A process for writer-lock.test.ts: `keep FOLDER` takes the folder and keeps it; `often FOLDER N`
// takes it N times and tells how often another process was in it meanwhile.

import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WriterLock } from '../../src/model-folder/writer-lock.ts';

const [kind, folder, times] = process.argv.slice(2) as [string, string, string];
if (kind === 'keep') {
  await WriterLock.take(folder);
  process.send!('taken');
  await sleep(60_000);
} else {
  const inside = join(folder, 'inside');
  let broken = 0;
  let taken = 0;
  while (taken < Number(times)) {
    let lock: WriterLock;
    try {
      lock = await WriterLock.take(folder);
    } catch {
      await sleep(1);
      continue;
    }
    taken++;
    try {
      await (await open(inside, 'wx')).close();
      await rm(inside);
      await lock.check();
    } catch {
      broken++;
    }
    await lock.release();
  }
  process.send!({ taken, broken }, () => process.disconnect());
}
