import { MR, NR, runTile, tileRows } from "./gemm-micro";
import { packA, packB, packTransposedA, packTransposedB } from "./gemm-pack";
import { row, rowTransposed } from "./gemm-row";
import { sweepShallow } from "./gemm-shallow";
import { SCRATCH, TILE_AT, WORK } from "./scratch";

// C = op(A)·op(B), GotoBLAS's way: blocks of k for the first-level cache, blocks of A for the second, packed
// where that pays, and micro-kernels that keep a tile of C in registers.
//
// The order of summation depends on k alone. k is cut into ceil(k / 384) equal blocks; each block's sum starts
// from zero and adds its products one after the other; the blocks' sums are added to C (or to the bias) in turn.
// Every path below keeps to it, so a row of a result does not depend on the other rows, nor on the shapes.

const MAX_DEPTH: i32 = 384;
const BLOCK_ROWS: i32 = ASC_FEATURE_RELAXED_SIMD ? 168 : 170;
const BLOCK_COLUMNS: i32 = 1024;
/** Room for either build's blocks of A: both work in one area. */
const PACKED_A_BYTES: i32 = 170 * MAX_DEPTH * 4 + 64;
const PACKED_B_BYTES: i32 = BLOCK_COLUMNS * MAX_DEPTH * 4;

/** Eight zeros: what is added to a result that neither accumulates nor has a bias. */
const ZEROS: usize = memory.data(32, 16);

/** Bytes of an instance's own work area. */
export function gemmWorkBytes(): i32 {
  return PACKED_A_BYTES + PACKED_B_BYTES;
}

/** Length of a block of k. */
// @ts-ignore: decorator
@inline
function depth(k: i32): i32 {
  const blocks = max((k + MAX_DEPTH - 1) / MAX_DEPTH, 1);
  return ((k + blocks - 1) / blocks + 3) & ~3;
}

/**
 * C[m, 8] = A[m, k]·B[k, 8] + D for one panel of B, tile by tile. Element (i, p) of A lies at a + i·ars + p·acs, or,
 * where A is packed, in tiles as `packA` leaves them. All strides in bytes.
 */
function sweep(
  packed: bool, m: i32, k: i32, a: usize, ars: usize, acs: usize, b: usize, bs: usize,
  c: usize, ldc: usize, d: usize, ldd: usize,
): void {
  while (m > 0) {
    const rows = tileRows(m);
    const height = <usize>rows;
    runTile(rows, k, a, ars, packed ? height * 4 : acs, b, bs, c, ldc, d, ldd);
    a += height * (packed ? <usize>k * 4 : ars);
    c += height * ldc;
    d += height * ldd;
    m -= rows;
  }
}

/** c[0…cols) = t + d[0…cols) for cols < 8, touching nothing else. */
function addPartial(c: usize, t: usize, d: usize, cols: i32): void {
  if (cols & 4) {
    v128.store(c, f32x4.add(v128.load(t), v128.load(d)));
    c += 16;
    t += 16;
    d += 16;
  }
  if (cols & 2) {
    v128.store64_lane(c, f32x4.add(v128.load64_zero(t), v128.load64_zero(d)), 0);
    c += 8;
    t += 8;
    d += 8;
  }
  if (cols & 1) f32.store(c, f32.load(t) + f32.load(d));
}

/** The same for a panel of fewer than 8 columns, by way of a full tile in scratch. */
function sweepPartial(
  packed: bool, m: i32, k: i32, a: usize, ars: usize, acs: usize, b: usize, bs: usize,
  c: usize, ldc: usize, d: usize, ldd: usize, cols: i32,
): void {
  const tile = SCRATCH + TILE_AT;
  while (m > 0) {
    const rows = tileRows(m);
    const height = <usize>rows;
    runTile(rows, k, a, ars, packed ? height * 4 : acs, b, bs, tile, NR * 4, ZEROS, 0);
    let t = tile;
    for (let i = 0; i < rows; i++) {
      addPartial(c, t, d, cols);
      t += NR * 4;
      c += ldc;
      d += ldd;
    }
    a += height * (packed ? <usize>k * 4 : ars);
    m -= rows;
  }
}

/**
 * One block of k for a matrix result. Leading dimensions in elements, `ldd` and `dcs` (D's strides) in bytes. `packed` is
 * where B's panels lie already, or 0.
 */
