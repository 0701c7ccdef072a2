import type { BinaryOp } from "../opcodes.ts";
import type { View } from "../storage.ts";
import { describeBias, planTwo } from "./broadcast.ts";
import { BINARY } from "./codes.ts";
import { copy, toInt32 } from "./dispatch-copy.ts";
import { SCALAR } from "./memory.ts";
import { address4, flatStride, type Runtime } from "./runtime.ts";
import { inStridedRanges, type StridedCall, WORK } from "./threads/index.ts";

/** `out = op(a, b)` with broadcasting; an `out` with holes is written through a temporary. */
export function binary(runtime: Runtime, op: BinaryOp, a: View, b: View, out: View): void {
  const n = out.length;
  if (n === 0) return;
  if (!out.packed) {
    binaryWithHoles(runtime, op, a, b, out);
    return;
  }
  const { kernels } = runtime;
  const code = BINARY[op];
  const left = address4(runtime, a, op);
  const right = address4(runtime, b, op);
  const to = address4(runtime, out, op);
  const strideA = flatStride(a, n);
  const strideB = flatStride(b, n);
  const float = out.dtype === "float32";
  if (strideA >= 0 && strideB >= 0) {
    if (n * WORK.binary >= runtime.threads.least) {
      binaryInRanges(runtime, float, code, left, strideA, right, strideB, to, n);
    } else if (float) kernels.binary(code, left, strideA, right, strideB, to, n);
    else kernels.binaryI32(code, left, strideA, right, strideB, to, n);
    return;
  }
  const { plan } = runtime;
  const shared: StridedCall = (k, descriptor, i, j, _, done) =>
    k[float ? "binaryStrided" : "binaryI32Strided"](code, descriptor, left + i * 4, right + j * 4, to + done * 4);
  if (describeBias(runtime, a, strideA, b, strideB, out)) {
    if (inStridedRanges(runtime, n * WORK.binary, 2, shared)) return;
    if (float) kernels.binaryStrided(code, plan.descriptor, left, right, to);
    else kernels.binaryI32Strided(code, plan.descriptor, left, right, to);
    return;
  }
  planTwo(runtime, op, a, b, out);
  if (plan.outer === 1 && inStridedRanges(runtime, n * WORK.strided, 2, shared)) return;
  for (let i = 0; i < plan.outer; i++) {
    const x = left + plan.offset(0, i) * 4;
    const y = right + plan.offset(1, i) * 4;
    const target = to + i * plan.inner * 4;
    if (float) kernels.binaryStrided(code, plan.descriptor, x, y, target);
    else kernels.binaryI32Strided(code, plan.descriptor, x, y, target);
  }
}

function binaryInRanges(
  runtime: Runtime,
  float: boolean,
  code: number,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  to: number,
  n: number,
): void {
  runtime.threads.ranges(n, 64, (kernels, from, count) => {
    const x = a + from * strideA * 4;
    const y = b + from * strideB * 4;
    return kernels[float ? "binary" : "binaryI32"](code, x, strideA, y, strideB, to + from * 4, count);
  });
}

function binaryWithHoles(runtime: Runtime, op: BinaryOp, a: View, b: View, out: View): void {
  const target = runtime.temporary(out.dtype, out.shape, op);
  try {
    binary(runtime, op, a, b, target);
    copy(runtime, target, out);
  } finally {
    runtime.release(target.storage);
  }
}

/** `out = op(a, value)`, or `op(value, a)` when `reversed`. */
export function binaryScalar(
  runtime: Runtime,
  op: BinaryOp,
  a: View,
  value: number,
  reversed: boolean,
  out: View,
): void {
  const n = out.length;
  if (n === 0) return;
  if (!out.packed) {
    binaryScalarWithHoles(runtime, op, a, value, reversed, out);
    return;
  }
  const { kernels, plan } = runtime;
  const code = BINARY[op];
  const x = address4(runtime, a, op);
  const to = address4(runtime, out, op);
  const stride = flatStride(a, n);
  const float = out.dtype === "float32";
  if (float) runtime.memory.f32[SCALAR >>> 2] = value;
  else runtime.memory.i32[SCALAR >>> 2] = toInt32(value);
  if (stride >= 0) {
    const left = reversed ? SCALAR : x;
    const right = reversed ? x : SCALAR;
    const strideA = reversed ? 0 : stride;
    const strideB = reversed ? stride : 0;
    if (n * WORK.binary >= runtime.threads.least) {
      binaryInRanges(runtime, float, code, left, strideA, right, strideB, to, n);
    } else if (float) kernels.binary(code, left, strideA, right, strideB, to, n);
    else kernels.binaryI32(code, left, strideA, right, strideB, to, n);
    return;
  }
  const slot = reversed ? 1 : 0;
  plan.start(op, out.shape);
  plan.operand(slot, a);
  plan.scalar(1 - slot);
  plan.finish(2);
  for (let i = 0; i < plan.outer; i++) {
    const at = x + plan.offset(slot, i) * 4;
    const left = reversed ? SCALAR : at;
    const right = reversed ? at : SCALAR;
    const target = to + i * plan.inner * 4;
    if (float) kernels.binaryStrided(code, plan.descriptor, left, right, target);
    else kernels.binaryI32Strided(code, plan.descriptor, left, right, target);
  }
}

function binaryScalarWithHoles(
  runtime: Runtime,
  op: BinaryOp,
  a: View,
  value: number,
  reversed: boolean,
  out: View,
): void {
  const target = runtime.temporary(out.dtype, out.shape, op);
  try {
    binaryScalar(runtime, op, a, value, reversed, target);
    copy(runtime, target, out);
  } finally {
    runtime.release(target.storage);
  }
}
