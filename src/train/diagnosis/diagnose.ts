import { ConfigError } from "../../util/index.ts";
import { divergence, explodingGradients, oscillation } from "./blow-up.ts";
import { picture } from "./curve.ts";
import { deadUnits, vanishingGradients } from "./gradients.ts";
import { notAnnealed, overfitting, plateau, tooSlow, underfitting } from "./shape.ts";
import { type DiagnosisInput, show, type Verdict, verdict } from "./verdict.ts";

const LEARNT = 0.25; // of the first loss

/**
 * What is wrong with a run, and what to do about it. The losses of a few epochs are enough; learning rates, gradient
 * norms, gradients by parameter and dead units are used where they are there. What follows from another finding is
 * left out: with dead units nothing is said of underfitting.
 *
 * @param history a `History`, or anything with the same fields
 * @throws {ConfigError} for losses that are no numbers, or epochs out of order
 * @returns findings, the cause before what may follow from it; `healthy` alone when there is none
 * @example
 * const epochs = [1, 10, 20, 30, 40, 50];
 * const training = [0.85, 0.12, 0.05, 0.03, 0.02, 0.015];
 * const validation = [0.87, 0.135, 0.08, 0.078, 0.085, 0.098];
 * const [first] = train.diagnose({
 *   epochs: epochs.map((epoch, i) => ({ epoch, trainLoss: training[i], valLoss: validation[i] })),
 * });
 * console.log(first?.kind, first?.bestEpoch); // overfitting 30
 */
export function diagnose(history: DiagnosisInput): Verdict[] {
  checkInput(history);
  if (history.epochs.length === 0 && (history.steps ?? []).length === 0) {
    return [verdict("healthy", "info", "no epoch has been recorded yet")];
  }
  const run = history.epochs.length === 0 ? stepsOnly(history) : picture(history);
  const curves = history.movingTarget !== true; // else only what is not finite is a divergence
  const diverged = curves || !allFinite(history) ? divergence(history, run) : null;
  if (diverged !== null) return [diverged];
  if (run === null) return [verdict("healthy", "info", "no epoch has been recorded yet")];
  const dead = deadUnits(history);
  const learnt = dead !== null && dead.severity === "info" && run.end < LEARNT * run.start;
  const causes = [explodingGradients(history, run), learnt ? null : dead, vanishingGradients(history)];
  const found = causes.filter((each) => each !== null);
  if (!curves) return found.length > 0 ? found : [healthy(history, run.start, run.end)];
  const wild = oscillation(run);
  if (wild !== null) found.push(wild);
  const fits = overfitting(run);
  if (fits !== null) found.push(fits);
  if (found.length === 0) {
    // Each of these would also hold for what the one before it describes.
    const one = tooSlow(run) ?? underfitting(run) ?? plateau(run) ?? notAnnealed(run);
    if (one !== null) found.push(one);
  }
  if (learnt) found.push(dead); // capacity is lost, but it is not what holds the run up
  return found.length > 0 ? found : [healthy(history, run.start, run.end)];
}

function checkInput({ epochs, steps = [] }: DiagnosisInput): void {
  const refuse = (got: string, expected: string): ConfigError =>
    new ConfigError("diagnose", got, expected, "Correct what was recorded.");
  let last = Number.NEGATIVE_INFINITY;
  for (const { epoch, trainLoss, valLoss } of epochs) {
    if (typeof trainLoss !== "number" || (valLoss != null && typeof valLoss !== "number")) {
      const got = `epoch ${epoch} has trainLoss ${JSON.stringify(trainLoss)}, valLoss ${JSON.stringify(valLoss)}`;
      throw refuse(got, "expected numbers (NaN is one)");
    }
    if (!(epoch >= last)) throw refuse(`epoch ${epoch} stands behind epoch ${last}`, "expected epochs in their order");
    last = epoch;
  }
  for (const { step, loss } of steps) {
    if (typeof loss !== "number") throw refuse(`step ${step} has loss ${JSON.stringify(loss)}`, "expected a number");
  }
}

function allFinite({ epochs, steps = [] }: DiagnosisInput): boolean {
  return (
    epochs.every(({ trainLoss }) => Number.isFinite(trainLoss)) && steps.every(({ loss }) => Number.isFinite(loss))
  );
}

function stepsOnly(history: DiagnosisInput): ReturnType<typeof picture> {
  const steps = history.steps ?? [];
  return picture({ ...history, epochs: steps.map(({ step, loss }) => ({ epoch: step, trainLoss: loss })) });
}

function healthy(history: DiagnosisInput, start: number, end: number): Verdict {
  const last = history.epochs.at(-1);
  const validation = typeof last?.valLoss === "number" ? `, validation at ${show(last.valLoss)}` : "";
  return verdict("healthy", "info", `the training loss went from ${show(start)} to ${show(end)}${validation}`);
}
