import { ConfigError, checkedOptions, type OptionKinds } from "../../util/index.ts";
import { CompositeLR } from "./composite.ts";
import { checkCount, checkRange, type LRScheduler, type Metric } from "./lr-scheduler.ts";

/** Options of `warmup`. */
export interface WarmupOptions {
  /** Factor of the first step, 0 … 1; default `1 / (steps + 1)`, which makes all rises equal. */
  startFactor?: number;
}

/** What each holds. */
export const WARMUP_OPTIONS: OptionKinds<WarmupOptions> = { startFactor: "number" };

/**
 * What `warmup` returns: a straight line up to the learning rates with which another schedule starts.
 *
 * @example
 * const scheduler = optim.lrScheduler.warmup(new optim.lrScheduler.CosineAnnealingLR(optimizer, 45), 5);
 * scheduler.step(); // after each epoch
 */
export class WarmupLR extends CompositeLR {
  readonly schedulers: readonly LRScheduler[];
  warmupSteps: number;
  startFactor: number;
  /** The learning rates the line leads to, one a group. */
  targetLrs: number[];

  /** @throws {ConfigError} as `warmup` */
  constructor(scheduler: LRScheduler, steps: number, options: WarmupOptions = {}) {
    checkedOptions("optim.lrScheduler.warmup", options, WARMUP_OPTIONS);
    const operation = "optim.lrScheduler.warmup";
    checkCount(operation, "steps", steps, 0);
    const { startFactor = 1 / (steps + 1) } = options;
    checkRange(operation, "startFactor", startFactor, 0, 1);
    if (scheduler.lastEpoch !== 0) {
      throw new ConfigError(
        operation,
        `the schedule stands at epoch ${scheduler.lastEpoch}`,
        "expected a schedule that has not gone on yet",
        "Wrap the schedule right after making it; to resume, load the state afterwards.",
      );
    }
    super(scheduler.optimizer);
    this.schedulers = [scheduler];
    this.warmupSteps = steps;
    this.startFactor = startFactor;
    this.targetLrs = scheduler.optimizer.paramGroups.map((group) => group.lr);
    this.begin();
  }

  override advance(metric?: Metric): void {
    const inner = this.schedulers[0] as LRScheduler;
    if (this.lastEpoch + 1 <= this.warmupSteps) {
      super.advance();
      return;
    }
    inner.advance(metric);
    this.lastEpoch++;
    this.stepCount++;
    this.lastLr = inner.getLastLr();
  }

  /** Goes through all steps up to the epoch: the schedule that follows need not have a closed form. */
  override jumpTo(epoch: number): void {
    (this.schedulers[0] as LRScheduler).jumpTo(0);
    this.targetLrs = this.optimizer.paramGroups.map((group) => group.lr);
    this.lastEpoch = -1;
    this.begin();
    while (this.lastEpoch < epoch) this.advance();
  }

  protected override lrOf(lr: number, _baseLr: number, group: number): number {
    const target = this.targetLrs[group];
    if (target === undefined) return lr; // a group added since
    if (this.lastEpoch >= this.warmupSteps) return target;
    return target * (this.startFactor + ((1 - this.startFactor) * this.lastEpoch) / this.warmupSteps);
  }
}

/**
 * Linear warmup before any schedule: at step k < steps `lr = first · (s + (1 − s)·k / steps)`, where `first` is the
 * learning rate with which the schedule starts; from step `steps` on the schedule goes its way from its own epoch 0.
 *
 * Before `ReduceLROnPlateau` too: the metrics of the warmup do not count there. PyTorch cannot compose that one;
 * for the others this is its `SequentialLR` of a `LinearLR` and the schedule.
 *
 * @param scheduler just made, for the optimizer that is warmed up
 * @param steps calls of `step()` below the full learning rate, 0 or more
 * @throws {ConfigError} for a schedule that has gone on already, or an option outside its range
 * @example
 * const scheduler = optim.lrScheduler.warmup(new optim.lrScheduler.ReduceLROnPlateau(optimizer), 5);
 * for (const valLoss of [0.9, 0.8]) scheduler.step(valLoss);
 */
export function warmup(scheduler: LRScheduler, steps: number, options: WarmupOptions = {}): WarmupLR {
  return new WarmupLR(scheduler, steps, options);
}
