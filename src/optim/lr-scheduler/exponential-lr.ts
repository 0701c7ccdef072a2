import { checkedOptions } from "../../util/index.ts";
import { checkRange, LRScheduler, SCHEDULER_OPTIONS, type Schedulable, type SchedulerOptions } from "./lr-scheduler.ts";

/**
 * Multiplies by gamma every epoch: `lr = base · gamma^epoch`.
 *
 * @example
 * const scheduler = new optim.lrScheduler.ExponentialLR(optimizer, 0.95);
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ExponentialLR.html
 */
export class ExponentialLR extends LRScheduler {
  gamma: number;

  /**
   * @param gamma factor, 0 or more
   * @throws {ConfigError} for an option that is none, or of the wrong kind
   */
  constructor(optimizer: Schedulable, gamma: number, options: SchedulerOptions = {}) {
    checkedOptions("optim.lrScheduler.ExponentialLR", options, SCHEDULER_OPTIONS);
    checkRange("optim.lrScheduler.ExponentialLR", "gamma", gamma, 0, Infinity);
    super(optimizer, options);
    this.gamma = gamma;
    this.begin();
  }

  protected lrOf(lr: number): number {
    return this.lastEpoch === 0 ? lr : lr * this.gamma;
  }

  protected override closedFormOf(_lr: number, baseLr: number): number {
    return baseLr * this.gamma ** this.lastEpoch;
  }
}
