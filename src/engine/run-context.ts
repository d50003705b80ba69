// What a training, an import or a comparison of cells works with, and hears its cancel from.

import type { EngineEvents } from '../protocol/engine.ts';
import type { Kernels } from './kernels.ts';

export interface RunContext {
  kernels: Kernels;
  /** URL of the compute thread's bundle. */
  script: URL;
  signal: AbortSignal;
  events: EngineEvents;
  /** The model's folder; during a training it also holds the spill file. */
  directory: string;
  /** Milliseconds between two checkpoints. */
  checkpointInterval: number;
}
