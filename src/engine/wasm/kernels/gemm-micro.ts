import { madd } from "./simd";

// Micro-kernels: a tile of up to MR×8 elements of C stays in registers while k runs.
//
// V8 leaves 15 of the 16 vector registers. A multiply-add tile needs 2·rows accumulators, 2 vectors of B and
// one splat of A; without fused multiply-add the product needs one more. Hence 6 rows and 5 rows: one row more
// spills an accumulator and halves the rate. Three more things keep V8 from moving a step's loads together, which
// spills as well: the k loop is not unrolled; nothing but stores follows the loop; and these go from the last
// element to the first. Nor may binaryen inline a kernel, so each has two callers. Check the machine code
// (`node --print-wasm-code`) after any change here.

/** Rows of a full tile. */
export const MR: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;

/** Columns of a tile. */
export const NR: i32 = 8;

/** Height of the next tile where `left` rows remain: a last pair of tiles is split evenly, never 6 + 1. */
// @ts-ignore: decorator
@inline
export function tileRows(left: i32): i32 {
  if (left >= 2 * MR) return MR;
  return left > MR ? (left + 1) >> 1 : left;
}

// @ts-ignore: decorator
@inline
function store(c: usize, d: usize, v0: v128, v1: v128): void {
  v128.store(c, f32x4.add(v1, v128.load(d, 16)), 16);
  v128.store(c, f32x4.add(v0, v128.load(d)));
}

/**
 * C[rows, 8] = A·B + D. Strides are in bytes: A's element (i, p) lies at a + i·ars + p·acs, B's row p at
 * b + p·bs (8 floats are read). `rows` and `unit` are constants at every call; `unit` says ars = 4.
 */
// @ts-ignore: decorator
@inline
function tile(
  rows: i32, unit: bool, k: i32, a: usize, ars: usize, acs: usize, b: usize, bs: usize,
  c: usize, ldc: usize, d: usize, ldd: usize,
): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0), c50 = f32x4.splat(0), c51 = f32x4.splat(0);
  if (unit) {
    for (; k > 0; k--) {
      const b0 = v128.load(b), b1 = v128.load(b, 16);
      const a0 = v128.load32_splat(a);
      c00 = madd(a0, b0, c00);
      c01 = madd(a0, b1, c01);
      if (rows > 1) {
        const a1 = v128.load32_splat(a, 4);
        c10 = madd(a1, b0, c10);
        c11 = madd(a1, b1, c11);
      }
      if (rows > 2) {
        const a2 = v128.load32_splat(a, 8);
        c20 = madd(a2, b0, c20);
        c21 = madd(a2, b1, c21);
      }
      if (rows > 3) {
        const a3 = v128.load32_splat(a, 12);
        c30 = madd(a3, b0, c30);
        c31 = madd(a3, b1, c31);
      }
      if (rows > 4) {
        const a4 = v128.load32_splat(a, 16);
        c40 = madd(a4, b0, c40);
        c41 = madd(a4, b1, c41);
      }
      if (rows > 5) {
        const a5 = v128.load32_splat(a, 20);
        c50 = madd(a5, b0, c50);
        c51 = madd(a5, b1, c51);
      }
      a += acs;
      b += bs;
    }
  } else {
    let p1 = a + ars, p2 = a + 2 * ars, p3 = a + 3 * ars, p4 = a + 4 * ars, p5 = a + 5 * ars;
    for (; k > 0; k--) {
      const b0 = v128.load(b), b1 = v128.load(b, 16);
      const a0 = v128.load32_splat(a);
      a += acs;
      c00 = madd(a0, b0, c00);
      c01 = madd(a0, b1, c01);
      if (rows > 1) {
        const a1 = v128.load32_splat(p1);
        p1 += acs;
        c10 = madd(a1, b0, c10);
        c11 = madd(a1, b1, c11);
      }
      if (rows > 2) {
        const a2 = v128.load32_splat(p2);
        p2 += acs;
        c20 = madd(a2, b0, c20);
        c21 = madd(a2, b1, c21);
      }
      if (rows > 3) {
        const a3 = v128.load32_splat(p3);
        p3 += acs;
        c30 = madd(a3, b0, c30);
        c31 = madd(a3, b1, c31);
      }
      if (rows > 4) {
        const a4 = v128.load32_splat(p4);
        p4 += acs;
        c40 = madd(a4, b0, c40);
        c41 = madd(a4, b1, c41);
      }
      if (rows > 5) {
        const a5 = v128.load32_splat(p5);
        p5 += acs;
        c50 = madd(a5, b0, c50);
        c51 = madd(a5, b1, c51);
      }
      b += bs;
    }
  }
  c += <usize>(rows - 1) * ldc;
  d += <usize>(rows - 1) * ldd;
  if (rows > 5) {
    store(c, d, c50, c51);
    c -= ldc;
    d -= ldd;
  }
  if (rows > 4) {
    store(c, d, c40, c41);
    c -= ldc;
    d -= ldd;
  }
  if (rows > 3) {
    store(c, d, c30, c31);
    c -= ldc;
    d -= ldd;
  }
  if (rows > 2) {
    store(c, d, c20, c21);
    c -= ldc;
    d -= ldd;
  }
  if (rows > 1) {
    store(c, d, c10, c11);
    c -= ldc;
    d -= ldd;
  }
  store(c, d, c00, c01);
}

