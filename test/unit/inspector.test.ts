// A debugger reaches the engine, though the extension forks it, and every thread that it starts.
// Needs dist/.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EngineProcess, inspectPortOf } from '../../src/host/engine-process.ts';

interface Message {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
}

suite('the inspector of the engine', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'inspector-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  function start(inspectPort: number | undefined): EngineProcess {
    const entry = fileURLToPath(new URL('../../dist/engine.mjs', import.meta.url));
    return new EngineProcess({
      entry,
      directory: folder,
      inspectPort,
      log: () => undefined,
      progress: () => undefined,
    });
  }

  test('stops at a breakpoint in a compute thread, from which the work then goes on', async () => {
    const port = await freePort();
    const process = start(port);
    try {
      await process.opened();
      const debug = await Debugger.attach(port);
      const path = join(folder, 'a.vec');
      await writeFile(path, '3 2\none 1 2\ntwo 3 4\nthree 5 6\n');
      const imported = process.engine.importVectors(path, { most: 0, seed: 1 });
      const task = await placeOf(/\bimport: ?\(/, new URL('../../dist/compute-thread.mjs', import.meta.url));
      assert.deepEqual(await debug.breakInThread(task), task);
      debug.resume();
      assert.equal((await imported).status, 'done');
      debug.close();
    } finally {
      process.dispose();
    }
  });

  test('is not there unless it is asked for', async () => {
    const port = await freePort();
    const process = start(undefined);
    try {
      await process.opened();
      await assert.rejects(fetch(`http://127.0.0.1:${port}/json`));
      await assert.rejects(fetch('http://127.0.0.1:9229/json'));
    } finally {
      process.dispose();
    }
  });

  test('listens where LEXISCOPE_INSPECT says, and nowhere if that is no port', () => {
    assert.equal(inspectPortOf({ LEXISCOPE_INSPECT: '9230' }), 9230);
    for (const LEXISCOPE_INSPECT of ['', '0', '70000', '92.5', '0.0.0.0:9230', 'yes'])
      assert.equal(inspectPortOf({ LEXISCOPE_INSPECT }), undefined, LEXISCOPE_INSPECT);
    assert.equal(inspectPortOf({}), undefined);
  });
});

/** Where a function begins, counted from 0. */
interface Place {
  url: string;
  lineNumber: number;
  columnNumber: number;
}

/** The place of the parenthesis with which a match ends. */
async function placeOf(pattern: RegExp, script: URL): Promise<Place> {
  const text = await readFile(script, 'utf8');
  const { index, 0: match } = pattern.exec(text)!;
  const lines = text.slice(0, index + match.length - 1).split('\n');
  return { url: script.href, lineNumber: lines.length - 1, columnNumber: lines.at(-1)!.length };
}

/**
 * A debugger as VS Code's: it holds each new thread of Node at its start until it has set its
 * breakpoints there.
 */
class Debugger {
  readonly #socket: WebSocket;
  readonly #heard: Message[] = [];
  #ids = 0;
  #session: unknown;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data)) as Message;
      // what a thread says comes wrapped
      const inner = message.params?.['message'];
      this.#heard.push(typeof inner === 'string' ? (JSON.parse(inner) as Message) : message);
    });
  }

  static async attach(port: number): Promise<Debugger> {
    const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { webSocketDebuggerUrl: string }[];
    const socket = new WebSocket(targets[0]!.webSocketDebuggerUrl);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', reject);
    });
    const debug = new Debugger(socket);
    debug.#send('NodeWorker.enable', { waitForDebuggerOnStart: true });
    return debug;
  }

  /**
   * Sets a breakpoint in the thread that is started next, and waits for it to be hit. Gives the
   * function that it is in.
   */
  async breakInThread({ url, lineNumber, columnNumber }: Place): Promise<Place> {
    const attached = await this.#hear('NodeWorker.attachedToWorker');
    this.#session = attached['sessionId'];
    this.#sendToThread('Debugger.enable');
    this.#sendToThread('Debugger.setBreakpointByUrl', { url, lineNumber, columnNumber });
    this.#sendToThread('Runtime.runIfWaitingForDebugger');
    await this.#hear('Debugger.paused', ({ reason }) => reason === 'Break on start');
    this.resume();
    const paused = await this.#hear(
      'Debugger.paused',
      ({ hitBreakpoints }) => (hitBreakpoints as unknown[]).length > 0,
    );
    const [frame] = paused['callFrames'] as { functionLocation: Place }[];
    const { url: script } = attached['workerInfo'] as { url: string };
    const { lineNumber: line, columnNumber: column } = frame!.functionLocation;
    return { url: script, lineNumber: line, columnNumber: column };
  }

  resume(): void {
    this.#sendToThread('Debugger.resume');
  }

  close(): void {
    this.#socket.close();
  }

  async #hear(method: string, wanted: (params: Record<string, unknown>) => boolean = () => true) {
    const end = Date.now() + 20_000;
    while (Date.now() < end) {
      const found = this.#heard.find((message) => message.method === method && wanted(message.params!));
      if (found) return found.params!;
      await sleep(5);
    }
    throw new Error(`No ${method} within 20 s; heard: ${this.#heard.map((each) => each.method).join(', ')}`);
  }

  #send(method: string, params: object = {}): void {
    this.#socket.send(JSON.stringify({ id: ++this.#ids, method, params }));
  }

  #sendToThread(method: string, params: object = {}): void {
    const message = JSON.stringify({ id: ++this.#ids, method, params });
    this.#send('NodeWorker.sendMessageToWorker', { sessionId: this.#session, message });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
