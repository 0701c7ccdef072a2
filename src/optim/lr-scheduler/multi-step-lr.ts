import { checkedOptions, type OptionKinds } from "../../util/index.ts";
import {
  checkCount,
  checkRange,
  LRScheduler,
  SCHEDULER_OPTIONS,
  type Schedulable,
  type SchedulerOptions,
} from "./lr-scheduler.ts";

/** Options of `MultiStepLR`. */
export interface MultiStepLROptions extends SchedulerOptions {
  /** Factor, 0 or more; default 0.1. */
  gamma?: number;
}

/** What each holds. */
export const MULTI_STEP_LR_OPTIONS: OptionKinds<MultiStepLROptions> = { ...SCHEDULER_OPTIONS, gamma: "number" };

/**
 * Multiplies by gamma at each milestone: `lr = base · gamma^(milestones up to the epoch)`. A milestone given twice
 * counts twice.
 *
 * @example
 * // a tenth at epoch 30, a hundredth at 80
 * const scheduler = new optim.lrScheduler.MultiStepLR(optimizer, [30, 80], { gamma: 0.1 });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiStepLR.html
 */
export class MultiStepLR extends LRScheduler {
  milestones: number[];
  gamma: number;

  /**
   * @param milestones epochs, whole numbers of 0 or more in any order
   * @throws {ConfigError} for a milestone that is none, or a negative gamma
   */
  constructor(optimizer: Schedulable, milestones: readonly number[], options: MultiStepLROptions = {}) {
    checkedOptions("optim.lrScheduler.MultiStepLR", options, MULTI_STEP_LR_OPTIONS);
    const { gamma = 0.1 } = options;
    const operation = "optim.lrScheduler.MultiStepLR";
    for (const milestone of milestones) checkCount(operation, "a milestone", milestone, 0);
    checkRange(operation, "gamma", gamma, 0, Infinity);
    super(optimizer, options);
    this.milestones = [...milestones].sort((a, b) => a - b);
    this.gamma = gamma;
    this.begin();
  }

  protected lrOf(lr: number): number {
    const times = this.milestones.filter((milestone) => milestone === this.lastEpoch).length;
    return times === 0 ? lr : lr * this.gamma ** times;
  }

  protected override closedFormOf(_lr: number, baseLr: number): number {
    return baseLr * this.gamma ** this.milestones.filter((milestone) => milestone <= this.lastEpoch).length;
  }
}
