import type { View } from "../storage.ts";
import type { Window2d } from "../windows.ts";
import { geometryOf } from "./conv-geometry.ts";
import { im2colBackward, im2colForward } from "./im2col.ts";
import { onPacked } from "./packed.ts";
import type { Runtime } from "./runtime.ts";
import { suitsWinograd, winogradBackward, winogradForward } from "./winograd.ts";

/** `[N, C, H, W]` with `[O, C / groups, kh, kw]` to `[N, O, H', W']`. */
export function conv2d(
  runtime: Runtime,
  input: View,
  weight: View,
  bias: View | null,
  window: Window2d,
  groups: number,
  out: View,
): void {
  if (out.length === 0) return;
  const g = geometryOf(input, out, window, groups);
  const run = suitsWinograd(runtime, g) ? winogradForward : im2colForward;
  onPacked(runtime, "conv2d", [input, weight, bias, out], ([x = 0, w = 0, b = 0, to = 0]) => {
    run(runtime, g, x, w, b, to);
  });
}

/** The transposed convolution of `grad`; `out` has the image's shape. */
export function conv2dGradInput(
  runtime: Runtime,
  grad: View,
  weight: View,
  bias: View | null,
  window: Window2d,
  groups: number,
  out: View,
): void {
  if (out.length === 0) return;
  const g = geometryOf(out, grad, window, groups);
  const run = suitsWinograd(runtime, g) ? winogradBackward : im2colBackward;
  onPacked(runtime, "conv2dGradInput", [grad, weight, bias, out], ([from = 0, w = 0, b = 0, to = 0]) => {
    run(runtime, g, from, 0, w, b, to, 0);
  });
}

/** Of one core, an element of a sum. */
const NANOSECONDS = 0.4;

function sumPlanes(runtime: Runtime, x: number, images: number, channels: number, size: number, to: number): void {
  const { threads, kernels } = runtime;
  if (images * channels * size * NANOSECONDS < threads.least)
    kernels.sumPlanes(x, images, channels, size, to, 0, channels);
  else {
    threads.ranges(channels, 1, (k, first, count) => k.sumPlanes(x, images, channels, size, to, first, first + count));
  }
}

/** Gradients by image, weight and bias, those that are given a place. */
export function conv2dGrad(
  runtime: Runtime,
  grad: View,
  input: View,
  weight: View,
  window: Window2d,
  groups: number,
  gradInput: View | null,
  gradWeight: View | null,
  gradBias: View | null,
): void {
  const g = geometryOf(input, grad, window, groups);
  const run = suitsWinograd(runtime, g) ? winogradBackward : im2colBackward;
  const views = [grad, input, weight, gradInput, gradWeight, gradBias];
  onPacked(runtime, "conv2dGrad", views, ([from = 0, x = 0, w = 0, byInput = 0, byWeight = 0, byBias = 0]) => {
    const toInput = input.length === 0 ? 0 : byInput;
    const toWeight = weight.length === 0 ? 0 : byWeight;
    if (toInput !== 0 || toWeight !== 0) run(runtime, g, from, x, w, 0, toInput, toWeight);
    if (byBias !== 0) {
      sumPlanes(runtime, from, g.images, g.groups * g.filters, g.outHeight * g.outWidth, byBias);
    }
  });
}
