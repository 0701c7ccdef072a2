import { floorFor, flush } from "./flush";
import { high, loadLanes, storeLanes, sumPair } from "./lanes";
import { pair } from "./math-f64";
import { FLT_MAX, FLT_MIN, prepareGradient, prepareLimits, saturate, slopeOf } from "./update-parts";

/** √(Σx² / n) in float64. */
function rms(x: usize, n: i32): f64 {
  let total = pair(0);
  for (let i = 0; i < n; i += 4) {
    const v = flush(loadLanes(x + (<usize>i << 2), min(4, n - i)), i32x4.splat(0x00800000));
    const low = f64x2.promote_low_f32x4(v);
    const up = f64x2.promote_low_f32x4(high(v));
    total = f64x2.add(total, f64x2.add(f64x2.mul(low, low), f64x2.mul(up, up)));
  }
  return Math.sqrt(sumPair(total) / n);
}

/** The running mean of a second moment, flushed and held below infinity. */
function moved(before: f32, mean: f64, fresh: f64): f32 {
  const next = <f64>before + (mean - <f64>before) * fresh;
  return next < FLT_MIN ? 0 : <f32>Math.min(next, FLT_MAX);
}

// @ts-ignore: decorator
@inline
function gradientAt(g: usize, k: i32): v128 {
  return saturate(slopeOf(loadLanes(g, k), f32x4.splat(0), false));
}

/** Rows' and columns' mean squares of one matrix [rows, cols] into their running means. */
function factor(g: usize, row: usize, col: usize, rows: i32, cols: i32, fresh: f64): void {
  for (let i = 0; i < rows; i++) {
    const from = g + (<usize>(i * cols) << 2);
    let total = pair(0);
    for (let j = 0; j < cols; j += 4) {
      const v = gradientAt(from + (<usize>j << 2), min(4, cols - j));
      const low = f64x2.promote_low_f32x4(v);
      const up = f64x2.promote_low_f32x4(high(v));
      total = f64x2.add(total, f64x2.add(f64x2.mul(low, low), f64x2.mul(up, up)));
    }
    const at = row + (<usize>i << 2);
    store<f32>(at, moved(load<f32>(at), sumPair(total) / cols, fresh));
  }
  for (let j = 0; j < cols; j += 4) {
    const k = min(4, cols - j);
    let low = pair(0);
    let up = pair(0);
    for (let i = 0; i < rows; i++) {
      const v = gradientAt(g + (<usize>(i * cols + j) << 2), k);
      const a = f64x2.promote_low_f32x4(v);
      const b = f64x2.promote_low_f32x4(high(v));
      low = f64x2.add(low, f64x2.mul(a, a));
      up = f64x2.add(up, f64x2.mul(b, b));
    }
    const at = col + (<usize>j << 2);
    store<f32>(at, moved(load<f32>(at), f64x2.extract_lane(low, 0) / rows, fresh));
    if (k > 1) store<f32>(at + 4, moved(load<f32>(at + 4), f64x2.extract_lane(low, 1) / rows, fresh));
    if (k > 2) store<f32>(at + 8, moved(load<f32>(at + 8), f64x2.extract_lane(up, 0) / rows, fresh));
    if (k > 3) store<f32>(at + 12, moved(load<f32>(at + 12), f64x2.extract_lane(up, 1) / rows, fresh));
  }
}

/** The same without factors: a running mean of each element's square. */
function average(g: usize, v: usize, n: i32, fresh: f64): void {
  for (let i = 0; i < n; i++) {
    const x = <f64>f32x4.extract_lane(gradientAt(g + (<usize>i << 2), 1), 0);
    const at = v + (<usize>i << 2);
    store<f32>(at, moved(load<f32>(at), x * x, fresh));
  }
}

/**
 * Over one row: g / max(√(a·b·v), eps1), summed as squares with rate 0, else p ← shrink·p - rate · that. Two factors,
 * since beside one huge gradient their product can be below the smallest number while a·b·v is not.
 */
