import { data } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { ConfigError, DataError, formatShape, ShapeError } from "../../util/index.ts";
import type { MetricOptions } from "./regression.ts";

/** Options of metrics that compare classes. */
export interface LabelOptions extends MetricOptions {
  /**
   * Above which a single score means class 1. Default 0.5, for probabilities; 0 for logits. Predictions with one
   * column for each class need none.
   */
  threshold?: number;
}

/** Classes of a batch, as numbers. */
export interface Labels {
  predicted: Int32Array;
  wanted: Int32Array;
  /** The number of classes, where the batch says it; null for plain labels. */
  classes: number | null;
}

/** True when a tensor holds class numbers and not scores. */
function isLabels(tensor: Tensor): boolean {
  return tensor.dtype === "int32" || tensor.dtype === "bool";
}

/** One value for each sample on both sides: `[n]` or `[n, 1]`. */
function isColumnOf(prediction: Tensor, target: Tensor): boolean {
  return prediction.length === target.length && prediction.shape[0] === target.shape[0];
}

/**
 * Class numbers of the targets, checked.
 *
 * @throws {DataError} for a target that is no whole number from 0 to `classes` − 1
 */
export function targetLabels(name: string, target: Tensor, classes: number | null): Int32Array {
  const values = data(target);
  const labels = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isInteger(value) || value < 0 || (classes !== null && value >= classes)) {
      const range = classes === null ? "a whole number from 0" : `a class from 0 to ${classes - 1}`;
      throw new DataError(name, `target ${i} is ${value}`, `expected ${range}`, "Number the classes from 0.");
    }
    labels[i] = value;
  }
  return labels;
}

/** The column with the largest score of every row; the first of equals; NaN counts as largest, as in PyTorch. */
function argmaxRows(scores: ArrayLike<number>, rows: number, columns: number): Int32Array {
  const best = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    let at = 0;
    for (let column = 1; column < columns; column++) {
      const value = scores[row * columns + column] as number;
      const top = scores[row * columns + at] as number;
      if (value > top || (Number.isNaN(value) && !Number.isNaN(top))) at = column;
    }
    best[row] = at;
  }
  return best;
}

/** @throws {ShapeError} always: prediction and target do not belong to each other */
export function refuseShapes(name: string, prediction: Tensor, target: Tensor): never {
  throw new ShapeError(
    name,
    `prediction ${formatShape(prediction.shape)}, target ${formatShape(target.shape)}`,
    "expected [n, classes] scores, or n scores or labels, against n targets",
    "Pass one class number for each sample as target, not one-hot rows.",
  );
}

/**
 * Predicted and wanted classes of a batch.
 *
 * @param prediction `[n, classes]` scores (the largest wins), n scores (class 1 above the threshold), or n labels
 *   (int32 or bool)
 * @param target n class numbers
 * @throws {ShapeError} when the two do not fit
 * @throws {DataError} for targets that are no classes; for logits where probabilities are expected
 */
export function labelsOf(name: string, prediction: Tensor, target: Tensor, threshold: number | undefined): Labels {
  const rows = target.length;
  const [n, columns] = prediction.shape;
  if (prediction.shape.length === 2 && n === rows && columns !== undefined && columns > 1) {
    const wanted = targetLabels(name, target, columns);
    return { predicted: argmaxRows(data(prediction), rows, columns), wanted, classes: columns };
  }
  if (!isColumnOf(prediction, target)) refuseShapes(name, prediction, target);
  if (isLabels(prediction)) {
    const wanted = targetLabels(name, target, null);
    return { predicted: targetLabels(`${name} (prediction)`, prediction, null), wanted, classes: null };
  }
  const wanted = targetLabels(name, target, 2);
  const scores = data(prediction);
  const predicted = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    const score = scores[i] as number;
    if (threshold === undefined && (score < 0 || score > 1)) {
      throw new DataError(
        name,
        `prediction ${i} is ${score}`,
        "expected a probability, from 0 to 1",
        "Pass { threshold: 0 } for logits, or call .sigmoid() on them.",
      );
    }
    predicted[i] = score > (threshold ?? 0.5) ? 1 : 0;
  }
  return { predicted, wanted, classes: 2 };
}

/** @throws {ConfigError} unless it is a number, or left out */
export function checkThreshold(operation: string, threshold: number | undefined): number | undefined {
  if (threshold === undefined || Number.isFinite(threshold)) return threshold;
  throw new ConfigError(operation, `threshold is ${threshold}`, "expected a number", "Use 0.5, or 0 for logits.");
}
