import type { View } from "../storage.ts";
import type { RowNorm } from "../windows.ts";
import { onPacked } from "./packed.ts";
import type { Runtime } from "./runtime.ts";
import type { RangeCall } from "./threads/index.ts";
import { WORK } from "./threads/index.ts";

/** Elements of a cache line. */
const LINE = 16;

/** Each row of `norm.size` neighbours normalised for itself. */
export function normalizeRows(
  runtime: Runtime,
  input: View,
  weight: View | null,
  bias: View | null,
  norm: RowNorm,
  out: View,
  mean: View | null,
  rstd: View,
): void {
  if (out.length === 0) return;
  const { size, groups, inner, eps, centered } = norm;
  onPacked(runtime, "normalizeRows", [input, weight, bias, out, mean, rstd], (at) => {
    const [x = 0, w = 0, b = 0, to = 0, m = 0, r = 0] = at;
    const rows = out.length / size;
    const mode = centered ? 1 : 0;
    if (out.length * WORK.normalize >= runtime.threads.least) {
      // A row's parameters depend on its number modulo `groups`.
      runtime.threads.ranges(rows, groups, (k, from, count) => {
        const at = from * size * 4;
        const means = m === 0 ? 0 : m + from * 4;
        return k.normalizeRows(x + at, w, b, to + at, means, r + from * 4, count, size, groups, inner, eps, mode);
      });
    } else runtime.kernels.normalizeRows(x, w, b, to, m, r, rows, size, groups, inner, eps, mode);
  });
}

/** Gradients of `normalizeRows`, those that are given a place. */
export function normalizeRowsGrad(
  runtime: Runtime,
  grad: View,
  input: View,
  weight: View | null,
  norm: RowNorm,
  mean: View | null,
  rstd: View,
  gradInput: View | null,
  gradWeight: View | null,
  gradBias: View | null,
): void {
  const { size, groups, inner } = norm;
  const rows = size === 0 ? 0 : input.length / size;
  const views = [grad, input, weight, mean, rstd, gradInput, gradWeight, gradBias];
  onPacked(runtime, "normalizeRows", views, (at) => {
    const [g = 0, x = 0, w = 0, m = 0, r = 0, dx = 0, dw = 0, db = 0] = at;
    const { kernels } = runtime;
    if (dx !== 0 && input.length * WORK.normalize >= runtime.threads.least) {
      runtime.threads.ranges(rows, groups, (k, from, count) => {
        const at = from * size * 4;
        const means = m === 0 ? 0 : m + from * 4;
        return k.normalizeRowsGrad(g + at, x + at, w, means, r + from * 4, dx + at, count, size, groups, inner);
      });
    } else if (dx !== 0 && rows > 0) kernels.normalizeRowsGrad(g, x, w, m, r, dx, rows, size, groups, inner);
    if ((dw !== 0 || db !== 0) && size > 0) {
      const parameters = size / inner;
      if (input.length * WORK.normalize >= runtime.threads.least && parameters >= 2 * LINE) {
        runtime.threads.ranges(parameters, LINE, (k, from, count) =>
          k.normalizeRowsParams(g, x, m, r, dw, db, rows, size, groups, inner, from, from + count),
        );
      } else kernels.normalizeRowsParams(g, x, m, r, dw, db, rows, size, groups, inner, 0, parameters);
    }
  });
}

/** N, C and the elements of a plane. */
function planesOf(view: View): [number, number, number] {
  const n = view.shape[0] as number;
  const channels = view.shape[1] as number;
  return [n, channels, view.length / Math.max(n * channels, 1)];
}

// Of one core, an element.
const MOMENT = 1;
const SHIFT = 0.5;
const GRADIENT = 1.5;

/** Channels in ranges, over threads where there is enough to do. */
function overChannels(runtime: Runtime, channels: number, length: number, nanoseconds: number, call: RangeCall): void {
  const { threads } = runtime;
  if (length * nanoseconds >= threads.least) threads.ranges(channels, 4, call);
  else call(runtime.kernels, 0, channels);
}

/** Mean and biased variance of each channel. */
export function batchMoments(runtime: Runtime, input: View, mean: View, variance: View): void {
  if (mean.length === 0) return;
  const [n, channels, inner] = planesOf(input);
  onPacked(runtime, "batchNorm", [input, mean, variance], ([x = 0, m = 0, v = 0]) => {
    overChannels(runtime, channels, input.length, MOMENT, (k, c, some) => {
      k.batchMoments(x, m, v, n, channels, inner, c, c + some);
    });
  });
}

/** Every channel with its own mean, variance, weight and bias. */
export function batchNorm(
  runtime: Runtime,
  input: View,
  mean: View,
  variance: View,
  weight: View | null,
  bias: View | null,
  eps: number,
  out: View,
): void {
  if (out.length === 0) return;
  const [n, channels, inner] = planesOf(input);
  onPacked(runtime, "batchNorm", [input, mean, variance, weight, bias, out], (at) => {
    const [x = 0, m = 0, v = 0, w = 0, b = 0, to = 0] = at;
    overChannels(runtime, channels, out.length, SHIFT, (k, c, some) => {
      k.batchNorm(x, m, v, w, b, to, n, channels, inner, eps, c, c + some);
    });
  });
}

/** Gradients of `batchNorm`, those that are given a place. */
export function batchNormGrad(
  runtime: Runtime,
  grad: View,
  input: View,
  mean: View,
  variance: View,
  weight: View | null,
  eps: number,
  training: boolean,
  gradInput: View | null,
  gradWeight: View | null,
  gradBias: View | null,
): void {
  if (mean.length === 0) return;
  const [n, channels, inner] = planesOf(input);
  const views = [grad, input, mean, variance, weight, gradInput, gradWeight, gradBias];
  onPacked(runtime, "batchNorm", views, (at) => {
    const [g = 0, x = 0, m = 0, v = 0, w = 0, dx = 0, dw = 0, db = 0] = at;
    const to = input.length === 0 ? 0 : dx;
    const own = training ? 1 : 0;
    overChannels(runtime, channels, input.length, GRADIENT, (k, c, some) => {
      k.batchNormGrad(g, x, m, v, w, to, dw, db, n, channels, inner, eps, own, c, c + some);
    });
  });
}
