import type { OptimizerConfig, SchedulerConfig } from "../experiment/index.ts";
import type { TabularOptions } from "./options.ts";

/** A network and how it is trained. */
export interface TrainingPlan {
  hidden: number[];
  dropout: number;
  batchSize: number;
  optimizer: OptimizerConfig;
  scheduler: SchedulerConfig;
  epochs: number;
  /** Evaluations. */
  patience: number;
  /** Null for one after each epoch. */
  validateEverySteps: number | null;
}

/** Steps of a whole training, about: enough for a small network, few enough to wait for. */
const STEPS = 6000;
/** The same for rows that are streamed, which are many: an epoch may be all there is time for. */
const STREAM_STEPS = 20_000;
/** Steps between two validations of a long epoch. */
const VALIDATE_STEPS = 1000;
/** Share of the steps in which the learning rate rises. */
const WARMUP = 0.05;

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/**
 * What trains well on so many rows: units, batches and epochs grow with the rows; AdamW, a short warmup, then cosine
 * annealing over the planned steps. What is named in `options` stays as it is.
 *
 * @param rows of the training part
 * @param features the network's inputs
 * @param streamed the rows are read as they are trained on: larger batches, fewer epochs, validation also within an epoch
 */
export function planTraining(
  rows: number,
  features: number,
  options: Omit<TabularOptions, "target">,
  streamed: boolean = false,
): TrainingPlan {
  const { dropout = 0, lr = 3e-3, weightDecay = 0.01 } = options;
  const units = rows < 500 ? 32 : rows < 5000 ? 64 : 128;
  const hidden = [...(options.hidden ?? [Math.max(units, features > 32 ? 64 : 0), units])];
  const batchSize = Math.min(
    options.batchSize ?? clamp(2 ** Math.round(Math.log2(rows / 30)), 16, streamed ? 1024 : 256),
    rows,
  );
  const each = Math.ceil(rows / batchSize);
  const epochs = options.epochs ?? plannedEpochs(each, streamed);
  const steps = epochs * each;
  const warmupSteps = Math.floor(steps * WARMUP);
  return {
    hidden,
    dropout,
    batchSize,
    optimizer: { name: "AdamW", lr, weightDecay },
    scheduler: { name: "CosineAnnealingLR", tMax: steps - warmupSteps, warmupSteps },
    epochs,
    patience: options.patience ?? Math.max(10, Math.round(epochs / 5)),
    validateEverySteps: streamed && each > 2 * VALIDATE_STEPS ? VALIDATE_STEPS : null,
  };
}

function plannedEpochs(each: number, streamed: boolean): number {
  return streamed ? clamp(Math.round(STREAM_STEPS / each), 1, 200) : clamp(Math.round(STEPS / each), 20, 200);
}
