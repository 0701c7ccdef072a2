import type { ReduceOp } from "../opcodes.ts";
import type { View } from "../storage.ts";
import { REDUCE } from "./codes.ts";
import { contiguousCopy, fill } from "./dispatch-copy.ts";
import { RowLayout, reducedLast } from "./row-layout.ts";
import { addressOf, type Runtime } from "./runtime.ts";
import { type RangeCall, SUM_SIZE, WORK } from "./threads/index.ts";

const layout = new RowLayout();
const single: number[] = [0];

/** What a reduction over nothing gives. */
const NEUTRAL: Record<ReduceOp, number> = {
  sum: 0,
  mean: Number.NaN,
  prod: 1,
  max: Number.NEGATIVE_INFINITY,
  min: Number.POSITIVE_INFINITY,
  sumSquares: 0,
  any: 0,
  all: 1,
};

/** Over `dims`, ascending; `out` holds the remaining dimensions in order. */
export function reduce(runtime: Runtime, op: ReduceOp, input: View, dims: readonly number[], out: View): void {
  if (input.length === 0) {
    fill(runtime, out, NEUTRAL[op]);
    return;
  }
  const temporary = prepare(runtime, op, input, dims, out);
  const source = temporary ?? input;
  try {
    const x = addressOf(runtime, source, op);
    const to = addressOf(runtime, out, op);
    const { kernels } = runtime;
    const { outer, outerStride, rows, rowStride, cols, colStride } = layout;
    const code = REDUCE[op];
    if (input.dtype === "float32" && outer === 1) {
      if (rows === 1 && colStride === 1 && cols > SUM_SIZE && (op === "sum" || op === "mean" || op === "sumSquares")) {
        runtime.memory.f32[to >>> 2] = largeSum(runtime, op, x, cols);
        return;
      }
      if (rows > 4 && input.length * WORK.sum >= runtime.threads.least) {
        // Four neighbouring rows may be one vector, sixteen a cache line.
        runtime.threads.ranges(rows, rows >= 64 ? 16 : 4, (k, from, count) =>
          k.reduceRows(code, x + from * rowStride * 4, to + from * 4, count, cols, rowStride, colStride),
        );
        return;
      }
    }
    for (let i = 0; i < outer; i++) {
      const from = i * outerStride;
      const at = i * rows;
      if (input.dtype === "float32") {
        kernels.reduceRows(code, x + from * 4, to + at * 4, rows, cols, rowStride, colStride);
      } else if (input.dtype === "int32") {
        kernels.reduceRowsI32(code, x + from * 4, to + at * 4, rows, cols, rowStride, colStride);
      } else {
        kernels.reduceRowsBool(code, x + from, to + at, rows, cols, rowStride, colStride);
      }
    }
  } finally {
    if (temporary !== null) runtime.release(temporary.storage);
  }
}

function largeSum(runtime: Runtime, op: "sum" | "mean" | "sumSquares", x: number, n: number): number {
  let sum = 0;
  const call: RangeCall = (k, from, count) =>
    op === "sumSquares" ? k.sumSquaresF64(x + from * 4, count) : k.sumF64(x + from * 4, count);
  runtime.threads.fixedRanges(n, SUM_SIZE, n * WORK.sum, call, (part) => {
    sum += part;
  });
  return op === "mean" ? sum / n : sum;
}

/** log Σ exp along `dims`. */
export function logSumExp(runtime: Runtime, input: View, dims: readonly number[], out: View): void {
  if (input.length === 0) {
    fill(runtime, out, Number.NEGATIVE_INFINITY);
    return;
  }
  const temporary = prepare(runtime, "logSumExp", input, dims, out);
  const source = temporary ?? input;
  try {
    const x = addressOf(runtime, source, "logSumExp");
    const to = addressOf(runtime, out, "logSumExp");
    const { outer, outerStride, rows, rowStride, cols, colStride } = layout;
    for (let i = 0; i < outer; i++) {
      const from = x + i * outerStride * 4;
      runtime.kernels.logSumExp(from, to + i * rows * 4, rows, cols, rowStride, colStride);
    }
  } finally {
    if (temporary !== null) runtime.release(temporary.storage);
  }
}

/** Position of the first extreme along `dim`. */
export function argReduce(runtime: Runtime, op: "max" | "min", input: View, dim: number, out: View): void {
  if (input.length === 0) return;
  const name = op === "max" ? "argmax" : "argmin";
  single[0] = dim;
  const temporary = prepare(runtime, name, input, single, out);
  const source = temporary ?? input;
  try {
    const x = addressOf(runtime, source, name);
    const to = addressOf(runtime, out, name);
    const { kernels } = runtime;
    const { outer, outerStride, rows, rowStride, cols, colStride } = layout;
    const isMax = op === "max" ? 1 : 0;
    for (let i = 0; i < outer; i++) {
      const from = x + i * outerStride * 4;
      const at = to + i * rows * 4;
      if (input.dtype === "float32") kernels.argReduce(isMax, from, at, rows, cols, rowStride, colStride);
      else kernels.argReduceI32(isMax, from, at, rows, cols, rowStride, colStride);
    }
  } finally {
    if (temporary !== null) runtime.release(temporary.storage);
  }
}

// Sets `layout` for the input, or for the permuted copy that it answers.
function prepare(runtime: Runtime, operation: string, input: View, dims: readonly number[], out: View): View | null {
  if (layout.fit(input, dims)) return null;
  const copy = contiguousCopy(runtime, reducedLast(input, dims), operation);
  layout.setContiguous(out.length, input.length / out.length);
  return copy;
}
