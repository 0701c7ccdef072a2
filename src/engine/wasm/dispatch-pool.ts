import type { View } from "../storage.ts";
import type { AverageOver, Window2d } from "../windows.ts";
import { onPacked } from "./packed.ts";
import type { Runtime } from "./runtime.ts";
import type { RangeCall } from "./threads/index.ts";

/** The kernels' form of adaptive windows: no height. */
const ADAPTIVE: Window2d = { kernel: [0, 0], stride: [1, 1], padding: [0, 0], dilation: [1, 1] };

function sizesOf(view: View): [planes: number, height: number, width: number] {
  const [n, c, h, w] = view.shape as [number, number, number, number];
  return [n * c, h, w];
}

/** Of one core, an element that a window sees. */
const NANOSECONDS = 0.5;

/** Planes in ranges, over threads where there is enough to do. */
function overPlanes(runtime: Runtime, planes: number, seen: number, call: RangeCall): void {
  const { threads } = runtime;
  if (planes * seen * NANOSECONDS >= threads.least) threads.ranges(planes, 1, call);
  else call(runtime.kernels, 0, planes);
}

function divisorOf(over: AverageOver): number {
  return over === "inside" ? 0 : over === "padded" ? -1 : over;
}

/** The greatest element of each window and its position. */
export function maxPool2d(runtime: Runtime, input: View, window: Window2d | null, out: View, index: View): void {
  if (out.length === 0) return;
  const [planes, h, w] = sizesOf(input);
  const [, oh, ow] = sizesOf(out);
  const { kernel, stride, padding, dilation } = window ?? ADAPTIVE;
  onPacked(runtime, "maxPool2d", [input, out, index], ([x = 0, to = 0, at = 0]) => {
    const [kh, kw] = kernel;
    overPlanes(runtime, planes, Math.max(h * w, oh * ow * kh * kw), (k, first, count) => {
      k.maxPool2d(
        x + first * h * w * 4,
        to + first * oh * ow * 4,
        at + first * oh * ow * 4,
        count,
        h,
        w,
        oh,
        ow,
        kh,
        kw,
        stride[0],
        stride[1],
        padding[0],
        padding[1],
        dilation[0],
        dilation[1],
      );
    });
  });
}

/** Each gradient goes to the greatest element of its window. */
export function maxPool2dGrad(runtime: Runtime, grad: View, index: View, out: View): void {
  if (out.length === 0) return;
  const [planes, h, w] = sizesOf(out);
  const [, oh, ow] = sizesOf(grad);
  onPacked(runtime, "maxPool2d", [grad, index, out], ([g = 0, at = 0, to = 0]) => {
    overPlanes(runtime, planes, h * w, (k, first, count) => {
      const from = first * oh * ow * 4;
      k.maxPool2dGrad(g + from, at + from, to + first * h * w * 4, count, h * w, oh * ow);
    });
  });
}

/** The mean of each window. */
export function avgPool2d(runtime: Runtime, input: View, window: Window2d | null, over: AverageOver, out: View): void {
  if (out.length === 0) return;
  const [planes, h, w] = sizesOf(input);
  const [, oh, ow] = sizesOf(out);
  const { kernel, stride, padding } = window ?? ADAPTIVE;
  onPacked(runtime, "avgPool2d", [input, out], ([x = 0, to = 0]) => {
    runtime.kernels.avgPool2d(
      x,
      to,
      planes,
      h,
      w,
      oh,
      ow,
      kernel[0],
      kernel[1],
      stride[0],
      stride[1],
      padding[0],
      padding[1],
      divisorOf(over),
    );
  });
}

/** The gradient by the input of `avgPool2d`. */
export function avgPool2dGrad(
  runtime: Runtime,
  grad: View,
  window: Window2d | null,
  over: AverageOver,
  out: View,
): void {
  if (out.length === 0) return;
  const [planes, h, w] = sizesOf(out);
  const [, oh, ow] = sizesOf(grad);
  const { kernel, stride, padding } = window ?? ADAPTIVE;
  onPacked(runtime, "avgPool2d", [grad, out], ([g = 0, to = 0]) => {
    runtime.kernels.avgPool2dGrad(
      g,
      to,
      planes,
      h,
      w,
      oh,
      ow,
      kernel[0],
      kernel[1],
      stride[0],
      stride[1],
      padding[0],
      padding[1],
      divisorOf(over),
    );
  });
}
