// An engine for host-engine-process.test.ts: answers over the process's channel as the real one
// does, and fails on request.
import { createBirpc } from 'birpc';
import type { EngineApi, EngineEvents } from '../../src/protocol/engine.ts';

const summary = {
  trained: '2026-01-01T00:00:00Z',
  vocabulary: 3,
  vectorSize: 2,
  words: 30,
  files: 1,
  mapWords: 3,
  languageModel: { vocabulary: 3, perplexity: 2, heldOutFiles: 1, heldOutTokens: 5 },
};
let cancelled: (() => void) | undefined;
let opened = 0;

const api: Partial<EngineApi> = {
  open: (directory) => {
    opened++;
    // another process stores a model after the first look
    if (directory.includes('replaced') && opened > 1) return Promise.resolve({ ...summary, vocabulary: 4 });
    if (directory.includes('damaged')) return Promise.reject(new Error('vectors.safetensors is damaged.'));
    if (directory.includes('crash')) process.exit(3);
    return Promise.resolve(directory.includes('empty') ? null : summary);
  },
  train: () => {
    void client.progress.asEvent({ phase: 'reading', fraction: 0.5 });
    return new Promise((resolve) => {
      cancelled = () => resolve({ status: 'cancelled' });
    });
  },
  importVectors: (path) =>
    path.includes('cancelled')
      ? Promise.resolve({ status: 'cancelled' })
      : Promise.resolve({
          status: 'done',
          format: 'glove',
          rows: 3,
          duplicates: 0,
          model: { ...summary, words: null, files: null, languageModel: null, imported: path },
          seconds: {},
        }),
  cancel: () => {
    cancelled?.();
    return Promise.resolve(cancelled !== undefined);
  },
  forget: () => Promise.resolve(true),
  similaritiesOnMap: () => Promise.resolve(Float32Array.of(1, -0.5, Number.NaN)),
  describe: async (word) => {
    if (word === 'folder') {
      const [entry] = await client.listFolder!('memory:/w', 'notes');
      const text = new TextDecoder().decode(await client.readFile!('memory:/w', `notes/${entry!.name}`));
      return { known: false, word, spellings: [entry!.name, text] };
    }
    if (word === 'throw') return Promise.reject(new RangeError('neighbours is -1; it must be between 0 and 1000.'));
    if (word === 'exit') process.exit(7);
    if (word === 'kill') process.kill(process.pid, 'SIGKILL');
    if (word === 'print') process.stderr.write(`one line\n${'x'.repeat(5000)}\n`);
    if (word === 'environment') {
      return Promise.resolve({
        known: false,
        word,
        spellings: [process.env['ELECTRON_RUN_AS_NODE'] ?? '', process.env['LEXISCOPE_L10N'] ?? ''],
      });
    }
    return Promise.resolve({ known: false, word, spellings: [String(process.pid)] });
  },
};
const client = createBirpc<EngineEvents, EngineApi>(api as EngineApi, {
  post: (message) => process.send!(message),
  on: (receive) => process.on('message', receive),
  bind: 'functions',
  timeout: -1,
});
process.once('disconnect', () => process.exit(0));
