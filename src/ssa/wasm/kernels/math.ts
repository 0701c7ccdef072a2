// log, sin and cos on pairs of float64, to about 1e-13 and 1e-16: our own, so that a seed gives the same bits everywhere.

const MAGIC: f64 = 6755399441055744.0; // 1.5 · 2^52: adding it rounds to a whole number

// @ts-ignore: decorator
@inline
export function pair(x: f64): v128 {
  return f64x2.splat(x);
}

// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return f64x2.add(f64x2.mul(a, b), c);
}

/** Natural logarithm of positive normal numbers. */
// @ts-ignore: decorator
@inline
export function log(x: v128): v128 {
  // x = 2^k · m with m in [√½, √2)
  const biased = i64x2.add(x, i64x2.splat(0x3ff0000000000000 - 0x3fe6a09e667f3bcd));
  const exponent = v128.and(biased, i64x2.splat(<i64>0xfff0000000000000));
  const m = i64x2.add(i64x2.sub(x, exponent), i64x2.splat(0x3ff0000000000000));
  const k = f64x2.sub(i64x2.add(i64x2.shr_u(exponent, 52), i64x2.splat(0x4338000000000000)), pair(MAGIC + 1023.0));
  const s = f64x2.div(f64x2.sub(m, pair(1.0)), f64x2.add(m, pair(1.0)));
  const z = f64x2.mul(s, s);
  let p = pair(2.0 / 15.0);
  p = madd(p, z, pair(2.0 / 13.0));
  p = madd(p, z, pair(2.0 / 11.0));
  p = madd(p, z, pair(2.0 / 9.0));
  p = madd(p, z, pair(2.0 / 7.0));
  p = madd(p, z, pair(2.0 / 5.0));
  p = madd(p, z, pair(2.0 / 3.0));
  p = madd(p, z, pair(2.0));
  return madd(k, pair(0.6931471805599453), f64x2.mul(s, p));
}

export let sine: v128 = f64x2.splat(0);
export let cosine: v128 = f64x2.splat(0);

/** Sets `sine` and `cosine` (fdlibm's polynomials; the argument reduced by π/2 in two parts, |x| below 1e5). */
// @ts-ignore: decorator
@inline
export function sincos(x: v128): void {
  const shifted = f64x2.add(f64x2.mul(x, pair(0.6366197723675814)), pair(MAGIC));
  const n = f64x2.sub(shifted, pair(MAGIC));
  let r = f64x2.sub(x, f64x2.mul(n, pair(1.57079632673412561417e0)));
  r = f64x2.sub(r, f64x2.mul(n, pair(6.07710050650619224932e-11)));
  const z = f64x2.mul(r, r);
  let s = madd(pair(1.58969099521155010221e-10), z, pair(-2.50507602534068634195e-8));
  s = madd(s, z, pair(2.75573137070700676789e-6));
  s = madd(s, z, pair(-1.98412698298579493134e-4));
  s = madd(s, z, pair(8.33333333332248946124e-3));
  s = madd(s, z, pair(-1.66666666666666324348e-1));
  s = madd(f64x2.mul(s, z), r, r);
  let c = madd(pair(-1.13596475577881948265e-11), z, pair(2.08757232129817482790e-9));
  c = madd(c, z, pair(-2.75573143513906633035e-7));
  c = madd(c, z, pair(2.48015872894767294178e-5));
  c = madd(c, z, pair(-1.38888888888741095749e-3));
  c = madd(c, z, pair(4.16666666666666019037e-2));
  c = f64x2.add(madd(z, pair(-0.5), f64x2.mul(c, f64x2.mul(z, z))), pair(1));
  const odd = i64x2.sub(i64x2.splat(0), v128.and(shifted, i64x2.splat(1)));
  const sign = i64x2.splat(i64.MIN_VALUE);
  sine = v128.xor(v128.bitselect(c, s, odd), v128.and(i64x2.shl(shifted, 62), sign));
  cosine = v128.xor(v128.bitselect(s, c, odd), v128.and(i64x2.shl(i64x2.add(shifted, i64x2.splat(1)), 62), sign));
}
