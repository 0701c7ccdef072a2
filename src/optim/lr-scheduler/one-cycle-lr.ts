import { ConfigError, checkedOptions, type OptionKinds } from "../../util/index.ts";
import {
  checkCount,
  checkRange,
  LRScheduler,
  perGroup,
  SCHEDULER_OPTIONS,
  type Schedulable,
  type SchedulerOptions,
} from "./lr-scheduler.ts";
import { checkMomenta, setMomentum } from "./momentum.ts";

/** Options of `OneCycleLR`; `totalSteps`, or `epochs` and `stepsPerEpoch`, must be there. */
export interface OneCycleLROptions extends SchedulerOptions {
  /** Length of the cycle, 2 or more. */
  totalSteps?: number;
  epochs?: number;
  stepsPerEpoch?: number;
  /** Share of the cycle that goes up, 0 … 1; default 0.3. */
  pctStart?: number;
  /** The shape of ups and downs: cosine (default) or straight. */
  annealStrategy?: "cos" | "linear";
  /** Move momentum (or the first beta) against the learning rate; default true. */
  cycleMomentum?: boolean;
  /** Momentum at the highest learning rate, one or one a group; default 0.85. */
  baseMomentum?: number | readonly number[];
  /** Momentum at the start and the end; default 0.95. */
  maxMomentum?: number | readonly number[];
  /** The first learning rate is `maxLr / divFactor`, above 0; default 25. */
  divFactor?: number;
  /** The last one is the first divided by this, above 0; default 1e4. */
  finalDivFactor?: number;
  /** Go down to the first learning rate as fast as up, then to the last one; default false. */
  threePhase?: boolean;
}

/** What each holds. */
export const ONE_CYCLE_LR_OPTIONS: OptionKinds<OneCycleLROptions> = {
  ...SCHEDULER_OPTIONS,
  totalSteps: "number",
  epochs: "number",
  stepsPerEpoch: "number",
  pctStart: "number",
  annealStrategy: "string",
  cycleMomentum: "boolean",
  baseMomentum: "numbers",
  maxMomentum: "numbers",
  divFactor: "number",
  finalDivFactor: "number",
  threePhase: "boolean",
};

/** From one value to another between two steps (which may lie between whole ones). */
interface Phase {
  readonly end: number;
  readonly lr: readonly ["initial" | "max", "initial" | "max" | "min"];
  readonly momentum: readonly ["base" | "max", "base" | "max"];
}

/**
 * One cycle for the whole training (Smith and Topin 2018): up to `maxLr`, down far below the start. Call `step()`
 * after each batch.
 *
 * Ends after `totalSteps` calls of `step()`; one more throws, as PyTorch's raises. The last call, after which nothing
 * is trained, goes a little past the end of the cosine, as PyTorch's does; the linear one stays at the end, where
 * PyTorch's learning rate falls below 0.
 *
 * @example
 * const scheduler = new optim.lrScheduler.OneCycleLR(optimizer, 0.01, { epochs: 10, stepsPerEpoch: loader.length });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html
 */
export class OneCycleLR extends LRScheduler {
  totalSteps: number;
  maxLrs: number[];
  pctStart: number;
  annealStrategy: "cos" | "linear";
  cycleMomentum: boolean;
  baseMomenta: number[];
  maxMomenta: number[];
  finalDivFactor: number;
  threePhase: boolean;

  /**
   * @param maxLr the highest learning rate, one or one a group
   * @throws {ConfigError} for an option outside its range, an unknown length, or an optimizer without momentum
   */
  constructor(optimizer: Schedulable, maxLr: number | readonly number[], options: OneCycleLROptions) {
    const operation = "optim.lrScheduler.OneCycleLR";
    checkedOptions(operation, options, ONE_CYCLE_LR_OPTIONS);
    const totalSteps = lengthOf(operation, options ?? {});
    const { pctStart = 0.3, annealStrategy = "cos", cycleMomentum = true, threePhase = false } = options;
    const { divFactor = 25, finalDivFactor = 1e4 } = options;
    const maxLrs = perGroup(operation, "maxLr", maxLr, optimizer);
    for (const lr of maxLrs) checkRange(operation, "maxLr", lr, 0, Infinity);
    checkRange(operation, "pctStart", pctStart, 0, 1);
    checkRange(operation, "divFactor", divFactor, Number.MIN_VALUE, Infinity);
    checkRange(operation, "finalDivFactor", finalDivFactor, Number.MIN_VALUE, Infinity);
    if (annealStrategy !== "cos" && annealStrategy !== "linear") {
      throw new ConfigError(operation, `annealStrategy is ${annealStrategy}`, 'expected "cos" or "linear"', "Choose.");
    }
    const baseMomenta = perGroup(operation, "baseMomentum", options.baseMomentum ?? 0.85, optimizer);
    const maxMomenta = perGroup(operation, "maxMomentum", options.maxMomentum ?? 0.95, optimizer);
    if (cycleMomentum) checkMomenta(operation, optimizer, baseMomenta, maxMomenta);
    if ((options.lastEpoch ?? -1) === -1) {
      optimizer.paramGroups.forEach((group, i) => {
        group.initialLr = (maxLrs[i] as number) / divFactor;
      });
    }
    super(optimizer, options);
    this.totalSteps = totalSteps;
    this.maxLrs = maxLrs;
    this.pctStart = pctStart;
    this.annealStrategy = annealStrategy;
    this.cycleMomentum = cycleMomentum;
    this.baseMomenta = baseMomenta;
    this.maxMomenta = maxMomenta;
    this.finalDivFactor = finalDivFactor;
    this.threePhase = threePhase;
    this.begin();
  }