/** The full tile over A whose rows are adjacent in memory: packed, or stored transposed. */
export function tileUnit(
  k: i32, a: usize, acs: usize, b: usize, bs: usize, c: usize, ldc: usize, d: usize, ldd: usize,
): void {
  tile(MR, true, k, a, 4, acs, b, bs, c, ldc, d, ldd);
}

function tile1(
  k: i32, a: usize, acs: usize, b: usize, bs: usize, c: usize, d: usize,
): void {
  tile(1, false, k, a, 0, acs, b, bs, c, 0, d, 0);
}

function tile2(
  k: i32, a: usize, ars: usize, acs: usize, b: usize, bs: usize, c: usize, ldc: usize, d: usize, ldd: usize,
): void {
  tile(2, false, k, a, ars, acs, b, bs, c, ldc, d, ldd);
}

function tile3(
  k: i32, a: usize, ars: usize, acs: usize, b: usize, bs: usize, c: usize, ldc: usize, d: usize, ldd: usize,
): void {
  tile(3, false, k, a, ars, acs, b, bs, c, ldc, d, ldd);
}

function tile4(
  k: i32, a: usize, ars: usize, acs: usize, b: usize, bs: usize, c: usize, ldc: usize, d: usize, ldd: usize,
): void {
  tile(4, false, k, a, ars, acs, b, bs, c, ldc, d, ldd);
}

function tile5(
  k: i32, a: usize, ars: usize, acs: usize, b: usize, bs: usize, c: usize, ldc: usize, d: usize, ldd: usize,
): void {
  tile(5, false, k, a, ars, acs, b, bs, c, ldc, d, ldd);
}

/** The full tile over A row-major in place. */
export function tileStrided(
  k: i32, a: usize, ars: usize, acs: usize, b: usize, bs: usize, c: usize, ldc: usize, d: usize, ldd: usize,
): void {
  tile(MR, false, k, a, ars, acs, b, bs, c, ldc, d, ldd);
}

/** C[rows, 8] = A·B + D by the kernel of that height; strides as in `tile`. */
// @ts-ignore: decorator
@inline
export function runTile(
  rows: i32, k: i32, a: usize, ars: usize, acs: usize, b: usize, bs: usize,
  c: usize, ldc: usize, d: usize, ldd: usize,
): void {
  if (rows == MR) {
    if (ars == 4) tileUnit(k, a, acs, b, bs, c, ldc, d, ldd);
    else tileStrided(k, a, ars, acs, b, bs, c, ldc, d, ldd);
  } else if (rows == 4) {
    tile4(k, a, ars, acs, b, bs, c, ldc, d, ldd);
  } else if (rows == 3) {
    tile3(k, a, ars, acs, b, bs, c, ldc, d, ldd);
  } else if (rows == 2) {
    tile2(k, a, ars, acs, b, bs, c, ldc, d, ldd);
  } else if (rows == 1) {
    tile1(k, a, acs, b, bs, c, d);
  } else if (MR > 5) {
    tile5(k, a, ars, acs, b, bs, c, ldc, d, ldd);
  }
}
