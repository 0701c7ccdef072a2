import { sizeOf } from "../../util/index.ts";
import type { ReduceOp } from "../opcodes.ts";
import type { View } from "../storage.ts";
import { atLeast1d, dimsLast, load, sizeAlong, store } from "./strided.ts";

/** All values of one output element. */
type Row = Float64Array;

const REDUCE: Record<ReduceOp, (row: Row) => number> = {
  sum,
  mean: (row) => sum(row) / row.length, // NaN over nothing
  prod: (row) => row.reduce((product, x) => product * x, 1),
  max: (row) => row.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY),
  min: (row) => row.reduce((least, x) => Math.min(least, x), Number.POSITIVE_INFINITY),
  sumSquares: (row) => row.reduce((total, x) => total + x * x, 0),
  any: (row) => Number(row.some((x) => x !== 0)),
  all: (row) => Number(row.every((x) => x !== 0)),
};

/** Where int32 differs: sums and products wrap. */
const INT_REDUCE: Partial<Record<ReduceOp, (row: Row) => number>> = {
  sum: (row) => row.reduce((total, x) => (total + x) | 0, 0),
  prod: (row) => row.reduce((product, x) => Math.imul(product, x), 1),
};

export function reduce(op: ReduceOp, input: View, dims: readonly number[], out: View): void {
  const f = (input.dtype === "int32" ? INT_REDUCE[op] : undefined) ?? REDUCE[op];
  store(out, rows(input, dims, sizeOf(out.shape)).map(f));
}

export function logSumExp(input: View, dims: readonly number[], out: View): void {
  store(out, rows(input, dims, sizeOf(out.shape)).map(logSumExpOf));
}

export function argReduce(op: "max" | "min", input: View, dim: number, out: View): void {
  const better = op === "max" ? (x: number, best: number) => x > best : (x: number, best: number) => x < best;
  const first = (row: Row): number => {
    let best = 0;
    for (let i = 0; i < row.length; i++) {
      if (Number.isNaN(row[i])) return i;
      if (better(row[i] as number, row[best] as number)) best = i;
    }
    return best;
  };
  store(out, rows(atLeast1d(input), [dim], sizeOf(out.shape)).map(first));
}

export function cumsum(input: View, dim: number, reverse: boolean, out: View): void {
  const source = atLeast1d(input);
  const size = sizeAlong(source, [dim]);
  const values = load(dimsLast(source, [dim]));
  for (let start = 0; start < values.length; start += size) {
    let total = 0;
    for (let i = 0; i < size; i++) {
      const at = reverse ? start + size - 1 - i : start + i;
      total += values[at] as number;
      values[at] = total;
    }
  }
  store(dimsLast(atLeast1d(out), [dim]), values);
}

/** log Σ exp, with the largest term taken out so that nothing overflows. */
export function logSumExpOf(row: Row): number {
  const most = REDUCE.max(row);
  // Nothing to take out: empty or all -Infinity gives -Infinity, +Infinity and NaN stay.
  if (!Number.isFinite(most)) return most;
  return most + Math.log(row.reduce((total, x) => total + Math.exp(x - most), 0));
}

export function sum(row: Row): number {
  return row.reduce((total, x) => total + x, 0);
}

/** The view cut into `count` rows that each hold the elements along `dims`. */
function rows(input: View, dims: readonly number[], count: number): Row[] {
  const values = load(dimsLast(input, dims));
  const size = sizeAlong(input, dims);
  return Array.from({ length: count }, (_, row) => values.subarray(row * size, (row + 1) * size));
}
