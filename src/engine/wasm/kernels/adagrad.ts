import { madd } from "./simd";
import {
  atLeast, constant, finite, leastFor, leastSquareFor, loadTail, prepareGradient, prepareLimits, saturate, setConstant,
  slopeOf, storeTail, tailA, tailB, tailG, tailP,
} from "./update-parts";

function runAdagrad(p: usize, g: usize, sum: usize, n: i32, decaying: bool): void {
  const end = p + (<usize>n << 2);
  while (p < end) {
    const w = v128.load(p);
    const grad = saturate(slopeOf(v128.load(g), w, decaying));
    const large = atLeast(grad, constant(2));
    const total = finite(madd(large, large, v128.load(sum)));
    v128.store(sum, total);
    const denominator = f32x4.add(f32x4.sqrt(total), constant(1));
    v128.store(p, f32x4.sub(w, f32x4.mul(constant(0), f32x4.div(grad, denominator))));
    p += 16;
    g += 16;
    sum += 16;
  }
}

/** One Adagrad update of n contiguous float32 parameters; see engine/updates.ts. */
export function adagradUpdate(
  p: usize, g: usize, sum: usize, n: i32, rate: f64, eps: f64, weightDecay: f64, maximize: i32,
): void {
  prepareLimits();
  prepareGradient(weightDecay, maximize);
  setConstant(0, rate);
  setConstant(1, eps);
  setConstant(2, leastSquareFor(1));
  const decaying = weightDecay != 0;
  runAdagrad(p, g, sum, n & ~3, decaying);
  const k = n & 3;
  if (k == 0) return;
  const at = <usize>(n & ~3) << 2;
  loadTail(p, g, sum, 0, 0, at, k);
  runAdagrad(tailP(), tailG(), tailA(), 4, decaying);
  storeTail(p, sum, 0, 0, at, k);
}

function runAdadelta(p: usize, g: usize, v: usize, acc: usize, n: i32, decaying: bool): void {
  const end = p + (<usize>n << 2);
  while (p < end) {
    const w = v128.load(p);
    const grad = saturate(slopeOf(v128.load(g), w, decaying));
    const large = atLeast(grad, constant(3));
    const square = atLeast(
      finite(madd(v128.load(v), constant(0), f32x4.mul(f32x4.mul(large, constant(1)), large))),
      constant(4),
    );
    v128.store(v, square);
    // Δ = √(acc + eps) / √(v + eps) · g
    const before = v128.load(acc);
    const spread = f32x4.sqrt(f32x4.add(square, constant(2)));
    const ratio = f32x4.div(f32x4.sqrt(f32x4.add(before, constant(2))), spread);
    const delta = saturate(f32x4.mul(ratio, grad));
    const far = atLeast(delta, constant(3));
    const moved = finite(madd(before, constant(0), f32x4.mul(f32x4.mul(far, constant(1)), far)));
    v128.store(acc, atLeast(moved, constant(4)));
    v128.store(p, f32x4.sub(w, f32x4.mul(constant(5), atLeast(delta, constant(6)))));
    p += 16;
    g += 16;
    v += 16;
    acc += 16;
  }
}

/** One Adadelta update of n contiguous float32 parameters; see engine/updates.ts. */
export function adadeltaUpdate(
  p: usize, g: usize, v: usize, acc: usize, n: i32, lr: f64, rho: f64, eps: f64, weightDecay: f64, maximize: i32,
): void {
  prepareLimits();
  prepareGradient(weightDecay, maximize);
  setConstant(0, rho);
  setConstant(1, 1 - rho);
  setConstant(2, eps);
  setConstant(3, leastSquareFor(1 - rho));
  setConstant(4, leastFor(rho));
  setConstant(5, lr);
  setConstant(6, leastFor(lr));
  const decaying = weightDecay != 0;
  runAdadelta(p, g, v, acc, n & ~3, decaying);
  const k = n & 3;
  if (k == 0) return;
  const at = <usize>(n & ~3) << 2;
  loadTail(p, g, v, acc, 0, at, k);
  runAdadelta(tailP(), tailG(), tailA(), tailB(), 4, decaying);
  storeTail(p, v, acc, 0, at, k);
}
