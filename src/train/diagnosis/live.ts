import { median } from "./curve.ts";
import { diagnose } from "./diagnose.ts";
import { type DiagnosisEpoch, show, type Verdict, type VerdictKind, verdict } from "./verdict.ts";

/** Options of `LiveDiagnosis`. */
export interface LiveOptions {
  /** How many epochs the run is meant to have. */
  plannedEpochs?: number;
  /** Epochs before which the shape of the curves says nothing; default 8. */
  patience?: number;
  /** The loss of the best constant prediction (see `constantLossOf`). */
  constantLoss?: number | null;
  /** The shape of the loss curves says nothing (see `History.movingTarget`). */
  movingTarget?: boolean;
}

const WINDOW = 64; // steps whose norms are remembered
const REFRESH = 32; // steps for which a median serves
const SPIKE = 100; // times the median of the steps before
const LOOKS = 20; // from so many epochs on not every one is looked at: a run is looked at as often while it doubles

/** Findings that more training may clear up: looked for from the middle of the planned epochs on. */
const LATER: readonly VerdictKind[] = ["tooSlow", "underfitting", "plateau", "notAnnealed"];
const MIDDLE = 0.5; // of the planned epochs
const LASTING = 2; // epochs after which a curve's shape must still look so

/** Findings that do not need a whole curve. */
const AT_ONCE: readonly VerdictKind[] = ["divergence", "explodingGradients", "deadUnits", "vanishingGradients"];

/**
 * `diagnose` during a run. A step costs a few comparisons, and an epoch about as much as `diagnose` over a hundred
 * epochs, however long the run is.
 *
 * @example
 * const live = new train.LiveDiagnosis({ plannedEpochs: 50 });
 * const alarm = live.step(0, 0.7, 1.2); // null while nothing is wrong
 * for (const found of live.epoch({ epoch: 0, trainLoss: 0.7, valLoss: 0.8, lr: 1e-3 })) console.log(found.advice);
 */
export class LiveDiagnosis {
  readonly #plannedEpochs: number | null;
  readonly #patience: number;
  readonly #constantLoss: number | null;
  readonly #movingTarget: boolean;
  readonly #epochs: DiagnosisEpoch[] = [];
  /** How many epochs there are when the curves are looked at again. */
  #nextLook = 1;
  readonly #norms = new Float64Array(WINDOW);
  #steps = 0;
  #usual = NaN;
  #initialLoss: number | null = null;
  #verdicts: Verdict[] = [];
  /** The epoch since which each finding has been there at every look. */
  readonly #since = new Map<VerdictKind, number>();
  readonly #told = new Set<VerdictKind>();

  constructor(options: LiveOptions = {}) {
    this.#plannedEpochs = options.plannedEpochs ?? null;
    this.#patience = options.patience ?? 8;
    this.#constantLoss = options.constantLoss ?? null;
    this.#movingTarget = options.movingTarget ?? false;
  }

  /** The findings after the last epoch looked at; without the shape of the curves before `patience` epochs. */
  get verdicts(): readonly Verdict[] {
    return this.#verdicts;
  }

  /**
   * Takes in one step.
   *
   * @param gradNorm before clipping; null when not measured
   * @returns a finding that cannot wait for the end of the epoch, once for each kind; else null
   */
  step(step: number, loss: number, gradNorm: number | null = null): Verdict | null {
    if (this.#initialLoss === null && Number.isFinite(loss)) this.#initialLoss = loss;
    if (!Number.isFinite(loss)) return this.#tell("divergence", () => `the loss is ${loss} in step ${step}`);
    if (gradNorm === null) return null;
    if (!Number.isFinite(gradNorm)) {
      return this.#tell("explodingGradients", () => `the gradient norm is ${gradNorm} in step ${step}`);
    }
    const times = gradNorm / this.#usual; // NaN at first
    this.#norms[this.#steps++ % WINDOW] = gradNorm;
    if (this.#steps >= WINDOW && this.#steps % REFRESH === 0) this.#usual = median(this.#norms);
    if (!(times > SPIKE)) return null;
    return this.#tell(
      "explodingGradients",
      () => `the gradient norm of step ${step} (${show(gradNorm)}) is ${show(times)} times the median before it`,
    );
  }

  /**
   * Takes in one epoch.
   *
   * @returns findings that were not there before
   */
  epoch(record: DiagnosisEpoch): Verdict[] {
    this.#epochs.push(record);
    const count = this.#epochs.length;
    const complete = this.#plannedEpochs !== null && record.epoch + 1 >= this.#plannedEpochs;
    if (!complete && count < this.#nextLook && Number.isFinite(record.trainLoss)) return [];
    this.#nextLook = count + Math.ceil(count / LOOKS);
    const found = diagnose({
      epochs: this.#epochs,
      plannedEpochs: this.#plannedEpochs,
      initialLoss: this.#initialLoss,
      constantLoss: this.#constantLoss,
      movingTarget: this.#movingTarget,
    }).filter(({ kind }) => complete || this.#isDue(kind, record.epoch));
    this.#verdicts = found;
    for (const { kind } of found) if (!this.#since.has(kind)) this.#since.set(kind, record.epoch);
    for (const kind of this.#since.keys()) if (!found.some((each) => each.kind === kind)) this.#since.delete(kind);
    const fresh = found.filter(
      ({ kind }) =>
        kind !== "healthy" &&
        !this.#told.has(kind) &&
        (complete || AT_ONCE.includes(kind) || record.epoch - (this.#since.get(kind) as number) >= LASTING),
    );
    for (const { kind } of fresh) this.#told.add(kind);
    return fresh;
  }

  #isDue(kind: VerdictKind, epoch: number): boolean {
    if (AT_ONCE.includes(kind) || kind === "healthy") return true;
    const early = this.#plannedEpochs !== null && epoch + 1 < MIDDLE * this.#plannedEpochs;
    return this.#epochs.length >= this.#patience && !(early && LATER.includes(kind));
  }

  #tell(kind: VerdictKind, evidence: () => string): Verdict | null {
    if (this.#told.has(kind)) return null;
    this.#told.add(kind);
    return verdict(kind, "critical", evidence());
  }
}
