// The reading of a training: which threads find the files, read them and put together what they
// read. What they read is kept for the next time while the training goes on.

import type { Phase, TrainRequest } from '../../protocol/engine.ts';
import { writtenText } from '../../text/merge.ts';
import type { Word2vecOptions } from '../../word2vec/options.ts';
import { virtualFilesOf } from '../files/virtual-files.ts';
import { ReadingClock, tellRegularly } from '../progress.ts';
import type { RunContext } from '../run-context.ts';
import type { ResultOf, TaskOf, ThreadNews } from '../threads/thread-messages.ts';
import { ThreadPool } from '../threads/thread-pool.ts';
import { isTooLarge, sharesOf } from './divide-work.ts';
import type { FoundFiles } from './found-texts.ts';
import { type PackedCorpus, type ReadCorpus, unpacked } from './read-corpus.ts';
import { moved, type ReadShare, type SharedTokenFile, type ShareToWrite } from './read-shares.ts';
import type { ReadingTasks } from './reading-tasks.ts';
import { clearUnfinished } from './token-cache.ts';
import { wordsWithVector } from './vectors-only.ts';

/**
 * Threads that are started while files are looked for: where there are few, others have nothing to
 * read.
 */
const EARLY = 2;

type ReadingContext = Pick<RunContext, 'kernels' | 'script' | 'signal' | 'events' | 'directory'>;

export interface Reading extends ReadCorpus {
  /**
   * Settled, never with an error, once the text is kept for the next time, or cannot be. Until then
   * the token file is read.
   */
  kept: Promise<void>;
}

export interface ReadingPlan {
  /** The descriptor of the token file. */
  tokenFile: number;
  threads: number;
  /** Hears of each phase. */
  entered?: (phase: Phase) => void;
}

