import { checkedOptions, type OptionKinds } from "../../util/index.ts";
import {
  checkCount,
  checkRange,
  LRScheduler,
  SCHEDULER_OPTIONS,
  type Schedulable,
  type SchedulerOptions,
} from "./lr-scheduler.ts";

/** Options of `LinearLR`. */
export interface LinearLROptions extends SchedulerOptions {
  /** Factor of the first epoch, above 0, at most 1; default 1/3. */
  startFactor?: number;
  /** Factor from `totalIters` on, 0 … 1; default 1. */
  endFactor?: number;
  /** Epochs from one to the other; default 5. */
  totalIters?: number;
}

/** What each holds. */
export const LINEAR_LR_OPTIONS: OptionKinds<LinearLROptions> = {
  ...SCHEDULER_OPTIONS,
  startFactor: "number",
  endFactor: "number",
  totalIters: "number",
};

/**
 * A factor that goes in a straight line from `startFactor` to `endFactor` and stays: warmup.
 *
 * @example
 * // a warmup of five epochs
 * const scheduler = new optim.lrScheduler.LinearLR(optimizer, { startFactor: 0.1, totalIters: 5 });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LinearLR.html
 */
export class LinearLR extends LRScheduler {
  startFactor: number;
  endFactor: number;
  totalIters: number;

  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(optimizer: Schedulable, options: LinearLROptions = {}) {
    checkedOptions("optim.lrScheduler.LinearLR", options, LINEAR_LR_OPTIONS);
    const { startFactor = 1 / 3, endFactor = 1, totalIters = 5 } = options;
    const operation = "optim.lrScheduler.LinearLR";
    checkRange(operation, "startFactor", startFactor, Number.MIN_VALUE, 1);
    checkRange(operation, "endFactor", endFactor, 0, 1);
    checkCount(operation, "totalIters", totalIters, 1);
    super(optimizer, options);
    this.startFactor = startFactor;
    this.endFactor = endFactor;
    this.totalIters = totalIters;
    this.begin();
  }

  protected lrOf(lr: number): number {
    const { lastEpoch, totalIters, startFactor } = this;
    if (lastEpoch === 0) return lr * startFactor;
    if (lastEpoch > totalIters) return lr;
    const rise = this.endFactor - startFactor;
    return lr * (1 + rise / (totalIters * startFactor + (lastEpoch - 1) * rise));
  }

  protected override closedFormOf(_lr: number, baseLr: number): number {
    const { startFactor, endFactor, totalIters } = this;
    return baseLr * (startFactor + ((endFactor - startFactor) * Math.min(totalIters, this.lastEpoch)) / totalIters);
  }
}
