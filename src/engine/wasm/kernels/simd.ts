// What every kernel file shares. The same source is built twice: SIMD128, which is fully specified
// (strict mode), and SIMD128 with relaxed multiply-add.

/** a·b + c: one rounding in the relaxed build, two in the strict one. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}
