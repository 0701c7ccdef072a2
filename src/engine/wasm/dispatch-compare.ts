import type { CompareOp, LogicalOp } from "../opcodes.ts";
import type { View } from "../storage.ts";
import { planTwo } from "./broadcast.ts";
import { COMPARE, LOGICAL } from "./codes.ts";
import { castCopy, copy, fill, toInt32 } from "./dispatch-copy.ts";
import { SCALAR } from "./memory.ts";
import { address1, address4, flatStride, type Runtime } from "./runtime.ts";
import { WORK } from "./threads/index.ts";

/** `out = op(a, b)` with broadcasting, of any dtype. */
export function compare(runtime: Runtime, op: CompareOp, a: View, b: View, out: View): void {
  const n = out.length;
  if (n === 0) return;
  if (!out.packed) {
    const target = runtime.temporary("bool", out.shape, op);
    try {
      compare(runtime, op, a, b, target);
      copy(runtime, target, out);
    } finally {
      runtime.release(target.storage);
    }
    return;
  }
  if (a.dtype === "bool") {
    compareBools(runtime, op, a, b, out);
    return;
  }
  const { kernels, plan } = runtime;
  const float = a.dtype === "float32";
  const code = COMPARE[op];
  const left = address4(runtime, a, op);
  const right = address4(runtime, b, op);
  const to = address1(runtime, out, op);
  const strideA = flatStride(a, n);
  const strideB = flatStride(b, n);
  if (strideA >= 0 && strideB >= 0) {
    if (n * WORK.binary >= runtime.threads.least) {
      compareInRanges(runtime, float, code, left, strideA, right, strideB, to, n);
    } else if (float) kernels.compare(code, left, strideA, right, strideB, to, n);
    else kernels.compareI32(code, left, strideA, right, strideB, to, n);
    return;
  }
  planTwo(runtime, op, a, b, out);
  for (let i = 0; i < plan.outer; i++) {
    const x = left + plan.offset(0, i) * 4;
    const y = right + plan.offset(1, i) * 4;
    const target = to + i * plan.inner;
    if (float) kernels.compareStrided(code, plan.descriptor, x, y, target);
    else kernels.compareI32Strided(code, plan.descriptor, x, y, target);
  }
}

function compareInRanges(
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
    return kernels[float ? "compare" : "compareI32"](code, x, strideA, y, strideB, to + from, count);
  });
}

// Of bools: false before true.
function compareBools(runtime: Runtime, op: CompareOp, a: View, b: View, out: View): void {
  const { kernels, plan } = runtime;
  const code = COMPARE[op];
  const left = address1(runtime, a, op);
  const right = address1(runtime, b, op);
  const to = address1(runtime, out, op);
  planTwo(runtime, op, a, b, out);
  for (let i = 0; i < plan.outer; i++) {
    const x = left + plan.offset(0, i);
    const y = right + plan.offset(1, i);
    kernels.compareU8Strided(code, plan.descriptor, x, y, to + i * plan.inner);
  }
}

/** An int32 tensor is compared with the number itself: `1 < 1.5` holds. */
export function compareScalar(runtime: Runtime, op: CompareOp, a: View, value: number, out: View): void {
  const n = out.length;
  if (n === 0) return;
  const float = a.dtype === "float32";
  const bound = float ? value : wholeBound(op, value);
  if (typeof bound === "boolean") {
    fill(runtime, out, bound ? 1 : 0);
    return;
  }
  const source = a.dtype === "bool" ? castCopy(runtime, a, "int32", op) : a;
  let target = out;
  try {
    if (!out.packed) target = runtime.temporary("bool", out.shape, op);
    const { kernels, plan } = runtime;
    const code = COMPARE[op];
    const x = address4(runtime, source, op);
    const to = address1(runtime, target, op);
    const stride = flatStride(source, n);
    if (float) runtime.memory.f32[SCALAR >>> 2] = bound;
    else runtime.memory.i32[SCALAR >>> 2] = bound;
    if (stride >= 0) {
      if (n * WORK.binary >= runtime.threads.least) {
        compareInRanges(runtime, float, code, x, stride, SCALAR, 0, to, n);
      } else if (float) kernels.compare(code, x, stride, SCALAR, 0, to, n);
      else kernels.compareI32(code, x, stride, SCALAR, 0, to, n);
    } else {
      plan.start(op, out.shape);
      plan.operand(0, source);
      plan.scalar(1);
      plan.finish(2);
      for (let i = 0; i < plan.outer; i++) {
        const from = x + plan.offset(0, i) * 4;
        if (float) kernels.compareStrided(code, plan.descriptor, from, SCALAR, to + i * plan.inner);
        else kernels.compareI32Strided(code, plan.descriptor, from, SCALAR, to + i * plan.inner);
      }
    }
    if (target !== out) copy(runtime, target, out);
  } finally {
    if (target !== out) runtime.release(target.storage);
    if (source !== a) runtime.release(source.storage);
  }
}

// The whole number that gives the same answers for every int32, or the answer where it is always the same.
function wholeBound(op: CompareOp, value: number): number | boolean {
  if (value === toInt32(value)) return value;
  if (Number.isNaN(value) || op === "eq" || op === "ne") return op === "ne";
  if (value > 2147483647) return op === "lt" || op === "le";
  if (value < -2147483648) return op === "gt" || op === "ge";
  return op === "lt" || op === "ge" ? Math.ceil(value) : Math.floor(value);
}

export function logical(runtime: Runtime, op: LogicalOp, a: View, b: View, out: View): void {
  const n = out.length;
  if (n === 0) return;
  if (!out.packed) {
    const target = runtime.temporary("bool", out.shape, op);
    try {
      logical(runtime, op, a, b, target);
      copy(runtime, target, out);
    } finally {
      runtime.release(target.storage);
    }
    return;
  }
  const { kernels, plan } = runtime;
  const code = LOGICAL[op];
  const left = address1(runtime, a, op);
  const right = address1(runtime, b, op);
  const to = address1(runtime, out, op);
  const strideA = flatStride(a, n);
  const strideB = flatStride(b, n);
  if (strideA >= 0 && strideB >= 0) {
    kernels.logical(code, left, strideA, right, strideB, to, n);
    return;
  }
  planTwo(runtime, op, a, b, out);
  for (let i = 0; i < plan.outer; i++) {
    const x = left + plan.offset(0, i);
    const y = right + plan.offset(1, i);
    kernels.logicalStrided(code, plan.descriptor, x, y, to + i * plan.inner);
  }
}
