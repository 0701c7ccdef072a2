import { high, loadLanes, sumPair, widenSum } from "./lanes";

// Sums in float64 that normalisations are made of: over neighbouring elements, or down four
// neighbouring columns at once.

/** Σ x over n neighbours. */
export function sumRun(x: usize, n: i32): f64 {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const v = v128.load(x + (<usize>i << 2));
    a = f64x2.add(a, f64x2.promote_low_f32x4(v));
    b = f64x2.add(b, f64x2.promote_low_f32x4(high(v)));
  }
  if (i < n) a = f64x2.add(a, widenSum(loadLanes(x + (<usize>i << 2), n - i)));
  return sumPair(f64x2.add(a, b));
}

/** Σ (x - mean)² over n neighbours. */
export function squaresRun(x: usize, n: i32, mean: f64): f64 {
  const m = f64x2.splat(mean);
  let total = f64x2.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const v = v128.load(x + (<usize>i << 2));
    const a = f64x2.sub(f64x2.promote_low_f32x4(v), m);
    const b = f64x2.sub(f64x2.promote_low_f32x4(high(v)), m);
    total = f64x2.add(total, f64x2.add(f64x2.mul(a, a), f64x2.mul(b, b)));
  }
  let rest: f64 = 0;
  for (; i < n; i++) {
    const d = <f64>load<f32>(x + (<usize>i << 2)) - mean;
    rest += d * d;
  }
  return sumPair(total) + rest;
}

/** Σ g of the last `gradientSums`. */
export let sumG: f64 = 0;
/** Σ g·(x - mean) of the last `gradientSums`. */
export let sumGX: f64 = 0;

/** Σ g and Σ g·(x - mean) over n neighbours, g multiplied by the weights at `w` (0: none) first. */
export function gradientSums(g: usize, x: usize, w: usize, mean: f32, n: i32): void {
  const m = f32x4.splat(mean);
  let a = f64x2.splat(0), b = a, c = a, d = a;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = <usize>i << 2;
    let v = v128.load(g + at);
    if (w) v = f32x4.mul(v, v128.load(w + at));
    const p = f32x4.mul(v, f32x4.sub(v128.load(x + at), m));
    a = f64x2.add(a, f64x2.promote_low_f32x4(v));
    b = f64x2.add(b, f64x2.promote_low_f32x4(high(v)));
    c = f64x2.add(c, f64x2.promote_low_f32x4(p));
    d = f64x2.add(d, f64x2.promote_low_f32x4(high(p)));
  }
  if (i < n) {
    const at = <usize>i << 2;
    let v = loadLanes(g + at, n - i); // lanes behind the end are 0, and so is their product
    if (w) v = f32x4.mul(v, loadLanes(w + at, n - i));
    a = f64x2.add(a, widenSum(v));
    c = f64x2.add(c, widenSum(f32x4.mul(v, f32x4.sub(loadLanes(x + at, n - i), m))));
  }
  sumG = sumPair(f64x2.add(a, b));
  sumGX = sumPair(f64x2.add(c, d));
}
