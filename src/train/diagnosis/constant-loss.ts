import { data } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { DataError } from "../../util/index.ts";

/**
 * The loss of the best constant prediction: what a network reaches that ignores its input. `diagnose` measures by it
 * how much was learnt.
 *
 * Labels (int32, bool): the entropy $-\sum_c p_c \ln p_c$ of the classes, for cross-entropy; p_c is the share of class c.
 * Floats: the variance of each output, averaged over the outputs, for the mean squared error. Other losses have other
 * constants: leave it out with them.
 *
 * @param targets training targets, samples first; labels of any shape
 * @throws {DataError} without a target
 * @example
 * const history = new train.History();
 * history.constantLoss = train.constantLossOf(y);
 */
export function constantLossOf(targets: Tensor): number {
  const values = data(targets);
  if (values.length === 0) throw new DataError("constantLossOf", "no targets", "expected at least one", "Pass them.");
  if (targets.dtype === "int32" || targets.dtype === "bool") return entropy(values);
  const samples = targets.shape[0] ?? 1;
  const outputs = values.length / samples;
  let total = 0;
  for (let output = 0; output < outputs; output++) total += variance(values, output, outputs);
  return total / outputs;
}

function entropy(labels: ArrayLike<number>): number {
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  let sum = 0;
  for (const count of counts.values()) sum -= (count / labels.length) * Math.log(count / labels.length);
  return sum;
}

function variance(values: ArrayLike<number>, first: number, step: number): number {
  let mean = 0;
  let squares = 0;
  let count = 0;
  for (let i = first; i < values.length; i += step) {
    const off = (values[i] as number) - mean; // (Welford: no cancellation where the mean is far from 0)
    mean += off / ++count;
    squares += off * ((values[i] as number) - mean);
  }
  return squares / count;
}
