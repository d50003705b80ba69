// The reading of a training: which threads find the files, read them and put together what they read. What they read is kept
// for the next time while the training goes on.

import type { Phase, TrainRequest } from '../../protocol/engine.ts';
import { writtenText } from '../../text/merge.ts';
import { ThreadPool } from '../threads/thread-pool.ts';
import { unpacked, type PackedCorpus, type ReadCorpus } from './read-corpus.ts';
import type { FoundFiles } from './found-texts.ts';
import { moved, type ReadShare, type ShareToWrite } from './read-shares.ts';
import type { ReadingTasks } from './reading-tasks.ts';
import type { ThreadNews } from '../threads/thread-messages.ts';
import { clearUnfinished } from './token-cache.ts';
import { ReadingClock, tellRegularly } from '../progress.ts';
import type { RunContext } from '../run-context.ts';
import { wordsWithVector } from './vectors-only.ts';
import { virtualFilesOf } from '../files/virtual-files.ts';
import { isTooLarge, sharesOf } from './divide-work.ts';

/** Threads that are started while files are looked for: where there are few, others have nothing to read. */
const EARLY = 2;

type ReadingContext = Pick<RunContext, 'kernels' | 'script' | 'signal' | 'events' | 'directory'>;

export interface Reading extends ReadCorpus {
  /** Settled, never with an error, once the text is kept for the next time, or cannot be. Until then the token file is read. */
  kept: Promise<void>;
}

/** Reads the folders; null where it was cancelled. `entered` hears of each phase. */
export async function readFolders(
  request: TrainRequest,
  tokenFile: number,
  threads: number,
  context: ReadingContext,
  entered: (phase: Phase) => void,
): Promise<Reading | null> {
  const { script, signal, events, directory } = context;
  const pool = new ThreadPool<ReadingTasks>(
    new URL('reading-thread.mjs', script),
    signal,
    virtualFilesOf(request.folders, events),
  );
  const listen = (message: ThreadNews): void => {
    if (message.type === 'log') events.log(message.level, message.message);
    else {
      entered(message.progress.phase);
      events.progress(message.progress);
    }
  };
  const end = async (): Promise<void> => {
    await pool.close();
    if (signal.aborted) await clearUnfinished(directory);
  };
  let reading: Reading | null = null;
  try {
    const read = await readIn(pool, request, tokenFile, threads, context, listen);
    if (read) {
      const keeping = read.keep?.() ?? Promise.resolve();
      reading = { ...read.read, kept: keeping.catch(() => undefined).then(end) };
    }
    return reading;
  } finally {
    if (!reading) await end();
  }
}

interface ReadText {
  read: ReadCorpus;
  /** Keeps it for the next time; absent where that is done, or is not worth it. */
  keep?: () => Promise<unknown>;
}

