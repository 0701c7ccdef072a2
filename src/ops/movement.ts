import { needsGrad, record, type Tensor } from "../tensor/index.ts";
import {
  checkedOptions,
  contiguousStrides,
  formatShape,
  normalizeDim,
  type OptionKinds,
  type Shape,
  ShapeError,
  sizeOf,
} from "../util/index.ts";
import { contiguousRaw, emptyLike, expandTo, viewOf } from "./common.ts";
import { sumToShape } from "./sum-to-shape.ts";

// Other windows on the same elements. None of these copies, except reshape where it must.

// Resolves one -1 and checks the number of elements.
function resolveShape(operation: string, input: Tensor, shape: Shape): number[] {
  const out = [...shape];
  const open = out.indexOf(-1);
  if (open >= 0) {
    const rest = out.reduce((size, n, i) => (i === open ? size : size * n), 1);
    out[open] = rest === 0 ? 0 : input.length / rest;
  }
  if (out.some((n) => !Number.isInteger(n) || n < 0) || sizeOf(out) !== input.length) {
    throw new ShapeError(
      operation,
      `shape ${formatShape(shape)} for a tensor of shape ${formatShape(input.shape)}`,
      `expected ${input.length} elements, with at most one size left open as -1`,
      "Check the product of the sizes.",
    );
  }
  return out;
}

function reshaped(operation: string, input: Tensor, shape: readonly number[], strides: readonly number[]): Tensor {
  const out = viewOf(input, shape, strides, input.offset);
  if (!needsGrad(input)) return out;
  return record(operation, out, [input], null, (grad) => {
    const g = contiguousRaw(grad, operation);
    return viewOf(g, input.shape, contiguousStrides(input.shape), g.offset);
  });
}

// Strides under which a strided tensor reads as `shape` without a copy, or null. Each run of old
// dimensions that lie in memory like one is cut into new ones.
function viewStrides(input: Tensor, shape: readonly number[]): number[] | null {
  if (input.packed || input.length === 0) return contiguousStrides(shape);
  const strides = new Array<number>(shape.length);
  let to = shape.length - 1;
  let from = input.shape.length - 1;
  while (from >= 0) {
    let block = input.shape[from] as number;
    const step = input.strides[from] as number;
    while (from > 0 && (input.shape[from - 1] === 1 || input.strides[from - 1] === block * step)) {
      from--;
      block *= input.shape[from] as number;
    }
    from--;
    let filled = 1;
    while (to >= 0 && (filled < block || shape[to] === 1)) {
      strides[to] = step * filled;
      filled *= shape[to] as number;
      to--;
    }
    if (filled !== block) return null;
  }
  while (to >= 0) strides[to--] = 1;
  return strides;
}

/**
 * The same elements under another shape, always sharing memory.
 *
 * @param shape one size may be -1: what is left over
 * @throws {ShapeError} when the layout does not allow it without a copy
 * @example
 * view(arange(6), [2, -1]); // [[0, 1, 2], [3, 4, 5]]
 */
export function view(input: Tensor, shape: Shape): Tensor {
  const sizes = resolveShape("view", input, shape);
  const strides = viewStrides(input, sizes);
  if (strides === null) {
    throw new ShapeError(
      "view",
      `a tensor of shape ${formatShape(input.shape)} and strides ${formatShape(input.strides)} as ${formatShape(sizes)}`,
      "expected a layout that allows it without a copy",
      "Use reshape(), which copies where it must.",
    );
  }
  return reshaped("view", input, sizes, strides);
}

/**
 * The same elements under another shape, sharing memory where the layout allows; one size may be -1.
 *
 * @example
 * reshape(arange(6), [2, 3]); // [[0, 1, 2], [3, 4, 5]]
 */
export function reshape(input: Tensor, shape: Shape): Tensor {
  const sizes = resolveShape("reshape", input, shape);
  const strides = viewStrides(input, sizes);
  if (strides !== null) return reshaped("reshape", input, sizes, strides);
  const copy = contiguousRaw(input, "reshape");
  const out = viewOf(copy, sizes, contiguousStrides(sizes), 0);
  out.isView = false;
  return record("reshape", out, [input], null, (grad) => {
    const g = contiguousRaw(grad, "reshape");
    return viewOf(g, input.shape, contiguousStrides(input.shape), g.offset);
  });
}

/**
 * Dimensions `startDim … endDim` made one.
 *
 * @example
 * flatten(ones([8, 3, 4]), 1).shape; // [8, 12]
 */
