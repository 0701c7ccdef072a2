import { ConfigError, checkedOptions, type OptionKinds } from "../../util/index.ts";
import { checkChoice, checkNotNegative, checkWhole } from "../check.ts";
import {
  LRScheduler,
  SCHEDULER_OPTIONS,
  type Schedulable,
  type SchedulerOptions,
} from "../lr-scheduler/lr-scheduler.ts";

/** Options of `SWALR`. */
export interface SWALROptions extends SchedulerOptions {
  /** Steps until the rate is reached, 0 or more; default 10. */
  annealEpochs?: number;
  /** Along half a cosine (default) or a line. */
  annealStrategy?: "cos" | "linear";
}

/** What each holds. */
export const SWALR_OPTIONS: OptionKinds<SWALROptions> = {
  ...SCHEDULER_OPTIONS,
  annealEpochs: "number",
  annealStrategy: "string",
};

/**
 * Anneals each group's learning rate to a constant one, for stochastic weight averaging; begun in the middle of a
 * run, it starts from the present rate: `lr = swaLr·α + lr₀·(1 − α)`.
 *
 * @example
 * const scheduler = new optim.swaUtils.SWALR(optimizer, 0.05, { annealEpochs: 5 });
 * @source https://docs.pytorch.org/docs/stable/optim.html#weight-averaging-swa-and-ema
 */
export class SWALR extends LRScheduler {
  swaLrs: number[];
  annealEpochs: number;
  annealStrategy: "cos" | "linear";

  /**
   * @param swaLr the rate to end at, 0 or more; one, or one a group
   * @throws {ConfigError} for a negative rate, or as many rates as there are no groups
   */
  constructor(optimizer: Schedulable, swaLr: number | readonly number[], options: SWALROptions = {}) {
    checkedOptions("optim.swaUtils.SWALR", options, SWALR_OPTIONS);
    const { annealEpochs = 10, annealStrategy = "cos" } = options;
    const operation = "optim.swaUtils.SWALR";
    const rates = Array.isArray(swaLr) ? [...(swaLr as number[])] : optimizer.paramGroups.map(() => swaLr as number);
    if (rates.length !== optimizer.paramGroups.length) {
      const groups = optimizer.paramGroups.length;
      throw new ConfigError(operation, `${rates.length} rates`, `expected one, or ${groups}`, "Pass one a group.");
    }
    for (const rate of rates) checkNotNegative(operation, "swaLr", rate);
    checkWhole(operation, "annealEpochs", annealEpochs, 0);
    checkChoice(operation, "annealStrategy", annealStrategy, ["cos", "linear"]);
    super(optimizer, options);
    this.swaLrs = rates;
    this.annealEpochs = annealEpochs;
    this.annealStrategy = annealStrategy;
    this.begin();
  }

  protected lrOf(lr: number, _baseLr: number, group: number): number {
    const swaLr = this.swaLrs[group] ?? lr;
    const step = this.annealEpochs === 0 ? Math.max(1, this.stepCount - 1) : this.stepCount - 1;
    const before = this.#shareAt(step - 1);
    const now = this.#shareAt(step);
    const first = before === 1 ? swaLr : (lr - before * swaLr) / (1 - before);
    return swaLr * now + first * (1 - now);
  }

  #shareAt(step: number): number {
    const t = Math.max(0, Math.min(1, step / Math.max(1, this.annealEpochs)));
    return this.annealStrategy === "linear" ? t : (1 - Math.cos(Math.PI * t)) / 2;
  }
}
