import { loadPartial } from "./gemm-pack";
import { madd } from "./simd";

// One row of C: vector times matrix. Nothing is reused, so nothing is packed; the matrix is read once, in place.
// Each element is summed over k in the same order as in the tiles.

// @ts-ignore: decorator
@inline
function put(c: usize, d: usize, v: v128): void {
  v128.store(c, f32x4.add(v, v128.load(d)));
}

/** c = v + d on the first `cols` (1 to 4) floats. */
function putPartial(c: usize, d: usize, v: v128, cols: i32): void {
  if (cols == 4) {
    put(c, d, v);
    return;
  }
  const sum = f32x4.add(v, loadPartial(d, cols));
  if (cols == 1) {
    v128.store32_lane(c, sum, 0);
  } else {
    v128.store64_lane(c, sum, 0);
    if (cols == 3) v128.store32_lane(c, sum, 2, 8);
  }
}

function row32(k: i32, a: usize, acs: usize, b: usize, ldb: usize, c: usize, d: usize, dcs: usize): void {
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0), c2 = f32x4.splat(0), c3 = f32x4.splat(0);
  let c4 = f32x4.splat(0), c5 = f32x4.splat(0), c6 = f32x4.splat(0), c7 = f32x4.splat(0);
  for (; k > 0; k--) {
    const x = v128.load32_splat(a);
    c0 = madd(x, v128.load(b), c0);
    c1 = madd(x, v128.load(b, 16), c1);
    c2 = madd(x, v128.load(b, 32), c2);
    c3 = madd(x, v128.load(b, 48), c3);
    c4 = madd(x, v128.load(b, 64), c4);
    c5 = madd(x, v128.load(b, 80), c5);
    c6 = madd(x, v128.load(b, 96), c6);
    c7 = madd(x, v128.load(b, 112), c7);
    a += acs;
    b += ldb;
  }
  put(c + 112, d + 28 * dcs, c7);
  put(c + 96, d + 24 * dcs, c6);
  put(c + 80, d + 20 * dcs, c5);
  put(c + 64, d + 16 * dcs, c4);
  put(c + 48, d + 12 * dcs, c3);
  put(c + 32, d + 8 * dcs, c2);
  put(c + 16, d + 4 * dcs, c1);
  put(c, d, c0);
}

function row4(k: i32, a: usize, acs: usize, b: usize, ldb: usize, c: usize, d: usize, cols: i32): void {
  let sum = f32x4.splat(0);
  if (cols == 4) {
    for (; k > 0; k--) {
      sum = madd(v128.load32_splat(a), v128.load(b), sum);
      a += acs;
      b += ldb;
    }
  } else {
    for (; k > 0; k--) {
      sum = madd(v128.load32_splat(a), loadPartial(b, cols), sum);
      a += acs;
      b += ldb;
    }
  }
  putPartial(c, d, sum, cols);
}

/** c[n] = a[k]·B[k, n] + d. `acs` (between a's elements), `ldb` and `dcs` (between d's) are in bytes. */
export function row(
  n: i32, k: i32, a: usize, acs: usize, b: usize, ldb: usize, c: usize, d: usize, dcs: usize,
): void {
  let j = 0;
  for (; j + 32 <= n; j += 32) {
    row32(k, a, acs, b, ldb, c, d, dcs);
    b += 128;
    c += 128;
    d += 32 * dcs;
  }
  for (; j < n; j += 4) {
    row4(k, a, acs, b, ldb, c, d, min(n - j, 4));
    b += 16;
    c += 16;
    d += 4 * dcs;
  }
}

/** sum += x[0]·column 0 + … + x[3]·column 3, in that order, of the transposed rows r. */
// @ts-ignore: decorator
@inline
function fourColumns(
  x0: v128, x1: v128, x2: v128, x3: v128, r0: v128, r1: v128, r2: v128, r3: v128, sum: v128,
): v128 {
  const l0 = f32x4.shuffle(r0, r1, 0, 4, 1, 5), h0 = f32x4.shuffle(r0, r1, 2, 6, 3, 7);
  const l1 = f32x4.shuffle(r2, r3, 0, 4, 1, 5), h1 = f32x4.shuffle(r2, r3, 2, 6, 3, 7);
  sum = madd(x0, i64x2.shuffle(l0, l1, 0, 2), sum);
  sum = madd(x1, i64x2.shuffle(l0, l1, 1, 3), sum);
  sum = madd(x2, i64x2.shuffle(h0, h1, 0, 2), sum);
  return madd(x3, i64x2.shuffle(h0, h1, 1, 3), sum);
}

