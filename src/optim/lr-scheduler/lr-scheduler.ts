import type { Tensor } from "../../tensor/index.ts";
import { ConfigError, type OptionKinds } from "../../util/index.ts";
import { restoreFields, type SchedulerState, savedFields } from "./state.ts";

/** What a schedule needs of an optimizer. */
export interface Schedulable {
  readonly paramGroups: readonly { lr: number; initialLr?: number }[];
  /** Steps applied so far. */
  readonly stepCount?: number;
  /** Steps that were not applied, because a gradient was not finite. */
  readonly skippedCount?: number;
}

/** A validation loss, an accuracy: a number, or a tensor with one element. */
export type Metric = number | Tensor;

/** Options of every schedule. */
export interface SchedulerOptions {
  /** The step to go on after; −1 (default) starts anew from the groups' learning rates. */
  lastEpoch?: number;
}

/** What each holds. */
export const SCHEDULER_OPTIONS: OptionKinds<SchedulerOptions> = { lastEpoch: "number" };

/**
 * Base class of learning-rate schedules: `step()` after each epoch (or each batch) sets the groups' `lr`.
 *
 * A schedule counts applied steps: when the optimizer has only skipped since the last call (its `step()` returned
 * false), the learning rates stay.
 *
 * A subclass says in `lrOf` what follows from the learning rate before, as PyTorch's chainable forms do, and
 * calls `begin()` at the end of its constructor. Its plain fields are what `stateDict()` saves.
 *
 * @example
 * class Halving extends optim.lrScheduler.LRScheduler {
 *   constructor(optimizer: optim.Optimizer) {
 *     super(optimizer);
 *     this.begin();
 *   }
 *   protected lrOf(lr: number): number {
 *     return this.lastEpoch === 0 ? lr : lr / 2;
 *   }
 * }
 * const scheduler = new Halving(optimizer);
 * scheduler.step(); // after each epoch
 * @source https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
 */
export abstract class LRScheduler {
  readonly optimizer: Schedulable;
  /** Calls of `step()` so far: the epoch whose learning rates are set. */
  lastEpoch: number;
  /** The groups' learning rates that the schedule started from. */
  baseLrs: number[];
  /** Calls of `step()` since it was made, the first one included. */
  protected stepCount = 0;
  protected lastLr: number[] = [];
  // What the optimizer had counted at the last call; not saved, since a resumed optimizer counts anew.
  private seen: { readonly applied: number; readonly skipped: number };

  /** @throws {ConfigError} when going on without `initialLr` in the groups, or `lastEpoch` is no whole number */
  constructor(optimizer: Schedulable, options: SchedulerOptions = {}) {
    const { lastEpoch = -1 } = options;
    const operation = `optim.lrScheduler.${new.target.name}`;
    checkCount(operation, "lastEpoch", lastEpoch, -1);
    optimizer.paramGroups.forEach((group, i) => {
      if (lastEpoch !== -1 && group.initialLr === undefined) {
        throw new ConfigError(
          operation,
          `group ${i} has no initialLr`,
          `expected one in each group to go on after epoch ${lastEpoch}`,
          "Load the optimizer's state first, or start with lastEpoch -1.",
        );
      }
    });
    for (const group of optimizer.paramGroups) group.initialLr ??= group.lr;
    this.optimizer = optimizer;
    this.baseLrs = optimizer.paramGroups.map((group) => group.initialLr as number);
    this.lastEpoch = lastEpoch;
    this.seen = countsOf(optimizer);
  }

  /** A group's learning rate at `lastEpoch`, from the one it has now. */
  protected abstract lrOf(lr: number, baseLr: number, group: number): number;

  /** The same without knowing the one before; schedules that can say it do. */
  protected closedFormOf(lr: number, baseLr: number, group: number): number {
    return this.lrOf(lr, baseLr, group);
  }

  /** Sets the learning rates of the first epoch. For schedules; users have no need of it. */
  begin(): void {
    this.stepCount = 0;
    this.advance();
  }

  /**
   * Goes on to the next epoch. Call it after the optimizer's step. Nothing happens when the optimizer has skipped
   * every step since the last call.
   *
   * @param metric what `ReduceLROnPlateau` judges by, also inside other schedules; the others take no notice
   * @throws {ConfigError} when a learning rate comes out negative, NaN or infinite; nothing is changed
   */
  step(metric?: Metric): void {
    const before = this.seen;
    this.seen = countsOf(this.optimizer);
    if (this.seen.skipped > before.skipped && this.seen.applied === before.applied) return;
    this.advance(metric);
  }

