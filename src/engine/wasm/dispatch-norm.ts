import type { View } from "../storage.ts";
import { asContiguous, copy, releaseUnless } from "./dispatch-copy.ts";
import { address4, type Runtime } from "./runtime.ts";
import { type RangeCall, SUM_SIZE, WORK } from "./threads/index.ts";

const NAME = "clipGradNorm_";
/** What PyTorch adds to the norm before dividing by it, as a float32. */
const EPSILON = Math.fround(1e-6);

/** Writes the p-norm over all views to `out[0]` and scales them down to `maxNorm` when they exceed it. */
export function clipNorm(runtime: Runtime, views: readonly View[], maxNorm: number, p: number, out: View): void {
  const norm = Math.fround(normOf(runtime, views, p));
  runtime.memory.f32[address4(runtime, out, NAME) >>> 2] = norm;
  if (!Number.isFinite(norm)) return;
  // 1 / x and then the product, each rounded to float32: what PyTorch computes.
  const factor = Math.fround(Math.fround(1 / Math.fround(norm + EPSILON)) * maxNorm);
  if (!(factor < 1)) return;
  for (let i = 0; i < views.length; i++) scale(runtime, views[i] as View, factor);
}

function scale(runtime: Runtime, view: View, factor: number): void {
  if (view.length === 0) return;
  const target = asContiguous(runtime, view, NAME);
  try {
    const x = address4(runtime, target, NAME);
    const { length } = target;
    if (length * WORK.sum < runtime.threads.least) runtime.kernels.scaleInPlace(x, length, factor);
    else runtime.threads.ranges(length, 64, (k, from, count) => k.scaleInPlace(x + from * 4, count, factor));
    if (target !== view) copy(runtime, target, view);
  } finally {
    releaseUnless(runtime, view, target);
  }
}

function normOf(runtime: Runtime, views: readonly View[], p: number): number {
  if (p === 2) return Math.sqrt(total(runtime, views, p));
  if (p === Number.POSITIVE_INFINITY) return largest(runtime, views);
  const sum = p === 0 ? 0 : total(runtime, views, p);
  const norm = sum ** (1 / p);
  if (p !== 0 && p > 0 && sum > 1e-290 && sum < 1e290) return norm;
  // A power left float64's range, or p is 0 or negative, which the kernel does not know.
  return slowNorm(runtime, views, p);
}

function total(runtime: Runtime, views: readonly View[], p: number): number {
  let sum = 0;
  for (let i = 0; i < views.length; i++) {
    const view = views[i] as View;
    if (view.length === 0) continue;
    const source = asContiguous(runtime, view, NAME);
    try {
      const x = address4(runtime, source, NAME);
      const { length } = source;
      const call: RangeCall = (k, from, count) =>
        p === 2 ? k.sumSquaresF64(x + from * 4, count) : k.sumAbsPowF64(x + from * 4, count, p);
      runtime.threads.fixedRanges(length, SUM_SIZE, length * WORK.sum, call, (part) => {
        sum += part;
      });
    } finally {
      releaseUnless(runtime, view, source);
    }
  }
  return sum;
}

function largest(runtime: Runtime, views: readonly View[]): number {
  let most = 0;
  for (let i = 0; i < views.length; i++) {
    const view = views[i] as View;
    if (view.length === 0) continue;
    const source = asContiguous(runtime, view, NAME);
    try {
      // Math.max keeps NaN.
      most = Math.max(most, runtime.kernels.maxAbs(address4(runtime, source, NAME), source.length));
    } finally {
      releaseUnless(runtime, view, source);
    }
  }
  return most;
}

// With the largest magnitude (the smallest, for a negative p) taken out, so that no power overflows.
function slowNorm(runtime: Runtime, views: readonly View[], p: number): number {
  const values: number[] = [];
  for (const view of views) {
    if (view.length === 0) continue;
    const source = asContiguous(runtime, view, NAME);
    try {
      const start = address4(runtime, source, NAME) >>> 2;
      for (let i = 0; i < source.length; i++) values.push(Math.abs(runtime.memory.f32[start + i] as number));
    } finally {
      releaseUnless(runtime, view, source);
    }
  }
  if (values.some(Number.isNaN)) return Number.NaN;
  if (p === 0) return values.filter((x) => x !== 0).length;
  let unit = p > 0 ? 0 : Number.POSITIVE_INFINITY;
  for (const x of values) unit = p > 0 ? Math.max(unit, x) : Math.min(unit, x);
  if (unit === 0 || !Number.isFinite(unit) || p === Number.NEGATIVE_INFINITY) return unit;
  let sum = 0;
  for (const x of values) sum += (x / unit) ** p;
  return unit * sum ** (1 / p);
}
