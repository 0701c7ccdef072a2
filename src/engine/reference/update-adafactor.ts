import type { View } from "../storage.ts";
import { load, store } from "./strided.ts";
import { at, finiteFor, saturatorFor, storeFlushed } from "./updates-limits.ts";

/**
 * `R ← R + fresh·(rowMean(g²) - R)`, `C` alike, `V = R·C / max(mean(R), eps1)`, `u = g / max(√V, eps1)`,
 * `p ← shrink·p - max(eps2, rms(p))·rho · u / max(1, rms(u) / d)`.
 */
export function adafactor(parameter: View, grad: View, state: readonly View[], hyper: readonly number[]): void {
  const [fresh, rho, givenEps1, eps2, d, shrink, maximize, blocks, rows, cols] = hyper as Ten;
  const eps1 = Math.max(givenEps1, 1.1e-19); // in float32 its square is a normal number
  const p = load(parameter);
  const saturated = saturatorFor(parameter);
  const g = load(grad).map((x) => saturated(maximize ? -x : x));
  const rate = Math.max(eps2, rms(p)) * rho;
  const estimate =
    state.length === 1
      ? averaged(state[0] as View, g, fresh)
      : factored(state as readonly [View, View], g, { fresh, eps1, blocks, rows, cols });
  const u = g.map((x, i) => x / Math.sqrt(Math.max(at(estimate, i), eps1 * eps1)));
  const applied = rate / Math.max(1, rms(u) / d);
  store(
    parameter,
    p.map((x, i) => shrink * x - applied * at(u, i)),
  );
}

function averaged(view: View, g: Float64Array, fresh: number): Float64Array {
  const finite = finiteFor(view);
  const v = load(view).map((before, i) => finite(before + fresh * (at(g, i) ** 2 - before)));
  storeFlushed(view, v);
  return v;
}

interface Sizes {
  fresh: number;
  eps1: number;
  blocks: number;
  rows: number;
  cols: number;
}

function factored([rowView, colView]: readonly [View, View], g: Float64Array, sizes: Sizes): Float64Array {
  const { fresh, eps1, blocks, rows, cols } = sizes;
  const finite = finiteFor(rowView);
  const [rowMeans, colMeans] = [new Float64Array(blocks * rows), new Float64Array(blocks * cols)];
  const rowOf = (i: number): number => Math.floor(i / cols);
  const colOf = (i: number): number => Math.floor(i / (rows * cols)) * cols + (i % cols);
  g.forEach((x, i) => {
    // divided first: the sum of the squares could overflow
    rowMeans[rowOf(i)] = at(rowMeans, rowOf(i)) + (x * x) / cols;
    colMeans[colOf(i)] = at(colMeans, colOf(i)) + (x * x) / rows;
  });
  const toward = (mean: Float64Array) => (before: number, i: number) =>
    finite(before + fresh * (finite(at(mean, i)) - before));
  const row = load(rowView).map(toward(rowMeans));
  const col = load(colView).map(toward(colMeans));
  storeFlushed(rowView, row);
  storeFlushed(colView, col);
  const scales = row.map((x, i) => {
    const first = Math.floor(i / rows) * rows;
    const block = row.subarray(first, first + rows);
    return (
      x /
      Math.max(
        block.reduce((total, y) => total + y / rows, 0),
        eps1,
      )
    );
  });
  return g.map((_, i) => at(scales, rowOf(i)) * at(col, colOf(i)));
}

/** `√(Σx² / n)`, the largest |x| taken out so that no square overflows. */
function rms(values: Float64Array): number {
  let most = 0;
  for (const x of values) most = Math.max(most, Math.abs(x));
  if (most === 0) return 0;
  let total = 0;
  for (const x of values) total += (x / most) ** 2;
  return most * Math.sqrt(total / values.length);
}

type Ten = readonly [number, number, number, number, number, number, number, number, number, number];
