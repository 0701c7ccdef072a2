import { prefersBlas } from "../blas/index.ts";
import type { View } from "../storage.ts";
import { BINARY, REDUCE, UNARY } from "./codes.ts";
import { asContiguous, fill, releaseUnless } from "./dispatch-copy.ts";
import { gemm } from "./gemm.ts";
import { libraryProduct } from "./library-product.ts";
import { address4, type Runtime } from "./runtime.ts";
import { WORK } from "./threads/index.ts";

// A step of a small network is many of these calls: on the path of packed operands they make no object, and what
// takes several threads has a function of its own, because a function with a closure makes its context at every call.

/** `x·Wᵀ + b`, with or without what is negative. */
export function linear(runtime: Runtime, x: View, weight: View, bias: View | null, relu: boolean, out: View): void {
  if (out.length === 0) return;
  if (!x.packed || !weight.packed || bias?.packed === false) {
    onCopies(runtime, [x, weight, bias], ([rows, matrix, row]) =>
      linear(runtime, rows as View, matrix as View, row as View | null, relu, out),
    );
    return;
  }
  const m = x.shape[0] as number;
  const k = x.shape[1] as number;
  const n = weight.shape[0] as number;
  const from = address4(runtime, x, "linear");
  const by = address4(runtime, weight, "linear");
  const row = bias === null ? 0 : address4(runtime, bias, "linear");
  const to = address4(runtime, out, "linear");
  if (prefersBlas(m, n, k) && runtime.blas.ready()) {
    // Bias and relu are one pass behind the library's product.
    libraryProduct(runtime, 0, 1, m, n, k, from, k, by, k, 0, to, n, row, relu && row !== 0 ? 1 : 0);
    if (!relu || row !== 0) return;
  } else {
    gemm(runtime, 0, 1, m, n, k, from, k, by, k, to, n, 0, row);
    if (!relu) return;
  }
  if (m * n * WORK.unary >= runtime.threads.least) positiveOnThreads(runtime, to, m * n);
  else runtime.kernels.unary(UNARY.relu, to, 1, to, m * n);
}

/** The gradients of `linear`. */
export function linearGrad(
  runtime: Runtime,
  grad: View,
  output: View | null,
  x: View,
  weight: View,
  gradX: View | null,
  gradWeight: View | null,
  gradBias: View | null,
): void {
  if (!grad.packed || !x.packed || !weight.packed || output?.packed === false) {
    onCopies(runtime, [grad, output, x, weight], ([g, y, rows, matrix]) =>
      linearGrad(runtime, g as View, y as View | null, rows as View, matrix as View, gradX, gradWeight, gradBias),
    );
    return;
  }
  const from = address4(runtime, grad, "linear");
  if (output === null || grad.length === 0) {
    gradients(runtime, from, x, weight, gradX, gradWeight, gradBias);
    return;
  }
  const bytes = grad.length * 4;
  const passed = runtime.allocator.allocate(bytes, "linear");
  try {
    const of = address4(runtime, output, "linear");
    if (grad.length * WORK.binary >= runtime.threads.least) passOnThreads(runtime, from, of, passed, grad.length);
    else runtime.kernels.binary(BINARY.reluGrad, from, 1, of, 1, passed, grad.length);
    gradients(runtime, passed, x, weight, gradX, gradWeight, gradBias);
  } finally {
    runtime.allocator.free(passed, bytes);
  }
}

/** From the gradient `[M, N]` at `from`, by what the products gave. */
function gradients(
  runtime: Runtime,
  from: number,
  x: View,
  weight: View,
  gradX: View | null,
  gradWeight: View | null,
  gradBias: View | null,
): void {
  const m = x.shape[0] as number;
  const k = x.shape[1] as number;
  const n = weight.shape[0] as number;
  if (gradX !== null && gradX.length > 0) {
    const by = address4(runtime, weight, "linear");
    gemm(runtime, 0, 0, m, k, n, from, n, by, k, address4(runtime, gradX, "linear"), k, 0, 0);
  }
  if (gradWeight !== null && gradWeight.length > 0) {
    const rows = address4(runtime, x, "linear");
    gemm(runtime, 1, 0, n, k, m, from, n, rows, k, address4(runtime, gradWeight, "linear"), k, 0, 0);
  }
  if (gradBias === null) return;
  if (m === 0) fill(runtime, gradBias, 0);
  else if (n > 4 && m * n * WORK.sum >= runtime.threads.least) sumsOnThreads(runtime, from, gradBias, m, n);
  else runtime.kernels.reduceRows(REDUCE.sum, from, address4(runtime, gradBias, "linear"), n, m, 1, n);
}

function positiveOnThreads(runtime: Runtime, at: number, length: number): void {
  runtime.threads.ranges(length, 64, (k, first, count) => {
    const to = at + first * 4;
    k.unary(UNARY.relu, to, 1, to, count);
  });
}

function passOnThreads(runtime: Runtime, grad: number, output: number, to: number, length: number): void {
  runtime.threads.ranges(length, 64, (k, first, count) => {
    const skip = first * 4;
    k.binary(BINARY.reluGrad, grad + skip, 1, output + skip, 1, to + skip, count);
  });
}

// (Four neighbouring columns may be one vector.)
function sumsOnThreads(runtime: Runtime, from: number, gradBias: View, m: number, n: number): void {
  const to = address4(runtime, gradBias, "linear");
  runtime.threads.ranges(n, 4, (k, first, count) => {
    k.reduceRows(REDUCE.sum, from + first * 4, to + first * 4, count, m, 1, n);
  });
}

/** Runs `call` on contiguous copies of the views that are not, for as long as it takes. */
function onCopies(runtime: Runtime, views: readonly (View | null)[], call: (copies: (View | null)[]) => void): void {
  const copies: (View | null)[] = [];
  try {
    for (const view of views) copies.push(view === null ? null : asContiguous(runtime, view, "linear"));
    call(copies);
  } finally {
    for (let i = 0; i < copies.length; i++) releaseUnless(runtime, views[i] as View | null, copies[i] as View | null);
  }
}
