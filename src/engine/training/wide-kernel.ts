// Which kernel the language model is trained with: of 128-bit operations, or of 256-bit ones, which
// V8 makes of pairs of the others with an experimental flag (--experimental-wasm-revectorize, Node
// 22 and later). Whether that is right and faster is tried on the user's machine, once in a
// process. Both give the same bits, so a training that one begins the other goes on with.

import * as l10n from '@vscode/l10n';
import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import type { WidthTrial } from '../../language-model/training/width.ts';
import type { VectorWidth } from '../../protocol/engine.ts';
import { runTasks } from '../compute-tasks.ts';
import { bestVariant } from '../kernels.ts';
import type { RunContext } from '../run-context.ts';

const FLAG = 'experimental-wasm-revectorize';
/**
 * V8 has the flag from Node 22 on; an older one prints on standard error that it does not know it.
 */
const HAS_FLAG = Number.parseInt(process.versions.v8, 10) >= 12;
/**
 * `auto` takes 256 bits from this speedup on: below it, measurements on a busy machine tell little.
 */
const LEAST_SPEEDUP = 1.15;
/**
 * A custom section without content, named "w". V8 shares what it compiled among modules of the same
 * bytes: this one is compiled anew.
 */
const SECTION = Uint8Array.of(0, 2, 1, 0x77);

export interface TrainingKernel {
  kernel: WebAssembly.Module;
  /** Products are to take two panels at a time. */
  wide: boolean;
}

type Tried = WidthTrial & { kernel: WebAssembly.Module };

let tried: Promise<Tried | null> | null = null;

/** The kernel to train with, and a line in the log that says which; null where it was cancelled. */
export async function trainingKernel(
  width: VectorWidth,
  { kernels, script, signal, events }: Pick<RunContext, 'kernels' | 'script' | 'signal' | 'events'>,
): Promise<TrainingKernel | null> {
  const narrow = { kernel: kernels['language-model'], wide: false };
  if (width === '128') return narrow;
  if (!HAS_FLAG) {
    events.log(
      width === '256' ? 'warn' : 'info',
      l10n.t('Language model: 128-bit arithmetic; 256-bit needs Node 22 or later'),
    );
    return narrow;
  }
  tried ??= tryWideKernel(script, signal);
  const trial = await tried;
  if (!trial) tried = null;
  if (!trial) return null;
  const { kernel, right, speedup } = trial;
  const wide = right && (width === '256' || speedup >= LEAST_SPEEDUP);
  if (!wide) setFlagsFromString(`--no-${FLAG}`);
  events.log(
    width === '256' && !wide ? 'warn' : 'info',
    wide
      ? l10n.t('Language model: 256-bit arithmetic, {0} times as fast as 128-bit in a trial', speedup.toFixed(2))
      : right
        ? l10n.t('Language model: 128-bit arithmetic; 256-bit was {0} times as fast in a trial', speedup.toFixed(2))
        : l10n.t('Language model: 128-bit arithmetic; 256-bit gave wrong numbers in a trial'),
  );
  return wide ? { kernel, wide } : narrow;
}

/** Null where it was cancelled. */
async function tryWideKernel(script: URL, signal: AbortSignal): Promise<Tried | null> {
  const kernel = await loadWideKernel(new URL('./', script));
  const trials = await runTasks([{ kind: 'tryWide' as const, kernel }], { script, signal });
  return trials && { kernel, ...trials[0]! };
}

/** Compiles the kernel with the flag, which stays on. `distribution` is the URL of dist/. */
export async function loadWideKernel(distribution: URL): Promise<WebAssembly.Module> {
  const file = new URL(`kernels/language-model.${await bestVariant()}.wasm`, distribution);
  setFlagsFromString(`--${FLAG}`);
  return WebAssembly.compile(Buffer.concat([await readFile(file), SECTION]));
}
