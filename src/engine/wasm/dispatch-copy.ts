import type { View } from "../storage.ts";
import { address1, address4, addressOf, type Runtime } from "./runtime.ts";
import { inStridedRanges, type StridedCall, WORK } from "./threads/index.ts";

const bitsF32 = new Float32Array(1);
const bitsI32 = new Int32Array(bitsF32.buffer);

/** Every element becomes `value`. */
export function fill(runtime: Runtime, out: View, value: number): void {
  if (out.length === 0) return;
  const { kernels } = runtime;
  if (out.dtype === "bool") {
    const target = address1(runtime, out, "fill");
    const bit = value !== 0 ? 1 : 0;
    if (out.packed) {
      kernels.fill1(target, bit, out.length);
      return;
    }
    const plan = planOne(runtime, out);
    for (let i = 0; i < plan.outer; i++) kernels.fill1Strided(plan.descriptor, target + plan.offset(0, i), bit);
    return;
  }
  const target = address4(runtime, out, "fill");
  if (out.length === 1) {
    if (out.dtype === "float32") runtime.memory.f32[target >>> 2] = value;
    else runtime.memory.i32[target >>> 2] = toInt32(value);
    return;
  }
  const bits = bitsOf(out, value);
  if (out.packed) {
    kernels.fill4(target, bits, out.length);
    return;
  }
  const plan = planOne(runtime, out);
  for (let i = 0; i < plan.outer; i++) kernels.fill4Strided(plan.descriptor, target + plan.offset(0, i) * 4, bits);
}

/** A number as an int32 element: truncated, held within the range, NaN to 0, as the cast kernel does. */
export function toInt32(value: number): number {
  return Math.min(Math.max(Math.trunc(value), -2147483648), 2147483647) | 0;
}

function bitsOf(out: View, value: number): number {
  if (out.dtype === "int32") return toInt32(value);
  bitsF32[0] = value;
  return bitsI32[0] as number;
}

function planOne(runtime: Runtime, view: View): Runtime["plan"] {
  const { plan } = runtime;
  plan.start("fill", view.shape);
  plan.operand(0, view);
  plan.finish(1);
  return plan;
}

/** Element for element, converting the dtype. */
export function copy(runtime: Runtime, input: View, out: View): void {
  if (out.length === 0) return;
  if (input.dtype === out.dtype) {
    copySame(runtime, input, out);
    return;
  }
  if (input.packed && out.packed) {
    cast(runtime, input, out);
    return;
  }
  // Through contiguous temporaries on whichever side is strided.
  const source = input.packed ? input : contiguousCopy(runtime, input, "copy");
  try {
    if (out.packed) {
      cast(runtime, source, out);
    } else {
      const target = runtime.temporary(out.dtype, out.shape, "copy");
      try {
        cast(runtime, source, target);
        copySame(runtime, target, out);
      } finally {
        runtime.release(target.storage);
      }
    }
  } finally {
    if (source !== input) runtime.release(source.storage);
  }
}

/** A temporary with the elements of `view` in row-major order. */
export function contiguousCopy(runtime: Runtime, view: View, operation: string): View {
  // Before the block is taken, so that a released tensor leaves nothing behind.
  addressOf(runtime, view, operation);
  const target = runtime.temporary(view.dtype, view.shape, operation);
  if (view.length > 0) copySame(runtime, view, target);
  return target;
}

/** `view` itself when it is contiguous; otherwise a temporary, for `releaseUnless` to give back. */
export function asContiguous(runtime: Runtime, view: View, operation: string): View {
  return view.packed ? view : contiguousCopy(runtime, view, operation);
}

/** Gives back what `asContiguous(view)` answered, unless it was the view itself. */
export function releaseUnless(runtime: Runtime, view: View | null, temporary: View | null): void {
  if (temporary !== null && temporary !== view) runtime.release(temporary.storage);
}

/** A contiguous temporary of another dtype; its storage is the caller's to release. */
export function castCopy(runtime: Runtime, view: View, dtype: "float32" | "int32", operation: string): View {
  addressOf(runtime, view, operation);
  const target = runtime.temporary(dtype, view.shape, operation);
  try {
    copy(runtime, view, target);
  } catch (error) {
    runtime.release(target.storage);
    throw error;
  }
  return target;
}

function copySame(runtime: Runtime, input: View, out: View): void {
  const source = addressOf(runtime, input, "copy");
  const target = addressOf(runtime, out, "copy");
  const bytes = out.dtype === "bool" ? 1 : 4;
  if (input.packed && out.packed) {
    copyBytes(runtime, source, target, out.length * bytes);
    return;
  }
  const { plan } = runtime;
  plan.start("copy", out.shape);
  plan.operand(0, input);
  plan.operand(1, out);
  plan.finish(2);
  const { kernels } = runtime;
  if (plan.outer === 1) {
    const name = bytes === 1 ? "copy1Strided" : "copy4Strided";
    const shared: StridedCall = (k, at, i, j) => k[name](at, source + i * bytes, target + j * bytes);
    if (inStridedRanges(runtime, out.length * WORK.strided, 2, shared)) return;
  }
  for (let i = 0; i < plan.outer; i++) {
    const from = source + plan.offset(0, i) * bytes;
    const to = target + plan.offset(1, i) * bytes;
    if (bytes === 1) kernels.copy1Strided(plan.descriptor, from, to);
    else kernels.copy4Strided(plan.descriptor, from, to);
  }
}

// Not copyWithin, which takes three times as long on shared memory.
function copyBytes(runtime: Runtime, from: number, to: number, bytes: number): void {
  const overlap = from < to + bytes && to < from + bytes;
  if (bytes * (WORK.copy / 4) < runtime.threads.least || overlap) runtime.kernels.copyBytes(to, from, bytes);
  else runtime.threads.ranges(bytes, 4096, (k, at, count) => k.copyBytes(to + at, from + at, count));
}

function cast(runtime: Runtime, input: View, out: View): void {
  const { kernels } = runtime;
  const source = addressOf(runtime, input, "copy");
  const target = addressOf(runtime, out, "copy");
  const n = out.length;
  if (input.dtype === "float32") {
    if (out.dtype === "int32") kernels.castF32ToI32(source, target, n);
    else kernels.castF32ToBool(source, target, n);
  } else if (input.dtype === "int32") {
    if (out.dtype === "float32") kernels.castI32ToF32(source, target, n);
    else kernels.castI32ToBool(source, target, n);
  } else if (out.dtype === "float32") {
    kernels.castBoolToF32(source, target, n);
  } else {
    kernels.castBoolToI32(source, target, n);
  }
}
