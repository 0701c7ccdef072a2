import { isFloat } from "../engine/index.ts";
import type { Tensor } from "../tensor/index.ts";
import {
  broadcastShapes,
  ConfigError,
  checkedOptions,
  DataError,
  DtypeError,
  formatShape,
  ShapeError,
} from "../util/index.ts";
import { fromTypedArray } from "./create.ts";
import { indexSelect } from "./indexing.ts";
import { expand, flatten, select } from "./movement.ts";
import { data } from "./read.ts";

// Results whose size depends on the values: the engine is read to find it.

/** Options of `nonzero`. */
export interface NonzeroOptions {
  /** One vector for each dimension instead of one row for each element. */
  asTuple?: boolean;
}

/**
 * Where the elements are that are not 0 (or true), in row-major order; NaN counts.
 *
 * @returns int32 `[count, dimensions]`
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nonzero.html
 * @example
 * nonzero(tensor([[0, 5], [6, 0]])); // [[0, 1], [1, 0]]
 */
export function nonzero(input: Tensor, options?: NonzeroOptions & { asTuple?: false }): Tensor;
/**
 * The same as one int32 vector for each dimension (a scalar counts as a vector of one).
 *
 * @example
 * const [rows, columns] = nonzero(tensor([[0, 5], [6, 0]]), { asTuple: true }); // [0, 1] and [1, 0]
 */
export function nonzero(input: Tensor, options: NonzeroOptions & { asTuple: true }): Tensor[];
export function nonzero(input: Tensor, options: NonzeroOptions = {}): Tensor | Tensor[] {
  checkedOptions("nonzero", options, { asTuple: "boolean" });
  const split = options.asTuple === true;
  const shape = split && input.shape.length === 0 ? [1] : input.shape;
  const rank = shape.length;
  const elements = data(input);
  const found: number[] = [];
  let count = 0;
  for (let i = 0; i < elements.length; i++) {
    if (elements[i] === 0) continue;
    count++;
    let rest = i;
    const row = found.length;
    for (let dim = rank - 1; dim >= 0; dim--) {
      const size = shape[dim] as number;
      found[row + dim] = rest % size;
      rest = Math.floor(rest / size);
    }
  }
  const rows = fromTypedArray(Int32Array.from(found), [count, rank]);
  return split ? shape.map((_, dim) => select(rows, 1, dim).clone()) : rows;
}

/**
 * The elements where a mask holds, in row-major order; tensor and mask broadcast. Gradients go back to their places.
 *
 * @param mask bool
 * @returns `[count]`
 * @throws {DtypeError} for a mask that is not bool
 * @source https://docs.pytorch.org/docs/stable/generated/torch.masked_select.html
 * @example
 * const x = tensor([3, -1, 2]);
 * maskedSelect(x, x.gt(0)); // [3, 2]
 */
export function maskedSelect(input: Tensor, mask: Tensor): Tensor {
  if (mask.dtype !== "bool") {
    throw new DtypeError("maskedSelect", `the mask is ${mask.dtype}`, "expected bool", "Compare it: mask.ne(0).");
  }
  const shape = broadcastShapes("maskedSelect", input.shape, mask.shape);
  const holds = data(expand(mask, shape));
  const positions: number[] = [];
  for (let i = 0; i < holds.length; i++) if (holds[i] !== 0) positions.push(i);
  return indexSelect(flatten(expand(input, shape)), 0, fromTypedArray(Int32Array.from(positions), [positions.length]));
}

/** Options of `bincount`. */
export interface BincountOptions {
  /** What each element adds, instead of 1. */
  weights?: Tensor;
  /** Least number of counts; default 0. */
  minlength?: number;
}

/**
 * How often each of 0, 1, 2, … stands in a vector.
 *
 * @param input whole numbers of 0 or more, int32
 * @param options.weights of the input's length; the counts are then sums of them, of their dtype (float32 for whole ones)
 * @param options.minlength least length of the result
 * @returns `[largest + 1]`, int32
 * @throws {DataError} for a negative element; {ShapeError} for no vector, or weights of another length
 * @source https://docs.pytorch.org/docs/stable/generated/torch.bincount.html
 * @example
 * bincount(tensor([0, 2, 2], { dtype: "int32" })); // [1, 0, 2]
 */
export function bincount(input: Tensor, options: BincountOptions = {}): Tensor {
  checkedOptions("bincount", options, { weights: "object", minlength: "number" });
  const { weights, minlength = 0 } = options;
  if (isFloat(input.dtype)) {
    throw new DtypeError("bincount", `input is ${input.dtype}`, "expected int32", 'Convert it: x.to("int32").');
  }
  if (input.shape.length !== 1 || (weights !== undefined && formatShape(weights.shape) !== formatShape(input.shape))) {
    throw new ShapeError(
      "bincount",
      `input has shape ${formatShape(input.shape)}${weights === undefined ? "" : `, weights ${formatShape(weights.shape)}`}`,
      "expected a vector, and weights of its length",
      "Flatten it.",
    );
  }
  if (!Number.isInteger(minlength) || minlength < 0) {
    throw new ConfigError("bincount", `minlength is ${minlength}`, "expected 0 or more", "Pass a length.");
  }
  const values = data(input);
  const negative = values.findIndex((value) => value < 0);
  if (negative >= 0) {
    throw new DataError(
      "bincount",
      `element ${negative} is ${values[negative]}`,
      "expected whole numbers of 0 or more",
      "Shift the values first.",
    );
  }
  let length = minlength;
  for (const value of values) length = Math.max(length, value + 1);
  const counts = new Float64Array(length);
  const amounts = weights === undefined ? null : data(weights);
  values.forEach((value, i) => {
    counts[value] = (counts[value] as number) + (amounts === null ? 1 : (amounts[i] as number));
  });
  if (weights === undefined) return fromTypedArray(Int32Array.from(counts), [counts.length]);
  return fromTypedArray(counts, [counts.length], { dtype: isFloat(weights.dtype) ? weights.dtype : "float32" });
}

/**
 * The different elements, sorted.
 *
 * @returns [count], of the input's dtype
 * @source https://docs.pytorch.org/docs/stable/generated/torch.unique.html
 * @example
 * unique(tensor([3, 1, 3, 2])); // [1, 2, 3]
 */
export function unique(input: Tensor): Tensor {
  const values = data(input).sort(); // of a typed array: by value, NaN last
  const kept = values.filter((value, i) => i === 0 || value !== values[i - 1]);
  return fromTypedArray(kept, [kept.length], { dtype: input.dtype });
}
