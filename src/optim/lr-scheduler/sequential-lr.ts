import { ConfigError, checkedOptions } from "../../util/index.ts";
import { CompositeLR, checkParts } from "./composite.ts";
import type { LRScheduler, Metric, Schedulable, SchedulerOptions } from "./lr-scheduler.ts";
import { SCHEDULER_OPTIONS } from "./lr-scheduler.ts";

/**
 * Schedules one after the other: at each milestone the next one starts from its own epoch 0.
 *
 * @example
 * const { lrScheduler } = optim;
 * const warmup = new lrScheduler.LinearLR(optimizer, { startFactor: 0.1, totalIters: 5 });
 * const cosine = new lrScheduler.CosineAnnealingLR(optimizer, 45);
 * const scheduler = new lrScheduler.SequentialLR(optimizer, [warmup, cosine], [5]);
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.SequentialLR.html
 */
export class SequentialLR extends CompositeLR {
  readonly schedulers: readonly LRScheduler[];
  milestones: number[];

  /**
   * @param schedulers all made for this optimizer
   * @param milestones the epochs at which the second, third, … take over, rising
   * @throws {ConfigError} when their numbers do not fit, or a schedule belongs to another optimizer
   */
  constructor(
    optimizer: Schedulable,
    schedulers: readonly LRScheduler[],
    milestones: readonly number[],
    options: SchedulerOptions = {},
  ) {
    checkedOptions("optim.lrScheduler.SequentialLR", options, SCHEDULER_OPTIONS);
    check(optimizer, schedulers, milestones);
    super(optimizer, options);
    this.schedulers = [...schedulers];
    this.milestones = [...milestones];
    this.lastEpoch++;
    // Each schedule has set its first learning rate when it was made; only the first one's shall stand.
    for (const group of optimizer.paramGroups) group.lr = group.initialLr as number;
    for (const scheduler of schedulers) scheduler.lastEpoch--;
    const first = schedulers[0] as LRScheduler;
    first.begin();
    this.lastLr = first.getLastLr();
  }

  override advance(metric?: Metric): void {
    const epoch = this.lastEpoch + 1;
    const at = this.milestones.filter((milestone) => milestone <= epoch).length;
    const scheduler = this.schedulers[at] as LRScheduler;
    if (at > 0 && this.milestones[at - 1] === epoch) scheduler.jumpTo(0);
    else scheduler.advance(metric);
    this.lastEpoch = epoch;
    this.stepCount++;
    this.lastLr = scheduler.getLastLr();
  }
}

function check(optimizer: Schedulable, schedulers: readonly LRScheduler[], milestones: readonly number[]): void {
  const operation = "optim.lrScheduler.SequentialLR";
  checkParts(operation, optimizer, schedulers);
  if (milestones.length !== schedulers.length - 1) {
    throw new ConfigError(
      operation,
      `${schedulers.length} schedules and ${milestones.length} milestones`,
      "expected one milestone less than schedules",
      "Give the epoch at which each schedule but the first takes over.",
    );
  }
  const rising = milestones.every((at, i) => Number.isInteger(at) && at > (milestones[i - 1] ?? 0));
  if (!rising) {
    throw new ConfigError(
      operation,
      `milestones are [${milestones.join(", ")}]`,
      "expected rising whole numbers of 1 or more",
      "List the epochs in order.",
    );
  }
}
