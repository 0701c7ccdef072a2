import { checkCount, checkRange, LRScheduler, type Schedulable, type SchedulerOptions } from "./lr-scheduler.ts";

/** Options of `ConstantLR`. */
export interface ConstantLROptions extends SchedulerOptions {
  /** Factor until `totalIters`, above 0, at most 1; default 1/3. */
  factor?: number;
  /** Epochs with the factor; default 5. */
  totalIters?: number;
}

/**
 * Multiplies by a factor for the first `totalIters` epochs, and then by 1.
 *
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ConstantLR.html
 */
export class ConstantLR extends LRScheduler {
  factor: number;
  totalIters: number;

  constructor(optimizer: Schedulable, options: ConstantLROptions = {}) {
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
