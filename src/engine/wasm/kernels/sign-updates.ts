// The rules that follow the sign of something: Rprop and Lion.

import { madd } from "./simd";
import {
  atLeast, constant, leastFor, loadTail, prepareGradient, setConstant, slopeOf, storeTail, tailA, tailB, tailG,
  tailP,
} from "./update-parts";

/** ±1 by the sign of x; 0 at 0. */
// @ts-ignore: decorator
@inline
function signOf(x: v128): v128 {
  const one = v128.or(v128.and(x, f32x4.splat(-0.0)), f32x4.splat(1));
  return v128.and(one, f32x4.ne(x, f32x4.splat(0)));
}

function runRprop(p: usize, g: usize, prev: usize, size: usize, n: i32): void {
  const zero = f32x4.splat(0);
  const end = p + (<usize>n << 2);
  while (p < end) {
    const w = v128.load(p);
    let grad = slopeOf(v128.load(g), w, false);
    // The sign of the product, which itself could underflow.
    const agree = f32x4.mul(signOf(grad), signOf(v128.load(prev)));
    const turned = f32x4.lt(agree, zero);
    const factor = v128.bitselect(
      constant(0), v128.bitselect(constant(1), f32x4.splat(1), f32x4.gt(agree, zero)), turned,
    );
    const step = f32x4.pmin(f32x4.pmax(f32x4.mul(v128.load(size), factor), constant(2)), constant(3));
    v128.store(size, step);
    grad = v128.andnot(grad, turned);
    v128.store(prev, grad);
    v128.store(p, f32x4.sub(w, f32x4.mul(signOf(grad), step)));
    p += 16;
    g += 16;
    prev += 16;
    size += 16;
  }
}

/** One Rprop update of n contiguous float32 parameters; see engine/updates.ts. */
export function rpropUpdate(
  p: usize, g: usize, prev: usize, size: usize, n: i32, etaMinus: f64, etaPlus: f64, least: f64, most: f64,
  maximize: i32,
): void {
  prepareGradient(0, maximize);
  setConstant(0, etaMinus);
  setConstant(1, etaPlus);
  setConstant(2, least);
  setConstant(3, most);
  runRprop(p, g, prev, size, n & ~3);
  const k = n & 3;
  if (k == 0) return;
  const at = <usize>(n & ~3) << 2;
  loadTail(p, g, prev, size, 0, at, k);
  runRprop(tailP(), tailG(), tailA(), tailB(), 4);
  storeTail(p, prev, size, 0, at, k);
}

function runLion(p: usize, g: usize, m: usize, n: i32): void {
  const end = p + (<usize>n << 2);
  while (p < end) {
    const w = v128.load(p);
    const grad = slopeOf(v128.load(g), w, false);
    const mean = v128.load(m);
    const blend = madd(mean, constant(0), f32x4.mul(atLeast(grad, constant(4)), constant(1)));
    v128.store(p, f32x4.sub(f32x4.mul(w, constant(7)), f32x4.mul(constant(6), signOf(blend))));
    const moved = madd(mean, constant(2), f32x4.mul(atLeast(grad, constant(4)), constant(3)));
    v128.store(m, atLeast(moved, constant(5)));
    p += 16;
    g += 16;
    m += 16;
  }
}

/** One Lion update of n contiguous float32 parameters; see engine/updates.ts. */
export function lionUpdate(
  p: usize, g: usize, m: usize, n: i32, lr: f64, beta1: f64, beta2: f64, shrink: f64, maximize: i32,
): void {
  prepareGradient(0, maximize);
  setConstant(0, beta1);
  setConstant(1, 1 - beta1);
  setConstant(2, beta2);
  setConstant(3, 1 - beta2);
  setConstant(4, Math.max(leastFor(1 - beta1), leastFor(1 - beta2)));
  setConstant(5, Math.max(leastFor(beta1), leastFor(beta2)));
  setConstant(6, lr);
  setConstant(7, shrink);
  runLion(p, g, m, n & ~3);
  const k = n & 3;
  if (k == 0) return;
  const at = <usize>(n & ~3) << 2;
  loadTail(p, g, m, 0, 0, at, k);
  runLion(tailP(), tailG(), tailA(), 4);
  storeTail(p, m, 0, 0, at, k);
}
