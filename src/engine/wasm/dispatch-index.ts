import type { View } from "../storage.ts";
import { asContiguous, copy, releaseUnless } from "./dispatch-copy.ts";
import { innerOf, LINE, sizeAlong } from "./dispatch-rows.ts";
import { address4, addressOf, type Runtime } from "./runtime.ts";
import type { StridedPlan } from "./strided.ts";
import { inStridedRanges, type RangeCall, type StridedCall, SUM_SIZE, WORK } from "./threads/index.ts";

/** Flat position of the first index outside `-size … size - 1`, or -1. */
export function firstOutOfRange(runtime: Runtime, index: View, size: number): number {
  if (index.length === 0) return -1;
  const positions = asContiguous(runtime, index, "index");
  try {
    const at = address4(runtime, positions, "index");
    const n = positions.length;
    if (!(n * WORK.range >= runtime.threads.least)) return runtime.kernels.firstOutOfRange(at, n, size);
    let first = -1;
    let done = 0;
    const part: RangeCall = (k, from, count) => k.firstOutOfRange(at + from * 4, count, size);
    runtime.threads.fixedRanges(n, SUM_SIZE, n * WORK.range, part, (found) => {
      if (first < 0 && found >= 0) first = done + found;
      done += SUM_SIZE;
    });
    return first;
  } finally {
    releaseUnless(runtime, index, positions);
  }
}

/** `out[.., i, ..] = input[.., index[i], ..]` along `dim`. */
export function indexSelect(runtime: Runtime, input: View, dim: number, index: View, out: View): void {
  if (out.length === 0) return;
  const n = sizeAlong(input.shape, dim);
  const inner = innerOf(input.shape, dim);
  const outer = input.length / (n * inner);
  let source: View | null = null;
  let positions: View | null = null;
  try {
    source = asContiguous(runtime, input, "indexSelect");
    positions = asContiguous(runtime, index, "indexSelect");
    const x = addressOf(runtime, source, "indexSelect");
    const at = address4(runtime, positions, "indexSelect");
    const to = addressOf(runtime, out, "indexSelect");
    const { kernels, threads } = runtime;
    const picked = index.length;
    const name = out.dtype === "bool" ? "indexSelect1" : "indexSelect4";
    const bytes = out.dtype === "bool" ? 1 : 4;
    if (!(out.length * WORK.copy + outer * picked * 4 >= threads.least)) {
      if (bytes === 1) kernels.indexSelect1(x, at, to, outer, n, inner, picked);
      else kernels.indexSelect4(x, at, to, outer, n, inner, picked);
    } else if (outer > 1) {
      const [source, target] = [n * inner * bytes, picked * inner * bytes];
      threads.ranges(outer, 1, (k, from, count) =>
        k[name](x + from * source, at, to + from * target, count, n, inner, picked),
      );
    } else {
      threads.ranges(picked, LINE, (k, from, count) =>
        k[name](x, at + from * 4, to + from * inner * bytes, 1, n, inner, count),
      );
    }
  } finally {
    releaseUnless(runtime, input, source);
    releaseUnless(runtime, index, positions);
  }
}

/** `out[.., index[i], ..] += source[.., i, ..]`, in place. */
export function indexAdd(runtime: Runtime, out: View, dim: number, index: View, source: View): void {
  if (source.length === 0 || out.length === 0) return;
  const n = sizeAlong(out.shape, dim);
  const inner = innerOf(out.shape, dim);
  const outer = out.length / (n * inner);
  let target: View | null = null;
  let added: View | null = null;
  let positions: View | null = null;
  try {
    target = asContiguous(runtime, out, "indexAdd");
    added = asContiguous(runtime, source, "indexAdd");
    positions = asContiguous(runtime, index, "indexAdd");
    const to = address4(runtime, target, "indexAdd");
    const x = address4(runtime, added, "indexAdd");
    const at = address4(runtime, positions, "indexAdd");
    const { kernels, threads } = runtime;
    const name = out.dtype === "float32" ? "indexAdd" : "indexAddI32";
    const picked = index.length;
    // (Columns of one matrix on several threads take longer than on one: it is memory that is short.)
    if (outer > 1 && added.length * WORK.binary + outer * picked * 4 >= threads.least) {
      const [rows, sources] = [n * inner * 4, picked * inner * 4];
      threads.ranges(outer, 1, (k, from, count) =>
        k[name](to + from * rows, at, x + from * sources, count, n, inner, picked),
      );
    } else kernels[name](to, at, x, outer, n, inner, picked);
    if (target !== out) copy(runtime, target, out);
  } finally {
    releaseUnless(runtime, out, target);
    releaseUnless(runtime, source, added);
    releaseUnless(runtime, index, positions);
  }
}

