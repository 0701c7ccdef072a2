import type { DType, ReduceOp } from "../engine/index.ts";
import { needsGrad, record, type Tensor } from "../tensor/index.ts";
import { checkedOptions, normalizeDim, normalizeDims, type OptionKinds, ShapeError } from "../util/index.ts";
import { binaryRaw, scalarRaw } from "./binary.ts";
import { castRaw, checkFloat, empty, emptyLike, expandTo, viewOf } from "./common.ts";
import { hostRows } from "./host-rows.ts";

/** Options of a reduction over given dimensions. */
export interface ReduceOptions {
  /** Keep the reduced dimensions with size 1. */
  keepdim?: boolean;
}

/** What each of `ReduceOptions` holds. */
export const REDUCE: OptionKinds<ReduceOptions> = { keepdim: "boolean" };

/** One dimension, several, or all (the default). */
export type Dims = number | readonly number[] | undefined;

/** The kernel alone: reduces over normalised `dims`, without them in the result. */
export function reduceRaw(op: ReduceOp, input: Tensor, dims: readonly number[]): Tensor {
  const out = empty(
    dims.length === input.shape.length ? [] : input.shape.filter((_, i) => !dims.includes(i)),
    input.dtype,
    op,
  );
  input.storage.backend.reduce(op, input, dims, out);
  return out;
}

/** The same elements with the reduced dimensions present as size 1. */
export function withKeptDims(reduced: Tensor, shape: readonly number[], dims: readonly number[]): Tensor {
  if (reduced.shape.length === shape.length) return reduced;
  const kept = shape.map((size, i) => (dims.includes(i) ? 1 : size));
  let from = 0;
  // Gradients may be strided; any stride will do along a size of 1.
  const strides = kept.map((_, i) => (dims.includes(i) ? 1 : (reduced.strides[from++] as number)));
  return viewOf(reduced, kept, strides, reduced.offset);
}

function finish(reduced: Tensor, input: Tensor, dims: readonly number[], options: ReduceOptions): Tensor {
  if (options.keepdim !== true) return reduced;
  const kept = withKeptDims(reduced, input.shape, dims);
  kept.isView = false;
  return kept;
}

/** A gradient of the reduced shape, read as if it had the input's. */
export function expandReduced(grad: Tensor, input: Tensor, dims: readonly number[]): Tensor {
  return expandTo(withKeptDims(grad, input.shape, dims), input.shape);
}

function copyOf(view: Tensor): Tensor {
  const out = emptyLike(view, "expand");
  view.storage.backend.copy(view, out);
  return out;
}

function countOf(input: Tensor, dims: readonly number[]): number {
  let count = 1;
  for (const dim of dims) count *= input.shape[dim] as number;
  return count;
}

function summable(input: Tensor, dtype: DType | undefined): Tensor {
  return castRaw(input, dtype ?? (input.dtype === "bool" ? "int32" : input.dtype), "sum");
}

/**
 * Sum over dimensions; bool counts as int32.
 *
 * @param dims default all
 * @example
 * sum(tensor([[1, 2], [3, 4]]), 1); // [3, 7]
 */
export function sum(input: Tensor, dims?: Dims, options: ReduceOptions = {}): Tensor {
  checkedOptions("sum", options, REDUCE);
  const over = normalizeDims("sum", dims, input.shape.length);
  const out = finish(reduceRaw("sum", summable(input, undefined), over), input, over, options);
  if (!needsGrad(input)) return out;
  return record("sum", out, [input], null, (grad) => copyOf(expandReduced(grad, input, over)));
}

/**
 * Arithmetic mean over dimensions; NaN over nothing.
 *
 * @example
 * mean(tensor([[1, 2], [3, 4]]), 0, { keepdim: true }); // [[2, 3]]
 */
export function mean(input: Tensor, dims?: Dims, options: ReduceOptions = {}): Tensor {
  checkFloat("mean", input);
  checkedOptions("mean", options, REDUCE);
  const over = normalizeDims("mean", dims, input.shape.length);
  const out = finish(reduceRaw("mean", input, over), input, over, options);
  if (!needsGrad(input)) return out;
  const scale = 1 / countOf(input, over);
  return record("mean", out, [input], null, (grad) => scalarRaw("mul", expandReduced(grad, input, over), scale));
}

/**
 * Product of all elements, or along one dimension.
 *
 * @example
 * prod(tensor([2, 3, 4])).item(); // 24
 */
export function prod(input: Tensor, dim?: number, options: ReduceOptions = {}): Tensor {
  checkedOptions("prod", options, REDUCE);
  const over = normalizeDims("prod", dim, input.shape.length);
  const x = input.dtype === "bool" ? castRaw(input, "int32", "prod") : input;
  const out = finish(reduceRaw("prod", x, over), input, over, options);
  if (!needsGrad(input)) return out;
  return record("prod", out, [input], [input], (grad) => prodGrad(grad, input, over));
}

