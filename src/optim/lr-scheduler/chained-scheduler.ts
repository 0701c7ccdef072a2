import { ConfigError } from "../../util/index.ts";
import { CompositeLR, checkParts } from "./composite.ts";
import type { LRScheduler, Metric } from "./lr-scheduler.ts";

/**
 * Several schedules at once: each changes in turn what the one before it has set.
 *
 * @example
 * const { lrScheduler } = optim;
 * const warmup = new lrScheduler.ConstantLR(optimizer, { factor: 0.1, totalIters: 2 });
 * const decay = new lrScheduler.ExponentialLR(optimizer, 0.9);
 * const scheduler = new lrScheduler.ChainedScheduler([warmup, decay]);
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ChainedScheduler.html
 */
export class ChainedScheduler extends CompositeLR {
  readonly schedulers: readonly LRScheduler[];

  /**
   * @param schedulers of one optimizer; schedules that compute from the base learning rate alone (`LambdaLR`,
   * `CosineAnnealingWarmRestarts`, `OneCycleLR`, `CyclicLR`) forget what those before them did, as in PyTorch
   * @throws {ConfigError} when there are none, or of several optimizers
   */
  constructor(schedulers: readonly LRScheduler[]) {
    const operation = "optim.lrScheduler.ChainedScheduler";
    const optimizer = schedulers[0]?.optimizer;
    if (optimizer === undefined) {
      throw new ConfigError(operation, "there are no schedules", "expected at least one", "Pass the schedules.");
    }
    checkParts(operation, optimizer, schedulers);
    super(optimizer);
    this.schedulers = [...schedulers];
    this.lastEpoch = 0;
    this.stepCount = 1;
    this.lastLr = optimizer.paramGroups.map((group) => group.lr);
  }

  /** Lets all parts set their first learning rates again. */
  override begin(): void {
    for (const group of this.optimizer.paramGroups) group.lr = group.initialLr as number;
    for (const scheduler of this.schedulers) {
      scheduler.lastEpoch = -1;
      scheduler.begin();
    }
    this.lastEpoch = 0;
    this.stepCount = 1;
    this.lastLr = this.optimizer.paramGroups.map((group) => group.lr);
  }

  override advance(metric?: Metric): void {
    for (const scheduler of this.schedulers) scheduler.advance(metric);
    this.lastEpoch++;
    this.stepCount++;
    this.lastLr = this.optimizer.paramGroups.map((group) => group.lr);
  }

  /** Starts again and goes on to the epoch: chained schedules have no closed form. */
  override jumpTo(epoch: number): void {
    this.begin();
    while (this.lastEpoch < epoch) this.advance();
  }
}
