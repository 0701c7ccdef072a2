// exp and log on pairs of float64, to about 1e-12: what the functions whose float32 form would lose
// digits (expm1, log1p, pow, …) are built on. Inputs come from float32, so nothing is subnormal here.

const MAGIC: f64 = 6755399441055744.0; // 1.5 · 2^52: adding it rounds to a whole number

// @ts-ignore: decorator
@inline
export function pair(x: f64): v128 {
  return f64x2.splat(x);
}

// @ts-ignore: decorator
@inline
export function madd64(a: v128, b: v128, c: v128): v128 {
  return f64x2.add(f64x2.mul(a, b), c);
}

/** e^x with x held inside ±700; NaN stays. */
export function exp64(x0: v128): v128 {
  const x = f64x2.pmax(f64x2.pmin(x0, pair(700)), pair(-700));
  const shifted = f64x2.add(f64x2.mul(x, pair(1.4426950408889634)), pair(MAGIC));
  const n = f64x2.sub(shifted, pair(MAGIC));
  let r = f64x2.sub(x, f64x2.mul(n, pair(0.693147180369123816490)));
  r = f64x2.sub(r, f64x2.mul(n, pair(1.90821492927058770002e-10)));
  let p = pair(2.4875967952797188e-5);
  p = madd64(p, r, pair(0.00019915865232506363));
  p = madd64(p, r, pair(0.0013888822170444292));
  p = madd64(p, r, pair(0.008333266101181572));
  p = madd64(p, r, pair(0.041666666886950005));
  p = madd64(p, r, pair(0.16666666891029594));
  p = madd64(p, r, pair(0.4999999999980897));
  p = madd64(p, r, pair(1.0));
  p = madd64(p, r, pair(1.0));
  const scaled = i64x2.add(p, i64x2.shl(shifted, 52));
  return v128.or(scaled, f64x2.ne(x0, x0));
}

/** Natural logarithm: log 0 = -∞, NaN below 0. */
export function log64(x: v128): v128 {
  // x = 2^k · m with m in [√½, √2); k is read with a bias of 1023 so that the shift may be unsigned.
  const biased = i64x2.add(x, i64x2.splat(0x3ff0000000000000 - 0x3fe6a09e667f3bcd));
  const exponent = v128.and(biased, i64x2.splat(<i64>0xfff0000000000000));
  const m = i64x2.add(i64x2.sub(x, exponent), i64x2.splat(0x3ff0000000000000));
  const k = f64x2.sub(
    i64x2.add(i64x2.shr_u(exponent, 52), i64x2.splat(0x4338000000000000)),
    pair(MAGIC + 1023.0),
  );
  const s = f64x2.div(f64x2.sub(m, pair(1.0)), f64x2.add(m, pair(1.0)));
  const z = f64x2.mul(s, s);
  let p = pair(2.0 / 15.0);
  p = madd64(p, z, pair(2.0 / 13.0));
  p = madd64(p, z, pair(2.0 / 11.0));
  p = madd64(p, z, pair(2.0 / 9.0));
  p = madd64(p, z, pair(2.0 / 7.0));
  p = madd64(p, z, pair(2.0 / 5.0));
  p = madd64(p, z, pair(2.0 / 3.0));
  p = madd64(p, z, pair(2.0));
  let y = f64x2.add(f64x2.mul(k, pair(0.6931471805599453)), f64x2.mul(s, p));
  y = v128.bitselect(x, y, f64x2.eq(x, pair(Infinity)));
  y = v128.bitselect(pair(-Infinity), y, f64x2.eq(x, pair(0)));
  // below 0, or NaN: all bits set is a NaN
  return v128.or(y, v128.not(f64x2.ge(x, pair(0))));
}

/** log(x) for one number. */
// @ts-ignore: decorator
@inline
export function logScalar(x: f64): f64 {
  return f64x2.extract_lane(log64(pair(x)), 0);
}
