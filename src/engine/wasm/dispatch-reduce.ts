import type { DType } from "../dtype.ts";
import type { ReduceOp } from "../opcodes.ts";
import type { View } from "../storage.ts";
import { REDUCE } from "./codes.ts";
import { contiguousCopy, fill } from "./dispatch-copy.ts";
import { LINE } from "./dispatch-rows.ts";
import type { KernelExports } from "./kernel-exports.ts";
import { RowLayout, reducedLast } from "./row-layout.ts";
import { addressOf, type Runtime } from "./runtime.ts";
import { type RangeCall, SUM_SIZE, type TaskCall, WORK } from "./threads/index.ts";

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
    const code = REDUCE[op];
    const { dtype } = input;
    const float = dtype === "float32";
    const work = float ? WORK.sum : WORK.sumInt;
    if (layout.outer === 1 && layout.rows <= FEW_ROWS && layout.cols > SUM_SIZE) {
      if (float && (op === "sum" || op === "mean" || op === "sumSquares") && layout.colStride === 1) {
        const { rows, rowStride, cols } = layout;
        for (let r = 0; r < rows; r++) {
          const sum = largeSum(runtime, op, x + r * rowStride * 4, cols);
          runtime.memory.f32[(to >>> 2) + r] = sum;
        }
        return;
      }
      // Wherever the order does not matter.
      if (!float || op === "max" || op === "min") {
        foldParts(runtime, dtype, code, x, to);
        return;
      }
    }
    const name = reducerOf(dtype);
    const bytes = dtype === "bool" ? 1 : 4;
    const { outer, outerStride, rows: all, cols, rowStride, colStride } = layout;
    if (!(input.length * work >= runtime.threads.least)) {
      const { kernels } = runtime;
      for (let i = 0; i < outer; i++) {
        const from = x + i * outerStride * bytes;
        const at = to + i * all * bytes;
        if (float) kernels.reduceRows(code, from, at, all, cols, rowStride, colStride);
        else kernels[name](code, from, at, all, cols, rowStride, colStride);
      }
      return;
    }
    // Four neighbouring rows may be one vector, sixteen a cache line.
    byRows(runtime, input.length * work, all >= 64 ? LINE : 4, (k, from, at, rows) =>
      k[name](code, x + from * bytes, to + at * bytes, rows, cols, rowStride, colStride),
    );
  } finally {
    if (temporary !== null) runtime.release(temporary.storage);
  }
}

/** Rows that are too few to be shared out. */
const FEW_ROWS = 4;

function reducerOf(dtype: DType): "reduceRows" | "reduceRowsI32" | "reduceRowsBool" {
  return dtype === "float32" ? "reduceRows" : dtype === "int32" ? "reduceRowsI32" : "reduceRowsBool";
}

/** Few long rows: parts of all of them, and then the parts' results. By the sizes alone. */
function foldParts(runtime: Runtime, dtype: DType, code: number, x: number, to: number): void {
  const { rows, rowStride, cols, colStride } = layout;
  const name = reducerOf(dtype);
  const bytes = dtype === "bool" ? 1 : 4;
  const parts = Math.ceil(cols / SUM_SIZE);
  const found = runtime.temporary(dtype, [parts, rows], "reduce");
  try {
    const at = addressOf(runtime, found, "reduce");
    const part: TaskCall = (k, task) => {
      const first = task * SUM_SIZE;
      const count = Math.min(SUM_SIZE, cols - first);
      return k[name](code, x + first * colStride * bytes, at + task * rows * bytes, rows, count, rowStride, colStride);
    };
    const work = rows * cols * (dtype === "float32" ? WORK.sum : WORK.sumInt);
    if (work >= runtime.threads.least) runtime.threads.run(parts, part);
    else for (let task = 0; task < parts; task++) part(runtime.kernels, task);
    runtime.kernels[name](code, at, to, rows, parts, 1, rows);
  } finally {
    runtime.release(found.storage);
  }
}

