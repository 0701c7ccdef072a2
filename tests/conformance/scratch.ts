import { expect } from "vitest";
import type { Backend } from "../../src/engine/backend.ts";
import { type DType, newTypedArray, type TypedArray } from "../../src/engine/dtype.ts";
import type { Storage, View } from "../../src/engine/storage.ts";
import { contiguousStrides, type Shape, sizeOf } from "../../src/util/index.ts";
import { coordinatesOf, type Kind, layout, viewOf } from "./views.ts";

/** A view with the values it shows, in row-major order, as they are after rounding to its dtype. */
export interface Sample {
  view: View;
  values: number[];
  /** For messages. */
  label: string;
}

export type Draw = () => number;

/** What storage holds around and below an output, so that stray writes and stale reads are seen. */
const GARBAGE: Record<DType, number> = { float32: 7777, float64: 7777, int32: 7777, bool: 1 };
const GUARD = 3;

/** Makes a test's tensors and gives them back when the test ends. */
export class Scratch {
  readonly backend: Backend;
  #storages: Storage[] = [];
  #state: number;
  #outputs = 0;

  constructor(backend: Backend, seed: number) {
    this.backend = backend;
    this.#state = seed >>> 0;
  }

  /** Uniform in [0, 1) (mulberry32). */
  random(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  uniform(low: number, high: number): number {
    return low + (high - low) * this.random();
  }

  /** A whole number from `low` to `high`. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1));
  }

  /** A view of random elements. */
  input(dtype: DType, shape: Shape, kind: Kind = "contiguous", draw: Draw = this.drawFor(dtype)): Sample {
    const place = layout(shape, kind);
    const elements = newTypedArray(dtype, place.storageLength);
    for (let i = 0; i < elements.length; i++) elements[i] = draw();
    return this.#sample(elements, dtype, place.shape, place.strides, place.offset, kind);
  }

  /** A contiguous view of given values. */
  given(dtype: DType, shape: Shape, values: readonly number[]): Sample {
    const elements = newTypedArray(dtype, sizeOf(shape));
    elements.set(values);
    return this.#sample(elements, dtype, shape, contiguousStrides(shape), 0, "given");
  }

  /** A contiguous view of garbage between guards; every other one starts at an odd offset. */
  output(dtype: DType, shape: Shape): View {
    const offset = this.#outputs++ % 2 === 0 ? 0 : GUARD;
    const length = sizeOf(shape);
    const storage = this.alloc(dtype, offset + length + GUARD);
    this.backend.write(storage, 0, newTypedArray(dtype, storage.length).fill(GARBAGE[dtype]));
    return viewOf(storage, shape, contiguousStrides(shape), offset);
  }

  alloc(dtype: DType, length: number, origin = "conformance"): Storage {
    const storage = this.backend.alloc(dtype, length, origin);
    this.#storages.push(storage);
    return storage;
  }

  /** What a view shows now; for an output also that the guards around it stand. */
  values(view: View): number[] {
    const elements = this.backend.read(view.storage, 0, view.storage.length);
    return show(elements, view.shape, view.strides, view.offset);
  }

  /** The values of an `output`, after checking that nothing was written around it. */
  outputValues(view: View): number[] {
    const elements = this.backend.read(view.storage, 0, view.storage.length);
    const end = view.offset + view.length;
    for (let i = 0; i < elements.length; i++) {
      if (i === view.offset) i = end;
      if (elements[i] !== GARBAGE[view.dtype]) {
        expect.fail(`wrote outside the output: element ${i - view.offset} of a view of ${view.length}`);
      }
    }
    return Array.from(elements.subarray(view.offset, end));
  }

  drawFor(dtype: DType): Draw {
    if (dtype === "bool") return () => this.whole(0, 1);
    if (dtype === "int32") return () => this.whole(-20, 20);
    return () => this.uniform(-3, 3);
  }

  releaseAll(): void {
    for (const storage of this.#storages) this.backend.release(storage);
    this.#storages = [];
  }

  #sample(elements: TypedArray, dtype: DType, shape: Shape, strides: number[], offset: number, kind: string): Sample {
    const storage = this.alloc(dtype, elements.length);
    this.backend.write(storage, 0, elements);
    const view = viewOf(storage, shape, strides, offset);
    return { view, values: show(elements, shape, strides, offset), label: `${dtype} [${shape.join(", ")}] ${kind}` };
  }
}

function show(elements: TypedArray, shape: Shape, strides: readonly number[], offset: number): number[] {
  const values: number[] = [];
  for (const coordinates of coordinatesOf(shape)) {
    let position = offset;
    for (let dim = 0; dim < shape.length; dim++) position += (coordinates[dim] as number) * (strides[dim] as number);
    values.push(elements[position] as number);
  }
  return values;
}
