import { high, narrow } from "./lanes";
import { exp64, log64 } from "./math-f64";

function powMagnitude(a: v128, b: v128): v128 {
  return exp64(f64x2.mul(b, log64(a)));
}

/** a^b as C's powf: 1^b = a^0 = 1 even for NaN; a negative base needs a whole exponent. */
export function pow4(a: v128, b: v128): v128 {
  const base = f32x4.abs(a);
  let y = narrow(
    powMagnitude(f64x2.promote_low_f32x4(base), f64x2.promote_low_f32x4(b)),
    powMagnitude(f64x2.promote_low_f32x4(high(base)), f64x2.promote_low_f32x4(high(b))),
  );
  const one = f32x4.splat(1);
  const infinity = f32x4.splat(Infinity);
  // 1 exactly: log gives 0, and ∞ · 0 would be NaN
  const unit = v128.or(f32x4.eq(b, f32x4.splat(0)), f32x4.eq(base, one));
  y = v128.bitselect(one, y, v128.andnot(unit, v128.and(f32x4.ne(b, b), f32x4.lt(a, one))));
  const whole = f32x4.eq(f32x4.trunc(b), b);
  const halved = f32x4.mul(b, f32x4.splat(0.5));
  const odd = v128.andnot(v128.andnot(whole, f32x4.eq(f32x4.trunc(halved), halved)), f32x4.eq(f32x4.abs(b), infinity));
  y = v128.or(y, v128.and(v128.and(a, f32x4.splat(-0.0)), odd));
  // a negative finite base with a fraction in the exponent
  const refused = v128.andnot(
    v128.and(f32x4.lt(a, f32x4.splat(0)), f32x4.gt(a, f32x4.splat(-Infinity))),
    v128.or(whole, f32x4.ne(b, b)),
  );
  return v128.or(y, refused);
}

/** The exact remainder of truncated division, with the sign of `a`. */
// @ts-ignore: decorator
@inline
export function fmodScalar(a: f32, b: f32): f32 {
  const x = <f64>a;
  const y = <f64>b;
  const q = x / y;
  // a quotient below 2^28 times a 24-bit divisor is exact in float64
  if (!(Math.abs(q) < 268435456.0)) return a % b;
  if (Mathf.abs(b) == Infinity) return a;
  return copysign<f32>(<f32>(x - y * Math.trunc(q)), a);
}

/** Python's %, the sign of `b`. */
export function remainderScalar(a: f32, b: f32): f32 {
  const r = fmodScalar(a, b);
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

/** ⌊a / b⌋ consistent with `remainder`, in PyTorch's own steps. */
export function floorDivideScalar(a: f32, b: f32): f32 {
  if (b == 0) return a / b;
  const r = fmodScalar(a, b);
  let q = (a - r) / b;
  if (r != 0 && (r < 0) != (b < 0)) q -= 1;
  if (q == 0) return copysign<f32>(0, a / b);
  const whole = Mathf.floor(q);
  return q - whole > 0.5 ? whole + 1 : whole;
}
