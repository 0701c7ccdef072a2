import { high, narrow } from "./lanes";
import { madd64, pair } from "./math-f64";
import { COS, SIN, TAN } from "./opcodes";

// sin, cos, tan: x = n · π/2 + r in float64, then short polynomials in r (coefficients of FreeBSD's
// k_sinf and k_cosf). Up to 1e8 the reduction subtracts n · π/2 in two parts; beyond, the bits of 4/π
// that matter are picked from a table (as in ARM's optimized routines).

const MAGIC: f64 = 6755399441055744.0;

const INV_PIO4: usize = memory.data<u32>([
  0xa2, 0xa2f9, 0xa2f983, 0xa2f9836e, 0xf9836e4e, 0x836e4e44, 0x6e4e4415, 0x4e441529, 0x441529fc, 0x1529fc27,
  0x29fc2757, 0xfc2757d1, 0x2757d1f5, 0x57d1f534, 0xd1f534dd, 0xf534ddc0, 0x34ddc0db, 0xddc0db62, 0xc0db6295,
  0xdb629599, 0x6295993c, 0x95993c43, 0x993c4390, 0x3c439041,
]);

/** sin(r), cos(r) or their quotient, turned by n quarter turns (n in the low two bits of each lane). */
// @ts-ignore: decorator
@inline
function turned(op: i32, r: v128, n: v128): v128 {
  const z = f64x2.mul(r, r);
  let s = madd64(z, pair(0.0000027183114939898219064), pair(-0.000198393348360966317347));
  s = madd64(s, z, pair(0.0083333293858894631756));
  s = madd64(s, z, pair(-0.166666666416265235595));
  s = madd64(s, f64x2.mul(z, r), r);
  let c = madd64(z, pair(0.0000243904487962774090654), pair(-0.00138867637746099294692));
  c = madd64(c, z, pair(0.0416666233237390631894));
  c = madd64(c, z, pair(-0.499999997251031003120));
  c = madd64(c, z, pair(1));
  const odd = i64x2.sub(i64x2.splat(0), v128.and(n, i64x2.splat(1)));
  const sign = i64x2.splat(i64.MIN_VALUE);
  if (op == TAN) {
    const y = f64x2.div(v128.bitselect(c, s, odd), v128.bitselect(s, c, odd));
    return v128.xor(y, v128.and(odd, sign));
  }
  if (op == SIN) return v128.xor(v128.bitselect(c, s, odd), v128.and(i64x2.shl(n, 62), sign));
  return v128.xor(v128.bitselect(s, c, odd), v128.and(i64x2.shl(i64x2.add(n, i64x2.splat(1)), 62), sign));
}

// @ts-ignore: decorator
@inline
function reduced(op: i32, x: v128): v128 {
  const shifted = f64x2.add(f64x2.mul(x, pair(0.63661977236758134308)), pair(MAGIC));
  const n = f64x2.sub(shifted, pair(MAGIC));
  let r = f64x2.sub(x, f64x2.mul(n, pair(1.57079631090164184570)));
  r = f64x2.sub(r, f64x2.mul(n, pair(1.58932547735281966916e-8)));
  return turned(op, r, shifted);
}

/** One argument of more than 1e8. */
// @ts-ignore: decorator
@inline
function far(op: i32, x: f32): f32 {
  let bits = reinterpret<u32>(x);
  if ((bits & 0x7f800000) == 0x7f800000) return f32.NaN;
  const window = INV_PIO4 + (<usize>((bits >> 26) & 15) << 2);
  const shift = (bits >> 23) & 7;
  const negative = bits >> 31;
  bits = ((bits & 0xffffff) | 0x800000) << shift;
  let product = (<u64>(bits * load<u32>(window)) << 32) | ((<u64>bits * <u64>load<u32>(window, 32)) >> 32);
  product += <u64>bits * <u64>load<u32>(window, 16);
  let n = <i64>((product + (<u64>1 << 61)) >> 62);
  let r = <f64>(<i64>(product - (<u64>n << 62))) * (1.5707963267948966 / 4611686018427387904.0);
  if (negative) {
    r = -r;
    n = -n;
  }
  return <f32>f64x2.extract_lane(turned(op, pair(r), i64x2.splat(n)), 0);
}

// @ts-ignore: decorator
@inline
function trig(op: i32, x: v128): v128 {
  const lo = reduced(op, f64x2.promote_low_f32x4(x));
  const hi = reduced(op, f64x2.promote_low_f32x4(high(x)));
  let y = narrow(lo, hi);
  if (v128.any_true(f32x4.gt(f32x4.abs(x), f32x4.splat(1e8)))) {
    if (Mathf.abs(f32x4.extract_lane(x, 0)) > 1e8) y = f32x4.replace_lane(y, 0, far(op, f32x4.extract_lane(x, 0)));
    if (Mathf.abs(f32x4.extract_lane(x, 1)) > 1e8) y = f32x4.replace_lane(y, 1, far(op, f32x4.extract_lane(x, 1)));
    if (Mathf.abs(f32x4.extract_lane(x, 2)) > 1e8) y = f32x4.replace_lane(y, 2, far(op, f32x4.extract_lane(x, 2)));
    if (Mathf.abs(f32x4.extract_lane(x, 3)) > 1e8) y = f32x4.replace_lane(y, 3, far(op, f32x4.extract_lane(x, 3)));
  }
  if (op == COS) return y;
  return v128.bitselect(x, y, f32x4.eq(x, f32x4.splat(0))); // keeps the sign of zero
}

export function sin4(x: v128): v128 {
  return trig(SIN, x);
}

export function cos4(x: v128): v128 {
  return trig(COS, x);
}

export function tan4(x: v128): v128 {
  return trig(TAN, x);
}
