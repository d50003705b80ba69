// Checks the types of every runtime, one tsconfig each: `npm run types`.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const projects = [
  'src/tsconfig.pure.json',
  ...['src', 'media', 'test', 'scripts'].map((room) => `${room}/tsconfig.json`),
  'scripts/tsconfig.compiler.json',
];

const failed = projects.filter(
  (project) => spawnSync(process.execPath, [tsc, '-p', join(root, project)], { stdio: 'inherit' }).status !== 0,
);
if (failed.length) {
  console.error(`Type errors in ${failed.join(', ')}.`);
  process.exit(1);
}
