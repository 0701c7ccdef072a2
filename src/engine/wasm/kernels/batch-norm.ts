import { high, loadLanes, narrow, storeLanes } from "./lanes";
import { gradientSums, squaresRun, sumG, sumGX, sumRun } from "./moments";
import { gradientRun, shiftRun } from "./norm-runs";

// Normalisation of [N, C, inner] over everything but C. With inner = 1 vectors hold four neighbouring
// channels and go down the rows, else they run along a plane. Sums are carried in float64. Each call does the
// channels from `first` to before `end`; with inner = 1 a call begins at a multiple of 4.

/** Biased variance and mean of each channel. */
export function batchMoments(
  x: usize, means: usize, variances: usize, n: i32, channels: i32, inner: i32, first: i32, end: i32,
): void {
  const step = <usize>channels * <usize>inner << 2;
  const count = <f64>n * <f64>inner;
  if (inner == 1) {
    for (let c = first; c < end; c += 4) {
      const at = <usize>c << 2;
      momentLanes(x + at, means + at, variances + at, n, step, min(end - c, 4));
    }
    return;
  }
  for (let c = first; c < end; c++) {
    const plane = x + (<usize>c * <usize>inner << 2);
    let total: f64 = 0;
    for (let i = 0; i < n; i++) total += sumRun(plane + <usize>i * step, inner);
    const mean = total / count;
    let squares: f64 = 0;
    for (let i = 0; i < n; i++) squares += squaresRun(plane + <usize>i * step, inner, mean);
    store<f32>(means + (<usize>c << 2), <f32>mean);
    store<f32>(variances + (<usize>c << 2), <f32>(squares / count));
  }
}

function momentLanes(x: usize, means: usize, variances: usize, n: i32, step: usize, k: i32): void {
  const count = f64x2.splat(<f64>n);
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let p = x;
  for (let i = 0; i < n; i++, p += step) {
    const v = loadLanes(p, k);
    a = f64x2.add(a, f64x2.promote_low_f32x4(v));
    b = f64x2.add(b, f64x2.promote_low_f32x4(high(v)));
  }
  a = f64x2.div(a, count);
  b = f64x2.div(b, count);
  storeLanes(means, narrow(a, b), k);
  let s = f64x2.splat(0);
  let t = f64x2.splat(0);
  p = x;
  for (let i = 0; i < n; i++, p += step) {
    const v = loadLanes(p, k);
    const d = f64x2.sub(f64x2.promote_low_f32x4(v), a);
    const e = f64x2.sub(f64x2.promote_low_f32x4(high(v)), b);
    s = f64x2.add(s, f64x2.mul(d, d));
    t = f64x2.add(t, f64x2.mul(e, e));
  }
  storeLanes(variances, narrow(f64x2.div(s, count), f64x2.div(t, count)), k);
}

// @ts-ignore: decorator
@inline
function reciprocalDeviation(variances: usize, c: i32, eps: f64): f64 {
  return 1 / Math.sqrt(<f64>load<f32>(variances + (<usize>c << 2)) + eps);
}

/** The same of four neighbouring channels. */
// @ts-ignore: decorator
@inline
function deviationLanes(variances: usize, k: i32, eps: f64): v128 {
  const v = loadLanes(variances, k);
  const one = f64x2.splat(1);
  const e = f64x2.splat(eps);
  return narrow(
    f64x2.div(one, f64x2.sqrt(f64x2.add(f64x2.promote_low_f32x4(v), e))),
    f64x2.div(one, f64x2.sqrt(f64x2.add(f64x2.promote_low_f32x4(high(v)), e))),
  );
}

/** out = (x - mean) / √(variance + eps) · w + b; w, b: 0 for none. */
export function batchNorm(
  x: usize, means: usize, variances: usize, w: usize, b: usize, out: usize,
  n: i32, channels: i32, inner: i32, eps: f64, first: i32, end: i32,
): void {
  const step = <usize>channels * <usize>inner << 2;
  if (inner == 1) {
    for (let c = first; c < end; c += 4) {
      const k = min(end - c, 4);
      let at = <usize>c << 2;
      const m = loadLanes(means + at, k);
      let s = deviationLanes(variances + at, k, eps);
      if (w) s = f32x4.mul(s, loadLanes(w + at, k));
      const d = b ? loadLanes(b + at, k) : f32x4.splat(0);
      for (let i = 0; i < n; i++, at += step) {
        storeLanes(out + at, f32x4.add(f32x4.mul(f32x4.sub(loadLanes(x + at, k), m), s), d), k);
      }
    }
    return;
  }
  for (let c = first; c < end; c++) {
    const at = <usize>c << 2;
    const m = load<f32>(means + at);
    const s = <f32>reciprocalDeviation(variances, c, eps) * (w ? load<f32>(w + at) : 1);
    const d: f32 = b ? load<f32>(b + at) : 0;
    const plane = <usize>c * <usize>inner << 2;
    for (let i = 0; i < n; i++) shiftRun(x + plane + <usize>i * step, out + plane + <usize>i * step, m, s, d, inner);
  }
}