function sweep(p: usize, g: usize, v: usize, n: i32, a: f32, b: f32, eps1: f64, shrink: f64, rate: f64): f64 {
  const least = f32x4.splat(<f32>(eps1 * eps1));
  const floor = floorFor(<f64>a);
  const first = f32x4.splat(a);
  const second = f32x4.splat(b);
  const minusRate = f32x4.splat(<f32>-rate);
  const kept = f32x4.splat(<f32>shrink);
  const tiny = floorFor(rate);
  const most = f32x4.splat(<f32>FLT_MAX);
  let total = pair(0);
  for (let j = 0; j < n; j += 4) {
    const at = <usize>j << 2;
    const k = min(4, n - j);
    const scaled = f32x4.mul(f32x4.mul(flush(loadLanes(v + at, k), floor), first), second);
    const estimate = f32x4.pmin(scaled, most);
    const u = f32x4.div(gradientAt(g + at, k), f32x4.sqrt(f32x4.pmax(estimate, least)));
    if (rate == 0) {
      // lanes past the end are 0 in g
      const clean = flush(u, i32x4.splat(0x00800000));
      const low = f64x2.promote_low_f32x4(clean);
      const up = f64x2.promote_low_f32x4(high(clean));
      total = f64x2.add(total, f64x2.add(f64x2.mul(low, low), f64x2.mul(up, up)));
    } else {
      const step = f32x4.mul(flush(u, tiny), minusRate);
      storeLanes(p + at, f32x4.add(f32x4.mul(loadLanes(p + at, k), kept), step), k);
    }
  }
  return sumPair(total);
}

// All matrices, or the one vector, once: measuring with rate 0, else applying.
function sweepAll(
  p: usize, g: usize, row: usize, col: usize, blocks: i32, rows: i32, cols: i32, eps1: f64, shrink: f64, rate: f64,
): f64 {
  if (col == 0) return sweep(p, g, row, rows * cols * blocks, 1, 1, eps1, shrink, rate);
  let total: f64 = 0;
  for (let block = 0; block < blocks; block++) {
    let mean: f64 = 0;
    for (let i = 0; i < rows; i++) mean += <f64>load<f32>(row + (<usize>(block * rows + i) << 2));
    const a = 1 / Math.sqrt(Math.max(mean / rows, eps1));
    const columns = col + (<usize>(block * cols) << 2);
    for (let i = 0; i < rows; i++) {
      const b = <f64>load<f32>(row + (<usize>(block * rows + i) << 2)) * a;
      const at = <usize>((block * rows + i) * cols) << 2;
      total += sweep(p + at, g + at, columns, cols, <f32>a, b < FLT_MIN ? 0 : <f32>b, eps1, shrink, rate);
    }
  }
  return total;
}

/** One Adafactor update; see engine/updates.ts. Without factors col is 0 and row holds every element's variance. */
export function adafactorUpdate(
  p: usize, g: usize, row: usize, col: usize, n: i32, fresh: f64, rho: f64, eps1: f64, eps2: f64, d: f64,
  shrink: f64, maximize: i32, blocks: i32, rows: i32, cols: i32,
): void {
  prepareLimits();
  prepareGradient(0, maximize);
  const least = Math.max(eps1, 1.1e-19); // its square is a normal number
  const rate = Math.max(eps2, rms(p, n)) * rho;
  if (col == 0) {
    average(g, row, n, fresh);
  } else {
    for (let block = 0; block < blocks; block++) {
      const at = <usize>(block * rows * cols) << 2;
      factor(g + at, row + (<usize>(block * rows) << 2), col + (<usize>(block * cols) << 2), rows, cols, fresh);
    }
  }
  const size = Math.sqrt(sweepAll(p, g, row, col, blocks, rows, cols, least, 1, 0) / n);
  const applied = rate / Math.max(1, size / d);
  if (applied != 0) sweepAll(p, g, row, col, blocks, rows, cols, least, shrink, applied);
}
