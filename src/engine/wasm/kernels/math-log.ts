import { high, narrow } from "./lanes";
import { log64, madd64, pair } from "./math-f64";
import { madd } from "./simd";

// @ts-ignore: decorator
@inline
function quad(x: f32): v128 {
  return f32x4.splat(x);
}

/** Natural logarithm (Cephes' logf); subnormal arguments are scaled up first. */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  const tiny = f32x4.lt(x, quad(1.17549435e-38));
  const bits = v128.bitselect(f32x4.mul(x, quad(16777216)), x, tiny);
  // bits = 2^k · m, m in [√½, √2)
  const biased = i32x4.add(bits, i32x4.splat(0x3f800000 - 0x3f3504f3));
  const exponent = v128.and(biased, i32x4.splat(<i32>0xff800000));
  const m = i32x4.add(i32x4.sub(bits, exponent), i32x4.splat(0x3f800000));
  let k = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_u(biased, 23), i32x4.splat(127)));
  k = f32x4.sub(k, v128.and(tiny, quad(24)));
  const f = f32x4.sub(m, quad(1));
  const z = f32x4.mul(f, f);
  let p = quad(7.0376836292e-2);
  p = madd(p, f, quad(-1.1514610310e-1));
  p = madd(p, f, quad(1.1676998740e-1));
  p = madd(p, f, quad(-1.2420140846e-1));
  p = madd(p, f, quad(1.4249322787e-1));
  p = madd(p, f, quad(-1.6668057665e-1));
  p = madd(p, f, quad(2.0000714765e-1));
  p = madd(p, f, quad(-2.4999993993e-1));
  p = madd(p, f, quad(3.3333331174e-1));
  let y = f32x4.mul(f32x4.mul(p, z), f);
  y = f32x4.sub(y, f32x4.mul(k, quad(2.12194440e-4)));
  y = f32x4.sub(y, f32x4.mul(quad(0.5), z));
  y = f32x4.add(f32x4.add(f, y), f32x4.mul(k, quad(0.693359375)));
  y = v128.bitselect(x, y, f32x4.eq(x, quad(Infinity)));
  y = v128.bitselect(quad(-Infinity), y, f32x4.eq(x, quad(0)));
  return v128.or(y, v128.not(f32x4.ge(x, quad(0))));
}

function log1pPair(x: v128): v128 {
  const small = f64x2.sub(x, f64x2.mul(f64x2.mul(x, x), madd64(x, pair(-1.0 / 3.0), pair(0.5))));
  return v128.bitselect(small, log64(f64x2.add(x, pair(1))), f64x2.lt(f64x2.abs(x), pair(1e-4)));
}

export function log1p4(x: v128): v128 {
  const y = narrow(log1pPair(f64x2.promote_low_f32x4(x)), log1pPair(f64x2.promote_low_f32x4(high(x))));
  return v128.bitselect(x, y, f32x4.eq(x, quad(0)));
}

// @ts-ignore: decorator
@inline
function scaledLog(x: v128, factor: f64): v128 {
  return narrow(
    f64x2.mul(log64(f64x2.promote_low_f32x4(x)), pair(factor)),
    f64x2.mul(log64(f64x2.promote_low_f32x4(high(x))), pair(factor)),
  );
}

export function log2x4(x: v128): v128 {
  return scaledLog(x, 1.4426950408889634);
}

export function log10x4(x: v128): v128 {
  return scaledLog(x, 0.4342944819032518);
}
