import { high, narrow } from "./lanes";
import { exp64, log64, madd64, pair } from "./math-f64";
import { madd } from "./simd";

const MAGIC: f32 = 12582912.0; // 1.5 · 2^23: adding it rounds to a whole number

// @ts-ignore: decorator
@inline
function quad(x: f32): v128 {
  return f32x4.splat(x);
}

/** e^x. Below log(smallest normal float32) it is 0. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const shifted = f32x4.add(f32x4.mul(x, quad(1.44269504)), quad(MAGIC));
  const n = f32x4.sub(shifted, quad(MAGIC));
  // n · 0.693359375 is exact: the constant has 9 bits
  let r = f32x4.sub(x, f32x4.mul(n, quad(0.693359375)));
  r = f32x4.add(r, f32x4.mul(n, quad(2.12194440e-4)));
  let p = quad(1.9875691500e-4);
  p = madd(p, r, quad(1.3981999507e-3));
  p = madd(p, r, quad(8.3334519073e-3));
  p = madd(p, r, quad(4.1665795894e-2));
  p = madd(p, r, quad(1.6666665459e-1));
  p = madd(p, r, quad(5.0000001201e-1));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), quad(1));
  // 2^n: n stands in the low bits of `shifted`
  let y = i32x4.add(p, i32x4.shl(shifted, 23));
  y = v128.bitselect(quad(Infinity), y, f32x4.ge(x, quad(88.72284)));
  y = v128.andnot(y, f32x4.lt(x, quad(-87.33654)));
  return v128.or(y, f32x4.ne(x, x));
}

/**
 * 1 / (1 + e^-x), as e^x / (1 + e^x) below 0. The quotient is taken in float64: two more roundings in
 * float32 would pass 2 ulp.
 */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const e = exp4(v128.or(x, quad(-0.0)));
  const top = v128.bitselect(e, quad(1), f32x4.lt(x, quad(0)));
  const low = f64x2.promote_low_f32x4(e);
  const up = f64x2.promote_low_f32x4(high(e));
  return narrow(
    f64x2.div(f64x2.promote_low_f32x4(top), f64x2.add(low, pair(1))),
    f64x2.div(f64x2.promote_low_f32x4(high(top)), f64x2.add(up, pair(1))),
  );
}

// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const a = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = quad(-5.70498872745e-3);
  p = madd(p, z, quad(2.06390887954e-2));
  p = madd(p, z, quad(-5.37397155531e-2));
  p = madd(p, z, quad(1.33314422036e-1));
  p = madd(p, z, quad(-3.33332819422e-1));
  const small = madd(f32x4.mul(p, z), a, a);
  const e = exp4(f32x4.add(a, a));
  const large = f32x4.sub(quad(1), f32x4.div(quad(2), f32x4.add(e, quad(1))));
  const y = v128.bitselect(small, large, f32x4.lt(a, quad(0.625)));
  return v128.or(y, v128.and(x, quad(-0.0)));
}

// @ts-ignore: decorator
@inline
function pick(mask: v128, yes: v128, no: v128): v128 {
  return v128.bitselect(yes, no, mask);
}

function expm1Pair(x: v128): v128 {
  let p = madd64(x, pair(1.0 / 24.0), pair(1.0 / 6.0));
  p = madd64(p, x, pair(0.5));
  const small = madd64(p, f64x2.mul(x, x), x);
  return pick(f64x2.lt(f64x2.abs(x), pair(0.01)), small, f64x2.sub(exp64(x), pair(1)));
}

function sinhPair(x: v128): v128 {
  const z = f64x2.mul(x, x);
  const small = madd64(madd64(z, pair(1.0 / 120.0), pair(1.0 / 6.0)), f64x2.mul(z, x), x);
  const e = exp64(x);
  const large = f64x2.mul(pair(0.5), f64x2.sub(e, f64x2.div(pair(1), e)));
  return pick(f64x2.lt(f64x2.abs(x), pair(0.02)), small, large);
}

function coshPair(x: v128): v128 {
  const e = exp64(x);
  return f64x2.mul(pair(0.5), f64x2.add(e, f64x2.div(pair(1), e)));
}

/** log(1 + e^x), which is x itself above 20 (as PyTorch's default threshold has it). */
function softplusPair(x: v128): v128 {
  const e = exp64(f64x2.pmin(x, pair(50)));
  const small = f64x2.sub(e, f64x2.mul(pair(0.5), f64x2.mul(e, e)));
  const y = pick(f64x2.lt(e, pair(1e-5)), small, log64(f64x2.add(e, pair(1))));
  return pick(f64x2.gt(x, pair(20)), x, y);
}

/** `x` where it is 0, which keeps the sign of zero. */
// @ts-ignore: decorator
@inline
function keepZero(x: v128, y: v128): v128 {
  return pick(f32x4.eq(x, quad(0)), x, y);
}

export function expm1x4(x: v128): v128 {
  return keepZero(x, narrow(expm1Pair(f64x2.promote_low_f32x4(x)), expm1Pair(f64x2.promote_low_f32x4(high(x)))));
}

export function sinh4(x: v128): v128 {
  return keepZero(x, narrow(sinhPair(f64x2.promote_low_f32x4(x)), sinhPair(f64x2.promote_low_f32x4(high(x)))));
}

export function cosh4(x: v128): v128 {
  return narrow(coshPair(f64x2.promote_low_f32x4(x)), coshPair(f64x2.promote_low_f32x4(high(x))));
}

export function softplus4(x: v128): v128 {
  return narrow(softplusPair(f64x2.promote_low_f32x4(x)), softplusPair(f64x2.promote_low_f32x4(high(x))));
}