/** The first `left` (1 to 3) floats of each of four rows. */
// @ts-ignore: decorator
@inline
function fourPartial(
  left: i32, a: usize, acs: usize, q: usize, l1: usize, l2: usize, l3: usize, sum: v128,
): v128 {
  const r0 = loadPartial(q, left), r1 = loadPartial(q + l1, left);
  const r2 = loadPartial(q + l2, left), r3 = loadPartial(q + l3, left);
  const low0 = f32x4.shuffle(r0, r1, 0, 4, 1, 5), low1 = f32x4.shuffle(r2, r3, 0, 4, 1, 5);
  sum = madd(v128.load32_splat(a), i64x2.shuffle(low0, low1, 0, 2), sum);
  if (left == 1) return sum;
  sum = madd(v128.load32_splat(a + acs), i64x2.shuffle(low0, low1, 1, 3), sum);
  if (left == 2) return sum;
  const high0 = f32x4.shuffle(r0, r1, 2, 6, 3, 7), high1 = f32x4.shuffle(r2, r3, 2, 6, 3, 7);
  return madd(v128.load32_splat(a + 2 * acs), i64x2.shuffle(high0, high1, 0, 2), sum);
}

/** Eight columns. Not more: rows a power of two apart share one set of the cache, which holds eight lines. */
function dot8(k: i32, a: usize, acs: usize, b: usize, ldb: usize, c: usize, d: usize, dcs: usize): void {
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0);
  const l1 = ldb, l2 = ldb + ldb, l3 = l2 + ldb;
  let q0 = b, q1 = b + 4 * ldb;
  for (; k >= 4; k -= 4) {
    const x0 = v128.load32_splat(a), x1 = v128.load32_splat(a + acs);
    const x2 = v128.load32_splat(a + 2 * acs), x3 = v128.load32_splat(a + 3 * acs);
    c0 = fourColumns(x0, x1, x2, x3, v128.load(q0), v128.load(q0 + l1), v128.load(q0 + l2), v128.load(q0 + l3), c0);
    c1 = fourColumns(x0, x1, x2, x3, v128.load(q1), v128.load(q1 + l1), v128.load(q1 + l2), v128.load(q1 + l3), c1);
    a += 4 * acs;
    q0 += 16;
    q1 += 16;
  }
  if (k > 0) {
    c0 = fourPartial(k, a, acs, q0, l1, l2, l3, c0);
    c1 = fourPartial(k, a, acs, q1, l1, l2, l3, c1);
  }
  put(c + 16, d + 4 * dcs, c1);
  put(c, d, c0);
}

function dot4(k: i32, a: usize, acs: usize, b: usize, ldb: usize, c: usize, d: usize, cols: i32): void {
  let sum = f32x4.splat(0);
  // Rows past the end repeat the last one; their sums are not stored.
  const l1 = <usize>min(1, cols - 1) * ldb, l2 = <usize>min(2, cols - 1) * ldb, l3 = <usize>min(3, cols - 1) * ldb;
  for (; k >= 4; k -= 4) {
    const x0 = v128.load32_splat(a), x1 = v128.load32_splat(a + acs);
    const x2 = v128.load32_splat(a + 2 * acs), x3 = v128.load32_splat(a + 3 * acs);
    sum = fourColumns(x0, x1, x2, x3, v128.load(b), v128.load(b + l1), v128.load(b + l2), v128.load(b + l3), sum);
    a += 4 * acs;
    b += 16;
  }
  if (k > 0) sum = fourPartial(k, a, acs, b, l1, l2, l3, sum);
  putPartial(c, d, sum, cols);
}

/** c[n] = a[k]·B + d where B is stored [n, k]; strides as in `row`. */
export function rowTransposed(
  n: i32, k: i32, a: usize, acs: usize, b: usize, ldb: usize, c: usize, d: usize, dcs: usize,
): void {
  let j = 0;
  for (; j + 8 <= n; j += 8) {
    dot8(k, a, acs, b, ldb, c, d, dcs);
    b += 8 * ldb;
    c += 32;
    d += 8 * dcs;
  }
  for (; j < n; j += 4) {
    dot4(k, a, acs, b, ldb, c, d, min(n - j, 4));
    b += 4 * ldb;
    c += 16;
    d += 4 * dcs;
  }
}
