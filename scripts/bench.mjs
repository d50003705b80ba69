// npm run bench                   lists the benchmarks: the files of bench/, with what each measures
// npm run bench -- NAME [args]    builds, then runs bench/NAME.ts, which ends with one line of JSON
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildAll } from './build.mjs';
import { root } from './install.mjs';
import { findNode24 } from './node.mjs';

const folder = join(root, 'bench');
const names = (await readdir(folder))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3))
  .sort();
const [name, ...args] = process.argv.slice(2);

if (name === undefined) {
  for (const each of names) {
    const source = await readFile(join(folder, `${each}.ts`), 'utf8');
    const [comment = ''] = /^(?:\/\/ ?.*\n)*/.exec(source) ?? [];
    const [sentence] = comment.replaceAll(/\n?\/\/ ?/g, ' ').split(/(?<=\.) /);
    console.log(`${each.padEnd(16)}${sentence}`);
  }
} else if (!existsSync(join(folder, `${name}.ts`))) {
  console.error(`There is no benchmark "${name}"; there are: ${names.join(', ')}.`);
  process.exitCode = 1;
} else {
  await buildAll();
  const run = spawnSync(await findNode24(), [join(folder, `${name}.ts`), ...args], { stdio: 'inherit' });
  process.exitCode = run.status ?? 1;
}
