import { ConfigError } from "../../util/index.ts";
import { restoreFields, type SchedulerState, savedFields } from "./state.ts";

/** What a schedule needs of an optimizer. */
export interface Schedulable {
  readonly paramGroups: readonly { lr: number; initialLr?: number }[];
}

/** Options of every schedule. */
export interface SchedulerOptions {
  /** The step to go on after; −1 (default) starts anew from the groups' learning rates. */
  lastEpoch?: number;
}

/**
 * Base class of learning-rate schedules: `step()` after each epoch (or each batch) sets the groups' `lr`.
 *
 * A subclass says in `lrOf` what follows from the learning rate before, as PyTorch's chainable forms do, and
 * calls `begin()` at the end of its constructor. Its plain fields are what `stateDict()` saves.
 *
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
    this.step();
  }

  /**
   * Goes on to the next epoch. Call it after the optimizer's step.
   *
   * @throws {ConfigError} when a learning rate comes out negative, NaN or infinite; nothing is changed
   */
  step(): void {
    this.stepCount++;
    this.#goTo(this.lastEpoch + 1, false);
  }

  /** Jumps to an epoch, by the closed form where there is one. For schedules made of others. */
  jumpTo(epoch: number): void {
    this.stepCount++;
    this.#goTo(epoch, true);
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
  }

  #goTo(epoch: number, closed: boolean): void {
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
  }
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
  if (value >= least && value <= most && Number.isFinite(value)) return;
  const range = most === Infinity ? `a finite number of ${least} or more` : `a number from ${least} to ${most}`;
  throw new ConfigError(operation, `${name} is ${value}`, `expected ${range}`, `Correct ${name}.`);
}
