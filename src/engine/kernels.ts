// Loads the compiled kernels: dist/kernels/NAME.VARIANT.wasm, in the variant that this Node can
// run.
import { readFile } from 'node:fs/promises';
import { relaxedSimd } from 'wasm-feature-detect';
import { KERNELS } from '../kernel-interfaces/names.ts';

/** Every kernel module, by the name of its file in src/kernels. */
export type KernelName = (typeof KERNELS)[number];
export type KernelVariant = 'simd' | 'relaxed-simd';
export type Kernels = Readonly<Record<KernelName, WebAssembly.Module>>;

/**
 * The variant this machine runs: relaxed SIMD (V8 of Node 22 and later) multiplies and adds in one
 * instruction, about 2.4 times as fast.
 */
export async function bestVariant(): Promise<KernelVariant> {
  return (await relaxedSimd()) ? 'relaxed-simd' : 'simd';
}

/**
 * Compiles one kernel. `distribution` is the URL of dist/, with a slash at its end.
 * Throws where the file is missing: the extension is then damaged and must be installed again.
 */
export async function loadKernel(
  distribution: URL,
  name: KernelName,
  variant?: KernelVariant,
): Promise<WebAssembly.Module> {
  return WebAssembly.compile(
    await readFile(new URL(`kernels/${name}.${variant ?? (await bestVariant())}.wasm`, distribution)),
  );
}

/** Compiles every kernel; modules may be posted to compute threads as they are. */
export async function loadKernels(distribution: URL, variant?: KernelVariant): Promise<Kernels> {
  const modules = await Promise.all(KERNELS.map((name) => loadKernel(distribution, name, variant)));
  return Object.fromEntries(KERNELS.map((name, index) => [name, modules[index]])) as unknown as Kernels;
}
