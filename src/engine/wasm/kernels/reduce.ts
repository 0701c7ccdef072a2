import { columnSums } from "./column-sums";
import { high, sumPair, widenSum } from "./lanes";
import * as op from "./opcodes";
import * as tag from "./tags";

// Reductions of float32. Sums run in float32 over at most 16 terms a lane and are then carried in
// float64, always in the same order; max and min give NaN when there is one.

// @ts-ignore: decorator
@inline
function square<Op>(x: v128): v128 {
  return idof<Op>() == idof<tag.SumSquares>() ? f32x4.mul(x, x) : x;
}

/** Σ (or Σx²) of n elements side by side. */
function sumRow<Op>(x: usize, n: i32): f64 {
  let total = f64x2.splat(0);
  let p = x;
  let left = n;
  while (left >= 16) {
    const rounds = min(left >> 4, 16);
    const end = p + (<usize>rounds << 6);
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    for (; p < end; p += 64) {
      a = f32x4.add(a, square<Op>(v128.load(p)));
      b = f32x4.add(b, square<Op>(v128.load(p, 16)));
      c = f32x4.add(c, square<Op>(v128.load(p, 32)));
      d = f32x4.add(d, square<Op>(v128.load(p, 48)));
    }
    total = f64x2.add(total, f64x2.add(widenSum(f32x4.add(a, b)), widenSum(f32x4.add(c, d))));
    left -= rounds << 4;
  }
  for (; left >= 4; left -= 4) {
    total = f64x2.add(total, widenSum(square<Op>(v128.load(p))));
    p += 16;
  }
  return sumPair(total) + sumScalar<Op>(p, left, 4);
}

/** Σ of n float32 side by side, in float64. */
export function sumF64(x: usize, n: i32): f64 {
  return sumRow<tag.Sum>(x, n);
}

function sumScalar<Op>(x: usize, n: i32, step: isize): f64 {
  let total: f64 = 0;
  let p = x;
  for (let i = 0; i < n; i++) {
    const v = <f64>load<f32>(p);
    total += idof<Op>() == idof<tag.SumSquares>() ? v * v : v;
    p += step;
  }
  return total;
}

// @ts-ignore: decorator
@inline
function fold<Op>(a: v128, b: v128): v128 {
  if (idof<Op>() == idof<tag.Prod>()) return f32x4.mul(a, b);
  return idof<Op>() == idof<tag.Max>() ? f32x4.max(a, b) : f32x4.min(a, b);
}

// @ts-ignore: decorator
@inline
function neutral<Op>(): f32 {
  if (idof<Op>() == idof<tag.Prod>()) return 1;
  return idof<Op>() == idof<tag.Max>() ? -Infinity : Infinity;
}

function foldRow<Op>(x: usize, n: i32, step: isize): f32 {
  let a = f32x4.splat(neutral<Op>());
  let b = a;
  let p = x;
  let left = n;
  if (step == 4) {
    for (; left >= 8; left -= 8) {
      a = fold<Op>(a, v128.load(p));
      b = fold<Op>(b, v128.load(p, 16));
      p += 32;
    }
  }
  for (; left > 0; left--) {
    a = fold<Op>(a, f32x4.replace_lane(f32x4.splat(neutral<Op>()), 0, load<f32>(p)));
    p += step;
  }
  a = fold<Op>(a, b);
  a = fold<Op>(a, high(a));
  return f32x4.extract_lane(fold<Op>(a, v128.shuffle<u32>(a, a, 1, 0, 3, 2)), 0);
}

/** Four neighbouring rows at once, whose elements lie side by side: Σ over `cols` steps. */
function sumColumns<Op>(x: usize, out: usize, cols: i32, step: isize, divisor: f64): void {
  let low = f64x2.splat(0);
  let up = f64x2.splat(0);
  let p = x;
  let left = cols;
  while (left > 0) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let k = min(left, 32);
    left -= k;
    for (; k >= 2; k -= 2) {
      a = f32x4.add(a, square<Op>(v128.load(p)));
      b = f32x4.add(b, square<Op>(v128.load(p + step)));
      p += 2 * step;
    }
    if (k) {
      a = f32x4.add(a, square<Op>(v128.load(p)));
      p += step;
    }
    a = f32x4.add(a, b);
    low = f64x2.add(low, f64x2.promote_low_f32x4(a));
    up = f64x2.add(up, f64x2.promote_low_f32x4(high(a)));
  }
  const d = f64x2.splat(divisor);
  const first = f32x4.demote_f64x2_zero(f64x2.div(low, d));
  v128.store(out, v128.shuffle<u64>(first, f32x4.demote_f64x2_zero(f64x2.div(up, d)), 0, 2));
}

function foldColumns<Op>(x: usize, out: usize, cols: i32, step: isize): void {
  let a = f32x4.splat(neutral<Op>());
  let p = x;
  for (let c = 0; c < cols; c++) {
    a = fold<Op>(a, v128.load(p));
    p += step;
  }
  v128.store(out, a);
}

function sums<Op>(x: usize, out: usize, rows: i32, cols: i32, rowStride: i32, colStride: i32, divisor: f64): void {
  const across = <isize>colStride << 2;
  let r = 0;
  if (rowStride == 1 && cols > 0 && !(colStride == 1 && cols > 4)) {
    const wide = cols >= 8 ? rows & ~15 : 0;
    if (wide) columnSums(x, out, cols, wide, across, divisor, idof<Op>() == idof<tag.SumSquares>());
    r = wide;
    for (; r + 4 <= rows; r += 4) {
      sumColumns<Op>(x + (<usize>r << 2), out + (<usize>r << 2), cols, across, divisor);
    }
  }
  for (; r < rows; r++) {
    const from = x + (<isize>(r * rowStride) << 2);
    const total = colStride == 1 ? sumRow<Op>(from, cols) : sumScalar<Op>(from, cols, across);
    store<f32>(out + (<usize>r << 2), <f32>(total / divisor));
  }
}

function folds<Op>(x: usize, out: usize, rows: i32, cols: i32, rowStride: i32, colStride: i32): void {
  const across = <isize>colStride << 2;
  let r = 0;
  if (rowStride == 1) {
    for (; r + 4 <= rows; r += 4) foldColumns<Op>(x + (<usize>r << 2), out + (<usize>r << 2), cols, across);
  }
  for (; r < rows; r++) {
    store<f32>(out + (<usize>r << 2), foldRow<Op>(x + (<isize>(r * rowStride) << 2), cols, across));
  }
}

/**
 * out[r] = reduction over c < cols of x[r·rowStride + c·colStride]; float32. `code` is a position in
 * REDUCE_OPS: sum mean prod max min sumSquares. Over nothing: 0, NaN, 1, -∞, ∞, 0.
 */
export function reduceRows(
  code: i32, x: usize, out: usize, rows: i32, cols: i32, rowStride: i32, colStride: i32,
): void {
  switch (code) {
    case op.SUM: sums<tag.Sum>(x, out, rows, cols, rowStride, colStride, 1); break;
    case op.MEAN: sums<tag.Sum>(x, out, rows, cols, rowStride, colStride, <f64>cols); break;
    case op.PROD: folds<tag.Prod>(x, out, rows, cols, rowStride, colStride); break;
    case op.MAX: folds<tag.Max>(x, out, rows, cols, rowStride, colStride); break;
    case op.MIN: folds<tag.Min>(x, out, rows, cols, rowStride, colStride); break;
    default: sums<tag.SumSquares>(x, out, rows, cols, rowStride, colStride, 1);
  }
}
