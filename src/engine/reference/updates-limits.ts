import type { DType } from "../dtype.ts";
import type { View } from "../storage.ts";
import { store } from "./strided.ts";

interface Limits {
  smallestNormal: number;
  largest: number;
  /** The largest number whose square is finite. */
  rootOfLargest: number;
}

const FLOAT64: Limits = {
  smallestNormal: 2 ** -1022,
  largest: Number.MAX_VALUE,
  rootOfLargest: 1.3407807929942596e154,
};
const LIMITS: Partial<Record<DType, Limits>> = {
  float32: { smallestNormal: 2 ** -126, largest: 3.4028234663852886e38, rootOfLargest: 18446742974197924000 },
  float64: FLOAT64,
};

function limitsOf(view: View): Limits {
  return LIMITS[view.dtype] ?? FLOAT64;
}

/** Stores with subnormals set to zero, as every backend does. */
export function storeFlushed(view: View, values: Float64Array): void {
  store(view, values.map(flusherFor(view)));
}

/** Subnormal numbers of the view's dtype as 0. */
export function flusherFor(view: View): (x: number) => number {
  const { smallestNormal } = limitsOf(view);
  return (x) => (Math.abs(x) < smallestNormal ? 0 : x);
}

/** Into what the view's dtype can square without overflow; NaN stays. */
export function saturatorFor(view: View): (x: number) => number {
  const { rootOfLargest } = limitsOf(view);
  return (x) => Math.max(-rootOfLargest, Math.min(rootOfLargest, x));
}

/** A second moment, at most the largest finite number of the view's dtype; NaN stays. */
export function finiteFor(view: View): (x: number) => number {
  const { largest } = limitsOf(view);
  return (x) => Math.min(x, largest);
}

export function at(values: Float64Array, i: number): number {
  return values[i] as number;
}
