import {
  DiagnosisCallback,
  displayOf,
  type EpochRecord,
  LiveDisplay,
  type Severity,
  type Trainer,
} from "../train/index.ts";

/** What a DQN can have, and `healthy` when it has nothing. */
export type DqnVerdictKind = "divergence" | "qExploding" | "explorationTooShort" | "lossWithoutReturn" | "healthy";

/** A finding, as `train.diagnose` gives them. */
export interface DqnVerdict {
  kind: DqnVerdictKind;
  severity: Severity;
  /** One sentence with the figures. */
  evidence: string;
  /** What to change. */
  advice: string;
}

const ADVICE: Readonly<Record<DqnVerdictKind, string>> = {
  divergence: "Divide the learning rate by 10.",
  qExploding:
    "Update the target network less often, use doubleQ, lower the learning rate; check that the environment terminates.",
  explorationTooShort: "Raise explorationFraction or explorationFinal, or give a reward on the way to the goal.",
  lossWithoutReturn: "Lower the learning rate, update the target network less often, enlarge the replay buffer.",
  healthy: "Nothing needs changing. More steps, or more evaluation episodes, if the return should be higher.",
};

/** The part of a run's epochs that is looked at; a `History` has them. */
export type DqnEpoch = Pick<EpochRecord, "epoch" | "trainLoss" | "metrics" | "figures">;

const CLEAR = "\r\u001b[2K"; // the line that a live display writes over
const FEW = 5; // epochs before which returns say nothing
const ABOVE_BOUND = 1.5; // times max |r| / (1 - γ)
const ABOVE_RETURN = 5; // times the largest return so far
const GREW = 2; // times the loss

/**
 * What is wrong with a DQN run, and what to do about it; the cause before what may follow from it. A temporal
 * difference's loss has no curve like a supervised one's (it grows with the values), so `train.diagnose` does not fit.
 *
 * @param epochs of a run with `Dqn.figures` and `Dqn.evaluate`
 * @returns findings; `healthy` alone when there is none
 * @example
 * const figures = { return: 9.4, meanQ: 480, boundQ: 100, epsilon: 0.05 };
 * const [first] = rl.diagnoseDqn([{ epoch: 0, trainLoss: 31, metrics: { evalReturn: 9.2 }, figures }]);
 * console.log(first?.kind); // qExploding
 */
export function diagnoseDqn(epochs: readonly DqnEpoch[]): DqnVerdict[] {
  const last = epochs.at(-1);
  if (last === undefined) return [verdict("healthy", "info", "no epoch has been recorded yet")];
  if (!Number.isFinite(last.trainLoss)) {
    return [verdict("divergence", "critical", `the loss is ${last.trainLoss} in epoch ${last.epoch}`)];
  }
  const found = [qExploding(epochs, last), explorationTooShort(epochs), lossWithoutReturn(epochs)];
  const told = found.filter((each) => each !== null);
  if (told.length > 0) return told;
  const returns = epochs.map(returnOf);
  const best = Math.max(...returns.filter(Number.isFinite));
  return [
    verdict(
      "healthy",
      "info",
      `the return went from ${show(returns[0])} to ${show(returns.at(-1))}, best ${show(best)}`,
    ),
  ];
}

function qExploding(epochs: readonly DqnEpoch[], last: DqnEpoch): DqnVerdict | null {
  const { meanQ = NaN, boundQ = NaN } = last.figures ?? {};
  const size = Math.abs(meanQ);
  if (size > ABOVE_BOUND * boundQ) {
    const bound = `rewards of at most ${show(boundQ)}·(1 - gamma) allow no more than ${show(boundQ)}`;
    return verdict("qExploding", "critical", `mean Q is ${show(meanQ)} in epoch ${last.epoch}, but ${bound}`);
  }
  const reached = Math.max(...epochs.flatMap((each) => [returnOf(each), each.figures?.return ?? NaN]).map(sizeOrZero));
  if (epochs.length < FEW || !(size > 0.5 * boundQ && size > ABOVE_RETURN * reached)) return null;
  return verdict("qExploding", "warning", `mean Q is ${show(meanQ)}, but no return so far exceeds ${show(reached)}`);
}

