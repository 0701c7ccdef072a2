import { describe, expect, it } from "vitest";
import { ReferenceBackend } from "../reference/index.ts";
import type { View } from "../storage.ts";
import type { Window2d } from "../windows.ts";
import { WasmBackend } from "./index.ts";

// Large images, which are cut into bands, against float64. Batches that are far larger than what the kernels do at a time (384 KiB of tiles: 3 and 2 of these images), with a
// remainder in the last chunk and in the last part of the weights' gradients, against one image after the other.

const IMAGES = 41;
const SIZE = 20;
const WINDOW: Window2d = { kernel: [3, 3], stride: [1, 1], padding: [1, 1], dilation: [1, 1] };
const backend = new WasmBackend({ blas: "off" });
backend.setNumThreads(1);

/** Values in [-1, 1) by a rule of their own. */
function given(shape: readonly number[], seed: number): View {
  const length = shape.reduce((a, b) => a * b, 1);
  const values = new Float32Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = state / 2 ** 31 - 1;
  }
  const storage = backend.alloc("float32", length, "test");
  backend.write(storage, 0, values);
  const strides = shape.map((_, d) => shape.slice(d + 1).reduce((a, b) => a * b, 1));
  return { storage, dtype: "float32", shape, strides, offset: 0, length, packed: true };
}

const valuesOf = ({ storage, offset, length }: View): Float32Array =>
  backend.read(storage, offset, length) as Float32Array;

/** How many elements have other bits: toEqual takes seconds for this many. */
function differences(a: View, b: View): number {
  const [x, y] = [valuesOf(a), valuesOf(b)];
  return x.reduce((count, value, i) => (Object.is(value, y[i]) ? count : count + 1), Math.abs(x.length - y.length));
}

/** One image of a batch. */
function imageOf(batch: View, n: number): View {
  const length = batch.length / IMAGES;
  return { ...batch, shape: [1, ...batch.shape.slice(1)], offset: n * length, length };
}

describe.each([
  { channels: 8, filters: 9, groups: 1 },
  { channels: 16, filters: 24, groups: 2 },
])("Winograd over many chunks: $channels channels in $groups groups", ({ channels, filters, groups }) => {
  const x = given([IMAGES, channels, SIZE, SIZE], 1);
  const grad = given([IMAGES, filters, SIZE, SIZE], 2);
  const w = given([filters, channels / groups, 3, 3], 3);
  const bias = given([filters], 4);

  it("gives each image what it gets alone", () => {
    const [together, alone] = [given(grad.shape, 5), given(grad.shape, 6)];
    backend.conv2d(x, w, bias, WINDOW, groups, together);
    for (let n = 0; n < IMAGES; n++) backend.conv2d(imageOf(x, n), w, bias, WINDOW, groups, imageOf(alone, n));
    expect(differences(together, alone)).toBe(0);
  });

  it("gives each image the gradient that it gets alone, and the weights their sum", () => {
    const [together, alone] = [given(x.shape, 5), given(x.shape, 6)];
    const [all, one] = [given(w.shape, 5), given(w.shape, 6)];
    backend.conv2dGrad(grad, x, w, WINDOW, groups, together, all, null);
    const sum = new Float64Array(w.length);
    for (let n = 0; n < IMAGES; n++) {
      backend.conv2dGrad(imageOf(grad, n), imageOf(x, n), w, WINDOW, groups, imageOf(alone, n), one, null);
      for (const [i, value] of valuesOf(one).entries()) sum[i] = (sum[i] as number) + value;
    }
    expect(differences(together, alone)).toBe(0);
    const scale = Math.sqrt(IMAGES * SIZE * SIZE);
    const error = valuesOf(all).reduce((most, value, i) => Math.max(most, Math.abs(value - (sum[i] as number))), 0);
    expect(error / scale).toBeLessThan(1e-5);
    backend.conv2dGrad(grad, x, w, WINDOW, groups, null, one, null);
    expect(differences(one, all)).toBe(0);
  });
});

describe.each([
  [1, 1],
  [0, 2],
  [2, 0],
])("Winograd over bands, padding %i and %i", (down, across) => {
  const [height, width] = [59, 75];
  const window: Window2d = { kernel: [3, 3], stride: [1, 1], padding: [down, across], dilation: [1, 1] };
  const x = given([2, 9, height, width], 1);
  const grad = given([2, 8, height + 2 * down - 2, width + 2 * across - 2], 2);
  const w = given([8, 9, 3, 3], 3);
  const [byFilter, byChannel] = [given([8], 4), given([9], 5)];
  const reference = new ReferenceBackend();

  const twin = (view: View): View => {
    const storage = reference.alloc("float64", view.length, "test");
    reference.write(storage, 0, Float64Array.from(valuesOf(view)));
    return { ...view, storage, dtype: "float64" };
  };

  /** The greatest difference between what both backends write. */
  function error(out: View, exact: View): number {
    const expected = reference.read(exact.storage, 0, exact.length);
    return valuesOf(out).reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] as number))), 0);
  }

  it("gives the results", () => {
    const out = given(grad.shape, 6);
    const exact = twin(out);
    backend.conv2d(x, w, byFilter, window, 1, out);
    reference.conv2d(twin(x), twin(w), twin(byFilter), window, 1, exact);
    expect(error(out, exact)).toBeLessThan(3e-5);
  });

  it("gives the gradients, and the same each alone", () => {
    const [byImage, byWeight] = [given(x.shape, 6), given(w.shape, 6)];
    const [exactImage, exactWeight] = [twin(byImage), twin(byWeight)];
    backend.conv2dGrad(grad, x, w, window, 1, byImage, byWeight, null);
    reference.conv2dGrad(twin(grad), twin(x), twin(w), window, 1, exactImage, exactWeight, null);
    expect(error(byImage, exactImage)).toBeLessThan(3e-5);
    expect(error(byWeight, exactWeight)).toBeLessThan(1e-3);
    const [image, weight] = [given(x.shape, 7), given(w.shape, 7)];
    backend.conv2dGrad(grad, x, w, window, 1, image, null, null);
    backend.conv2dGrad(grad, x, w, window, 1, null, weight, null);
    expect([differences(image, byImage), differences(weight, byWeight)]).toEqual([0, 0]);
    // (The bias is added to what is there without it.)
    backend.conv2dGradInput(grad, w, byChannel, window, 1, image);
    const added = valuesOf(byChannel);
    const without = valuesOf(byImage);
    const most = valuesOf(image).reduce((worst, value, i) => {
      const channel = Math.floor(i / (height * width)) % 9;
      return Math.max(worst, Math.abs(value - (without[i] as number) - (added[channel] as number)));
    }, 0);
    expect(most).toBeLessThan(1e-5);
  });
});
