import { needsGrad, record, type Tensor } from "../tensor/index.ts";
import { checkedOptions, normalizeDim } from "../util/index.ts";
import { castRaw, empty, emptyLike, viewOf } from "./common.ts";
import { amax, amin, checkNotEmpty, REDUCE, type ReduceOptions, withKeptDims } from "./reduce.ts";

/** Values and where they stand, as `max` and `min` along a dimension return them. */
export interface ValuesAndIndices {
  values: Tensor;
  /** int32. */
  indices: Tensor;
}

function arg(op: "max" | "min", input: Tensor, dim: number | undefined, options: ReduceOptions): Tensor {
  const name = op === "max" ? "argmax" : "argmin";
  checkedOptions(name, options, REDUCE);
  const x = input.dtype === "bool" ? castRaw(input, "int32", name) : input;
  if (dim === undefined || input.shape.length === 0) {
    checkNotEmpty(
      name,
      input,
      input.shape.map((_, i) => i),
    );
    const flat = emptyLike(x, name);
    x.storage.backend.copy(x, flat);
    const out = empty([], "int32", name);
    x.storage.backend.argReduce(op, viewOf(flat, [flat.length], [1], 0), 0, out);
    return out;
  }
  const along = normalizeDim(name, dim, input.shape.length);
  checkNotEmpty(name, input, [along]);
  const out = empty(
    input.shape.filter((_, i) => i !== along),
    "int32",
    name,
  );
  x.storage.backend.argReduce(op, x, along, out);
  return options.keepdim === true ? withKeptDims(out, input.shape, [along]) : out;
}

/**
 * Position of the largest element along a dimension, or in row-major order over all; int32. The first of equals; NaN
 * is largest.
 *
 * @example
 * argmax(tensor([[1, 9], [8, 2]]), 1); // [1, 0]
 */
export function argmax(input: Tensor, dim?: number, options: ReduceOptions = {}): Tensor {
  return arg("max", input, dim, options);
}

/**
 * Position of the smallest element along a dimension, or in row-major order over all; int32. The first of equals; NaN
 * is smallest.
 *
 * @example
 * argmin(tensor([[1, 9], [8, 2]]), 1); // [0, 1]
 */
export function argmin(input: Tensor, dim?: number, options: ReduceOptions = {}): Tensor {
  return arg("min", input, dim, options);
}

function extremeAlong(op: "max" | "min", input: Tensor, dim: number, options: ReduceOptions): ValuesAndIndices {
  checkedOptions(op, options, REDUCE);
  const along = normalizeDim(op, dim, input.shape.length);
  const kept = arg(op, input, along, { keepdim: true });
  const { backend } = input.storage;
  const scalar = input.shape.length === 0;
  const drop = (full: Tensor): Tensor => {
    if (scalar || options.keepdim === true) return full;
    const shape = full.shape.filter((_, i) => i !== along);
    return viewOf(
      full,
      shape,
      full.strides.filter((_, i) => i !== along),
      full.offset,
    );
  };
  const picked = emptyLike(kept, op, input.dtype);
  if (scalar) backend.copy(input, picked);
  else backend.gather(input, along, kept, picked);
  const values = drop(picked);
  values.isView = false;
  if (!needsGrad(input)) return { values, indices: drop(kept) };
  record(op, values, [input], null, (grad) => {
    if (scalar) return grad;
    const back = emptyLike(input, op);
    backend.fill(back, 0);
    const full = options.keepdim === true ? grad : withKeptDims(contiguousCopy(grad), input.shape, [along]);
    backend.scatter(back, along, kept, full, false);
    return back;
  });
  return { values, indices: drop(kept) };
}

function contiguousCopy(view: Tensor): Tensor {
  if (view.packed) return view;
  const out = emptyLike(view, "clone");
  view.storage.backend.copy(view, out);
  return out;
}

/**
 * The largest of all elements.
 *
 * @example
 * max(tensor([3, 1, 2])).item(); // 3
 */
export function max(input: Tensor): Tensor;
/** The largest along `dim`, with its positions; the gradient goes to the first of equals. */
export function max(input: Tensor, dim: number, options?: ReduceOptions): ValuesAndIndices;
export function max(input: Tensor, dim?: number, options: ReduceOptions = {}): Tensor | ValuesAndIndices {
  return dim === undefined ? amax(input) : extremeAlong("max", input, dim, options);
}

/**
 * The smallest of all elements.
 *
 * @example
 * min(tensor([3, 1, 2])).item(); // 1
 */
export function min(input: Tensor): Tensor;
/** The smallest along `dim`, with its positions; the gradient goes to the first of equals. */
export function min(input: Tensor, dim: number, options?: ReduceOptions): ValuesAndIndices;
export function min(input: Tensor, dim?: number, options: ReduceOptions = {}): Tensor | ValuesAndIndices {
  return dim === undefined ? amin(input) : extremeAlong("min", input, dim, options);
}
