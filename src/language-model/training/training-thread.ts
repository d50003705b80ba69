// Training of the next-token model, as each thread of a job runs it.
//
// The training text is cut into B streams that are read side by side in windows of T tokens, the
// state carried over from window to window; one step of AdamW a window. The perplexity is measured
// on the held-out text, over the whole vocabulary, the unknown sign and the end of a sentence
// included: every token of it is predicted once. That happens at the end, or, with `patience`,
// every so often: then the weights that measured best are the result, and a training that gets no
// better ends early.

import { Network, planNetwork } from '../network/network.ts';
import { warmUpSteps } from '../network/optimizer.ts';
import { Stopped, Team } from '../network/team.ts';
import { LanguageModelError } from '../problems.ts';
import { CHECKPOINT } from './checkpoint.ts';
import { interval, type LanguageModelJob, stepsOfPass } from './job.ts';
import { PROGRESS } from './progress.ts';
import { Streams } from './streams.ts';
import { type TensorFlow, TensorflowNetwork, type TrainableNetwork } from './tensorflow.ts';
import { unigramLosses } from './text.ts';
import { adamStepAt, addRecovery, MOST_RECOVERIES, recoveriesOf, type Recovery, type Trouble, Watch } from './watch.ts';

/** A call of `step` ends after so long, ms. */
const SLICE = 20;
/** Streams of the held-out text are at least so long: each begins without a context. */
const SHORTEST_HELD_OUT_STREAM = 256;
/** Steps after which the weights are kept, as long as nothing was measured and the loss is good. */
const KEEP_EVERY = 100;

/**
 * One thread of a job. All threads are to be stepped until each says that it is done; they wait for
 * each other.
 */
export class LanguageModelThread {
  readonly #job: LanguageModelJob;
  readonly #team: Team;
  readonly #network: TrainableNetwork;
  readonly #parameters: Float32Array;
  readonly #work: Generator<void>;

