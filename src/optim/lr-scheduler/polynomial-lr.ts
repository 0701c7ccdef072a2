import { checkedOptions, type OptionKinds } from "../../util/index.ts";
import {
  checkCount,
  checkRange,
  LRScheduler,
  SCHEDULER_OPTIONS,
  type Schedulable,
  type SchedulerOptions,
} from "./lr-scheduler.ts";

/** Options of `PolynomialLR`. */
export interface PolynomialLROptions extends SchedulerOptions {
  /** Epochs until the learning rate is 0, 1 or more; default 5. */
  totalIters?: number;
  /** The exponent, 0 or more; default 1, a straight line. */
  power?: number;
}

/** What each holds. */
export const POLYNOMIAL_LR_OPTIONS: OptionKinds<PolynomialLROptions> = {
  ...SCHEDULER_OPTIONS,
  totalIters: "number",
  power: "number",
};

/**
 * Down to 0: `lr = base · (1 − min(epoch, totalIters) / totalIters)^power`.
 *
 * @example
 * const scheduler = new optim.lrScheduler.PolynomialLR(optimizer, { totalIters: 50, power: 2 });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.PolynomialLR.html
 */
export class PolynomialLR extends LRScheduler {
  totalIters: number;
  power: number;

  /** @throws {ConfigError} for an option outside its range */
  constructor(optimizer: Schedulable, options: PolynomialLROptions = {}) {
    checkedOptions("optim.lrScheduler.PolynomialLR", options, POLYNOMIAL_LR_OPTIONS);
    const { totalIters = 5, power = 1 } = options;
    checkCount("optim.lrScheduler.PolynomialLR", "totalIters", totalIters, 1);
    checkRange("optim.lrScheduler.PolynomialLR", "power", power, 0, Infinity);
    super(optimizer, options);
    this.totalIters = totalIters;
    this.power = power;
    this.begin();
  }

  protected lrOf(lr: number): number {
    const { lastEpoch, totalIters } = this;
    if (lastEpoch === 0 || lastEpoch > totalIters) return lr;
    return lr * ((1 - lastEpoch / totalIters) / (1 - (lastEpoch - 1) / totalIters)) ** this.power;
  }

  protected override closedFormOf(_lr: number, baseLr: number): number {
    return baseLr * (1 - Math.min(this.totalIters, this.lastEpoch) / this.totalIters) ** this.power;
  }
}
