import { CheckpointError, ConfigError } from "../../util/index.ts";
import { LRScheduler, type Schedulable } from "./lr-scheduler.ts";
import type { SavedValue, SchedulerState } from "./state.ts";

/**
 * Base of schedules made of others: their states are saved and loaded together.
 *
 * @example
 * const { CompositeLR, StepLR } = optim.lrScheduler;
 * const scheduler = optim.lrScheduler.warmup(new StepLR(optimizer, 30), 5);
 * const made = scheduler instanceof CompositeLR; // true: its parts are in scheduler.schedulers
 */
export abstract class CompositeLR extends LRScheduler {
  abstract readonly schedulers: readonly LRScheduler[];

  override stateDict(): SchedulerState {
    return { ...super.stateDict(), schedulers: this.schedulers.map((scheduler) => scheduler.stateDict()) };
  }

  override loadStateDict(state: SchedulerState): void {
    const { schedulers, ...own } = typeof state === "object" && state !== null ? state : {};
    if (!Array.isArray(schedulers) || schedulers.length !== this.schedulers.length) {
      throw new CheckpointError(
        `optim.lrScheduler.${this.constructor.name}.loadStateDict`,
        "the states of the schedules are missing or of another number",
        `expected ${this.schedulers.length}`,
        "Build the schedule as it was when the state was saved.",
      );
    }
    // A part that does not fit must leave the others as they were.
    const before = this.stateDict();
    try {
      this.load(own, schedulers);
    } catch (error) {
      const { schedulers: old, ...mine } = before;
      this.load(mine, old as readonly SavedValue[]);
      throw error;
    }
  }

  private load(own: SchedulerState, parts: readonly SavedValue[]): void {
    super.loadStateDict(own);
    this.schedulers.forEach((scheduler, i) => {
      scheduler.loadStateDict(parts[i] as SchedulerState);
    });
  }

  // Only the parts compute learning rates.
  protected lrOf(lr: number, _baseLr: number, _group: number): number {
    return lr;
  }
}

/** @throws {ConfigError} when there is no schedule, or one of another optimizer. */
export function checkParts(operation: string, optimizer: Schedulable, schedulers: readonly LRScheduler[]): void {
  if (schedulers.length === 0) {
    throw new ConfigError(operation, "there are no schedules", "expected at least one", "Pass the schedules.");
  }
  schedulers.forEach((scheduler, i) => {
    if (scheduler.optimizer === optimizer) return;
    throw new ConfigError(
      operation,
      `schedule ${i} belongs to another optimizer`,
      "expected all schedules to be made for this one",
      "Make each schedule with the same optimizer.",
    );
  });
}