/** Gradients of `batchNorm`; mean and variance came from x where `training`. dx, dw, db: 0 for none. */
export function batchNormGrad(
  g: usize, x: usize, means: usize, variances: usize, w: usize, dx: usize, dw: usize, db: usize,
  n: i32, channels: i32, inner: i32, eps: f64, training: i32, first: i32, end: i32,
): void {
  const step = <usize>channels * <usize>inner << 2;
  const count = <f64>n * <f64>inner;
  if (inner == 1) {
    for (let c = first; c < end; c += 4) {
      gradientLanes(g, x, means, variances, w, dx, dw, db, n, c, step, min(end - c, 4), eps, training);
    }
    return;
  }
  for (let c = first; c < end; c++) {
    const at = <usize>c << 2;
    const plane = <usize>c * <usize>inner << 2;
    const mean = load<f32>(means + at);
    const rstd = reciprocalDeviation(variances, c, eps);
    let total: f64 = 0;
    let product: f64 = 0;
    for (let i = 0; i < n; i++) {
      const from = plane + <usize>i * step;
      gradientSums(g + from, x + from, 0, mean, inner);
      total += sumG;
      product += sumGX;
    }
    if (dw) store<f32>(dw + at, <f32>(product * rstd));
    if (db) store<f32>(db + at, <f32>total);
    if (!dx) continue;
    const scale = rstd * (w ? <f64>load<f32>(w + at) : 1);
    const e = <f32>(training ? scale * total / count : 0);
    const d = <f32>(training ? scale * rstd * rstd * product / count : 0);
    for (let i = 0; i < n; i++) {
      const from = plane + <usize>i * step;
      gradientRun(g + from, x + from, 0, dx + from, mean, <f32>scale, d, e, inner);
    }
  }
}

function gradientLanes(
  g: usize, x: usize, means: usize, variances: usize, w: usize, dx: usize, dw: usize, db: usize,
  n: i32, c: i32, step: usize, k: i32, eps: f64, training: i32,
): void {
  const first = <usize>c << 2;
  const m = loadLanes(means + first, k);
  const rstd = deviationLanes(variances + first, k, eps);
  let b0 = f64x2.splat(0);
  let b1 = f64x2.splat(0);
  let w0 = f64x2.splat(0);
  let w1 = f64x2.splat(0);
  let at = first;
  for (let i = 0; i < n; i++, at += step) {
    const v = loadLanes(g + at, k);
    const product = f32x4.mul(v, f32x4.mul(f32x4.sub(loadLanes(x + at, k), m), rstd));
    b0 = f64x2.add(b0, f64x2.promote_low_f32x4(v));
    b1 = f64x2.add(b1, f64x2.promote_low_f32x4(high(v)));
    w0 = f64x2.add(w0, f64x2.promote_low_f32x4(product));
    w1 = f64x2.add(w1, f64x2.promote_low_f32x4(high(product)));
  }
  if (dw) storeLanes(dw + first, narrow(w0, w1), k);
  if (db) storeLanes(db + first, narrow(b0, b1), k);
  if (!dx) return;
  let scale = rstd;
  if (w) scale = f32x4.mul(scale, loadLanes(w + first, k));
  const count = f64x2.splat(<f64>n);
  const zero = f32x4.splat(0);
  const e = training ? narrow(f64x2.div(b0, count), f64x2.div(b1, count)) : zero;
  const d = training ? f32x4.mul(rstd, narrow(f64x2.div(w0, count), f64x2.div(w1, count))) : zero;
  at = first;
  for (let i = 0; i < n; i++, at += step) {
    const centered = f32x4.mul(f32x4.sub(loadLanes(x + at, k), m), d);
    storeLanes(dx + at, f32x4.mul(scale, f32x4.sub(f32x4.sub(loadLanes(g + at, k), e), centered)), k);
  }
}
