import { madd } from "./simd";

// Depth 1 to 4 (outer products, a layer of few inputs): a tile would spend its time on being called, so one call
// keeps a panel of B in registers and walks down all rows of C. Same order of summation as the tiles.

// @ts-ignore: decorator
@inline
function shallow(
  k: i32, m: i32, a: usize, ars: usize, acs: usize, b: usize, bs: usize, c: usize, ldc: usize, d: usize, ldd: usize,
): void {
  const zero = f32x4.splat(0);
  const b00 = v128.load(b), b01 = v128.load(b, 16);
  let b10 = zero, b11 = zero, b20 = zero, b21 = zero, b30 = zero, b31 = zero;
  if (k > 1) {
    b += bs;
    b10 = v128.load(b);
    b11 = v128.load(b, 16);
  }
  if (k > 2) {
    b += bs;
    b20 = v128.load(b);
    b21 = v128.load(b, 16);
  }
  if (k > 3) {
    b += bs;
    b30 = v128.load(b);
    b31 = v128.load(b, 16);
  }
  for (; m > 0; m--) {
    const x0 = v128.load32_splat(a);
    let c0 = madd(x0, b00, zero), c1 = madd(x0, b01, zero);
    if (k > 1) {
      const x1 = v128.load32_splat(a + acs);
      c0 = madd(x1, b10, c0);
      c1 = madd(x1, b11, c1);
    }
    if (k > 2) {
      const x2 = v128.load32_splat(a + acs + acs);
      c0 = madd(x2, b20, c0);
      c1 = madd(x2, b21, c1);
    }
    if (k > 3) {
      const x3 = v128.load32_splat(a + acs + acs + acs);
      c0 = madd(x3, b30, c0);
      c1 = madd(x3, b31, c1);
    }
    v128.store(c, f32x4.add(c0, v128.load(d)));
    v128.store(c, f32x4.add(c1, v128.load(d, 16)), 16);
    a += ars;
    c += ldc;
    d += ldd;
  }
}

/** C[m, 8] = A[m, k]·B[k, 8] + D, 1 ≤ k ≤ 4. Element (i, p) of A lies at a + i·ars + p·acs; strides in bytes. */
export function sweepShallow(
  k: i32, m: i32, a: usize, ars: usize, acs: usize, b: usize, bs: usize, c: usize, ldc: usize, d: usize, ldd: usize,
): void {
  if (k == 1) shallow(1, m, a, ars, acs, b, bs, c, ldc, d, ldd);
  else if (k == 2) shallow(2, m, a, ars, acs, b, bs, c, ldc, d, ldd);
  else if (k == 3) shallow(3, m, a, ars, acs, b, bs, c, ldc, d, ldd);
  else shallow(4, m, a, ars, acs, b, bs, c, ldc, d, ldd);
}
