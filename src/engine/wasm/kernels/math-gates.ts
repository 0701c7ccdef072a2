import { loadLanes, storeLanes } from "./lanes";
import { madd } from "./simd";

// The functions of recurrent gates over runs of neighbours. Against math-exp.ts they clamp instead of choosing among
// special cases (3 ulp instead of 2; NaN stays NaN), and read their constants before the loop: V8 makes a constant in
// the code anew in each turn, from three instructions.

/** log2 e, 1.5 · 2^23 (adding it rounds to a whole number), the two parts of -log 2, six coefficients of e^r. */
const TABLE: usize = memory.data<f32>([
  1.44269504, 12582912.0, -0.693359375, 2.12194440e-4,
  1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
]);

/** Number `i` of the table, to be read before a loop. */
// @ts-ignore: decorator
@inline
export function constant(i: usize): v128 {
  return v128.load32_splat(TABLE + 4 * i);
}

/** e^r - 1 for |r| ≤ log(2) / 2. */
// @ts-ignore: decorator
@inline
export function lessOne(r: v128, p0: v128, p1: v128, p2: v128, p3: v128, p4: v128, p5: v128): v128 {
  let p = madd(p0, r, p1);
  p = madd(p, r, p2);
  p = madd(p, r, p3);
  p = madd(p, r, p4);
  p = madd(p, r, p5);
  return madd(p, f32x4.mul(r, r), r);
}

// @ts-ignore: decorator
@inline
function sigmoid(
  x: v128, log2e: v128, magic: v128, c0: v128, c1: v128,
  p0: v128, p1: v128, p2: v128, p3: v128, p4: v128, p5: v128, one: v128,
): v128 {
  const y = f32x4.pmax(f32x4.pmin(f32x4.neg(x), f32x4.splat(87)), f32x4.splat(-87));
  const shifted = madd(y, log2e, magic);
  const whole = f32x4.sub(shifted, magic);
  // whole · 0.693359375 is exact: the constant has 9 bits
  const r = madd(whole, c1, madd(whole, c0, y));
  const scale = i32x4.add(i32x4.shl(shifted, 23), one);
  const e = madd(lessOne(r, p0, p1, p2, p3, p4, p5), scale, scale);
  return f32x4.div(one, f32x4.add(e, one));
}

/** x = 1 / (1 + e^-x) for n neighbours. */
export function sigmoidRun(x: usize, n: i32): void {
  const log2e = constant(0), magic = constant(1), c0 = constant(2), c1 = constant(3);
  const p0 = constant(4), p1 = constant(5), p2 = constant(6), p3 = constant(7), p4 = constant(8), p5 = constant(9);
  const one = f32x4.splat(1);
  for (; n >= 4; n -= 4) {
    v128.store(x, sigmoid(v128.load(x), log2e, magic, c0, c1, p0, p1, p2, p3, p4, p5, one));
    x += 16;
  }
  if (n == 0) return;
  storeLanes(x, sigmoid(loadLanes(x, n), log2e, magic, c0, c1, p0, p1, p2, p3, p4, p5, one), n);
}

// @ts-ignore: decorator
@inline
function tanh(
  x: v128, log2e: v128, magic: v128, c0: v128, c1: v128,
  p0: v128, p1: v128, p2: v128, p3: v128, p4: v128, p5: v128, one: v128,
): v128 {
  const sign = f32x4.splat(-0.0);
  const a = f32x4.pmin(v128.andnot(x, sign), f32x4.splat(9.1));
  const y = f32x4.add(a, a);
  const shifted = madd(y, log2e, magic);
  const whole = f32x4.sub(shifted, magic);
  const r = madd(whole, c1, madd(whole, c0, y));
  const scale = i32x4.add(i32x4.shl(shifted, 23), one);
  const t = madd(lessOne(r, p0, p1, p2, p3, p4, p5), scale, f32x4.sub(scale, one));
  return v128.or(f32x4.div(t, f32x4.add(t, f32x4.splat(2))), v128.and(x, sign));
}

/** to = tanh x for n neighbours: t / (t + 2) with t = e^2|x| - 1. */
export function tanhRun(x: usize, to: usize, n: i32): void {
  const log2e = constant(0), magic = constant(1), c0 = constant(2), c1 = constant(3);
  const p0 = constant(4), p1 = constant(5), p2 = constant(6), p3 = constant(7), p4 = constant(8), p5 = constant(9);
  const one = f32x4.splat(1);
  for (; n >= 4; n -= 4) {
    v128.store(to, tanh(v128.load(x), log2e, magic, c0, c1, p0, p1, p2, p3, p4, p5, one));
    x += 16;
    to += 16;
  }
  if (n == 0) return;
  storeLanes(to, tanh(loadLanes(x, n), log2e, magic, c0, c1, p0, p1, p2, p3, p4, p5, one), n);
}
