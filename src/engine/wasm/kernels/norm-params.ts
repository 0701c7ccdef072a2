import { high, loadLanes, narrow, storeLanes } from "./lanes";
import { gradientSums, sumG, sumGX } from "./moments";
import { WORK } from "./scratch";

// Gradients of what normalisation multiplies with and adds: sums down the rows.

/** Rows that are read for all parameters before the next: so few that they stay in the cache. */
const RUN: i32 = 32;
/** Parameters whose sums stand in the work area at a time. */
const MOST: i32 = 4096;

/**
 * dw = Σ g·(x - mean)·rstd and db = Σ g for parameters `first` … `end - 1` of each group (`first` a multiple of 4);
 * either may be 0. Groups and `inner` as in norm-rows.ts.
 */
export function normalizeRowsParams(
  g: usize, x: usize, means: usize, rstds: usize, dw: usize, db: usize,
  rows: i32, size: i32, groups: i32, inner: i32, first: i32, end: i32,
): void {
  const parameters = size / inner;
  for (let group = 0; group < groups; group++) {
    const at = <usize>(group * parameters) << 2;
    const toWeight = dw ? dw + at : 0, toBias = db ? db + at : 0;
    if (inner == 1) {
      for (let p = first; p < end; p += MOST) {
        elements(g, x, means, rstds, toWeight, toBias, rows, size, groups, group, p, min(p + MOST, end));
      }
    } else {
      for (let p = first; p < end; p++) {
        run(g, x, means, rstds, toWeight, toBias, rows, size, groups, inner, group, p);
      }
    }
  }
}

/** One parameter of `inner` neighbours a row. */
function run(
  g: usize, x: usize, means: usize, rstds: usize, dw: usize, db: usize,
  rows: i32, size: i32, groups: i32, inner: i32, group: i32, p: i32,
): void {
  let product: f64 = 0;
  let total: f64 = 0;
  for (let r = group; r < rows; r += groups) {
    const from = (<usize>r * <usize>size + <usize>(p * inner)) << 2;
    gradientSums(g + from, x + from, 0, means ? load<f32>(means + (<usize>r << 2)) : 0, inner);
    product += sumGX * <f64>load<f32>(rstds + (<usize>r << 2));
    total += sumG;
  }
  if (dw) store<f32>(dw + (<usize>p << 2), <f32>product);
  if (db) store<f32>(db + (<usize>p << 2), <f32>total);
}

/** Parameters of one element a row each. */
function elements(
  g: usize, x: usize, means: usize, rstds: usize, dw: usize, db: usize,
  rows: i32, size: i32, groups: i32, group: i32, first: i32, end: i32,
): void {
  // Of four parameters: two pairs for the weights, and two for the biases.
  memory.fill(WORK, 0, <usize>(end - first + 3) << 4);
  for (let from = group; from < rows; from += RUN * groups) {
    const to = min(from + RUN * groups, rows);
    let totals = WORK;
    for (let p = first; p < end; p += 4) {
      const at = <usize>p << 2;
      if (end - p >= 4) addFour(g + at, x + at, means, rstds, totals, from, to, groups, size);
      else addLast(g + at, x + at, means, rstds, totals, from, to, groups, size, end - p);
      totals += 64;
    }
  }
  let totals = WORK;
  for (let p = first; p < end; p += 4) {
    const k = min(end - p, 4);
    const at = <usize>p << 2;
    if (dw) storeLanes(dw + at, narrow(v128.load(totals), v128.load(totals, 16)), k);
    if (db) storeLanes(db + at, narrow(v128.load(totals, 32), v128.load(totals, 48)), k);
    totals += 64;
  }
}

/** Rows `from` … `to - 1`, at most RUN, in float32 as sums have it, and then to the totals. */
// @ts-ignore: decorator
@inline
function addRows(
  g: usize, x: usize, means: usize, rstds: usize, totals: usize, from: i32, to: i32, groups: i32, size: i32, k: i32,
): void {
  let w = f32x4.splat(0), b = w;
  const step = <usize>(groups * size) << 2, along = <usize>groups << 2;
  const skip = <usize>from * <usize>size << 2;
  let mean = means + (<usize>from << 2), rstd = rstds + (<usize>from << 2);
  g += skip;
  x += skip;
  for (let r = from; r < to; r += groups) {
    const v = loadLanes(g, k);
    let d = loadLanes(x, k);
    if (means) d = f32x4.sub(d, v128.load32_splat(mean));
    b = f32x4.add(b, v);
    w = f32x4.add(w, f32x4.mul(v, f32x4.mul(d, v128.load32_splat(rstd))));
    g += step;
    x += step;
    mean += along;
    rstd += along;
  }
  carry(totals, w);
  carry(totals + 32, b);
}

function addFour(
  g: usize, x: usize, means: usize, rstds: usize, totals: usize, from: i32, to: i32, groups: i32, size: i32,
): void {
  addRows(g, x, means, rstds, totals, from, to, groups, size, 4);
}

function addLast(
  g: usize, x: usize, means: usize, rstds: usize, totals: usize, from: i32, to: i32, groups: i32, size: i32, k: i32,
): void {
  addRows(g, x, means, rstds, totals, from, to, groups, size, k);
}

// @ts-ignore: decorator
@inline
function carry(to: usize, v: v128): void {
  v128.store(to, f64x2.add(v128.load(to), f64x2.promote_low_f32x4(v)));
  v128.store(to, f64x2.add(v128.load(to, 16), f64x2.promote_low_f32x4(high(v))), 16);
}
