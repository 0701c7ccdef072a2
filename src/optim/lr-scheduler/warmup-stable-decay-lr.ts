import { ConfigError, checkedOptions, type OptionKinds } from "../../util/index.ts";
import {
  checkCount,
  checkRange,
  LRScheduler,
  SCHEDULER_OPTIONS,
  type Schedulable,
  type SchedulerOptions,
} from "./lr-scheduler.ts";

/** Options of `WarmupStableDecayLR`. */
export interface WarmupStableDecayLROptions extends SchedulerOptions {
  /** Factor of the first step, 0 … 1; default `1 / (warmupSteps + 1)`. */
  startFactor?: number;
  /** Factor at the end and after it, 0 … 1; default 0. */
  endFactor?: number;
  /** The shape of the decay; default linear. `sqrt` is `1 − √share`. */
  decay?: "linear" | "cosine" | "sqrt";
}

/** What each holds. */
export const WARMUP_STABLE_DECAY_LR_OPTIONS: OptionKinds<WarmupStableDecayLROptions> = {
  ...SCHEDULER_OPTIONS,
  startFactor: "number",
  endFactor: "number",
  decay: "string",
};

/**
 * Up in a straight line, level, and down: the schedule whose level can be prolonged at will (Hu et al. 2024).
 *
 * At step e, with w, s and d steps: `base·(start + (1 − start)·e/w)` for e < w, `base` for e ≤ w + s, then
 * `base·(end + (1 − end)·f(t))`, `t = min(1, (e − w − s)/d)`, `f` being `1 − t`, `½(1 + cos πt)` or `1 − √t`.
 * A lone decay from another point is `PolynomialLR` or `CosineAnnealingLR`. Not in PyTorch.
 *
 * @example
 * const scheduler = new optim.lrScheduler.WarmupStableDecayLR(optimizer, 10, 70, 20, { decay: "sqrt" });
 * @source https://arxiv.org/abs/2404.06395
 */
export class WarmupStableDecayLR extends LRScheduler {
  warmupSteps: number;
  stableSteps: number;
  decaySteps: number;
  startFactor: number;
  endFactor: number;
  decay: "linear" | "cosine" | "sqrt";

  /**
   * @param warmupSteps steps below the full learning rate, 0 or more
   * @param stableSteps steps at it, 0 or more
   * @param decaySteps steps down to the end, 1 or more
   * @throws {ConfigError} for an option outside its range
   */
  constructor(
    optimizer: Schedulable,
    warmupSteps: number,
    stableSteps: number,
    decaySteps: number,
    options: WarmupStableDecayLROptions = {},
  ) {
    checkedOptions("optim.lrScheduler.WarmupStableDecayLR", options, WARMUP_STABLE_DECAY_LR_OPTIONS);
    const operation = "optim.lrScheduler.WarmupStableDecayLR";
    checkCount(operation, "warmupSteps", warmupSteps, 0);
    checkCount(operation, "stableSteps", stableSteps, 0);
    checkCount(operation, "decaySteps", decaySteps, 1);
    const { startFactor = 1 / (warmupSteps + 1), endFactor = 0, decay = "linear" } = options;
    checkRange(operation, "startFactor", startFactor, 0, 1);
    checkRange(operation, "endFactor", endFactor, 0, 1);
    if (!["linear", "cosine", "sqrt"].includes(decay)) {
      throw new ConfigError(operation, `decay is ${decay}`, "expected linear, cosine or sqrt", "Choose one of them.");
    }
    super(optimizer, options);
    this.warmupSteps = warmupSteps;
    this.stableSteps = stableSteps;
    this.decaySteps = decaySteps;
    this.startFactor = startFactor;
    this.endFactor = endFactor;
    this.decay = decay;
    this.begin();
  }

  protected lrOf(_lr: number, baseLr: number): number {
    const { lastEpoch, warmupSteps, startFactor, endFactor } = this;
    if (lastEpoch < warmupSteps) return baseLr * (startFactor + ((1 - startFactor) * lastEpoch) / warmupSteps);
    const into = lastEpoch - warmupSteps - this.stableSteps;
    if (into <= 0) return baseLr;
    return baseLr * (endFactor + (1 - endFactor) * this.shape(Math.min(1, into / this.decaySteps)));
  }

  private shape(share: number): number {
    if (this.decay === "cosine") return (1 + Math.cos(Math.PI * share)) / 2;
    return 1 - (this.decay === "sqrt" ? Math.sqrt(share) : share);
  }
}