/** Some rows of the layout, a kernel's one call: where they and their results begin, in elements. */
type RowsCall = (kernels: KernelExports, from: number, at: number, rows: number) => unknown;

/** Tasks that a region of the least work may have where each is one matrix: smaller ones cost more than they save. */
const MOST_MATRICES = 20;

/** All rows of the layout, over threads where that is `nanoseconds` of work, in ranges of a multiple of `step`. */
function byRows(runtime: Runtime, nanoseconds: number, step: number, call: RowsCall): void {
  const { outer, outerStride, rows, rowStride } = layout;
  const { threads, kernels } = runtime;
  const shared = nanoseconds >= threads.least;
  if (shared && outer === 1) {
    threads.ranges(rows, step, (k, from, count) => call(k, from * rowStride, from, count));
  } else if (shared && nanoseconds * MOST_MATRICES >= outer * threads.least) {
    threads.run(outer, (k, i) => call(k, i * outerStride, i * rows, rows));
  } else {
    for (let i = 0; i < outer; i++) call(kernels, i * outerStride, i * rows, rows);
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
    const { cols, rowStride, colStride } = layout;
    const step = rowStride === 1 ? LINE : 1;
    byRows(runtime, input.length * WORK.logSumExp, step, (k, from, at, rows) =>
      k.logSumExp(x + from * 4, to + at * 4, rows, cols, rowStride, colStride),
    );
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
    const isMax = op === "max" ? 1 : 0;
    const kernel = input.dtype === "float32" ? "argReduce" : "argReduceI32";
    const { rows: few, cols, rowStride, colStride } = layout;
    const work = input.length * WORK.arg;
    if (layout.outer === 1 && few <= FEW_ROWS && cols > SUM_SIZE && work >= runtime.threads.least) {
      argParts(runtime, kernel, isMax, x, to);
      return;
    }
    const step = rowStride === 1 ? LINE : 1;
    byRows(runtime, work, step, (k, from, at, rows) =>
      k[kernel](isMax, x + from * 4, to + at * 4, rows, cols, rowStride, colStride),
    );
  } finally {
    if (temporary !== null) runtime.release(temporary.storage);
  }
}

/** Few long rows in parts. Of equal extremes the first part's counts, and the first NaN before everything. */
function argParts(runtime: Runtime, kernel: "argReduce" | "argReduceI32", isMax: number, x: number, to: number): void {
  const { rows, rowStride, cols, colStride } = layout;
  const { memory } = runtime;
  const parts = Math.ceil(cols / SUM_SIZE);
  const found = runtime.temporary("int32", [parts, rows], "argReduce");
  try {
    const places = addressOf(runtime, found, "argReduce");
    runtime.threads.run(parts, (k, task) => {
      const first = task * SUM_SIZE;
      const count = Math.min(SUM_SIZE, cols - first);
      const at = places + task * rows * 4;
      return k[kernel](isMax, x + first * colStride * 4, at, rows, count, rowStride, colStride);
    });
    const values = kernel === "argReduce" ? memory.f32 : memory.i32;
    for (let r = 0; r < rows; r++) {
      let at = -1;
      let best = Number.NaN;
      for (let part = 0; part < parts; part++) {
        const place = part * SUM_SIZE + (memory.i32[(places >>> 2) + part * rows + r] as number);
        const value = values[(x >>> 2) + r * rowStride + place * colStride] as number;
        const better = isMax === 1 ? value > best : value < best;
        if (at >= 0 && !better && !Number.isNaN(value)) continue;
        at = place;
        best = value;
        if (Number.isNaN(value)) break;
      }
      memory.i32[(to >>> 2) + r] = at;
    }
  } finally {
    runtime.release(found.storage);
  }
}

// Sets `layout` for the input, or for the permuted copy that it answers.
function prepare(runtime: Runtime, operation: string, input: View, dims: readonly number[], out: View): View | null {
  if (layout.fit(input, dims)) return null;
  const copy = contiguousCopy(runtime, reducedLast(input, dims), operation);
  layout.setContiguous(out.length, input.length / out.length);
  return copy;
}
