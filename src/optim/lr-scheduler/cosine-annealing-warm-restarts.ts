import { ConfigError, checkedOptions, type OptionKinds } from "../../util/index.ts";
import {
  checkCount,
  checkRange,
  LRScheduler,
  SCHEDULER_OPTIONS,
  type Schedulable,
  type SchedulerOptions,
} from "./lr-scheduler.ts";

/** Options of `CosineAnnealingWarmRestarts`. */
export interface CosineAnnealingWarmRestartsOptions extends SchedulerOptions {
  /** How many times longer each cycle is than the one before, a whole number of 1 or more; default 1. */
  tMult?: number;
  /** The lowest learning rate, 0 or more; default 0. */
  etaMin?: number;
}

/** What each holds. */
export const COSINE_ANNEALING_WARM_RESTARTS_OPTIONS: OptionKinds<CosineAnnealingWarmRestartsOptions> = {
  ...SCHEDULER_OPTIONS,
  tMult: "number",
  etaMin: "number",
};

/**
 * Half a cosine wave down, again and again (SGDR, Loshchilov and Hutter 2017):
 * `lr = etaMin + ½·(base − etaMin)·(1 + cos(π·tCur / tI))`, `tCur` epochs into a cycle of `tI`.
 *
 * PyTorch's `step(epoch + i / batches)` is `jumpTo(epoch + i / batches)` here. Going on with `lastEpoch` finds the
 * right cycle; PyTorch 1.13 is wrong there after the first restart.
 *
 * @example
 * // cycles of 10, 20, 40, … epochs
 * const scheduler = new optim.lrScheduler.CosineAnnealingWarmRestarts(optimizer, 10, { tMult: 2 });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  t0: number;
  tMult: number;
  etaMin: number;
  /** Epochs since the last restart. */
  protected tCur = 0;
  /** Epochs between the last restart and the next. */
  protected tI: number;

  /**
   * @param t0 epochs of the first cycle, 1 or more
   * @throws {ConfigError} for an option outside its range
   */
  constructor(optimizer: Schedulable, t0: number, options: CosineAnnealingWarmRestartsOptions = {}) {
    checkedOptions("optim.lrScheduler.CosineAnnealingWarmRestarts", options, COSINE_ANNEALING_WARM_RESTARTS_OPTIONS);
    const { tMult = 1, etaMin = 0 } = options;
    const operation = "optim.lrScheduler.CosineAnnealingWarmRestarts";
    checkCount(operation, "t0", t0, 1);
    checkCount(operation, "tMult", tMult, 1);
    checkRange(operation, "etaMin", etaMin, 0, Infinity);
    super(optimizer, options);
    this.t0 = t0;
    this.tMult = tMult;
    this.etaMin = etaMin;
    this.tI = t0;
    if (this.lastEpoch >= 0) this.place(this.lastEpoch);
    this.begin();
  }

  override advance(): void {
    if (this.lastEpoch < 0) {
      this.place(0);
    } else {
      this.tCur++;
      if (this.tCur >= this.tI) {
        this.tCur -= this.tI;
        this.tI *= this.tMult;
      }
    }
    super.advance();
  }

  /**
   * Jumps to an epoch, also to a fraction of one.
   *
   * @param epoch 0 or more
   * @throws {ConfigError} when it is negative
   */
  override jumpTo(epoch: number): void {
    if (!(epoch >= 0 && epoch < Infinity)) {
      throw new ConfigError(
        "optim.lrScheduler.CosineAnnealingWarmRestarts.jumpTo",
        `epoch is ${epoch}`,
        "expected a number of 0 or more",
        "Pass epoch + batch / batches.",
      );
    }
    this.place(epoch);
    this.stepCount++;
    this.goTo(Math.floor(epoch), true);
  }

  protected lrOf(_lr: number, baseLr: number): number {
    return this.etaMin + ((baseLr - this.etaMin) * (1 + Math.cos((Math.PI * this.tCur) / this.tI))) / 2;
  }

  private place(epoch: number): void {
    this.tI = this.t0;
    this.tCur = epoch;
    if (this.tMult === 1) this.tCur = epoch % this.t0;
    while (this.tCur >= this.tI) {
      this.tCur -= this.tI;
      this.tI *= this.tMult;
    }
  }
}
