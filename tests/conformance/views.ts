import type { View } from "../../src/engine/storage.ts";
import { isContiguous, type Shape, sizeOf } from "../../src/util/index.ts";

// The ways a view can lie on its storage. A backend must read each of them.
export const KINDS = [
  "contiguous",
  "offset",
  "transposed",
  "stepped",
  "flipped",
  "shuffled",
  "broadcast",
  "innerBroadcast",
] as const;
export type Kind = (typeof KINDS)[number];

/** Scalars, single elements, nothing at all, odd sizes, one to five dimensions. */
export const SHAPES: readonly Shape[] = [
  [],
  [1],
  [0],
  [5],
  [67],
  [3, 4],
  [1, 7],
  [2, 0, 3],
  [7, 1, 5],
  [9, 11],
  [2, 3, 4],
  [2, 3, 1, 5],
  [2, 1, 3, 2, 2],
];

export interface Layout {
  shape: Shape;
  strides: number[];
  offset: number;
  /** Elements the storage must have. */
  storageLength: number;
}

/** Where the elements of a view of this kind lie. */
export function layout(shape: Shape, kind: Kind): Layout {
  const dims = shape.map((_, dim) => dim);
  const last = shape.length - 1;
  switch (kind) {
    case "contiguous":
      return place(shape, dims, {});
    case "offset":
      return place(shape, dims, { pad: 3 });
    case "transposed":
      return place(shape, [...dims].reverse(), {});
    case "stepped":
      return place(shape, dims, { step: (dim) => (dim === last ? 2 : 1) });
    case "flipped":
      return place(shape, dims, { flip: () => true });
    case "shuffled": // the first dimension innermost, every other one flipped, gaps, an offset
      return place(shape, [...dims.slice(1), ...dims.slice(0, 1)], {
        step: (dim) => 1 + (dim % 3),
        flip: (dim) => dim % 2 === 1,
        pad: 5,
      });
    case "broadcast":
      return place(shape, dims, { repeat: (dim) => dim % 2 === 0, pad: 1 });
    case "innerBroadcast":
      return place(shape, dims, { repeat: (dim) => dim === last });
  }
}

interface Placement {
  step?: (dim: number) => number;
  flip?: (dim: number) => boolean;
  repeat?: (dim: number) => boolean;
  pad?: number;
}

/** `order` lists the dimensions from the outermost in memory to the innermost. */
function place(shape: Shape, order: readonly number[], placement: Placement): Layout {
  const strides = new Array<number>(shape.length).fill(0);
  const pad = placement.pad ?? 0;
  let offset = pad;
  let span = 1;
  for (const dim of [...order].reverse()) {
    if (placement.repeat?.(dim)) continue;
    const size = Math.max(shape[dim] as number, 1);
    const stride = span * (placement.step?.(dim) ?? 1);
    span = stride * size;
    strides[dim] = stride;
    if (placement.flip?.(dim)) {
      offset += stride * (size - 1);
      strides[dim] = -stride;
    }
  }
  return { shape, strides, offset, storageLength: span + pad + 2 };
}

/** A plain object view. */
export function viewOf(storage: View["storage"], shape: Shape, strides: readonly number[], offset: number): View {
  const length = sizeOf(shape);
  return { storage, dtype: storage.dtype, shape, strides, offset, length, packed: isContiguous(shape, strides) };
}

const listed = new Map<string, readonly (readonly number[])[]>();

/** The coordinates of every element, in row-major order. Kept, for the suite asks often. */
export function coordinatesOf(shape: Shape): readonly (readonly number[])[] {
  const key = shape.join();
  let all = listed.get(key);
  if (all === undefined) {
    all = [[]];
    for (const size of shape) {
      all = all.flatMap((prefix) => Array.from({ length: size }, (_, i) => [...prefix, i]));
    }
    listed.set(key, all);
  }
  return all;
}

/** Row-major position of coordinates in `shape`; sizes of 1 and missing leading dimensions broadcast. */
export function flatIndex(shape: Shape, coordinates: readonly number[]): number {
  const shift = coordinates.length - shape.length;
  let flat = 0;
  for (let dim = 0; dim < shape.length; dim++) {
    const size = shape[dim] as number;
    flat = flat * size + (size === 1 ? 0 : (coordinates[dim + shift] as number));
  }
  return flat;
}

/**
 * All non-empty sets of dimensions, ascending; `[[]]` for a scalar. Of four dimensions or more only every
 * fourth set, another quarter for each `turn`.
 */
export function dimSets(rank: number, turn = 0): number[][] {
  if (rank === 0) return [[]];
  const sets: number[][] = [];
  for (let mask = 1; mask < 1 << rank; mask++) {
    if (rank > 3 && (mask + turn) % 4 !== 0) continue;
    sets.push(Array.from({ length: rank }, (_, dim) => dim).filter((dim) => mask & (1 << dim)));
  }
  return sets;
}

/** A shape without some of its dimensions. */
export function without(shape: Shape, dims: readonly number[]): number[] {
  return shape.filter((_, dim) => !dims.includes(dim));
}
