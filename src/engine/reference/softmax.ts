import type { View } from "../storage.ts";
import { logSumExpOf } from "./reduce.ts";
import { atLeast1d, dimsLast, load, sizeAlong, store } from "./strided.ts";

/** `exp(x - log Σ exp x)` along `dim`, or its logarithm. A row of -Infinity, or with +Infinity, is NaN. */
export function softmax(input: View, dim: number, log: boolean, out: View): void {
  const source = atLeast1d(input);
  const size = sizeAlong(source, [dim]);
  const values = load(dimsLast(source, [dim]));
  for (let start = 0; start < values.length; start += size) {
    const row = values.subarray(start, start + size);
    const total = logSumExpOf(row);
    for (let i = 0; i < size; i++) {
      const logarithm = Number.isFinite(total) ? (row[i] as number) - total : Number.NaN;
      row[i] = log ? logarithm : Math.exp(logarithm);
    }
  }
  store(dimsLast(atLeast1d(out), [dim]), values);
}

/** `s · (g - Σ g s)` for softmax s, `g - exp(l) · Σ g` for its logarithm l. */
export function softmaxGrad(grad: View, output: View, dim: number, log: boolean, out: View): void {
  const size = sizeAlong(atLeast1d(grad), [dim]);
  const g = load(dimsLast(atLeast1d(grad), [dim]));
  const y = load(dimsLast(atLeast1d(output), [dim]));
  const result = new Float64Array(g.length);
  for (let start = 0; start < g.length; start += size) {
    let total = 0;
    for (let i = start; i < start + size; i++) total += log ? (g[i] as number) : (g[i] as number) * (y[i] as number);
    for (let i = start; i < start + size; i++) {
      result[i] = log
        ? (g[i] as number) - Math.exp(y[i] as number) * total
        : (y[i] as number) * ((g[i] as number) - total);
    }
  }
  store(dimsLast(atLeast1d(out), [dim]), result);
}
