import type { EpochRecord } from "../history.ts";
import type { Json } from "../metrics/metric.ts";
import type { StateTree } from "../state-tree.ts";
import type { Figures } from "../trainer-options.ts";
import type { SourceState } from "./batches.ts";
import type { MeanState } from "./mean.ts";

/** A validation under way. */
export interface ValidationProgress {
  mean: MeanState;
  source: SourceState | null;
  metrics: Json[];
}

/** The epoch under way. */
export interface EpochProgress {
  /** First group's rate when it began. */
  lr: number;
  /** The training part has come to its end. */
  trained: boolean;
  steps: number;
  mean: MeanState;
  norms: { sum: number; max: number };
  source: SourceState | null;
  metrics: Json[];
  /** Of the training data, once it is trained. */
  trainFigures: Figures;
  /** Its last evaluation; null before one. */
  figures: Figures | null;
  /** Steps at which that was taken. */
  figuresAt: number;
  /** It brought the best figure so far. */
  best: boolean;
}

/** Where a run stands: values that a checkpoint can hold, so that saving it is saving this. */
export interface Progress {
  /** Finished epochs: the number of the one under way. */
  epoch: number;
  /** Optimizer steps, skipped ones included. */
  step: number;
  /** Samples trained on, over all epochs. */
  samples: number;
  elapsedMs: number;
  current: EpochProgress | null;
  validation: ValidationProgress | null;
  /** State of the training data's source between two epochs; null within one, and where it has none. */
  source: StateTree;
  best: { value: number; epoch: number; step: number } | null;
  /** Why the run was stopped for good (early stopping); null while it goes on. */
  stopped: string | null;
  finished: boolean;
  skips: number;
  rollbacks: number;
  epochs: EpochRecord[];
  /** Loss of the very first step. */
  initialLoss: number | null;
  /** Where the limits count from: a second `fit` trains as long again. */
  base: { epoch: number; step: number; elapsedMs: number };
}

export function freshProgress(): Progress {
  return {
    epoch: 0,
    step: 0,
    samples: 0,
    elapsedMs: 0,
    current: null,
    validation: null,
    source: null,
    best: null,
    stopped: null,
    finished: false,
    skips: 0,
    rollbacks: 0,
    epochs: [],
    initialLoss: null,
    base: { epoch: 0, step: 0, elapsedMs: 0 },
  };
}

export function freshEpoch(lr: number): EpochProgress {
  return {
    lr,
    trained: false,
    steps: 0,
    mean: { sum: 0, samples: 0, batches: 0 },
    norms: { sum: 0, max: 0 },
    source: null,
    metrics: [],
    trainFigures: {},
    figures: null,
    figuresAt: -1,
    best: false,
  };
}

export function freshValidation(): ValidationProgress {
  return { mean: { sum: 0, samples: 0, batches: 0 }, source: null, metrics: [] };
}