  /**
   * `thread`: its number, from 0. With `tensorflow`, in a job of one thread, that computes losses
   * and gradients, a window a step.
   */
  constructor(job: LanguageModelJob, thread: number, tensorflow: TensorFlow | null = null) {
    const plan = planNetwork(job.sizes, job.threads);
    this.#job = job;
    this.#team = new Team(job.signals, thread, job.threads);
    this.#network = tensorflow
      ? new TensorflowNetwork(tensorflow, job.kernel, job.memory, plan, this.#team, job.seed)
      : new Network(job.kernel, job.memory, plan, this.#team, job.seed, job.wide);
    this.#parameters = new Float32Array(job.memory.buffer, plan.parameters.ptr, plan.parameters.bytes / 4);
    this.#work = this.#run();
  }

  /**
   * Works for about 20 ms; false where nothing is left, or where another thread was stopped. Throws
   * where the training has gone wrong more often than it is helped (watch.ts); the other threads
   * then stop, and `keptLanguageModel` has the last good weights.
   */
  step(): boolean {
    return this.work(SLICE);
  }

  /** The same for about `milliseconds`. */
  work(milliseconds: number): boolean {
    const end = Date.now() + milliseconds;
    try {
      do {
        if (this.#work.next().done) return false;
      } while (Date.now() < end);
      return true;
    } catch (error) {
      if (error instanceof Stopped) return false;
      this.#team.stop();
      throw error;
    }
  }

  /**
   * To be called where a thread is not stepped to its end: the others, which would wait for it,
   * stop as well.
   */
  stop(): void {
    this.#team.stop();
  }

  *#run(): Generator<void> {
    const { seed, trainingText, vectors, options, progress, checkpoint, checkpointState } = this.#job;
    if (
      options.freezeEmbedding &&
      !vectors &&
      checkpointState[0] !== CHECKPOINT.given &&
      options.input === 'word2vec'
    ) {
      throw new LanguageModelError({ kind: 'frozenWithoutVectors' });
    }
    yield* this.#network.initialise(seed, trainingText, vectors);
    if (checkpointState[0] === CHECKPOINT.given) {
      if (this.#team.thread === 0) this.#network.load(checkpoint);
      this.#team.barrier();
      if (this.#team.thread === 0) checkpointState[0] = CHECKPOINT.none;
    }
    yield* this.#train(progress[PROGRESS.steps]!);
  }

  *#train(start: number): Generator<void> {
    const { trainingText, sizes, options, losses, norms, progress } = this.#job;
    const streams = new Streams(trainingText, sizes.batchSize);
    const total = losses.length;
    const pass = stepsOfPass(trainingText, sizes);
    const every = interval(options, total);
    let tokens = progress[PROGRESS.trainedTokens]!;
    const counting = unigramLosses(trainingText, sizes.vocabulary);
    let watch = new Watch(progress);
    const recoveries = recoveriesOf(progress);
    this.#tell({ total: streams.tokens * options.epochs });
    for (let step = start; ;) {
      if (step === total || (step > 0 && step % every === 0)) {
        if (yield* this.#measure(step)) break;
        this.#tell({ evaluating: 0, tokens, total: streams.tokens * options.epochs });
      } else if (step % KEEP_EVERY === 0 && progress[PROGRESS.measured] === 0 && watch.isGood) {
        this.#team.barrier(); // a checkpoint may be read just now
        this.#keep(step);
      }
      if (step % pass === 0) {
        this.#team.barrier();
        this.#network.resetState();
      }
      const position = (step % pass) * sizes.steps;
      const steps = Math.min(sizes.steps, streams.length - position);
      const count = streams.count(position, steps);
      const { adamStep, learningRate } = adamStepAt(step, total, options, recoveries);
      const loss = (yield* this.#network.differentiate(streams, position, steps, step + 1)) / count;
      const norm = yield* this.#network.norm();
      const excess = loss - streams.sum(position, steps, counting) / count;
      const trouble = watch.observe(excess, norm, options.clip, learningRate, step >= warmUpSteps(total, options));
      if (trouble) {
        if (recoveries.length === MOST_RECOVERIES) {
          throw new LanguageModelError({
            kind: 'lossGrew',
            loss,
            gradient: norm,
            step: step + 1,
            steps: total,
            learningRate,
            peakRate: options.learningRate,
            clip: options.clip,
          });
        }
        recoveries.push(this.#recover(step, trouble));
        watch = new Watch();
        continue; // with the same window
      }
      yield* this.#network.update(adamStep, learningRate, options.weightDecay, norm, options.clip);
      tokens += count;
      if (this.#team.thread === 0) [losses[step], norms[step]] = [loss, norm];
      step++;
      this.#tell({ tokens, loss, steps: step, trainedTokens: tokens, ...watch.numbers });
      this.#answerCheckpoint();
    }
    this.#tell({ done: 1 });
  }

  /**
   * Measures the held-out text after `step` steps, and keeps or takes the best weights; true where
   * the training is to end.
   */
  *#measure(step: number): Generator<void, boolean> {
    const { options, losses, heldOutLosses, progress, kept } = this.#job;
    const loss = yield* this.#evaluate();
    const measured = progress[PROGRESS.measured]!;
    const best = loss < (progress[PROGRESS.heldOutLoss] || Infinity); // 0: none yet that was a number
    const sinceBest = best ? 0 : progress[PROGRESS.sinceBest]! + 1;
    this.#team.barrier(); // every thread has read the progress
    if (this.#team.thread === 0) heldOutLosses[measured] = loss;
    this.#tell({ measured: measured + 1, sinceBest, ...(best && { heldOutLoss: loss }) });
    const ends = step === losses.length || (options.patience > 0 && sinceBest >= options.patience);
    if (best) this.#keep(step);
    else if (ends) this.#parameters.set(kept.subarray(...this.#range()), this.#range()[0]);
    this.#team.barrier();
    return ends;
  }

  /** Mean negative log-likelihood of the held-out text. The state of the training stays. */
  *#evaluate(): Generator<void, number> {
    const { heldOutText, sizes } = this.#job;
    const lanes = Math.floor((heldOutText.length - 1) / SHORTEST_HELD_OUT_STREAM);
    const streams = new Streams(heldOutText, Math.min(sizes.batchSize, Math.max(1, lanes)));
    let tokens = 0;
    let loss = 0;
    this.#team.barrier();
    this.#tell({ tokens, total: streams.tokens, evaluating: 1 });
    const state = this.#network.ownState();
    this.#network.resetState();
    for (let position = 0; position < streams.length; position += sizes.steps) {
      const steps = Math.min(sizes.steps, streams.length - position);
      loss += yield* this.#network.evaluate(streams, position, steps);
      tokens += streams.count(position, steps);
      this.#tell({ tokens });
    }
    this.#network.setOwnState(state);
    return loss / streams.tokens;
  }

  /** Goes back to the last weights that were good; what was learned since is lost. */
  #recover(step: number, trouble: Trouble): Recovery {
    const { kept, progress } = this.#job;
    const recovery = { step, from: progress[PROGRESS.keptStep]!, trouble };
    this.#team.barrier(); // every thread has read the progress, and none reads parameters
    const [start, end] = this.#range();
    this.#parameters.set(kept.subarray(start, end), start);
    this.#network.restart();
    if (this.#team.thread === 0) addRecovery(progress, recovery);
    this.#tell(new Watch().numbers);
    this.#team.barrier();
    return recovery;
  }

  /** This thread's part of the parameters. */
  #range(): readonly [start: number, end: number] {
    return this.#team.share(this.#parameters.length);
  }

  #keep(step: number): void {
    const [start, end] = this.#range();
    this.#job.kept.set(this.#parameters.subarray(start, end), start);
    this.#tell({ keptStep: step });
  }

  /**
   * One thread copies what the next step begins with, while the others go on: until they come to a
   * barrier, they write none of it.
   */
  #answerCheckpoint(): void {
    const { checkpointState, checkpoint, checkpointProgress, progress, kept } = this.#job;
    if (this.#team.thread !== 0 || Atomics.load(checkpointState, 0) !== CHECKPOINT.asked) return;
    const length = this.#network.save(checkpoint);
    checkpoint.set(kept, length);
    checkpointProgress.set(progress);
    Atomics.store(checkpointState, 0, CHECKPOINT.ready);
  }

  /** One thread speaks for all. */
  #tell(numbers: Partial<Record<keyof typeof PROGRESS, number>>): void {
    if (this.#team.thread !== 0) return;
    for (const [name, value] of Object.entries(numbers)) {
      this.#job.progress[PROGRESS[name as keyof typeof PROGRESS]] = value;
    }
  }
}