// Every element's derivative is the product of the others. Dividing by the element fails at zeros, so
// the product of those before (an exclusive running product) meets that of those after.
function prodGrad(grad: Tensor, input: Tensor, dims: readonly number[]): Tensor {
  const { elements, back } = hostRows(input, dims, "prod");
  const n = Math.max(1, countOf(input, dims));
  const others = elements.slice();
  for (let start = 0; start < elements.length; start += n) {
    let before = 1;
    for (let i = start; i < start + n; i++) {
      others[i] = before;
      before *= elements[i] as number;
    }
    let after = 1;
    for (let i = start + n - 1; i >= start; i--) {
      others[i] = (others[i] as number) * after;
      after *= elements[i] as number;
    }
  }
  return binaryRaw("mul", expandReduced(grad, input, dims), back(others));
}

/**
 * Largest element over dimensions; gradients are shared evenly by ties, as in PyTorch.
 *
 * @example
 * amax(tensor([[1, 2], [3, 4]]), [0, 1]).item(); // 4
 */
export function amax(input: Tensor, dims?: Dims, options: ReduceOptions = {}): Tensor {
  return extreme("max", input, dims, options);
}

/**
 * Smallest element over dimensions; gradients are shared evenly by ties, as in PyTorch.
 *
 * @example
 * amin(tensor([[1, 2], [3, 4]]), 1); // [1, 3]
 */
export function amin(input: Tensor, dims?: Dims, options: ReduceOptions = {}): Tensor {
  return extreme("min", input, dims, options);
}

function extreme(op: "max" | "min", input: Tensor, dims: Dims, options: ReduceOptions): Tensor {
  checkedOptions(op, options, REDUCE);
  const over = normalizeDims(op, dims, input.shape.length);
  checkNotEmpty(op, input, over);
  const x = input.dtype === "bool" ? castRaw(input, "int32", op) : input;
  const out = finish(reduceRaw(op, x, over), input, over, options);
  if (!needsGrad(input)) return out;
  return record(op, out, [input], [input, out], (grad) => {
    const mask = empty(input.shape, "bool", "eq");
    input.storage.backend.compare("eq", input, expandReduced(out, input, over), mask);
    const hits = castRaw(mask, input.dtype, op);
    const ties = reduceRaw("sum", hits, over);
    const share = binaryRaw("div", withKeptDims(grad, input.shape, over), withKeptDims(ties, input.shape, over));
    return binaryRaw("mul", hits, share);
  });
}

/** @throws {ShapeError} when there is nothing to take an extreme of. */
export function checkNotEmpty(op: string, input: Tensor, dims: readonly number[]): void {
  if (countOf(input, dims) > 0) return;
  throw new ShapeError(
    op,
    `input of shape [${input.shape.join(", ")}] has no elements along the reduced dimensions`,
    "expected at least one",
    "An empty batch has no largest or smallest element; check it before.",
  );
}

/**
 * Whether any element is true (nonzero).
 *
 * @example
 * any(tensor([false, true])).item(); // 1
 */
export function any(input: Tensor, dim?: number, options: ReduceOptions = {}): Tensor {
  return logicalReduce("any", input, dim, options);
}

/**
 * Whether all elements are true (nonzero).
 *
 * @example
 * all(tensor([[true, true], [false, true]]), 1); // [true, false]
 */
export function all(input: Tensor, dim?: number, options: ReduceOptions = {}): Tensor {
  return logicalReduce("all", input, dim, options);
}

function logicalReduce(op: "any" | "all", input: Tensor, dim: number | undefined, options: ReduceOptions): Tensor {
  checkedOptions(op, options, REDUCE);
  const over = normalizeDims(op, dim, input.shape.length);
  return finish(reduceRaw(op, castRaw(input, "bool", op), over), input, over, options);
}

/**
 * Running sum along a dimension.
 *
 * @example
 * cumsum(tensor([1, 2, 3]), 0); // [1, 3, 6]
 */
export function cumsum(input: Tensor, dim: number): Tensor {
  const along = normalizeDim("cumsum", dim, input.shape.length);
  const x = input.dtype === "bool" ? castRaw(input, "int32", "cumsum") : input;
  const out = emptyLike(x, "cumsum");
  if (input.shape.length === 0) input.storage.backend.copy(x, out);
  else input.storage.backend.cumsum(x, along, false, out);
  return record("cumsum", out, [input], null, (grad) => {
    if (input.shape.length === 0) return grad;
    const back = emptyLike(grad, "cumsum");
    grad.storage.backend.cumsum(grad, along, true, back);
    return back;
  });
}