function blockOfDepth(
  transA: i32, transB: i32, m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32, packed: usize,
  c: usize, ldc: i32, d: usize, ldd: usize, dcs: usize, work: usize,
): void {
  const workA = work + PACKED_B_BYTES;
  const rowA = <usize>lda * 4, rowB = <usize>ldb * 4, rowC = <usize>ldc * 4;
  // B is read in place where it stays in the first-level cache, or where too few rows would share the copy.
  const wholeB = packed != 0 || transB != 0 || (m > 2 * MR && k * ldb > 6144);
  const wholeA = k > 8 && n > 4 * NR && m * k > 8192;
  const ars: usize = transA || wholeA ? 4 : rowA;
  const acs: usize = transA ? rowA : 4;
  for (let jc = 0; jc < n; jc += BLOCK_COLUMNS) {
    const nc = min(n - jc, BLOCK_COLUMNS);
    const tail = nc & ~(NR - 1);
    const blockB = b + (transB ? <usize>jc * rowB : <usize>jc * 4);
    const panels = packed ? packed + <usize>jc * <usize>k * 4 : work;
    if (packed) {
      // nothing to do
    } else if (transB) packTransposedB(k, nc, blockB, rowB, work);
    else if (wholeB) packB(k, nc, blockB, rowB, work);
    else if (tail < nc) packB(k, nc - tail, blockB + <usize>tail * 4, rowB, work);
    for (let ic = 0; ic < m; ic += BLOCK_ROWS) {
      const mc = min(m - ic, BLOCK_ROWS);
      let blockA = a + (transA ? <usize>ic * 4 : <usize>ic * rowA);
      if (wholeA) {
        if (transA) packTransposedA(mc, k, blockA, rowA, workA);
        else packA(mc, k, blockA, rowA, workA);
        blockA = workA;
      }
      const blockC = c + <usize>ic * rowC, blockD = d + <usize>ic * ldd;
      for (let j = 0; j < nc; j += NR) {
        let panel = work, bs: usize = NR * 4;
        if (wholeB) {
          panel = panels + <usize>j * <usize>k * 4;
        } else if (j < tail) {
          panel = blockB + <usize>j * 4;
          bs = rowB;
        }
        const to = blockC + <usize>(jc + j) * 4, from = blockD + <usize>(jc + j) * dcs;
        if (j < tail && k <= 4 && k > 0) sweepShallow(k, mc, blockA, ars, acs, panel, bs, to, rowC, from, ldd);
        else if (j < tail) sweep(wholeA, mc, k, blockA, ars, acs, panel, bs, to, rowC, from, ldd);
        else sweepPartial(wholeA, mc, k, blockA, ars, acs, panel, bs, to, rowC, from, ldd, nc - j);
      }
    }
  }
}

/** c[n] = a[k]·op(B) + d (one row). Strides in bytes, but `ldb` in elements. */
function oneRow(
  transB: i32, n: i32, k: i32, a: usize, acs: usize, b: usize, ldb: i32, c: usize, d: usize, dcs: usize,
): void {
  const kb = depth(k);
  let p = 0;
  do {
    const kc = min(kb, k - p);
    const x = a + <usize>p * acs;
    if (transB) rowTransposed(n, kc, x, acs, b + <usize>p * 4, <usize>ldb * 4, c, d, dcs);
    else row(n, kc, x, acs, b + <usize>p * <usize>ldb * 4, <usize>ldb * 4, c, d, dcs);
    d = c;
    dcs = 4;
    p += kb;
  } while (p < k);
}

