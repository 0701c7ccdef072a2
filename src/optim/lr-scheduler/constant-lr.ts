import { checkedOptions, type OptionKinds } from "../../util/index.ts";
import {
  checkCount,
  checkRange,
  LRScheduler,
  SCHEDULER_OPTIONS,
  type Schedulable,
  type SchedulerOptions,
} from "./lr-scheduler.ts";

/** Options of `ConstantLR`. */
export interface ConstantLROptions extends SchedulerOptions {
  /** Factor until `totalIters`, above 0, at most 1; default 1/3. */
  factor?: number;
  /** Epochs with the factor; default 5. */
  totalIters?: number;
}

/** What each holds. */
export const CONSTANT_LR_OPTIONS: OptionKinds<ConstantLROptions> = {
  ...SCHEDULER_OPTIONS,
  factor: "number",
  totalIters: "number",
};

/**
 * Multiplies by a factor for the first `totalIters` epochs, and then by 1.
 *
 * @example
 * // a tenth for three epochs
 * const scheduler = new optim.lrScheduler.ConstantLR(optimizer, { factor: 0.1, totalIters: 3 });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ConstantLR.html
 */
export class ConstantLR extends LRScheduler {
  factor: number;
  totalIters: number;

  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(optimizer: Schedulable, options: ConstantLROptions = {}) {
    checkedOptions("optim.lrScheduler.ConstantLR", options, CONSTANT_LR_OPTIONS);
    const { factor = 1 / 3, totalIters = 5 } = options;
    checkRange("optim.lrScheduler.ConstantLR", "factor", factor, Number.MIN_VALUE, 1);
    checkCount("optim.lrScheduler.ConstantLR", "totalIters", totalIters, 0);
    super(optimizer, options);
    this.factor = factor;
    this.totalIters = totalIters;
    this.begin();
  }

  protected lrOf(lr: number): number {
    if (this.lastEpoch === 0) return lr * this.factor;
    return this.lastEpoch === this.totalIters ? lr * (1 / this.factor) : lr;
  }

  protected override closedFormOf(_lr: number, baseLr: number): number {
    return baseLr * (this.factor + (this.lastEpoch >= this.totalIters ? 1 : 0) * (1 - this.factor));
  }
}