/** Reads the folders; null where it was cancelled. */
export async function readFolders(
  request: TrainRequest,
  context: ReadingContext,
  plan: ReadingPlan,
): Promise<Reading | null> {
  const { script, signal, events, directory } = context;
  const pool = new ThreadPool<ReadingTasks>(
    new URL('reading-thread.mjs', script),
    signal,
    virtualFilesOf(request.folders, events),
  );
  const end = async (): Promise<void> => {
    await pool.close();
    if (signal.aborted) await clearUnfinished(directory);
  };
  let reading: Reading | null = null;
  try {
    const read = await new Conductor(pool, request, context, plan).read();
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

type Found = ReadingTasks['find']['result'];
/** Null where there are too many different words. */
type Merged = ReadingTasks['mergeRead']['result'];

/**
 * Says which thread does what, one task after the other. A method gives null where it was
 * cancelled.
 */
class Conductor {
  readonly #pool: ThreadPool<ReadingTasks>;
  readonly #request: TrainRequest;
  readonly #context: ReadingContext;
  readonly #plan: ReadingPlan;
  readonly #file: SharedTokenFile;
  /** Where nothing but word vectors is trained, their options. */
  readonly #vectorsOnly: Word2vecOptions | null;

  constructor(pool: ThreadPool<ReadingTasks>, request: TrainRequest, context: ReadingContext, plan: ReadingPlan) {
    this.#pool = pool;
    this.#request = request;
    this.#context = context;
    this.#plan = plan;
    this.#file = { descriptor: plan.tokenFile, taken: new Int32Array(new SharedArrayBuffer(4)) };
    this.#vectorsOnly = request.parts?.languageModel === false ? request.word2vec : null;
  }

  async read(): Promise<ReadText | null> {
    const { threads } = this.#plan;
    this.#pool.start(Math.min(threads, EARLY));
    this.#context.events.progress({ phase: 'reading', fraction: 0 });
    const found = await this.#find();
    if (!found) return null;
    let read = await this.#readShares(found, found.parts);
    if (read?.includes('whole')) read = await this.#readShares(found, sharesOf(found.cached.fresh, threads));
    if (!read) return null;
    if (read.includes(null)) return this.#readAlone(found);
    const shares = [found.cached.share, ...read].filter((share) => share !== null && share !== 'whole');
    return this.#putTogether(found, shares);
  }

  async #find(): Promise<Found | null> {
    const { folders, unsaved = [], reading, text } = this.#request;
    // the others are for what is done after counting
    const { case: casing, numbers, codeSentences } = text;
    const cutting = { casing, numbers, codeSentences, keywords: text.keywords !== 'leaveOut' };
    const { directory } = this.#context;
    const { threads } = this.#plan;
    return this.#runOne({ kind: 'find', folders, unsaved, reading, directory, text: cutting, threads });
  }

  /** Each share in a thread of its own. */
  #readShares({ cached }: Found, parts: readonly FoundFiles[]): Promise<(ReadShare | 'whole' | null)[] | null> {
    const { events, kernels } = this.#context;
    const total = cached.fresh.files.reduce((sum, { size }) => sum + size, 0);
    /** Bytes and words of each thread, (threads, 2). */
    const done = new Float64Array(new SharedArrayBuffer(16 * parts.length));
    const clock = new ReadingClock('reading', total);
    const sumOf = (column: number): number => done.reduce((sum, each, i) => (i % 2 === column ? sum + each : sum), 0);
    const stop = tellRegularly(() => {
      if (total > 0) events.progress(clock.progress(sumOf(0), sumOf(1)));
    });
    const tasks = parts.map((found, index) => ({
      kind: 'readShare' as const,
      kernel: kernels.text,
      tokenFile: this.#file,
      found,
      text: this.#request.text,
      done: done.subarray(2 * index, 2 * index + 2),
    }));
    return this.#pool.run(tasks).finally(stop);
  }

  /** In one thread, where there are more different words than several threads keep. */
  async #readAlone({ files, twins, notes }: Found): Promise<ReadText | null> {
    this.#pool.keep(0);
    const { text, phrases } = this.#request;
    const read = await this.#runOne({
      kind: 'read',
      kernel: this.#context.kernels.text,
      found: { files, twins, notes },
      text,
      phrases,
      tokenFile: this.#plan.tokenFile,
      vectorsOnly: this.#vectorsOnly,
    });
    return read && { read: unpacked(read) };
  }

  async #putTogether(found: Found, shares: ReadShare[]): Promise<ReadText | null> {
    const results = await this.#merge(found, shares);
    if (!results) return null;
    const [merged] = results;
    if (!merged) return this.#readAlone(found);
    this.#pool.rest(0, 1);
    const read = await this.#write(merged, shares);
    if (!read) return null;
    const { text, entries } = merged;
    if (!entries) return { read };
    return {
      read,
      keep: () =>
        this.#runOne({
          kind: 'saveCache',
          kernel: this.#context.kernels.text,
          directory: this.#context.directory,
          toCache: { key: found.key, entries, text },
          packed: shares.map(({ packed }) => packed),
          tokenFile: this.#plan.tokenFile,
        }),
    };
  }

  #merge(found: Found, shares: ReadShare[]): Promise<Merged[] | null> {
    const { share, fresh } = found.cached;
    // a cache that holds all there is need not be written again
    const isKept = share?.documents.every((document) => document !== null) && fresh.files.length === 0;
    const { text, phrases } = this.#request;
    const merge = {
      kind: 'mergeRead' as const,
      kernel: this.#context.kernels.text,
      shares,
      notes: found.notes,
      text,
      phrases,
      files: isKept || isTooLarge(found) ? null : found.files,
      tokenFile: this.#file,
      readInRanges: this.#vectorsOnly !== null,
    };
    this.#pool.rest(1, this.#plan.threads);
    return this.#pool.run([merge], this.#listen, shares.flatMap(moved));
  }

  /** Writes the tokens where they belong, and does what is done after counting. */
  async #write(
    { text, room, isChanged, paths, report }: NonNullable<Merged>,
    shares: ReadShare[],
  ): Promise<ReadCorpus | null> {
    const { threads, tokenFile } = this.#plan;
    const kernel = this.#context.kernels.text;
    const toWrite = shares.map(({ packed }, share) => ({ packed, places: text.places[share]! }));
    const written: PackedCorpus = { corpus: { ...writtenText(text, room), letters: text.letters }, paths, report };
    const writing = this.#pool.run(
      dealt(toWrite, threads).map((shares) => ({ kind: 'writeShares' as const, kernel, shares, room, tokenFile })),
    );
    const most = this.#vectorsOnly && wordsWithVector(text.counts, this.#vectorsOnly, report.words);
    // words become strings here while the threads write
    const spelling = Promise.resolve().then(() => (isChanged ? null : unpacked(written, most)));
    const [isWritten, spelled] = await Promise.all([writing, spelling]);
    if (!isWritten) return null;
    this.#pool.keep(1);
    if (spelled) return spelled;
    const finished = await this.#runOne({
      kind: 'passOver',
      read: written,
      text: this.#request.text,
      phrases: this.#request.phrases,
      tokenFile: this.#file,
      vectorsOnly: this.#vectorsOnly,
    });
    return finished && unpacked(finished);
  }

  async #runOne<Task extends TaskOf<ReadingTasks>>(task: Task): Promise<ResultOf<ReadingTasks, Task> | null> {
    const results = await this.#pool.run([task], this.#listen);
    return results && results[0]!;
  }

  readonly #listen = (message: ThreadNews): void => {
    const { events } = this.#context;
    if (message.type === 'log') events.log(message.level, message.message);
    else {
      this.#plan.entered?.(message.progress.phase);
      events.progress(message.progress);
    }
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