export function flatten(input: Tensor, startDim = 0, endDim = -1): Tensor {
  if (input.shape.length === 0) return reshape(input, [1]);
  const start = normalizeDim("flatten", startDim, input.shape.length);
  const end = normalizeDim("flatten", endDim, input.shape.length);
  if (start > end) {
    throw new ShapeError("flatten", `startDim ${startDim}, endDim ${endDim}`, "expected startDim first", "Swap them.");
  }
  const joined = sizeOf(input.shape.slice(start, end + 1));
  return reshape(input, [...input.shape.slice(0, start), joined, ...input.shape.slice(end + 1)]);
}

/**
 * Dimensions in a new order.
 *
 * @example
 * permute(ones([2, 3, 4]), [2, 0, 1]).shape; // [4, 2, 3]
 */
export function permute(input: Tensor, dims: readonly number[]): Tensor {
  const rank = input.shape.length;
  const order = dims.map((dim) => normalizeDim("permute", dim, rank));
  if (order.length !== rank || new Set(order).size !== rank) {
    throw new ShapeError(
      "permute",
      `dims ${formatShape(dims)} for a tensor of ${rank} dimensions`,
      "expected each dimension once",
      "List every dimension in its new place.",
    );
  }
  const out = viewOf(
    input,
    order.map((i) => input.shape[i] as number),
    order.map((i) => input.strides[i] as number),
    input.offset,
  );
  if (!needsGrad(input)) return out;
  const inverse = new Array<number>(rank);
  order.forEach((from, to) => {
    inverse[from] = to;
  });
  return record("permute", out, [input], null, (grad) =>
    viewOf(
      grad,
      inverse.map((i) => grad.shape[i] as number),
      inverse.map((i) => grad.strides[i] as number),
      grad.offset,
    ),
  );
}

/**
 * Two dimensions swapped.
 *
 * @example
 * transpose(ones([2, 3, 4]), 0, 2).shape; // [4, 3, 2]
 */
export function transpose(input: Tensor, dim0: number, dim1: number): Tensor {
  const rank = input.shape.length;
  const a = normalizeDim("transpose", dim0, rank);
  const b = normalizeDim("transpose", dim1, rank);
  const order = Array.from({ length: rank }, (_, i) => (i === a ? b : i === b ? a : i));
  return permute(input, order);
}

/**
 * A matrix with rows and columns swapped; vectors and scalars stay as they are.
 *
 * @example
 * t(tensor([[1, 2], [3, 4]])); // [[1, 3], [2, 4]]
 */
export function t(input: Tensor): Tensor {
  if (input.shape.length > 2) {
    throw new ShapeError(
      "t",
      `the tensor has ${input.shape.length} dimensions`,
      "expected at most 2",
      "Use transpose(dim0, dim1).",
    );
  }
  return input.shape.length === 2
    ? transpose(input, 0, 1)
    : permute(
        input,
        input.shape.map((_, i) => i),
      );
}

/**
 * Without the dimensions of size 1, or without `dim` if that has size 1.
 *
 * @example
 * squeeze(ones([1, 3, 1])).shape; // [3]
 */
export function squeeze(input: Tensor, dim?: number): Tensor {
  const at = dim === undefined ? undefined : normalizeDim("squeeze", dim, input.shape.length);
  const stays = (i: number): boolean => input.shape[i] !== 1 || (at !== undefined && i !== at);
  return reshaped(
    "squeeze",
    input,
    input.shape.filter((_, i) => stays(i)),
    input.strides.filter((_, i) => stays(i)),
  );
}

/**
 * With a dimension of size 1 before `dim`.
 *
 * @example
 * unsqueeze(ones([3]), 0).shape; // [1, 3]
 */
export function unsqueeze(input: Tensor, dim: number): Tensor {
  const at = normalizeDim("unsqueeze", dim, input.shape.length + 1);
  const shape = [...input.shape];
  const strides = [...input.strides];
  shape.splice(at, 0, 1);
  strides.splice(at, 0, at < strides.length ? (strides[at] as number) * (input.shape[at] as number) : 1);
  return reshaped("unsqueeze", input, shape, strides);
}

/**
 * Dimensions of size 1 repeated, and new ones put before, without copying.
 *
 * @param shape -1 keeps a size
 * @example
 * expand(tensor([[1], [2]]), [2, 3]); // [[1, 1, 1], [2, 2, 2]]
 */