async function readIn(
  pool: ThreadPool<ReadingTasks>,
  { folders, unsaved = [], reading, text, phrases, parts: made, word2vec }: TrainRequest,
  tokenFile: number,
  threads: number,
  { kernels, events, directory }: ReadingContext,
  listen: (message: ThreadNews) => void,
): Promise<ReadText | null> {
  pool.start(Math.min(threads, EARLY));
  events.progress({ phase: 'reading', fraction: 0 });
  const { case: casing, numbers, codeSentences } = text; // the others are for what is done after counting
  const cutting = { casing, numbers, codeSentences, keywords: text.keywords !== 'leaveOut' };
  const find = { kind: 'find', folders, unsaved, reading, directory, text: cutting, threads } as const;
  const found = (await pool.run([find], listen))?.[0];
  if (!found) return null;
  const { cached, key, parts, ...all } = found;
  const kernel = kernels.text;
  const vectorsOnly = made?.languageModel === false ? word2vec : null;
  const file = { descriptor: tokenFile, taken: new Int32Array(new SharedArrayBuffer(4)) };
  /** Where there are more different words than several threads keep. */
  const readAlone = async (): Promise<ReadText | null> => {
    pool.keep(0);
    const task = { kind: 'read', kernel, found: all, text, phrases, tokenFile, vectorsOnly } as const;
    const read = (await pool.run([task], listen))?.[0];
    return read ? { read: unpacked(read) } : null;
  };

  const total = cached.fresh.files.reduce((sum, { size }) => sum + size, 0);
  const readShares = async (parts: readonly FoundFiles[]): Promise<(ReadShare | 'whole' | null)[] | null> => {
    /** Bytes and words of each thread, (threads, 2). */
    const done = new Float64Array(new SharedArrayBuffer(16 * parts.length));
    const clock = new ReadingClock('reading', total);
    const sumOf = (column: number): number => done.reduce((sum, each, i) => (i % 2 === column ? sum + each : sum), 0);
    const stop = tellRegularly(() => {
      if (total > 0) events.progress(clock.progress(sumOf(0), sumOf(1)));
    });
    const tasks = parts.map((found, index) => {
      const own = done.subarray(2 * index, 2 * index + 2);
      return { kind: 'readShare', kernel, tokenFile: file, found, text, done: own } as const;
    });
    return pool.run(tasks).finally(stop);
  };
  let read = await readShares(parts);
  if (read?.includes('whole')) read = await readShares(sharesOf(cached.fresh, threads));
  if (!read) return null;
  if (read.includes(null)) return readAlone();

  const shares = [cached.share, ...read].filter((share) => share !== null && share !== 'whole');
  // a cache that holds all there is need not be written again
  const isKept = cached.share?.documents.every((document) => document !== null) && cached.fresh.files.length === 0;
  const files = isKept || isTooLarge(all) ? null : all.files;
  const readInRanges = vectorsOnly !== null;
  const merge = { kind: 'mergeRead', kernel, shares, notes: all.notes, text, phrases, files, readInRanges } as const;
  pool.rest(1, threads);
  const results = await pool.run([{ ...merge, tokenFile: file }], listen, shares.flatMap(moved));
  if (!results) return null;
  if (!results[0]) return readAlone();
  const { text: merged, room, isChanged, paths, report, entries } = results[0];
  pool.rest(0, 1);
  const toWrite = shares.map(({ packed }, share) => ({ packed, places: merged.places[share]! }));
  const { letters } = merged;
  const written: PackedCorpus = { corpus: { ...writtenText(merged, room), letters }, paths, report };
  const writing = pool.run(
    dealt(toWrite, threads).map((shares) => ({ kind: 'writeShares', kernel, shares, room, tokenFile }) as const),
  );
  // words become strings here while the threads write
  const spelling = Promise.resolve().then(() =>
    isChanged ? null : unpacked(written, vectorsOnly && wordsWithVector(merged.counts, vectorsOnly, report.words)),
  );
  const [isWritten, spelled] = await Promise.all([writing, spelling]);
  if (!isWritten) return null;
  let result = spelled;
  pool.keep(1);
  if (!result) {
    const passOver = { kind: 'passOver', read: written, text, phrases, tokenFile: file, vectorsOnly } as const;
    const finished = (await pool.run([passOver], listen))?.[0];
    if (!finished) return null;
    result = unpacked(finished);
  }
  if (!entries) return { read: result };
  const packed = shares.map((share) => share.packed);
  const toCache = { key, entries, text: merged };
  return {
    read: result,
    keep: () => pool.run([{ kind: 'saveCache', kernel, directory, toCache, packed, tokenFile } as const]),
  };
}

/** The shares by thread, so that each has about as much to write. */
function dealt(shares: readonly ShareToWrite[], threads: number): ShareToWrite[][] {
  const hands = Array.from({ length: Math.min(threads, shares.length) }, () => ({
    shares: [] as ShareToWrite[],
    size: 0,
  }));
  for (const share of shares.toSorted((a, b) => b.packed.length - a.packed.length)) {
    const least = hands.reduce((least, hand) => (hand.size < least.size ? hand : least));
    least.shares.push(share);
    least.size += share.packed.length;
  }
  return hands.map(({ shares }) => shares);
}
