// The engine process, forked by the extension host: serves EngineApi over the process's channel and
// ends with it.

import { createBirpc } from 'birpc';
import { constants, setPriority } from 'node:os';
import type { EngineApi, EngineEvents } from '../protocol/engine.ts';
import { speakDisplayLanguage } from './display-language.ts';
import { Engine } from './engine.ts';

if (!process.send) throw new Error('The engine is started by the extension; from a shell, use `lexiscope`.');
speakDisplayLanguage();

// Before any thread starts: threads inherit it. The editor goes first.
try {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
  // not allowed on this system; the engine then runs as the editor does
}

const engine: EngineApi = new Engine(new URL('./', import.meta.url), {
  progress: (progress) => void client.progress.asEvent(progress),
  stored: (...stage) => void client.stored?.asEvent(...stage),
  evaluating: (fraction) => void client.evaluating?.asEvent(fraction),
  log: (level, message) => void client.log.asEvent(level, message),
  listFolder: (folder, path) => client.listFolder!(folder, path),
  measureFiles: (folder, paths) => client.measureFiles!(folder, paths),
  readFile: (folder, path) => client.readFile!(folder, path),
});
const client = createBirpc<EngineEvents, EngineApi>(engine, {
  post: (message) => process.send!(message),
  on: (receive) => process.on('message', receive),
  bind: 'functions',
  // a training takes as long as it takes; the end of the process rejects what is pending
  timeout: -1,
});
process.once('disconnect', () => process.exit(0));
