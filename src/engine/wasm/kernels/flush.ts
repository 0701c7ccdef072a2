// Subnormal arithmetic is some 80 times slower, and WebAssembly cannot switch it off: whatever would
// become subnormal is put to 0 before the multiplication that would make it so.

const SMALLEST: f64 = 1.1754943508222875e-38;
const INFINITE: i32 = 0x7f800000;

/** The bits of the smallest |x| for which factor · x is a normal number (and x itself is). */
export function floorFor(factor: f64): v128 {
  const f = Math.abs(factor);
  if (f == 0) return i32x4.splat(0);
  // one part in a million on the safe side of rounding
  const least = SMALLEST * 1.000001 / (f < 1 ? f : 1);
  return i32x4.splat(least > 3e38 ? INFINITE : reinterpret<i32>(<f32>least));
}

/** x where |x| ≥ the number with bits `least`, else +0. Compares bits, so that it never works on a subnormal. */
// @ts-ignore: decorator
@inline
export function flush(x: v128, least: v128): v128 {
  return v128.andnot(x, i32x4.lt_s(v128.and(x, i32x4.splat(0x7fffffff)), least));
}
