import { broadcastStrides, isContiguous, type Shape, sizeOf } from "../../util/index.ts";
import type { TypedArray } from "../dtype.ts";
import type { View } from "../storage.ts";

// The reference kernels all have the same form: load the inputs into flat arrays in row-major order,
// compute on those in float64, store the result. Strides are dealt with here and nowhere else, and a
// kernel that reads everything before it writes is safe in place by construction.

/** The part of a `View` that says where its elements are. */
export interface Layout {
  readonly storage: View["storage"];
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Calls `visit` with the storage position of each element, in row-major order. */
function forEachPosition(layout: Layout, visit: (position: number, index: number) => void): void {
  const { shape, strides } = layout;
  const rank = shape.length;
  const size = sizeOf(shape);
  const coordinates = new Array<number>(rank).fill(0);
  for (let index = 0; index < size; index++) {
    let position = layout.offset;
    for (let dim = 0; dim < rank; dim++) {
      position += (coordinates[dim] as number) * (strides[dim] as number);
    }
    visit(position, index);
    // Count up like an odometer: the last dimension turns fastest.
    for (let dim = rank - 1; dim >= 0; dim--) {
      coordinates[dim] = (coordinates[dim] as number) + 1;
      if ((coordinates[dim] as number) < (shape[dim] as number)) break;
      coordinates[dim] = 0;
    }
  }
}

/** A view's elements in row-major order; float64 holds every dtype exactly. */
export function load(layout: Layout): Float64Array {
  const elements = layout.storage.host as TypedArray;
  const size = sizeOf(layout.shape);
  if (isContiguous(layout.shape, layout.strides)) {
    return new Float64Array(elements.subarray(layout.offset, layout.offset + size));
  }
  const values = new Float64Array(size);
  forEachPosition(layout, (position, index) => {
    values[index] = elements[position] as number;
  });
  return values;
}

/** A view's elements, read as if it had `shape` (NumPy's broadcasting). */
export function loadAs(view: View, shape: Shape): Float64Array {
  return load({ ...layoutOf(view), shape, strides: broadcastStrides(view.shape, view.strides, shape) });
}

/**
 * Writes values in row-major order. float32 rounds to nearest, int32 truncates and wraps (as sums of
 * integers do), bool is 1 for anything but 0, NaN included.
 */
export function store(layout: Layout, values: ArrayLike<number>): void {
  const elements = layout.storage.host as TypedArray;
  const bool = layout.storage.dtype === "bool";
  forEachPosition(layout, (position, index) => {
    const value = values[index] as number;
    elements[position] = bool ? Number(value !== 0) : value;
  });
}

/** The same elements with `dims` moved behind all others; both groups keep their order. */
export function dimsLast(view: View, dims: readonly number[]): Layout {
  return permuted(view, [...otherDims(view, dims), ...dims]);
}

/** The same elements with `dim` moved to the front. */
export function dimFirst(view: View, dim: number): Layout {
  return permuted(view, [dim, ...otherDims(view, [dim])]);
}

/** Product of the sizes of `dims`. */
export function sizeAlong(view: View, dims: readonly number[]): number {
  return sizeOf(dims.map((dim) => view.shape[dim] as number));
}

/** A scalar taken as one element of one dimension, so that `dim` 0 exists; other views as they are. */
export function atLeast1d(view: View): View {
  if (view.shape.length > 0) return view;
  return { ...layoutOf(view), dtype: view.dtype, length: 1, packed: true, shape: [1], strides: [1] };
}

/** Named fields, because a `View` may be a class whose fields are getters. */
function layoutOf(view: View): Layout {
  return { storage: view.storage, shape: view.shape, strides: view.strides, offset: view.offset };
}

function otherDims(view: View, dims: readonly number[]): number[] {
  return view.shape.map((_, dim) => dim).filter((dim) => !dims.includes(dim));
}

function permuted(view: View, order: readonly number[]): Layout {
  return {
    storage: view.storage,
    offset: view.offset,
    shape: order.map((dim) => view.shape[dim] as number),
    strides: order.map((dim) => view.strides[dim] as number),
  };
}
