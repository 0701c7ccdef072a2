import { GradientError } from "../../util/index.ts";
import type { StepFacts } from "./bundle.ts";

const SHOWN = 8;

function list(numbers: readonly number[]): string {
  const shown = numbers.slice(0, SHOWN).join(", ");
  return numbers.length > SHOWN ? `${shown}, … (${numbers.length} in all)` : shown;
}

/** Where it came up, in a line. */
export function describeAnomaly({ anomaly, indices }: StepFacts): string {
  const { phase, op, shape, parameter, samples } = anomaly;
  const where = {
    input: `the batch itself holds NaN or an infinity (a tensor of shape [${shape.join(", ")}])`,
    weights: `the weights ${parameter} were not finite before the step`,
    forward: `first in the result of ${op} [${shape.join(", ")}]${parameter === null ? "" : `, at or after ${parameter}`}`,
    backward: `first in the derivative of ${op} [${shape.join(", ")}]${parameter === null ? "" : `; first gradient: ${parameter}`}`,
    none: "a replay of the step was finite (only the sum over pieces, or the norm, overflowed)",
  }[phase];
  if (samples.length === 0) return where;
  return indices === null
    ? `${where}; samples of the batch: ${list(samples)}`
    : `${where}; samples of the dataset: ${list(samples.map((i) => indices[i] ?? -1))}`;
}

/**
 * A loss or gradient was NaN or infinite, and the run stopped. The step was not applied.
 *
 * @example
 * const loss = (output: Tensor, target: Tensor) => F.mseLoss(output, target).mul(Number.NaN);
 * const trainer = new train.Trainer({ model, optimizer, loss, epochs: 1, log: null });
 * try {
 *   await trainer.fit(loader);
 * } catch (error) {
 *   if (error instanceof train.NonfiniteError) console.log(error.facts.what, error.facts.step, error.facts.indices);
 * }
 */
export class NonfiniteError extends GradientError {
  readonly facts: StepFacts;
  /** File from which `replayPostMortem` runs the step again; null when there was nowhere to put it. */
  readonly bundle: string | null;

  constructor(facts: StepFacts, bundle: string | null) {
    super(
      "Trainer.fit",
      `the ${facts.what} of step ${facts.step} is not finite: ${describeAnomaly(facts)}`,
      "expected finite numbers; the step was not applied",
      bundle === null
        ? "Lower the learning rate, check those samples, or see the option nonfinite."
        : `Replay it with train.replayPostMortem("${bundle}", …).`,
    );
    this.facts = facts;
    this.bundle = bundle;
  }
}
