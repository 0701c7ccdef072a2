import type { PointwiseLoss } from "../opcodes.ts";
import type { View } from "../storage.ts";
import { LOSS } from "./codes.ts";
import { asContiguous, releaseUnless } from "./dispatch-copy.ts";
import { address4, type Runtime } from "./runtime.ts";

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
  const loss = runtime.kernels.pointwiseLoss(LOSS[kind], x, y, slope, input.length, parameter, scale);
  runtime.memory.f32[to >>> 2] = loss;
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
    return runtime.kernels.firstNonfinite(address4(runtime, source, "firstNonfinite"), source.length);
  } finally {
    releaseUnless(runtime, input, source);
  }
}
