import { newTypedArray } from "../../engine/index.ts";
import {
  checkFloat,
  checkIndexDtype,
  checkSameBackend,
  data,
  fromTypedArray,
  permute,
  reshape,
} from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { DataError, DtypeError, formatShape, ShapeError, sameShape } from "../../util/index.ts";

/** Scores with their class dimension last, one row a target, and the shape a loss without reduction has. */
export interface Rows {
  /** `[N, C]` */
  rows: Tensor;
  /** Of the targets. */
  shape: readonly number[];
}

/** `[C]`, `[N, C]` or `[N, C, …]` as rows `[N·…, C]`. */
export function asRows(operation: string, input: Tensor): Rows {
  checkFloat(operation, input);
  const rank = input.shape.length;
  if (rank === 0) {
    throw new ShapeError(
      operation,
      "input is a scalar",
      "expected [C], [N, C] or [N, C, ...], with a score for each of C classes",
      "Give the model one output for each class.",
    );
  }
  if (rank === 1) return { rows: reshape(input, [1, input.length]), shape: [] };
  const classes = input.shape[1] as number;
  const shape = [input.shape[0] as number, ...input.shape.slice(2)];
  if (rank === 2) return { rows: input, shape };
  const last = [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
  return { rows: reshape(permute(input, last), [shape.reduce((a, b) => a * b, 1), classes]), shape };
}

/** One number for each class, or null. @throws {ShapeError} when there are more or fewer. */
export function classWeights(operation: string, weight: Tensor | undefined, like: Tensor): Tensor | null {
  if (weight === undefined) return null;
  checkSameBackend(operation, weight, like);
  const classes = like.shape[1] as number;
  if (weight.shape.length !== 1 || weight.length !== classes) {
    throw new ShapeError(
      operation,
      `weight has shape ${formatShape(weight.shape)}`,
      `expected [${classes}], one number for each class`,
      "Pass one weight for each class.",
    );
  }
  if (weight.dtype !== like.dtype) {
    throw new DtypeError(
      operation,
      `weight is ${weight.dtype}`,
      `expected ${like.dtype}`,
      `Convert it: weight.to("${like.dtype}").`,
    );
  }
  return weight;
}

/** What the class indices say, row by row. */
export interface Targets {
  /** int32 `[N, 1]`; 0 where ignored. */
  index: Tensor;
  /** `[N, 1]`: the weight of the row's class; 0 where ignored. */
  weight: Tensor;
  /** Their sum. */
  total: number;
  /** bool `[N, 1]`, or null when no row is ignored. */
  ignored: Tensor | null;
}

/**
 * Reads and checks class indices.
 *
 * @throws {DtypeError} when they are not int32
 * @throws {ShapeError} when there is not one for each row
 * @throws {DataError} for a class that does not exist, naming the row
 */
export function readTargets(
  operation: string,
  { rows, shape }: Rows,
  target: Tensor,
  weight: Tensor | null,
  ignoreIndex: number,
): Targets {
  checkSameBackend(operation, rows, target);
  checkIndexDtype(operation, target);
  if (!sameShape(target.shape, shape)) {
    throw new ShapeError(
      operation,
      `target has shape ${formatShape(target.shape)}`,
      `expected ${formatShape(shape)}, one class index for each row of scores`,
      "Pass class indices without a dimension of their own, or probabilities of the input's shape.",
    );
  }
  const classes = rows.shape[1] as number;
  const wanted = data(target);
  const ofClass = weight === null ? null : data(weight);
  const index = new Int32Array(wanted.length);
  const weights = newTypedArray(rows.dtype, wanted.length);
  const ignored = new Uint8Array(wanted.length);
  let total = 0;
  let some = false;
  for (let i = 0; i < wanted.length; i++) {
    const at = wanted[i] as number;
    if (at === ignoreIndex) {
      ignored[i] = 1;
      some = true;
      continue;
    }
    if (at < 0 || at >= classes) throw unknownClass(operation, at, i, classes);
    index[i] = at;
    weights[i] = ofClass === null ? 1 : (ofClass[at] as number);
    total += weights[i] as number;
  }
  const column = [wanted.length, 1];
  return {
    index: fromTypedArray(index, column, { dtype: "int32" }),
    weight: fromTypedArray(weights, column, { dtype: rows.dtype }),
    total,
    ignored: some ? fromTypedArray(ignored, column, { dtype: "bool" }) : null,
  };
}

function unknownClass(operation: string, at: number, row: number, classes: number): DataError {
  return new DataError(
    operation,
    `target ${at} (element ${row})`,
    `expected a class from 0 to ${classes - 1}`,
    "Check the labels, and that the model has an output for each class.",
  );
}
