import type { View } from "../storage.ts";
import { atLeast1d, dimsLast, load, sizeAlong, store } from "./strided.ts";

export function sort(input: View, dim: number, descending: boolean, values: View, indices: View): void {
  const source = atLeast1d(input);
  const n = sizeAlong(source, [dim]);
  const count = sizeAlong(atLeast1d(values), [dim]);
  const elements = load(dimsLast(source, [dim]));
  const firsts: number[] = [];
  const positions: number[] = [];
  for (let start = 0; n > 0 && start < elements.length; start += n) {
    const row = elements.subarray(start, start + n);
    // Array.prototype.sort is stable.
    const order = Array.from(row.keys()).sort((a, b) => {
      const difference = compare(row[a] as number, row[b] as number);
      return descending ? -difference : difference;
    });
    for (const at of order.slice(0, count)) {
      firsts.push(row[at] as number);
      positions.push(at);
    }
  }
  store(dimsLast(atLeast1d(values), [dim]), firsts);
  store(dimsLast(atLeast1d(indices), [dim]), positions);
}

// NaN is greater than everything else; −0 equals 0.
function compare(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  if (Number.isNaN(b)) return -1;
  return a < b ? -1 : a > b ? 1 : 0;
}
