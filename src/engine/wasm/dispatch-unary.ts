import type { TestOp, UnaryOp } from "../opcodes.ts";
import type { View } from "../storage.ts";
import { TEST, UNARY } from "./codes.ts";
import { asContiguous, copy, releaseUnless, toInt32 } from "./dispatch-copy.ts";
import { address1, address4, flatStride, type Runtime } from "./runtime.ts";
import { inStridedRanges, type StridedCall, WORK } from "./threads/index.ts";

/** `out = op(input)`; an `out` with holes is written through a temporary. */
export function unary(runtime: Runtime, op: UnaryOp, input: View, out: View): void {
  const n = out.length;
  if (n === 0) return;
  if (!out.packed) {
    const target = runtime.temporary(out.dtype, out.shape, op);
    try {
      unary(runtime, op, input, target);
      copy(runtime, target, out);
    } finally {
      runtime.release(target.storage);
    }
    return;
  }
  const { kernels } = runtime;
  const code = UNARY[op];
  const float = out.dtype === "float32";
  const x = address4(runtime, input, op);
  const to = address4(runtime, out, op);
  const stride = flatStride(input, n);
  if (stride >= 0) {
    if (n * WORK.unary >= runtime.threads.least) {
      runtime.threads.ranges(n, 64, (k, from, count) =>
        k[float ? "unary" : "unaryI32"](code, x + from * stride * 4, stride, to + from * 4, count),
      );
    } else if (float) kernels.unary(code, x, stride, to, n);
    else kernels.unaryI32(code, x, stride, to, n);
    return;
  }
  const { plan } = runtime;
  plan.start(op, out.shape);
  plan.operand(0, input);
  plan.finish(1);
  if (plan.outer === 1) {
    const name = float ? "unaryStrided" : "unaryI32Strided";
    const shared: StridedCall = (k, descriptor, i, _b, _c, done) => k[name](code, descriptor, x + i * 4, to + done * 4);
    if (inStridedRanges(runtime, n * WORK.strided, 1, shared)) return;
  }
  for (let i = 0; i < plan.outer; i++) {
    const from = x + plan.offset(0, i) * 4;
    const target = to + i * plan.inner * 4;
    if (float) kernels.unaryStrided(code, plan.descriptor, from, target);
    else kernels.unaryI32Strided(code, plan.descriptor, from, target);
  }
}

export function logicalNot(runtime: Runtime, input: View, out: View): void {
  flat(runtime, "logicalNot", input, out, (source, target) => {
    const x = address1(runtime, source, "logicalNot");
    runtime.kernels.logicalNot(x, 1, address1(runtime, target, "logicalNot"), target.length);
  });
}

export function test(runtime: Runtime, op: TestOp, input: View, out: View): void {
  flat(runtime, op, input, out, (source, target) => {
    const x = address4(runtime, source, op);
    runtime.kernels.test(TEST[op], x, 1, address1(runtime, target, op), target.length);
  });
}

export function clamp(runtime: Runtime, input: View, min: number, max: number, out: View): void {
  flat(runtime, "clamp", input, out, (source, target) => {
    const x = address4(runtime, source, "clamp");
    const to = address4(runtime, target, "clamp");
    const { kernels } = runtime;
    if (target.length * WORK.unary >= runtime.threads.least && out.dtype === "float32") {
      runtime.threads.ranges(target.length, 64, (k, from, count) =>
        k.clamp(x + from * 4, 1, min, max, to + from * 4, count),
      );
    } else if (out.dtype === "float32") kernels.clamp(x, 1, min, max, to, target.length);
    else kernels.clampI32(x, 1, toInt32(min), toInt32(max), to, target.length);
  });
}

// The kernels without a strided form, none of them on a training step's path: strided operands pass
// through contiguous temporaries.
function flat(
  runtime: Runtime,
  operation: string,
  input: View,
  out: View,
  run: (source: View, target: View) => void,
): void {
  if (out.length === 0) return;
  const source = asContiguous(runtime, input, operation);
  let target: View | null = null;
  try {
    target = out.packed ? out : runtime.temporary(out.dtype, out.shape, operation);
    run(source, target);
    if (target !== out) copy(runtime, target, out);
  } finally {
    releaseUnless(runtime, input, source);
    releaseUnless(runtime, out, target);
  }
}