/** `out[i][j] = input[index[i][j]][j]` for dim 0; `input` may be strided. */
export function gather(runtime: Runtime, input: View, dim: number, index: View, out: View): void {
  if (out.length === 0) return;
  const positions = asContiguous(runtime, index, "gather");
  try {
    const x = addressOf(runtime, input, "gather");
    const at = address4(runtime, positions, "gather");
    const to = addressOf(runtime, out, "gather");
    const { kernels } = runtime;
    const plan = planAlong(runtime, "gather", input, dim, index);
    const bytes = out.dtype === "bool" ? 1 : 4;
    if (plan.outer === 1) {
      const name = bytes === 1 ? "gather1" : "gather4";
      const shared: StridedCall = (k, desc, from, _b, _c, done) =>
        k[name](desc, x + from * bytes, at + done * 4, to + done * bytes);
      if (inStridedRanges(runtime, out.length * WORK.gather, 1, shared, APPENDED)) return;
    }
    for (let i = 0; i < plan.outer; i++) {
      const from = x + plan.offset(0, i) * bytes;
      const done = i * plan.inner;
      if (bytes === 1) kernels.gather1(plan.descriptor, from, at + done * 4, to + done);
      else kernels.gather4(plan.descriptor, from, at + done * 4, to + done * 4);
    }
  } finally {
    releaseUnless(runtime, index, positions);
  }
}

/** PyTorch's scatter and scatter_add, in place; `out` may be strided. */
export function scatter(runtime: Runtime, out: View, dim: number, index: View, source: View, add: boolean): void {
  if (index.length === 0) return;
  let positions: View | null = null;
  let values: View | null = null;
  try {
    positions = asContiguous(runtime, index, "scatter");
    values = asContiguous(runtime, source, "scatter");
    const at = address4(runtime, positions, "scatter");
    const x = addressOf(runtime, values, "scatter");
    const to = addressOf(runtime, out, "scatter");
    const { kernels } = runtime;
    const plan = planAlong(runtime, "scatter", out, dim, index);
    const bytes = out.dtype === "bool" ? 1 : 4;
    // Along another dimension than `dim` no two parts write the same element.
    if (plan.outer === 1 && plan.firstStride(0) !== 0) {
      const name =
        bytes === 1 ? "scatter1" : !add ? "scatter4" : out.dtype === "float32" ? "scatterAdd" : "scatterAddI32";
      const shared: StridedCall = (k, desc, target, _b, _c, done) =>
        k[name](desc, to + target * bytes, at + done * 4, x + done * bytes);
      if (inStridedRanges(runtime, index.length * WORK.gather, 1, shared, APPENDED)) return;
    }
    for (let i = 0; i < plan.outer; i++) {
      const target = to + plan.offset(0, i) * bytes;
      const done = i * plan.inner;
      const from = x + done * bytes;
      if (bytes === 1) kernels.scatter1(plan.descriptor, target, at + done * 4, from);
      else if (!add) kernels.scatter4(plan.descriptor, target, at + done * 4, from);
      else if (out.dtype === "float32") kernels.scatterAdd(plan.descriptor, target, at + done * 4, from);
      else kernels.scatterAddI32(plan.descriptor, target, at + done * 4, from);
    }
  } finally {
    releaseUnless(runtime, index, positions);
    releaseUnless(runtime, source, values);
  }
}

/** Numbers behind the descriptor: the stride and the size along `dim`. */
const APPENDED = 2;

// `big` walked in the shape of `index`, standing still along `dim`, where the kernel goes by the index.
function planAlong(runtime: Runtime, operation: string, big: View, dim: number, index: View): StridedPlan {
  const { plan } = runtime;
  plan.start(operation, index.shape);
  plan.operand(0, big);
  plan.still(0, dim);
  plan.finish(1);
  if (big.shape.length === 0) plan.append(0, 1);
  else plan.append(big.strides[dim] as number, big.shape[dim] as number);
  return plan;
}