/** C[m, 1]: the row of Bᵀ times Aᵀ, by way of `work` where C's elements are not adjacent. */
function oneColumn(
  transA: i32, m: i32, k: i32, a: usize, lda: i32, b: usize, bcs: usize, c: usize, ldc: i32,
  accumulate: i32, bias: usize, work: usize,
): void {
  const step = <usize>ldc * 4;
  const added: f32 = bias ? f32.load(bias) : 0;
  const chunk = ldc == 1 ? m : BLOCK_COLUMNS * 64;
  for (let i = 0; i < m; i += chunk) {
    const count = min(m - i, chunk);
    const target = c + <usize>i * step;
    const to = ldc == 1 ? target : work;
    if (bias) {
      for (let r = 0; r < count; r++) f32.store(to + <usize>r * 4, added);
    } else if (accumulate && ldc != 1) {
      for (let r = 0; r < count; r++) f32.store(to + <usize>r * 4, f32.load(target + <usize>r * step));
    }
    const keep = accumulate != 0 || bias != 0;
    const from = a + (transA ? <usize>i : <usize>i * <usize>lda) * 4;
    oneRow(transA ? 0 : 1, count, k, b, bcs, from, lda, to, keep ? to : ZEROS, keep ? 4 : 0);
    if (ldc != 1) {
      for (let r = 0; r < count; r++) f32.store(target + <usize>r * step, f32.load(to + <usize>r * 4));
    }
  }
}

/**
 * C[m, n] = op(A)·op(B), + C where `accumulate` is not 0, + bias[n] on every row where `bias` is not 0
 * (never both). Row-major; leading dimensions in elements. op(A) is A[m, k], or A stored [k, m] where `transA`;
 * op(B) is B[k, n], or B stored [n, k] where `transB`. C overlaps neither.
 */
export function gemm(
  transA: i32, transB: i32, m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32,
  c: usize, ldc: i32, accumulate: i32, bias: usize,
): void {
  if (m <= 0 || n <= 0 || (k <= 0 && accumulate)) return;
  const bcs = <usize>(transB ? 1 : ldb) * 4;
  if (n == 1 && m > 1) {
    oneColumn(transA, m, k, a, lda, b, bcs, c, ldc, accumulate, bias, WORK);
    return;
  }
  let d = ZEROS, ldd: usize = 0, dcs: usize = 0;
  if (accumulate) {
    d = c;
    ldd = <usize>ldc * 4;
    dcs = 4;
  } else if (bias) {
    d = bias;
    dcs = 4;
  }
  if (m == 1) {
    oneRow(transB, n, k, a, transA ? <usize>lda * 4 : 4, b, ldb, c, d, dcs);
    return;
  }
  const kb = depth(k);
  let p = 0;
  do {
    const kc = min(kb, k - p);
    const pa = a + (transA ? <usize>p * <usize>lda : <usize>p) * 4;
    const pb = b + (transB ? <usize>p : <usize>p * <usize>ldb) * 4;
    blockOfDepth(transA, transB, m, n, kc, pa, lda, pb, ldb, 0, c, ldc, d, ldd, dcs, WORK);
    d = c;
    ldd = <usize>ldc * 4;
    dcs = 4;
    p += kb;
  } while (p < k);
}

/** op(B)[k, n] into the panels that `gemmPacked` reads: k rows of n floats, n rounded up to 8. */
export function packWeight(transB: i32, n: i32, k: i32, b: usize, ldb: i32, to: usize): void {
  const row = <usize>ldb * 4, kb = depth(k);
  for (let p = 0; p < k; p += kb) {
    const kc = min(kb, k - p);
    if (transB) packTransposedB(kc, n, b + <usize>p * 4, row, to);
    else packB(kc, n, b + <usize>p * row, row, to);
    to += <usize>(((n + NR - 1) & ~(NR - 1)) * kc) * 4;
  }
}

/** `gemm` with an A as it stands and a B that `packWeight` has packed, for many products by one B. The same bits. */
export function gemmPacked(
  m: i32, n: i32, k: i32, a: usize, lda: i32, packed: usize, c: usize, ldc: i32, accumulate: i32, bias: usize,
): void {
  let d = ZEROS, ldd: usize = 0, dcs: usize = 0;
  if (accumulate) {
    d = c;
    ldd = <usize>ldc * 4;
    dcs = 4;
  } else if (bias) {
    d = bias;
    dcs = 4;
  }
  const kb = depth(k);
  for (let p = 0; p < k; p += kb) {
    const kc = min(kb, k - p);
    blockOfDepth(0, 0, m, n, kc, a + <usize>p * 4, lda, 0, 0, packed, c, ldc, d, ldd, dcs, WORK);
    packed += <usize>(((n + NR - 1) & ~(NR - 1)) * kc) * 4;
    d = c;
    ldd = <usize>ldc * 4;
    dcs = 4;
  }
}
