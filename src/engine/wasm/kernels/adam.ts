import { floorFor, flush } from "./flush";
import { copyWords, gatherBlock, SPLAT_A, SPLAT_B, SPLAT_C } from "./lanes";
import { madd } from "./simd";

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

/** Whole vectors only: a call for the tail inside the loop would spill every constant. */
function run<Mode>(
  p: usize, g: usize, m: usize, v: usize, vmax: usize, n: i32, lr: f64, beta1: f64, beta2: f64, eps: f64,
  weightDecay: f64, decoupled: i32, maximize: i32, step: f64,
): void {
  const b1 = f32x4.splat(<f32>beta1);
  const c1 = f32x4.splat(<f32>(1 - beta1));
  const b2 = f32x4.splat(<f32>beta2);
  const c2 = f32x4.splat(<f32>(1 - beta2));
  const e = f32x4.splat(<f32>eps);
  const unbias = f32x4.splat(<f32>(1 / Math.sqrt(1 - powWhole(beta2, step))));
  const rate = lr / (1 - powWhole(beta1, step));
  const minusRate = f32x4.splat(<f32>-rate);
  const leastM = floorFor(beta1);
  const leastV = floorFor(beta2);
  const leastG = floorFor(1 - beta1);
  // |g| whose (1 - β2) · g² is normal
  const leastSquare = f32x4.splat(<f32>Math.sqrt(1.1755e-38 / Math.max(1 - beta2, 1e-30)));
  // |m| / max(denominator, 1) whose product with the rate is normal
  const leastStep = f32x4.splat(<f32>(1.1755e-38 / Math.min(1, Math.max(Math.abs(rate), 1e-30))));
  const smallest = i32x4.splat(0x00800000);
  const decay = f32x4.splat(<f32>weightDecay);
  const leastP = floorFor(weightDecay);
  const shrink = f32x4.splat(<f32>(1 - lr * weightDecay));
  const one = f32x4.splat(1);
  const flip = v128.and(f32x4.splat(-0.0), i32x4.splat(maximize ? -1 : 0));
  for (let i = 0; i < n; i += 4) {
    const at = <usize>i << 2;
    let w = v128.load(p + at);
    let grad = v128.load(g + at);
    if (idof<Mode>() == idof<General>()) {
      grad = v128.xor(grad, flip);
      if (decoupled) w = f32x4.mul(w, shrink);
      else grad = f32x4.add(grad, f32x4.mul(flush(w, leastP), decay));
    }
    // m = β1 m + (1 - β1) g
    let first = flush(v128.load(m + at), leastM);
    first = flush(madd(first, b1, f32x4.mul(flush(grad, leastG), c1)), smallest);
    v128.store(m + at, first);
    // v = β2 v + (1 - β2) g²
    let second = flush(v128.load(v + at), leastV);
    const kept = flush(grad, leastSquare);
    second = madd(second, b2, f32x4.mul(c2, f32x4.mul(kept, kept)));
    v128.store(v + at, second);
    if (idof<Mode>() == idof<General>()) {
      if (vmax) {
        second = f32x4.max(second, v128.load(vmax + at));
        v128.store(vmax + at, second);
      }
    }
    const denominator = f32x4.add(f32x4.mul(f32x4.sqrt(second), unbias), e);
    const least = f32x4.mul(f32x4.pmax(denominator, one), leastStep);
    const moved = v128.andnot(first, f32x4.lt(f32x4.abs(first), least));
    w = f32x4.add(w, f32x4.mul(minusRate, f32x4.div(moved, denominator)));
    v128.store(p + at, w);
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
  const body = n & ~3;
  const general = vmax != 0 || maximize != 0 || weightDecay != 0;
  if (general) run<General>(p, g, m, v, vmax, body, lr, beta1, beta2, eps, weightDecay, decoupled, maximize, step);
  else run<Plain>(p, g, m, v, 0, body, lr, beta1, beta2, eps, 0, 0, 0, step);
  const k = n & 3;
  if (k == 0) return;
  // the tail, padded with zeros in scratch
  const at = <usize>body << 2;
  const top = vmax ? SPLAT_C : 0;
  gatherBlock(SPLAT_A, p + at, 4, k);
  gatherBlock(SPLAT_A + 64, g + at, 4, k);
  gatherBlock(SPLAT_B, m + at, 4, k);
  gatherBlock(SPLAT_B + 64, v + at, 4, k);
  if (vmax) gatherBlock(top, vmax + at, 4, k);
  run<General>(
    SPLAT_A, SPLAT_A + 64, SPLAT_B, SPLAT_B + 64, top, 4, lr, beta1, beta2, eps, weightDecay, decoupled, maximize, step,
  );
  copyWords(p + at, SPLAT_A, k);
  copyWords(m + at, SPLAT_B, k);
  copyWords(v + at, SPLAT_B + 64, k);
  if (vmax) copyWords(vmax + at, top, k);
}
