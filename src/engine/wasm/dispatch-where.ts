import type { View } from "../storage.ts";
import { copy } from "./dispatch-copy.ts";
import { address1, addressOf, flatStride, type Runtime } from "./runtime.ts";
import { inStridedRanges, type StridedCall, WORK } from "./threads/index.ts";

/** `condition ? a : b`, all broadcast to `out`'s shape. */
export function where(runtime: Runtime, condition: View, a: View, b: View, out: View): void {
  const n = out.length;
  if (n === 0) return;
  if (!out.packed) {
    const target = runtime.temporary(out.dtype, out.shape, "where");
    try {
      where(runtime, condition, a, b, target);
      copy(runtime, target, out);
    } finally {
      runtime.release(target.storage);
    }
    return;
  }
  const { kernels } = runtime;
  const bytes = out.dtype === "bool" ? 1 : 4;
  const chosen = address1(runtime, condition, "where");
  const yes = addressOf(runtime, a, "where");
  const no = addressOf(runtime, b, "where");
  const to = addressOf(runtime, out, "where");
  const strideC = flatStride(condition, n);
  const strideA = flatStride(a, n);
  const strideB = flatStride(b, n);
  if (strideC >= 0 && strideA >= 0 && strideB >= 0) {
    if (n * WORK.where >= runtime.threads.least) {
      runtime.threads.ranges(n, 64, (k, from, count) => {
        const c = chosen + from * strideC;
        const x = yes + from * strideA * bytes;
        const y = no + from * strideB * bytes;
        return k[bytes === 4 ? "where4" : "where1"](c, strideC, x, strideA, y, strideB, to + from * bytes, count);
      });
    } else if (bytes === 4) kernels.where4(chosen, strideC, yes, strideA, no, strideB, to, n);
    else kernels.where1(chosen, strideC, yes, strideA, no, strideB, to, n);
    return;
  }
  const { plan } = runtime;
  plan.start("where", out.shape);
  plan.operand(0, condition);
  plan.operand(1, a);
  plan.operand(2, b);
  plan.finish(3);
  if (plan.outer === 1) {
    const name = bytes === 4 ? "where4Strided" : "where1Strided";
    const shared: StridedCall = (k, descriptor, i, j, l, done) =>
      k[name](descriptor, chosen + i, yes + j * bytes, no + l * bytes, to + done * bytes);
    if (inStridedRanges(runtime, n * WORK.strided, 3, shared)) return;
  }
  for (let i = 0; i < plan.outer; i++) {
    const c = chosen + plan.offset(0, i);
    const x = yes + plan.offset(1, i) * bytes;
    const y = no + plan.offset(2, i) * bytes;
    const target = to + i * plan.inner * bytes;
    if (bytes === 4) kernels.where4Strided(plan.descriptor, c, x, y, target);
    else kernels.where1Strided(plan.descriptor, c, x, y, target);
  }
}
