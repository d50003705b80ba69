import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = fileURLToPath(new URL('revectorized.ts', import.meta.url));

test("V8's 256-bit revectorizer, which stays on once it was tried, changes no bit of word vectors and neighbours", async (context) => {
  const digest = async (...flags: string[]): Promise<string> =>
    (await run(process.execPath, [...flags, script])).stdout.trim();
  const plain = await digest();
  try {
    assert.equal(await digest('--experimental-wasm-revectorize'), plain);
  } catch (error) {
    if (!/bad option/.test(String((error as { stderr?: string }).stderr))) throw error;
    context.skip('this Node does not have --experimental-wasm-revectorize');
  }
  assert.match(plain, /^[0-9a-f]{64}$/);
});