  /** Goes on to the next epoch whatever the optimizer did. For schedules made of others. */
  advance(_metric?: Metric): void {
    this.stepCount++;
    this.goTo(this.lastEpoch + 1, false);
  }

  /**
   * Jumps to an epoch, by the closed form where there is one: what `step(epoch)` does in PyTorch.
   *
   * @throws {ConfigError} as `step`
   */
  jumpTo(epoch: number): void {
    this.stepCount++;
    this.goTo(epoch, true);
  }

  /** The same schedule, where it stands now, for another optimizer's groups. For `previewLr`. */
  copyFor(optimizer: Schedulable): this {
    const copy = Object.create(Object.getPrototypeOf(this)) as this;
    const copied = (value: unknown): unknown => {
      if (value instanceof LRScheduler) return value.copyFor(optimizer);
      return Array.isArray(value) ? value.map(copied) : value;
    };
    for (const [key, value] of Object.entries(this)) Object.assign(copy, { [key]: copied(value) });
    return Object.assign(copy, { optimizer });
  }

  /** The learning rates that this schedule has set last, one a group. */
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  /** All that decides how it goes on, as plain values; functions are not in it. */
  stateDict(): SchedulerState {
    return savedFields(this);
  }

  /**
   * Goes on from a saved state. The learning rates themselves are in the optimizer's state.
   *
   * @throws {CheckpointError} when the state is not one of this schedule; nothing is changed
   */
  loadStateDict(state: SchedulerState): void {
    restoreFields(this, state);
    this.seen = countsOf(this.optimizer);
  }

  /** What else changes with the epoch, momentum say; called when the learning rates are known to be right. */
  protected applied(): void {}

  /** Sets `lastEpoch` and the learning rates; when one is none, nothing. */
  protected goTo(epoch: number, closed: boolean): void {
    const before = this.lastEpoch;
    this.lastEpoch = epoch;
    const { paramGroups } = this.optimizer;
    for (const group of paramGroups.slice(this.baseLrs.length)) {
      group.initialLr ??= group.lr; // a group added since
      this.baseLrs.push(group.initialLr);
    }
    const rates = paramGroups.map((group, i) => {
      const baseLr = this.baseLrs[i] as number;
      return closed ? this.closedFormOf(group.lr, baseLr, i) : this.lrOf(group.lr, baseLr, i);
    });
    const bad = rates.findIndex((lr) => !(lr >= 0 && lr < Infinity));
    if (bad >= 0) {
      this.lastEpoch = before;
      this.stepCount--;
      throw new ConfigError(
        `optim.lrScheduler.${this.constructor.name}`,
        `the learning rate of group ${bad} would be ${rates[bad]} at epoch ${epoch}`,
        "expected a finite number of 0 or more",
        "Check the schedule's options or its function.",
      );
    }
    paramGroups.forEach((group, i) => {
      group.lr = rates[i] as number;
    });
    this.lastLr = rates;
    this.applied();
  }
}

function countsOf(optimizer: Schedulable): { applied: number; skipped: number } {
  return { applied: optimizer.stepCount ?? 0, skipped: optimizer.skippedCount ?? 0 };
}

/** One number for each group: the number given, or those given. @throws {ConfigError} when there are more or fewer. */
export function perGroup(
  operation: string,
  name: string,
  value: number | readonly number[],
  optimizer: Schedulable,
): number[] {
  const count = optimizer.paramGroups.length;
  const list = Array.isArray(value) ? [...(value as number[])] : new Array<number>(count).fill(value as number);
  if (list.length === count) return list;
  throw new ConfigError(
    operation,
    `${name} has ${list.length} numbers`,
    `expected ${count}, one for each group of parameters`,
    "Pass one number for all groups, or one for each.",
  );
}

/** @throws {ConfigError} when `value` is no whole number of at least `least`. */
export function checkCount(operation: string, name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new ConfigError(
    operation,
    `${name} is ${value}`,
    `expected a whole number of ${least} or more`,
    `Correct ${name}.`,
  );
}

/** @throws {ConfigError} when `value` is not in `[least, most]`. */
export function checkRange(operation: string, name: string, value: number, least: number, most: number): void {
  if (Number.isFinite(value) && value >= least && value <= most) return;
  const range = most === Infinity ? `a finite number of ${least} or more` : `a number from ${least} to ${most}`;
  throw new ConfigError(operation, `${name} is ${value}`, `expected ${range}`, `Correct ${name}.`);
}