export function expand(input: Tensor, shape: Shape): Tensor {
  const shift = shape.length - input.shape.length;
  const target = shape.map((size, i) => (size === -1 && i >= shift ? (input.shape[i - shift] as number) : size));
  const fits = shift >= 0 && input.shape.every((size, i) => size === target[i + shift] || size === 1);
  if (!fits || target.some((size) => !Number.isInteger(size) || size < 0)) {
    throw new ShapeError(
      "expand",
      `shape ${formatShape(shape)} for a tensor of shape ${formatShape(input.shape)}`,
      "expected the same sizes wherever the tensor's is not 1",
      "Only dimensions of size 1 can be repeated; new ones go in front.",
    );
  }
  const out = expandTo(input, target);
  if (!needsGrad(input)) return out;
  return record("expand", out, [input], null, (grad) => sumToShape(grad, input.shape));
}

function checkNotScalar(operation: string, input: Tensor): void {
  if (input.shape.length > 0) return;
  throw new ShapeError(
    operation,
    "the tensor is a scalar",
    "expected at least one dimension to cut along",
    "Use item() for its value, or unsqueeze(0) for a dimension.",
  );
}

/**
 * Elements `start … start + length − 1` along a dimension, without copying.
 *
 * @example
 * narrow(arange(5), 0, 1, 3); // [1, 2, 3]
 */
export function narrow(input: Tensor, dim: number, start: number, length: number): Tensor {
  checkNotScalar("narrow", input);
  const along = normalizeDim("narrow", dim, input.shape.length);
  const size = input.shape[along] as number;
  const from = start < 0 ? start + size : start;
  if (!Number.isInteger(from) || !Number.isInteger(length) || from < 0 || length < 0 || from + length > size) {
    throw new ShapeError(
      "narrow",
      `start ${start}, length ${length} along dim ${dim}`,
      `expected a stretch inside 0 … ${size}`,
      "Check start and length against the size of that dimension.",
    );
  }
  return strided("narrow", input, along, from, length, 1);
}

/** Options of `slice`. */
export interface SliceOptions {
  /** First position; negative counts from the end. */
  start?: number;
  /** Position after the last; negative counts from the end. */
  end?: number;
  /** Distance between elements, 1 or more. */
  step?: number;
}

const SLICE: OptionKinds<SliceOptions> = { start: "number", end: "number", step: "number" };

/**
 * `x[start:end:step]` along a dimension, Python's rules, without copying.
 *
 * @example
 * slice(arange(6), 0, { start: 1, step: 2 }); // [1, 3, 5]
 */
export function slice(input: Tensor, dim: number, options: SliceOptions = {}): Tensor {
  checkNotScalar("slice", input);
  checkedOptions("slice", options, SLICE);
  const along = normalizeDim("slice", dim, input.shape.length);
  const size = input.shape[along] as number;
  const step = options.step ?? 1;
  const clip = (at: number): number => Math.min(size, Math.max(0, at < 0 ? at + size : at));
  const start = clip(options.start ?? 0);
  const end = clip(options.end ?? size);
  if (![start, end, step].every(Number.isInteger) || step < 1) {
    throw new ShapeError(
      "slice",
      `start ${options.start}, end ${options.end}, step ${options.step}`,
      "expected whole numbers and a step of 1 or more",
      "Use flip() to run backwards.",
    );
  }
  return strided("slice", input, along, start, Math.max(0, Math.ceil((end - start) / step)), step);
}

function strided(operation: string, input: Tensor, dim: number, start: number, length: number, step: number): Tensor {
  const window = (of: Tensor): Tensor => {
    const shape = of.shape.slice();
    const strides = of.strides.slice();
    const stride = strides[dim] as number;
    shape[dim] = length;
    strides[dim] = stride * step;
    return viewOf(of, shape, strides, of.offset + start * stride);
  };
  const out = window(input);
  if (!needsGrad(input)) return out;
  return record(operation, out, [input], null, (grad) => {
    const back = emptyLike(input, operation);
    back.storage.backend.fill(back, 0);
    back.storage.backend.copy(grad, window(back));
    return back;
  });
}

/**
 * One position along a dimension, which disappears: `x[:, i]` is `select(x, 1, i)`.
 *
 * @example
 * select(tensor([[1, 2], [3, 4]]), 0, 1); // [3, 4]
 */
export function select(input: Tensor, dim: number, index: number): Tensor {
  const along = normalizeDim("select", dim, input.shape.length);
  return squeeze(narrow(input, along, index, 1), along);
}
