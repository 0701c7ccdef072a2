import { ConfigError, checkedOptions, type OptionKinds } from "../../util/index.ts";
import { checkCount, checkRange, LRScheduler, type Metric, perGroup, type Schedulable } from "./lr-scheduler.ts";

/** Options of `ReduceLROnPlateau`. */
export interface ReduceLROnPlateauOptions {
  /** Whether a smaller (default) or a larger metric is better. */
  mode?: "min" | "max";
  /** What the learning rate is multiplied by, 0 or more, below 1; default 0.1. */
  factor?: number;
  /** Epochs without improvement that are let pass; default 10. */
  patience?: number;
  /** What does not count as an improvement, 0 or more; default 1e-4. */
  threshold?: number;
  /** Whether the threshold is a share of the best metric (default) or a difference. */
  thresholdMode?: "rel" | "abs";
  /** Epochs after a reduction during which nothing is counted; default 0. */
  cooldown?: number;
  /** The lowest learning rate, one or one a group; default 0. */
  minLr?: number | readonly number[];
  /** Changes of the learning rate up to this are not made; default 1e-8. */
  eps?: number;
}

/** What each holds. */
export const REDUCE_LR_ON_PLATEAU_OPTIONS: OptionKinds<ReduceLROnPlateauOptions> = {
  mode: "string",
  factor: "number",
  patience: "number",
  threshold: "number",
  thresholdMode: "string",
  cooldown: "number",
  minLr: "numbers",
  eps: "number",
};

/**
 * Multiplies the learning rate by `factor` when a metric has not improved for more than `patience` epochs:
 * `step(metric)` after each.
 *
 * With `mode: "min"`, better is `metric < best·(1 − threshold)` (rel) or `metric < best − threshold` (abs); with
 * `"max"` `> best·(1 + threshold)` or `> best + threshold`. As in PyTorch, the relative threshold of a negative best
 * turns round: with `min` and best −1, −0.99995 counts as better although it is worse, so a metric that stands still
 * counts as improving. Use `thresholdMode: "abs"` for metrics below 0. NaN is never better.
 *
 * @example
 * const scheduler = new optim.lrScheduler.ReduceLROnPlateau(optimizer, { factor: 0.5, patience: 3 });
 * scheduler.step(0.25);
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html
 */
export class ReduceLROnPlateau extends LRScheduler {
  mode: "min" | "max";
  factor: number;
  patience: number;
  threshold: number;
  thresholdMode: "rel" | "abs";
  cooldown: number;
  minLrs: number[];
  eps: number;
  /** The best metric so far; infinite before the first. */
  best: number;
  /** Epochs since it was better. */
  numBadEpochs = 0;
  /** Epochs left in which bad ones do not count. */
  cooldownCounter = 0;

  /** @throws {ConfigError} for an option outside its range */
  constructor(optimizer: Schedulable, options: ReduceLROnPlateauOptions = {}) {
    checkedOptions("optim.lrScheduler.ReduceLROnPlateau", options, REDUCE_LR_ON_PLATEAU_OPTIONS);
    const operation = "optim.lrScheduler.ReduceLROnPlateau";
    const { mode = "min", factor = 0.1, patience = 10, threshold = 1e-4, thresholdMode = "rel" } = options;
    const { cooldown = 0, minLr = 0, eps = 1e-8 } = options;
    if (!["min", "max"].includes(mode) || !["rel", "abs"].includes(thresholdMode)) {
      throw new ConfigError(
        operation,
        `mode is ${JSON.stringify(mode)}, thresholdMode ${JSON.stringify(thresholdMode)}`,
        'expected "min" or "max", and "rel" or "abs"',
        "Choose one of each.",
      );
    }
    if (!(factor >= 0 && factor < 1)) {
      throw new ConfigError(operation, `factor is ${factor}`, "expected 0 or more, below 1", "The default is 0.1.");
    }
    checkCount(operation, "patience", patience, 0);
    checkRange(operation, "threshold", threshold, 0, Infinity);
    checkCount(operation, "cooldown", cooldown, 0);
    checkRange(operation, "eps", eps, 0, Infinity);
    const minLrs = perGroup(operation, "minLr", minLr, optimizer);
    for (const lr of minLrs) checkRange(operation, "minLr", lr, 0, Infinity);
    super(optimizer);
    this.mode = mode;
    this.factor = factor;
    this.patience = patience;
    this.threshold = threshold;
    this.thresholdMode = thresholdMode;
    this.cooldown = cooldown;
    this.minLrs = minLrs;
    this.eps = eps;
    this.best = mode === "min" ? Infinity : -Infinity;
    this.begin();
  }

  /** Forgets what it has seen; the learning rates stay. */
  override begin(): void {
    this.best = this.mode === "min" ? Infinity : -Infinity;
    this.numBadEpochs = 0;
    this.cooldownCounter = 0;
    this.lastEpoch = 0;
    this.stepCount = 1;
    this.lastLr = this.optimizer.paramGroups.map((group) => group.lr);
  }

  /**
   * Judges the epoch that has ended.
   *
   * @throws {ConfigError} without a metric; nothing is changed
   */
  override advance(metric?: Metric): void {
    const current = typeof metric === "object" ? metric.item() : metric;
    if (typeof current !== "number") {
      throw new ConfigError(
        "optim.lrScheduler.ReduceLROnPlateau",
        "step() got no metric",
        "expected a number, or a tensor with one element",
        "Pass what shall improve: scheduler.step(valLoss).",
      );
    }
    if (this.isBetter(current)) {
      this.best = current;
      this.numBadEpochs = 0;
    } else {
      this.numBadEpochs++;
    }
    if (this.cooldownCounter > 0) {
      this.cooldownCounter--;
      this.numBadEpochs = 0;
    }
    const reduce = this.numBadEpochs > this.patience;
    if (reduce) {
      this.cooldownCounter = this.cooldown;
      this.numBadEpochs = 0;
    }
    this.lastEpoch++;
    this.stepCount++;
    if (reduce) this.reduce();
    this.lastLr = this.optimizer.paramGroups.map((group) => group.lr);
  }

  /** Starts anew from the groups' first learning rates: only epoch 0 can be jumped to. */
  override jumpTo(epoch: number): void {
    if (epoch !== 0) {
      throw new ConfigError(
        "optim.lrScheduler.ReduceLROnPlateau.jumpTo",
        `epoch is ${epoch}`,
        "expected 0: the others depend on the metrics",
        "Go on with step(metric).",
      );
    }
    for (const group of this.optimizer.paramGroups) group.lr = group.initialLr as number;
    this.begin();
  }

  protected lrOf(lr: number, _baseLr: number, group: number): number {
    const least = this.minLrs[Math.min(group, this.minLrs.length - 1)] as number;
    const reduced = Math.max(lr * this.factor, least);
    return lr - reduced > this.eps ? reduced : lr;
  }

  private reduce(): void {
    this.optimizer.paramGroups.forEach((group, i) => {
      group.lr = this.lrOf(group.lr, group.lr, i);
    });
  }

  private isBetter(metric: number): boolean {
    const { best, threshold } = this;
    if (this.thresholdMode === "rel") {
      return this.mode === "min" ? metric < best * (1 - threshold) : metric > best * (threshold + 1);
    }
    return this.mode === "min" ? metric < best - threshold : metric > best + threshold;
  }
}
