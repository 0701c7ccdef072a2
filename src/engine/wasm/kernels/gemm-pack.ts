import { MR, NR, tileRows } from "./gemm-micro";

// Packing copies a block of an operand into the order in which the micro-kernels read it, so that they
// walk one cache line after the other whatever the leading dimension (a power of two would otherwise put
// a whole column into one cache set). Padding columns of B hold arbitrary values; they are never stored.

/** Floats p[0…4) of which only the first `left` (1 to 3) may be read. */
// @ts-ignore: decorator
@inline
export function loadPartial(p: usize, left: i32): v128 {
  if (left == 1) return v128.load32_zero(p);
  const v = v128.load64_zero(p);
  return left == 2 ? v : v128.load32_lane(p, v, 2, 8);
}

/** B[k, n] row-major into panels [n/8][k][8]; `ldb` in bytes. */
export function packB(k: i32, n: i32, b: usize, ldb: usize, to: usize): void {
  const panel = <usize>k * 32;
  let j = 0;
  // Two panels at a time: a cache line of B is 16 columns.
  for (; j + 16 <= n; j += 16) {
    let from = b + <usize>j * 4;
    let to2 = to + panel;
    for (let p = 0; p < k; p++) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      v128.store(to2, v128.load(from, 32));
      v128.store(to2, v128.load(from, 48), 16);
      from += ldb;
      to += 32;
      to2 += 32;
    }
    to += panel;
  }
  for (; j < n; j += NR) {
    let from = b + <usize>j * 4;
    const cols = min(n - j, NR);
    for (let p = 0; p < k; p++) {
      if (cols >= 4) {
        v128.store(to, v128.load(from));
        if (cols == NR) v128.store(to, v128.load(from, 16), 16);
        else if (cols > 4) v128.store(to, loadPartial(from + 16, cols - 4), 16);
      } else {
        v128.store(to, loadPartial(from, cols));
      }
      from += ldb;
      to += 32;
    }
  }
}

/** The four-by-four block at p0…p3, transposed, to `to`, `to` + step, … */
// @ts-ignore: decorator
@inline
function transpose(p0: usize, p1: usize, p2: usize, p3: usize, to: usize, step: usize): void {
  const r0 = v128.load(p0), r1 = v128.load(p1), r2 = v128.load(p2), r3 = v128.load(p3);
  const l0 = f32x4.shuffle(r0, r1, 0, 4, 1, 5), l1 = f32x4.shuffle(r2, r3, 0, 4, 1, 5);
  v128.store(to, i64x2.shuffle(l0, l1, 0, 2));
  v128.store(to + step, i64x2.shuffle(l0, l1, 1, 3));
  const h0 = f32x4.shuffle(r0, r1, 2, 6, 3, 7), h1 = f32x4.shuffle(r2, r3, 2, 6, 3, 7);
  v128.store(to + 2 * step, i64x2.shuffle(h0, h1, 0, 2));
  v128.store(to + 3 * step, i64x2.shuffle(h0, h1, 1, 3));
}

/** B stored transposed, [n, k], into panels [n/8][k][8]; `ldb` in bytes. */
export function packTransposedB(k: i32, n: i32, b: usize, ldb: usize, to: usize): void {
  for (let j = 0; j < n; j += NR) {
    const last = n - j - 1;
    const row = b + <usize>j * ldb;
    // Rows past the end repeat the last one: they fill padding columns.
    let p0 = row, p1 = row + <usize>min(1, last) * ldb;
    let p2 = row + <usize>min(2, last) * ldb, p3 = row + <usize>min(3, last) * ldb;
    let p4 = row + <usize>min(4, last) * ldb, p5 = row + <usize>min(5, last) * ldb;
    let p6 = row + <usize>min(6, last) * ldb, p7 = row + <usize>min(7, last) * ldb;
    let p = 0;
    for (; p + 4 <= k; p += 4) {
      transpose(p0, p1, p2, p3, to, 32);
      transpose(p4, p5, p6, p7, to + 16, 32);
      p0 += 16; p1 += 16; p2 += 16; p3 += 16;
      p4 += 16; p5 += 16; p6 += 16; p7 += 16;
      to += 128;
    }
    for (; p < k; p++) {
      f32.store(to, f32.load(p0));
      f32.store(to, f32.load(p1), 4);
      f32.store(to, f32.load(p2), 8);
      f32.store(to, f32.load(p3), 12);
      f32.store(to, f32.load(p4), 16);
      f32.store(to, f32.load(p5), 20);
      f32.store(to, f32.load(p6), 24);
      f32.store(to, f32.load(p7), 28);
      p0 += 4; p1 += 4; p2 += 4; p3 += 4;
      p4 += 4; p5 += 4; p6 += 4; p7 += 4;
      to += 32;
    }
  }
}

/** A[m, k] row-major into tiles [k][rows], the heights being those of `tileRows`; `lda` in bytes. */
export function packA(m: i32, k: i32, a: usize, lda: usize, to: usize): void {
  let rows = 0;
  for (let i = 0; i < m; i += rows) {
    rows = tileRows(m - i);
    const base = a + <usize>i * lda;
    const step = <usize>rows * 4;
    let p = 0;
    if (rows >= 4) {
      let p0 = base, p1 = base + lda, p2 = base + 2 * lda, p3 = base + 3 * lda;
      let p4 = base + 4 * lda, p5 = base + 5 * lda;
      for (; p + 4 <= k; p += 4) {
        transpose(p0, p1, p2, p3, to, step);
        if (rows == 6) {
          const r4 = v128.load(p4), r5 = v128.load(p5);
          const low = f32x4.shuffle(r4, r5, 0, 4, 1, 5), high = f32x4.shuffle(r4, r5, 2, 6, 3, 7);
          v128.store64_lane(to, low, 0, 16);
          v128.store64_lane(to, low, 1, 40);
          v128.store64_lane(to, high, 0, 64);
          v128.store64_lane(to, high, 1, 88);
        } else if (rows == 5) {
          const r4 = v128.load(p4);
          v128.store32_lane(to, r4, 0, 16);
          v128.store32_lane(to, r4, 1, 36);
          v128.store32_lane(to, r4, 2, 56);
          v128.store32_lane(to, r4, 3, 76);
        }
        p0 += 16; p1 += 16; p2 += 16; p3 += 16; p4 += 16; p5 += 16;
        to += 4 * step;
      }
    }
    for (; p < k; p++) {
      let from = base + <usize>p * 4;
      for (let r = 0; r < rows; r++) {
        f32.store(to, f32.load(from));
        from += lda;
        to += 4;
      }
    }
  }
}

/** A stored transposed, [k, m], into the tiles of `packA`; `lda` in bytes. */
export function packTransposedA(m: i32, k: i32, a: usize, lda: usize, to: usize): void {
  // Row by row of the stored matrix, so that reads are sequential; every tile is a stream of writes.
  for (let p = 0; p < k; p++) {
    let from = a + <usize>p * lda;
    let tile = to;
    let rows = 0;
    for (let i = 0; i < m; i += rows) {
      rows = tileRows(m - i);
      const step = <usize>rows * 4;
      const at = tile + <usize>p * step;
      if (rows == MR) {
        v128.store(at, v128.load(from));
        if (MR == 6) i64.store(at, i64.load(from, 16), 16);
        else i32.store(at, i32.load(from, 16), 16);
      } else {
        for (let r: usize = 0; r < step; r += 4) i32.store(at + r, i32.load(from + r));
      }
      from += step;
      tile += <usize>k * step;
    }
  }
}
