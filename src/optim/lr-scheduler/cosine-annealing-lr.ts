import { checkedOptions, type OptionKinds } from "../../util/index.ts";
import {
  checkCount,
  checkRange,
  LRScheduler,
  SCHEDULER_OPTIONS,
  type Schedulable,
  type SchedulerOptions,
} from "./lr-scheduler.ts";

/** Options of `CosineAnnealingLR`. */
export interface CosineAnnealingLROptions extends SchedulerOptions {
  /** The lowest learning rate, 0 or more; default 0. */
  etaMin?: number;
}

/** What each holds. */
export const COSINE_ANNEALING_LR_OPTIONS: OptionKinds<CosineAnnealingLROptions> = {
  ...SCHEDULER_OPTIONS,
  etaMin: "number",
};

/**
 * Half a cosine wave down: `lr = etaMin + ½·(base − etaMin)·(1 + cos(π·epoch / tMax))`.
 *
 * Past `tMax` it rises again, as PyTorch's does. Computed step by step from the learning rate before, so
 * that it can be combined with other schedules.
 *
 * @example
 * const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, 50, { etaMin: 1e-5 });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html
 */
export class CosineAnnealingLR extends LRScheduler {
  tMax: number;
  etaMin: number;

  /**
   * @param tMax epochs from the highest to the lowest learning rate, 1 or more
   * @throws {ConfigError} for an option that is none, or of the wrong kind
   */
  constructor(optimizer: Schedulable, tMax: number, options: CosineAnnealingLROptions = {}) {
    checkedOptions("optim.lrScheduler.CosineAnnealingLR", options, COSINE_ANNEALING_LR_OPTIONS);
    const { etaMin = 0 } = options;
    checkCount("optim.lrScheduler.CosineAnnealingLR", "tMax", tMax, 1);
    checkRange("optim.lrScheduler.CosineAnnealingLR", "etaMin", etaMin, 0, Infinity);
    super(optimizer, options);
    this.tMax = tMax;
    this.etaMin = etaMin;
    this.begin();
  }

  protected lrOf(lr: number, baseLr: number): number {
    const { lastEpoch, tMax, etaMin } = this;
    if (lastEpoch === 0) return lr;
    if (this.stepCount === 1) return this.closedFormOf(lr, baseLr); // gone on from a saved epoch
    // At the bottom the ratio of neighbours is 0/0: there the wave starts to rise.
    if ((lastEpoch - 1 - tMax) % (2 * tMax) === 0) {
      return lr + ((baseLr - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2;
    }
    const now = 1 + Math.cos((Math.PI * lastEpoch) / tMax);
    const before = 1 + Math.cos((Math.PI * (lastEpoch - 1)) / tMax);
    return (now / before) * (lr - etaMin) + etaMin;
  }

  protected override closedFormOf(_lr: number, baseLr: number): number {
    const { etaMin } = this;
    return etaMin + ((baseLr - etaMin) * (1 + Math.cos((this.lastEpoch * Math.PI) / this.tMax))) / 2;
  }
}
