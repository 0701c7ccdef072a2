import { checkedOptions } from "../../util/index.ts";
import { checkCount, LRScheduler, SCHEDULER_OPTIONS, type Schedulable, type SchedulerOptions } from "./lr-scheduler.ts";

/**
 * The Transformer's schedule (Vaswani et al. 2017): up to `base` at step number `warmupSteps`, then down with the
 * inverse square root: `lr = base · min(n / w, √(w / n))` for the n-th step, n = epoch + 1. Not in PyTorch.
 *
 * @example
 * const scheduler = new optim.lrScheduler.InverseSqrtLR(optimizer, 4000);
 * @source https://arxiv.org/abs/1706.03762
 */
export class InverseSqrtLR extends LRScheduler {
  warmupSteps: number;

  /**
   * @param warmupSteps the step with the highest learning rate, counted from 1
   * @throws {ConfigError} when it is no whole number of 1 or more
   */
  constructor(optimizer: Schedulable, warmupSteps: number, options: SchedulerOptions = {}) {
    checkedOptions("optim.lrScheduler.InverseSqrtLR", options, SCHEDULER_OPTIONS);
    checkCount("optim.lrScheduler.InverseSqrtLR", "warmupSteps", warmupSteps, 1);
    super(optimizer, options);
    this.warmupSteps = warmupSteps;
    this.begin();
  }

  protected lrOf(_lr: number, baseLr: number): number {
    const step = this.lastEpoch + 1;
    return baseLr * Math.min(step / this.warmupSteps, Math.sqrt(this.warmupSteps / step));
  }
}
