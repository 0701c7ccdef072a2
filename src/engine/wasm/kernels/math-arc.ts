import { high, narrow } from "./lanes";
import { madd64, pair } from "./math-f64";

const PI: f64 = 3.141592653589793;
const TAN_PI_8: f64 = 0.41421356237309503;

// @ts-ignore: decorator
@inline
function zeros(x: v128): v128 {
  return v128.and(x, pair(-0.0));
}

/** asin(x) for |x| ≤ ½, from z = x². */
// @ts-ignore: decorator
@inline
function asinCore(x: v128, z: v128): v128 {
  let p = pair(0.03767713789416373);
  p = madd64(p, z, pair(0.014295256422011465));
  p = madd64(p, z, pair(0.03185718877333683));
  p = madd64(p, z, pair(0.0445087095158814));
  p = madd64(p, z, pair(0.07500571380914856));
  p = madd64(p, z, pair(0.16666657639578433));
  p = madd64(p, z, pair(1.0000000002307785));
  return f64x2.mul(p, x);
}

/** asin, or acos = π/2 - asin, using asin(a) = π/2 - 2 asin √((1 - a) / 2) above ½. */
// @ts-ignore: decorator
@inline
function arc(x: v128, cosine: bool): v128 {
  const a = f64x2.abs(x);
  const outer = f64x2.gt(a, pair(0.5));
  const half = f64x2.mul(pair(0.5), f64x2.sub(pair(1), a));
  const z = v128.bitselect(half, f64x2.mul(a, a), outer);
  const core = asinCore(v128.bitselect(f64x2.sqrt(half), a, outer), z); // ≥ 0
  const twice = f64x2.add(core, core);
  if (cosine) {
    const negative = f64x2.lt(x, pair(0));
    const far = v128.bitselect(f64x2.sub(pair(PI), twice), twice, negative);
    return v128.bitselect(far, f64x2.sub(pair(PI / 2), v128.xor(core, zeros(x))), outer);
  }
  return v128.or(v128.bitselect(f64x2.sub(pair(PI / 2), twice), core, outer), zeros(x));
}

/** atan(top / bottom) for top, bottom ≥ 0, in [0, π/2]; 0 / 0 is 0 and ∞ / ∞ is π/4. */
// @ts-ignore: decorator
@inline
function atanQuotient(top: v128, bottom: v128): v128 {
  const steep = f64x2.gt(top, f64x2.mul(bottom, pair(1 / TAN_PI_8)));
  const middle = f64x2.gt(top, f64x2.mul(bottom, pair(TAN_PI_8)));
  const same = f64x2.eq(top, bottom);
  let up = v128.bitselect(f64x2.sub(top, bottom), top, middle);
  up = v128.bitselect(f64x2.neg(bottom), up, steep);
  let down = v128.bitselect(f64x2.add(top, bottom), bottom, middle);
  down = v128.bitselect(top, down, steep);
  const t = v128.andnot(f64x2.div(up, down), same);
  const zero = v128.and(same, f64x2.eq(top, pair(0)));
  let base = v128.and(pair(PI / 4), v128.andnot(v128.or(middle, same), zero));
  base = v128.bitselect(pair(PI / 2), base, steep);
  const z = f64x2.mul(t, t);
  let p = pair(0.04707349322180573);
  p = madd64(p, z, pair(-0.08456193476601014));
  p = madd64(p, z, pair(0.11040489340399778));
  p = madd64(p, z, pair(-0.14281588783048219));
  p = madd64(p, z, pair(0.1999988385700792));
  p = madd64(p, z, pair(-0.3333333209761732));
  p = madd64(p, z, pair(0.9999999999783994));
  return f64x2.add(base, f64x2.mul(p, t));
}

function atan2Pair(y: v128, x: v128): v128 {
  const r = atanQuotient(f64x2.abs(y), f64x2.abs(x));
  const left = i64x2.lt_s(x, i64x2.splat(0)); // by the sign bit, so that -0 counts
  return v128.or(v128.bitselect(f64x2.sub(pair(PI), r), r, left), zeros(y));
}

function atanPair(x: v128): v128 {
  return v128.or(atanQuotient(f64x2.abs(x), pair(1)), zeros(x));
}

export function asin4(x: v128): v128 {
  return narrow(arc(f64x2.promote_low_f32x4(x), false), arc(f64x2.promote_low_f32x4(high(x)), false));
}

export function acos4(x: v128): v128 {
  return narrow(arc(f64x2.promote_low_f32x4(x), true), arc(f64x2.promote_low_f32x4(high(x)), true));
}

export function atan4(x: v128): v128 {
  return narrow(atanPair(f64x2.promote_low_f32x4(x)), atanPair(f64x2.promote_low_f32x4(high(x))));
}

export function atan2x4(y: v128, x: v128): v128 {
  const r = narrow(
    atan2Pair(f64x2.promote_low_f32x4(y), f64x2.promote_low_f32x4(x)),
    atan2Pair(f64x2.promote_low_f32x4(high(y)), f64x2.promote_low_f32x4(high(x))),
  );
  return v128.or(r, v128.or(f32x4.ne(x, x), f32x4.ne(y, y)));
}
