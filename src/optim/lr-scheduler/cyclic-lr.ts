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

/** Options of `CyclicLR`. */
export interface CyclicLROptions extends SchedulerOptions {
  /** Steps from the lowest to the highest learning rate, 1 or more; default 2000. */
  stepSizeUp?: number;
  /** Steps back; default `stepSizeUp`. */
  stepSizeDown?: number;
  /** All peaks alike (default), each half of the one before, or shrinking by `gamma` at each step. */
  mode?: "triangular" | "triangular2" | "expRange";
  /** Factor of a step with `expRange`, 0 or more; default 1. */
  gamma?: number;
  /** A factor on the height of your own, instead of `mode`; not saved by `stateDict()`. */
  scaleFn?: (x: number) => number;
  /** What `scaleFn` gets: the number of the cycle from 1 on (default), or of the step. */
  scaleMode?: "cycle" | "iterations";
  /** Move momentum (or the first beta) against the learning rate; default true. */
  cycleMomentum?: boolean;
  /** Momentum at the highest learning rate, one or one a group; default 0.8. */
  baseMomentum?: number | readonly number[];
  /** Momentum at the lowest; default 0.9. */
  maxMomentum?: number | readonly number[];
}

/** What each holds. */
export const CYCLIC_LR_OPTIONS: OptionKinds<CyclicLROptions> = {
  ...SCHEDULER_OPTIONS,
  stepSizeUp: "number",
  stepSizeDown: "number",
  mode: "string",
  gamma: "number",
  scaleFn: "function",
  scaleMode: "string",
  cycleMomentum: "boolean",
  baseMomentum: "numbers",
  maxMomentum: "numbers",
};

/**
 * Up and down between two learning rates in straight lines (Smith 2017). Call `step()` after each batch.
 *
 * @example
 * const sgd = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
 * const scheduler = new optim.lrScheduler.CyclicLR(sgd, 0.01, 0.1, { stepSizeUp: 200 });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CyclicLR.html
 */
export class CyclicLR extends LRScheduler {
  maxLrs: number[];
  stepSizeUp: number;
  stepSizeDown: number;
  mode: "triangular" | "triangular2" | "expRange";
  gamma: number;
  readonly scaleFn: ((x: number) => number) | undefined;
  scaleMode: "cycle" | "iterations";
  cycleMomentum: boolean;
  baseMomenta: number[];
  maxMomenta: number[];

  /**
   * @param baseLr the lowest learning rate, one or one a group; set at once
   * @param maxLr the highest, one or one a group
   * @throws {ConfigError} for an option outside its range, or an optimizer without momentum
   */
  constructor(
    optimizer: Schedulable,
    baseLr: number | readonly number[],
    maxLr: number | readonly number[],
    options: CyclicLROptions = {},
  ) {
    checkedOptions("optim.lrScheduler.CyclicLR", options, CYCLIC_LR_OPTIONS);
    const operation = "optim.lrScheduler.CyclicLR";
    const { stepSizeUp = 2000, stepSizeDown = stepSizeUp, mode = "triangular", gamma = 1, scaleFn } = options;
    const { cycleMomentum = true } = options;
    const scaleMode = options.scaleMode ?? (scaleFn === undefined && mode === "expRange" ? "iterations" : "cycle");
    const baseLrs = perGroup(operation, "baseLr", baseLr, optimizer);
    const maxLrs = perGroup(operation, "maxLr", maxLr, optimizer);
    for (const lr of [...baseLrs, ...maxLrs]) checkRange(operation, "a learning rate", lr, 0, Infinity);
    checkCount(operation, "stepSizeUp", stepSizeUp, 1);
    checkCount(operation, "stepSizeDown", stepSizeDown, 1);
    checkRange(operation, "gamma", gamma, 0, Infinity);
    checkModes(operation, mode, scaleMode);
    const baseMomenta = perGroup(operation, "baseMomentum", options.baseMomentum ?? 0.8, optimizer);
    const maxMomenta = perGroup(operation, "maxMomentum", options.maxMomentum ?? 0.9, optimizer);
    if (cycleMomentum) checkMomenta(operation, optimizer, baseMomenta, maxMomenta);
    if ((options.lastEpoch ?? -1) === -1) {
      optimizer.paramGroups.forEach((group, i) => {
        group.lr = baseLrs[i] as number;
      });
    }
    super(optimizer, options);
    this.baseLrs = baseLrs;
    this.maxLrs = maxLrs;
    this.stepSizeUp = stepSizeUp;
    this.stepSizeDown = stepSizeDown;
    this.mode = mode;
    this.gamma = gamma;
    this.scaleFn = scaleFn;
    this.scaleMode = scaleMode;
    this.cycleMomentum = cycleMomentum;
    this.baseMomenta = baseMomenta;
    this.maxMomenta = maxMomenta;
    this.begin();
  }

  protected lrOf(lr: number, baseLr: number, group: number): number {
    const max = this.maxLrs[group];
    return max === undefined ? lr : baseLr + (max - baseLr) * this.height(); // undefined: a group added since
  }

  protected override applied(): void {
    if (!this.cycleMomentum) return;
    const height = this.height();
    this.maxMomenta.forEach((max, i) => {
      const group = this.optimizer.paramGroups[i];
      if (group !== undefined) setMomentum(group, max - (max - (this.baseMomenta[i] as number)) * height);
    });
  }

  // 0 at the bottom of a cycle, 1 (scaled) at its top.
  private height(): number {
    const total = this.stepSizeUp + this.stepSizeDown;
    const ratio = this.stepSizeUp / total;
    const cycle = Math.floor(1 + this.lastEpoch / total);
    const x = 1 + this.lastEpoch / total - cycle;
    const height = x <= ratio ? x / ratio : (x - 1) / (ratio - 1);
    return height * this.scale(this.scaleMode === "cycle" ? cycle : this.lastEpoch);
  }

  private scale(x: number): number {
    if (this.scaleFn !== undefined) return this.scaleFn(x);
    if (this.mode === "triangular") return 1;
    return this.mode === "triangular2" ? 1 / 2 ** (x - 1) : this.gamma ** x;
  }
}

function checkModes(operation: string, mode: string, scaleMode: string): void {
  const modes = ["triangular", "triangular2", "expRange"];
  const known = modes.includes(mode) && ["cycle", "iterations"].includes(scaleMode);
  if (known) return;
  throw new ConfigError(
    operation,
    `mode is ${JSON.stringify(mode)}, scaleMode ${JSON.stringify(scaleMode)}`,
    `expected ${modes.join(", ")}; cycle or iterations`,
    "Choose one of each, or pass a scaleFn.",
  );
}
