import { checkedOptions, type OptionKinds } from "../../util/index.ts";
import {
  checkCount,
  checkRange,
  LRScheduler,
  SCHEDULER_OPTIONS,
  type Schedulable,
  type SchedulerOptions,
} from "./lr-scheduler.ts";

/** Options of `StepLR`. */
export interface StepLROptions extends SchedulerOptions {
  /** Factor, 0 or more; default 0.1. */
  gamma?: number;
}

/** What each holds. */
export const STEP_LR_OPTIONS: OptionKinds<StepLROptions> = { ...SCHEDULER_OPTIONS, gamma: "number" };

/**
 * Multiplies by gamma every `stepSize` epochs: `lr = base · gamma^⌊epoch / stepSize⌋`.
 *
 * @example
 * const scheduler = new optim.lrScheduler.StepLR(optimizer, 30, { gamma: 0.1 }); // a tenth every 30 epochs
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html
 */
export class StepLR extends LRScheduler {
  stepSize: number;
  gamma: number;

  /**
   * @param stepSize epochs between two changes, 1 or more
   * @throws {ConfigError} for an option that is none, or of the wrong kind
   */
  constructor(optimizer: Schedulable, stepSize: number, options: StepLROptions = {}) {
    checkedOptions("optim.lrScheduler.StepLR", options, STEP_LR_OPTIONS);
    const { gamma = 0.1 } = options;
    checkCount("optim.lrScheduler.StepLR", "stepSize", stepSize, 1);
    checkRange("optim.lrScheduler.StepLR", "gamma", gamma, 0, Infinity);
    super(optimizer, options);
    this.stepSize = stepSize;
    this.gamma = gamma;
    this.begin();
  }

  protected lrOf(lr: number): number {
    return this.lastEpoch === 0 || this.lastEpoch % this.stepSize !== 0 ? lr : lr * this.gamma;
  }

  protected override closedFormOf(_lr: number, baseLr: number): number {
    return baseLr * this.gamma ** Math.floor(this.lastEpoch / this.stepSize);
  }
}