function explorationTooShort(epochs: readonly DqnEpoch[]): DqnVerdict | null {
  const least = epochs.at(-1)?.figures?.epsilon ?? NaN;
  const ended = epochs.findIndex((each) => (each.figures?.epsilon ?? NaN) <= least);
  if (epochs.length < FEW || ended < 0 || ended > 0.6 * (epochs.length - 1)) return null;
  const returns = epochs.flatMap((each) => [returnOf(each), each.figures?.return ?? NaN]).filter(Number.isFinite);
  const [low, high] = [Math.min(...returns), Math.max(...returns)];
  if (high - low > 0.02 * Math.max(Math.abs(low), Math.abs(high))) return null;
  const steps = epochs[ended]?.figures?.environmentSteps;
  const after = steps === undefined ? `in epoch ${epochs[ended]?.epoch}` : `within ${steps} steps`;
  return verdict(
    "explorationTooShort",
    "warning",
    `epsilon fell to ${show(least)} ${after}, and every return is still ${show(high)}: nothing better has been tried`,
  );
}

function lossWithoutReturn(epochs: readonly DqnEpoch[]): DqnVerdict | null {
  if (epochs.length < 2 * FEW) return null;
  const quarter = Math.floor(epochs.length / 4);
  const [first, middle, end] = [0, Math.floor(epochs.length / 2) - 1, epochs.length - quarter].map((from) =>
    epochs.slice(from, from + quarter),
  ) as [DqnEpoch[], DqnEpoch[], DqnEpoch[]];
  const loss = (part: DqnEpoch[]): number => mean(part.map((each) => each.trainLoss));
  const times = loss(end) / loss(middle);
  const returns = epochs.map(returnOf).filter(Number.isFinite);
  const range = Math.max(...returns) - Math.min(...returns);
  const [before, after] = [mean(first.map(returnOf)), mean(end.map(returnOf))];
  if (!(times > GREW) || !(after <= before + 0.1 * range)) return null;
  return verdict(
    "lossWithoutReturn",
    "warning",
    `the loss grew ${show(times)} times in the second half, and the return went from ${show(before)} to ${show(after)}`,
  );
}

const returnOf = ({ metrics, figures }: DqnEpoch): number => metrics?.evalReturn ?? figures?.return ?? NaN;
const sizeOrZero = (value: number): number => (Number.isFinite(value) ? Math.abs(value) : 0);
const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;

function show(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? String(value) : String(Number(value.toPrecision(3)));
}

function verdict(kind: DqnVerdictKind, severity: Severity, evidence: string): DqnVerdict {
  return { kind, severity, evidence, advice: ADVICE[kind] };
}

/**
 * Says during a run what `diagnoseDqn` finds, each thing once. It stands in for the diagnosis of supervised runs.
 *
 * @example
 * const watch = new rl.DqnDiagnosis({ say: (line) => console.log(line) });
 */
export class DqnDiagnosis extends DiagnosisCallback {
  readonly #say: ((line: string) => void) | null;
  readonly #told = new Set<string>();

  constructor({ say }: { say?: (line: string) => void } = {}) {
    super({ probeSteps: 0 });
    this.#say = say ?? null;
  }

  override onFitStart(): void {}
  override onGradients(): void {}
  override onStepEnd(): void {}

  override onEpochEnd(trainer: Trainer, record: EpochRecord): void {
    const { epochs } = trainer.history;
    const all = epochs.at(-1) === record ? epochs : [...epochs, record];
    for (const { kind, severity, evidence, advice } of diagnoseDqn(all)) {
      if (kind === "healthy" || this.#told.has(kind)) continue;
      this.#told.add(kind);
      const name = kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
      const line = `${severity === "info" ? "·" : "!"} ${name}: ${evidence} → ${advice}`;
      if (this.#say !== null) this.#say(line);
      else note(trainer, line);
    }
  }

  override stateDict(): { told: string[] } {
    return { told: [...this.#told] };
  }

  override loadStateDict(state: unknown): void {
    this.#told.clear();
    for (const kind of (state as { told: string[] }).told) this.#told.add(kind);
  }
}

function note(trainer: Trainer, line: string): void {
  const display = displayOf(trainer.options);
  display.note(display instanceof LiveDisplay ? `${CLEAR}${line}` : line);
}
