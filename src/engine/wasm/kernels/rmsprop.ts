import { madd } from "./simd";
import {
  atLeast, constant, finite, leastFor, leastSquareFor, loadTail, prepareGradient, prepareLimits, saturate, setConstant,
  slopeOf, storeTail, tailA, tailB, tailC, tailG, tailP,
} from "./update-parts";

function run(p: usize, g: usize, v: usize, buffer: usize, average: usize, n: i32, decaying: bool): void {
  for (let i = 0; i < n; i += 4) {
    const at = <usize>i << 2;
    const w = v128.load(p + at);
    const grad = saturate(slopeOf(v128.load(g + at), w, decaying));
    const large = atLeast(grad, constant(4));
    const square = atLeast(
      finite(madd(v128.load(v + at), constant(0), f32x4.mul(f32x4.mul(large, constant(1)), large))),
      constant(5),
    );
    v128.store(v + at, square);
    let spread = square;
    if (average) {
      const mean = atLeast(
        madd(v128.load(average + at), constant(0), f32x4.mul(atLeast(grad, constant(6)), constant(1))),
        constant(5),
      );
      v128.store(average + at, mean);
      // The variance; rounding must not make it negative.
      const wide = atLeast(mean, constant(7));
      spread = f32x4.pmax(f32x4.splat(0), f32x4.sub(square, f32x4.mul(wide, wide)));
    }
    let step = f32x4.div(grad, f32x4.add(f32x4.sqrt(spread), constant(8)));
    if (buffer) {
      step = atLeast(madd(v128.load(buffer + at), constant(2), step), constant(9));
      v128.store(buffer + at, step);
    }
    v128.store(p + at, f32x4.sub(w, f32x4.mul(constant(3), step)));
  }
}

/**
 * One RMSprop update of n contiguous float32 parameters; see engine/updates.ts. buffer is 0 without momentum,
 * average is 0 unless centered.
 */
export function rmspropUpdate(
  p: usize, g: usize, v: usize, buffer: usize, average: usize, n: i32, lr: f64, alpha: f64, eps: f64,
  weightDecay: f64, momentum: f64, maximize: i32,
): void {
  prepareLimits();
  prepareGradient(weightDecay, maximize);
  setConstant(0, alpha);
  setConstant(1, 1 - alpha);
  setConstant(2, momentum);
  setConstant(3, lr);
  setConstant(4, leastSquareFor(1 - alpha));
  setConstant(5, leastFor(alpha));
  setConstant(6, leastFor(1 - alpha));
  setConstant(7, leastSquareFor(1));
  setConstant(8, eps);
  setConstant(9, Math.max(leastFor(momentum), leastFor(lr)));
  const decaying = weightDecay != 0;
  run(p, g, v, buffer, average, n & ~3, decaying);
  const k = n & 3;
  if (k == 0) return;
  const at = <usize>(n & ~3) << 2;
  loadTail(p, g, v, buffer, average, at, k);
  run(tailP(), tailG(), tailA(), buffer ? tailB() : 0, average ? tailC() : 0, 4, decaying);
  storeTail(p, v, buffer, average, at, k);
}
