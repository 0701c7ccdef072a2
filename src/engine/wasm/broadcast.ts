import type { View } from "../storage.ts";
import type { Runtime } from "./runtime.ts";
import { describeRow, type StridedPlan } from "./strided.ts";

/** The plan of two operands broadcast to `out`, which is contiguous. */
export function planTwo(runtime: Runtime, operation: string, a: View, b: View, out: View): StridedPlan {
  const { plan } = runtime;
  plan.start(operation, out.shape);
  plan.operand(0, a);
  plan.operand(1, b);
  plan.finish(2);
  return plan;
}

/**
 * Writes the descriptor when one operand is whole (flat stride 1) and the other a row that repeats;
 * false when it is anything else.
 */
export function describeBias(runtime: Runtime, a: View, strideA: number, b: View, strideB: number, out: View): boolean {
  if (strideA === 1 && isRow(b, out)) describeRow(runtime.memory, out.length / b.length, b.length, 1);
  else if (strideB === 1 && isRow(a, out)) describeRow(runtime.memory, out.length / a.length, a.length, 0);
  else return false;
  return true;
}

// A contiguous vector along the last dimension.
function isRow(view: View, out: View): boolean {
  return view.packed && view.shape.length === 1 && view.length === out.shape[out.shape.length - 1];
}