  protected override goTo(epoch: number, closed: boolean): void {
    if (epoch > this.totalSteps) {
      this.stepCount--;
      throw new ConfigError(
        "optim.lrScheduler.OneCycleLR",
        `step ${epoch} of a cycle of ${this.totalSteps}`,
        "expected no more steps than the cycle has",
        "Give the number of all steps: epochs times batches an epoch; call step() once a batch.",
      );
    }
    super.goTo(epoch, closed);
  }

  protected lrOf(lr: number, initial: number, group: number): number {
    const max = this.maxLrs[group];
    if (max === undefined) return lr; // a group added since
    const rates = { initial, max, min: initial / this.finalDivFactor };
    const { phase, share } = this.phase();
    return this.between(rates[phase.lr[0]], rates[phase.lr[1]], share);
  }

  protected override applied(): void {
    if (!this.cycleMomentum) return;
    const { phase, share } = this.phase();
    this.maxMomenta.forEach((max, i) => {
      const momenta = { max, base: this.baseMomenta[i] as number };
      const momentum = this.between(momenta[phase.momentum[0]], momenta[phase.momentum[1]], share);
      const group = this.optimizer.paramGroups[i];
      if (group !== undefined) setMomentum(group, momentum);
    });
  }

  private phases(): readonly Phase[] {
    const { totalSteps, pctStart } = this;
    const up: Phase = { end: pctStart * totalSteps - 1, lr: ["initial", "max"], momentum: ["max", "base"] };
    if (!this.threePhase) return [up, { end: totalSteps - 1, lr: ["max", "min"], momentum: ["base", "max"] }];
    return [
      up,
      { end: 2 * pctStart * totalSteps - 2, lr: ["max", "initial"], momentum: ["base", "max"] },
      { end: totalSteps - 1, lr: ["initial", "min"], momentum: ["max", "max"] },
    ];
  }

  private phase(): { phase: Phase; share: number } {
    const phases = this.phases();
    const found = phases.findIndex((phase) => this.lastEpoch <= phase.end);
    const at = found < 0 ? phases.length - 1 : found;
    const phase = phases[at] as Phase;
    const start = at === 0 ? 0 : (phases[at - 1] as Phase).end;
    return { phase, share: (this.lastEpoch - start) / (phase.end - start) };
  }

  private between(start: number, end: number, share: number): number {
    if (this.annealStrategy === "linear") return (end - start) * Math.min(1, share) + start;
    return end + ((start - end) / 2) * (Math.cos(Math.PI * share) + 1);
  }
}

function lengthOf(operation: string, options: OneCycleLROptions): number {
  const { totalSteps, epochs, stepsPerEpoch } = options;
  if (totalSteps !== undefined) {
    checkCount(operation, "totalSteps", totalSteps, 2);
    return totalSteps;
  }
  if (epochs === undefined || stepsPerEpoch === undefined) {
    throw new ConfigError(
      operation,
      "the length of the cycle is missing",
      "expected totalSteps, or epochs and stepsPerEpoch",
      "Pass e.g. { epochs: 10, stepsPerEpoch: loader.length }.",
    );
  }
  checkCount(operation, "epochs", epochs, 1);
  checkCount(operation, "stepsPerEpoch", stepsPerEpoch, 1);
  checkCount(operation, "epochs · stepsPerEpoch", epochs * stepsPerEpoch, 2);
  return epochs * stepsPerEpoch;
}
