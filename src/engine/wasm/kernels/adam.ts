import { madd } from "./simd";
import {
  atLeast, constant, finite, FLT_MIN, loadTail, prepareLimits, saturate, setConstant, storeTail, tailA, tailB, tailC,
  tailG, tailP,
} from "./update-parts";

/** β^step by repeated squaring in float64. */
function powWhole(base: f64, exponent: f64): f64 {
  let result: f64 = 1;
  let square = base;
  for (let left = <i64>exponent; left > 0; left >>= 1) {
    if (left & 1) result *= square;
    square *= square;
  }
  return result;
}

class Plain {}
class General {}

/**
 * What is put to 0, so that no product becomes subnormal: gradients below 5 and 6 (for g and for g²), and the
 * moments below 7 and 8 as they are stored. A moment whose step would be subnormal still moves nothing.
 */
function prepare(lr: f64, beta1: f64, beta2: f64, eps: f64, weightDecay: f64, maximize: i32, step: f64): void {
  const rate = lr / (1 - powWhole(beta1, step));
  prepareLimits();
  setConstant(0, beta1);
  setConstant(1, 1 - beta1);
  setConstant(2, beta2);
  setConstant(3, 1 - beta2);
  setConstant(4, eps);
  setConstant(5, FLT_MIN / Math.max(1 - beta1, 1e-30));
  setConstant(6, Math.sqrt(FLT_MIN / Math.max(1 - beta2, 1e-30)));
  setConstant(7, FLT_MIN / Math.max(Math.min(beta1, Math.abs(rate)), 1e-10));
  setConstant(8, FLT_MIN / Math.max(beta2, 1e-10));
  setConstant(9, 1 / Math.sqrt(1 - powWhole(beta2, step)));
  setConstant(10, -rate);
  setConstant(11, weightDecay);
  setConstant(12, 1 - lr * weightDecay);
  setConstant(13, maximize ? -1 : 1);
}

/** Whole vectors only: a call for the tail inside the loop would spill what is in registers. */
function run<Mode>(p: usize, g: usize, m: usize, v: usize, vmax: usize, n: i32, decoupled: i32): void {
  const end = p + (<usize>n << 2);
  while (p < end) {
    let w = v128.load(p);
    let grad = v128.load(g);
    if (idof<Mode>() == idof<General>()) {
      grad = f32x4.mul(grad, constant(13));
      if (decoupled) w = f32x4.mul(w, constant(12));
      else grad = f32x4.add(grad, f32x4.mul(w, constant(11)));
    }
    grad = saturate(grad);
    // m = β1 m + (1 - β1) g, v = β2 v + (1 - β2) g²
    const first = atLeast(
      madd(v128.load(m), constant(0), f32x4.mul(atLeast(grad, constant(5)), constant(1))),
      constant(7),
    );
    const large = atLeast(grad, constant(6));
    let second = atLeast(
      finite(madd(v128.load(v), constant(2), f32x4.mul(f32x4.mul(large, constant(3)), large))),
      constant(8),
    );
    v128.store(m, first);
    v128.store(v, second);
    if (idof<Mode>() == idof<General>()) {
      if (vmax) {
        second = f32x4.max(second, v128.load(vmax));
        v128.store(vmax, second);
        vmax += 16;
      }
    }
    // p -= lr / (1 - β1ᵗ) · m / (√v / √(1 - β2ᵗ) + eps)
    const denominator = f32x4.add(f32x4.mul(f32x4.sqrt(second), constant(9)), constant(4));
    v128.store(p, madd(first, f32x4.div(constant(10), denominator), w));
    p += 16;
    g += 16;
    m += 16;
    v += 16;
  }
}

/**
 * One Adam (or, decoupled, AdamW) update of n contiguous float32 parameters; see engine/updates.ts.
 * vmax is 0 without amsgrad; step counts from 1.
 */
export function adamUpdate(
  p: usize, g: usize, m: usize, v: usize, vmax: usize, n: i32, lr: f64, beta1: f64, beta2: f64, eps: f64,
  weightDecay: f64, decoupled: i32, maximize: i32, step: f64,
): void {
  prepare(lr, beta1, beta2, eps, weightDecay, maximize, step);
  const body = n & ~3;
  const general = vmax != 0 || maximize != 0 || weightDecay != 0;
  if (general) run<General>(p, g, m, v, vmax, body, decoupled);
  else run<Plain>(p, g, m, v, 0, body, 0);
  const k = n & 3;
  if (k == 0) return;
  // the tail, padded with zeros in scratch
  const at = <usize>body << 2;
  loadTail(p, g, m, v, vmax, at, k);
  run<General>(tailP(), tailG(), tailA(), tailB(), vmax ? tailC() : 0, 4, decoupled);
  storeTail(p, m, v, vmax, at, k);
}
