import type { PointwiseLoss } from "../opcodes.ts";
import type { View } from "../storage.ts";
import { LOSS } from "./codes.ts";
import { asContiguous, releaseUnless } from "./dispatch-copy.ts";
import { address4, type Runtime } from "./runtime.ts";
import { SUM_SIZE, WORK } from "./threads/index.ts";

/** `out[0] = scale · Σ loss(input, target)`, and the derivative by `input`. */
export function pointwiseLoss(
  runtime: Runtime,
  kind: PointwiseLoss,
  input: View,
  target: View,
  parameter: number,
  scale: number,
  out: View,
  grad: View | null,
): void {
  if (!input.packed || !target.packed) {
    pointwiseLossOfCopies(runtime, kind, input, target, parameter, scale, out, grad);
    return;
  }
  const x = address4(runtime, input, kind);
  const y = address4(runtime, target, kind);
  const slope = grad === null ? 0 : address4(runtime, grad, kind);
  const to = address4(runtime, out, kind);
  runtime.memory.f32[to >>> 2] =
    input.length <= SUM_SIZE
      ? runtime.kernels.pointwiseLoss(LOSS[kind], x, y, slope, input.length, parameter, scale)
      : largeLoss(runtime, kind, x, y, slope, input.length, parameter, scale);
}

function largeLoss(
  runtime: Runtime,
  kind: PointwiseLoss,
  x: number,
  y: number,
  slope: number,
  n: number,
  parameter: number,
  scale: number,
): number {
  let loss = 0;
  runtime.threads.fixedRanges(
    n,
    SUM_SIZE,
    n * WORK.loss,
    (k, from, count) => {
      const at = from * 4;
      return k.pointwiseLoss(LOSS[kind], x + at, y + at, slope === 0 ? 0 : slope + at, count, parameter, scale);
    },
    (part) => {
      loss += part;
    },
  );
  return loss;
}

function pointwiseLossOfCopies(
  runtime: Runtime,
  kind: PointwiseLoss,
  input: View,
  target: View,
  parameter: number,
  scale: number,
  out: View,
  grad: View | null,
): void {
  let x: View | null = null;
  let y: View | null = null;
  try {
    x = asContiguous(runtime, input, kind);
    y = asContiguous(runtime, target, kind);
    pointwiseLoss(runtime, kind, x, y, parameter, scale, out, grad);
  } finally {
    releaseUnless(runtime, input, x);
    releaseUnless(runtime, target, y);
  }
}

/** Flat position of the first NaN or infinity, or -1. */
export function firstNonfinite(runtime: Runtime, input: View): number {
  if (input.length === 0 || input.dtype !== "float32") return -1;
  const source = asContiguous(runtime, input, "firstNonfinite");
  try {
    const x = address4(runtime, source, "firstNonfinite");
    const { length } = source;
    if (length * WORK.sum < runtime.threads.least) return runtime.kernels.firstNonfinite(x, length);
    let first = -1;
    let start = 0;
    runtime.threads.fixedRanges(
      length,
      SUM_SIZE,
      length * WORK.sum,
      (k, from, count) => k.firstNonfinite(x + from * 4, count),
      (found) => {
        if (found >= 0 && first < 0) first = start + found;
        start += SUM_SIZE;
      },
    );
    return first;
  } finally {
    releaseUnless(runtime, input, source);
  }
}
