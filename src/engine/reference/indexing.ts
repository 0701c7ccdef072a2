import { sizeOf } from "../../util/index.ts";
import type { View } from "../storage.ts";
import { atLeast1d, dimFirst, type Layout, load, store } from "./strided.ts";

export function firstOutOfRange(index: View, size: number): number {
  return load(index).findIndex((i) => i < -size || i >= size);
}

export function indexSelect(input: View, dim: number, index: View, out: View): void {
  const source = dimFirst(atLeast1d(input), dim); // [size, …rest]
  const values = load(source);
  const width = sizeOf(source.shape.slice(1));
  const result = new Float64Array(out.length);
  load(index).forEach((position, i) => {
    const from = fromStart(position, source.shape[0] as number) * width;
    result.set(values.subarray(from, from + width), i * width);
  });
  store(dimFirst(atLeast1d(out), dim), result);
}

export function indexAdd(out: View, dim: number, index: View, source: View): void {
  const target = dimFirst(atLeast1d(out), dim); // [size, …rest]
  const result = load(target);
  const added = load(dimFirst(atLeast1d(source), dim));
  const width = sizeOf(target.shape.slice(1));
  load(index).forEach((position, i) => {
    const to = fromStart(position, target.shape[0] as number) * width;
    for (let j = 0; j < width; j++) {
      result[to + j] = (result[to + j] as number) + (added[i * width + j] as number);
    }
  });
  store(target, result);
}

export function gather(input: View, dim: number, index: View, out: View): void {
  const source = dimFirst(atLeast1d(input), dim);
  const chosen = dimFirst(atLeast1d(index), dim);
  const values = load(source);
  const result = load(chosen).map((position, i) => values[at(source, position, chosen, i)] as number);
  store(dimFirst(atLeast1d(out), dim), result);
}

export function scatter(out: View, dim: number, index: View, source: View, add: boolean): void {
  const target = dimFirst(atLeast1d(out), dim);
  const chosen = dimFirst(atLeast1d(index), dim);
  const from = dimFirst(atLeast1d(source), dim);
  const positions = load(chosen);
  const values = load(from);
  const result = load(target);
  // Two writes to one element have all coordinates in common except the one along `dim`, which comes
  // first here, so they happen in the order of `index`.
  for (let i = 0; i < positions.length; i++) {
    const to = at(target, positions[i] as number, chosen, i);
    const [along] = coordinatesOf(chosen, i);
    const value = values[at(from, along as number, chosen, i)] as number;
    result[to] = add ? (result[to] as number) + value : value;
  }
  store(target, result);
}

/** Flat position in `layout` of `position` along its first dimension and element `i` of `index` along the others. */
function at(layout: Layout, position: number, index: Layout, i: number): number {
  let flat = fromStart(position, layout.shape[0] as number);
  const coordinates = coordinatesOf(index, i);
  for (let dim = 1; dim < layout.shape.length; dim++) {
    flat = flat * (layout.shape[dim] as number) + (coordinates[dim] as number);
  }
  return flat;
}

/** The coordinates of element `i` in row-major order. */
function coordinatesOf(layout: Layout, i: number): number[] {
  const coordinates = new Array<number>(layout.shape.length);
  for (let dim = layout.shape.length - 1; dim >= 0; dim--) {
    const size = layout.shape[dim] as number;
    coordinates[dim] = i % size;
    i = Math.floor(i / size);
  }
  return coordinates;
}

function fromStart(position: number, size: number): number {
  return position < 0 ? position + size : position;
}
