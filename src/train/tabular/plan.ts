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
  patience: number;
}

/** Steps of a whole training, about: enough for a small network, few enough to wait for. */
const STEPS = 6000;
/** Share of the steps in which the learning rate rises. */
const WARMUP = 0.05;

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/**
 * What trains well on so many rows: units, batches and epochs grow with the rows; AdamW, a short warmup, then cosine
 * annealing over the planned steps. What is named in `options` stays as it is.
 *
 * @param rows of the training part
 * @param features the network's inputs
 */
export function planTraining(rows: number, features: number, options: Omit<TabularOptions, "target">): TrainingPlan {
  const { dropout = 0, lr = 3e-3, weightDecay = 0.01 } = options;
  const units = rows < 500 ? 32 : rows < 5000 ? 64 : 128;
  const hidden = [...(options.hidden ?? [Math.max(units, features > 32 ? 64 : 0), units])];
  const batchSize = Math.min(options.batchSize ?? clamp(2 ** Math.round(Math.log2(rows / 30)), 16, 256), rows);
  const each = Math.ceil(rows / batchSize);
  const epochs = options.epochs ?? clamp(Math.round(STEPS / each), 20, 200);
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
  };
}
