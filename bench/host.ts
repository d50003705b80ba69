// How free the editor stays: the extension host in a real VS Code while it trains on a million
// words.
//   --words N (1000000)
// Lateness of the event loop, hovers and completions are measured in the extension host itself
// (host/companion.ts); activation is loading the code and activate(), by VS Code's own clock. A
// hover goes through the window and back, as it does for a user.

import { createVSIX } from '@vscode/vsce';
import { build } from 'esbuild';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { packageExtension } from '../scripts/package.mjs';
import { VSCodeServer } from '../scripts/vscode-server.mjs';
import { launchBrowser, Workbench } from '../test/integration/workbench.ts';
import { copyDependencySources } from './corpus/dependency-sources.ts';
import type { HostResult } from './host/companion.ts';

/**
 * Words of the text that the first model learns from, so that there is something to ask while the
 * second one is trained.
 */
const FIRST_WORDS = 50_000;
/** Minutes until the benchmark gives up. */
const PATIENCE = 15;

const { values } = parseArgs({ options: { words: { type: 'string', default: '1000000' } } });
const scratch = await mkdtemp(join(tmpdir(), 'lexiscope-bench-'));
const folder = join(scratch, 'folder');
const text = join(scratch, 'text');
const resultFile = join(scratch, 'result.json');

try {
  await mkdir(folder);
  await mkdir(text);
  await copyDependencySources(folder, FIRST_WORDS);
  const words = await copyDependencySources(text, Number(values.words));
  await writeFile(join(folder, 'page.md'), await readFile(new URL('../docs/architecture.md', import.meta.url)));
  const { result, activationMs } = await measure();
  if ('error' in result) throw new Error(result.error);
  const { eventLoopP99Ms, eventLoopMaxMs, hoverMs, completionMs, trainingSeconds } = result;
  console.log(
    `trained on ${words} words for ${trainingSeconds.toFixed(0)} s, ${hoverMs.length} hovers and completions meanwhile`,
  );
  console.log(`event loop late by at most ${eventLoopMaxMs.toFixed(1)} ms`);
  for (const [name, times] of Object.entries({ hover: hoverMs, completion: completionMs }))
    console.log(
      `${name}: median ${percentile(times, 50).toFixed(1)} ms, 95th percentile ${percentile(times, 95).toFixed(1)} ms`,
    );
  console.log(
    JSON.stringify({
      name: 'host',
      eventLoopP99Ms: tenths(eventLoopP99Ms),
      activationMs,
      hoverP95Ms: tenths(percentile(hoverMs, 95)),
      completionP95Ms: tenths(percentile(completionMs, 95)),
    }),
  );
} finally {
  await rm(scratch, { recursive: true, force: true });
}

/**
 * Opens a window with both extensions and waits for the companion's result. `activationMs`: as VS
 * Code measured it.
 */
async function measure(): Promise<{ result: HostResult; activationMs: number }> {
  const server = await VSCodeServer.start({
    extensions: [await packageExtension(), await packageCompanion()],
    env: { LEXISCOPE_BENCH_TEXT: text, LEXISCOPE_BENCH_RESULT: resultFile },
  });
  try {
    const browser = await launchBrowser();
    try {
      const window = await Workbench.open(browser, server.window(folder));
      const end = Date.now() + PATIENCE * 60_000;
      while (!existsSync(resultFile)) {
        if (Date.now() > end) {
          await window.screenshot('bench host');
          throw new Error(`No result after ${PATIENCE} minutes.`);
        }
        await sleep(500);
      }
      const result = JSON.parse(await readFile(resultFile, 'utf8')) as HostResult;
      return { result, activationMs: await window.activationTime('Lexiscope') };
    } finally {
      await browser.close();
    }
  } finally {
    await server.stop();
  }
}

/** Builds and packs host/companion.ts. */
async function packageCompanion(): Promise<string> {
  const source = join(scratch, 'companion');
  const packagePath = join(scratch, 'companion.vsix');
  await build({
    entryPoints: [fileURLToPath(new URL('host/companion.ts', import.meta.url))],
    outfile: join(source, 'companion.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
  });
  const manifest = {
    name: 'companion',
    publisher: 'lexiscope-bench',
    version: '0.0.1',
    engines: { vscode: '^1.101.0' },
    main: './companion.cjs',
    activationEvents: ['onStartupFinished'],
    files: ['companion.cjs'],
  };
  await writeFile(join(source, 'package.json'), JSON.stringify(manifest));
  await createVSIX({ cwd: source, packagePath, dependencies: false, allowMissingRepository: true, skipLicense: true });
  return packagePath;
}

/** `share` in percent; the values in any order. */
function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * share) / 100))]!;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
