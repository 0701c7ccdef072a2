import type { View } from "../storage.ts";
import { asContiguous, releaseUnless } from "./dispatch-copy.ts";
import { address4, type Runtime } from "./runtime.ts";
import { WORK } from "./threads/index.ts";

// Kernels that work along one dimension of contiguous operands, seen as [outer, n, inner].

/** Elements of a cache line: two threads that write neighbouring columns do not write one. */
export const LINE = 16;

/** Elements behind `dim`: the stride along it. */
export function innerOf(shape: readonly number[], dim: number): number {
  let inner = 1;
  for (let d = dim + 1; d < shape.length; d++) inner *= shape[d] as number;
  return inner;
}

/** Size along `dim`; a scalar is one element long. */
export function sizeAlong(shape: readonly number[], dim: number): number {
  return shape.length === 0 ? 1 : (shape[dim] as number);
}

/** Running sum along `dim`. */
export function cumsum(runtime: Runtime, input: View, dim: number, reverse: boolean, out: View): void {
  if (out.length === 0) return;
  const n = sizeAlong(out.shape, dim);
  const inner = innerOf(out.shape, dim);
  const outer = out.length / (n * inner);
  const source = asContiguous(runtime, input, "cumsum");
  try {
    const x = address4(runtime, source, "cumsum");
    const to = address4(runtime, out, "cumsum");
    const { kernels, threads } = runtime;
    const name = out.dtype === "float32" ? "cumsum" : "cumsumI32";
    const back = reverse ? 1 : 0;
    if (!(out.length * WORK.cumsum >= threads.least)) kernels[name](x, to, outer, n, inner, inner, back);
    else if (outer > 1) {
      const bytes = n * inner * 4;
      threads.ranges(outer, 1, (k, from, count) =>
        k[name](x + from * bytes, to + from * bytes, count, n, inner, inner, back),
      );
    } else {
      threads.ranges(inner, LINE, (k, from, count) => k[name](x + from * 4, to + from * 4, 1, n, inner, count, back));
    }
  } finally {
    releaseUnless(runtime, input, source);
  }
}

/** Softmax along `dim`, or its logarithm. */
export function softmax(runtime: Runtime, input: View, dim: number, log: boolean, out: View): void {
  if (out.length === 0) return;
  const n = sizeAlong(out.shape, dim);
  const inner = innerOf(out.shape, dim);
  const outer = out.length / (n * inner);
  const source = asContiguous(runtime, input, "softmax");
  try {
    const x = address4(runtime, source, "softmax");
    const to = address4(runtime, out, "softmax");
    const mode = log ? 1 : 0;
    if (out.length * WORK.softmax >= runtime.threads.least) {
      const bytes = n * inner * 4;
      runtime.threads.ranges(outer, 1, (k, from, count) =>
        k.softmax(x + from * bytes, to + from * bytes, count, n, inner, mode),
      );
    } else runtime.kernels.softmax(x, to, outer, n, inner, mode);
  } finally {
    releaseUnless(runtime, input, source);
  }
}

/** The gradient by the input of `softmax`, from its output. */
export function softmaxGrad(runtime: Runtime, grad: View, output: View, dim: number, log: boolean, out: View): void {
  if (out.length === 0) return;
  const n = sizeAlong(out.shape, dim);
  const inner = innerOf(out.shape, dim);
  const outer = out.length / (n * inner);
  let incoming: View | null = null;
  let saved: View | null = null;
  try {
    incoming = asContiguous(runtime, grad, "softmax");
    saved = asContiguous(runtime, output, "softmax");
    const g = address4(runtime, incoming, "softmax");
    const y = address4(runtime, saved, "softmax");
    const to = address4(runtime, out, "softmax");
    const mode = log ? 1 : 0;
    if (out.length * WORK.softmaxGrad >= runtime.threads.least) {
      const bytes = n * inner * 4;
      runtime.threads.ranges(outer, 1, (k, from, count) =>
        k.softmaxGrad(g + from * bytes, y + from * bytes, to + from * bytes, count, n, inner, mode),
      );
    } else runtime.kernels.softmaxGrad(g, y, to, outer, n, inner, mode);
  } finally {
    releaseUnless(runtime, grad, incoming);
    releaseUnless(runtime, output, saved);
  }
}
