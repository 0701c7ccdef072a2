import { floorFor, flush } from "./flush";
import { copyWords, gatherBlock, splatA, splatB, splatC } from "./lanes";
import { madd } from "./simd";

/** Whole vectors only: a call for the tail inside the loop would spill every constant. */
function run(
  p: usize, g: usize, buf: usize, n: i32, lr: f64, momentum: f64, dampening: f64, weightDecay: f64,
  nesterov: i32, maximize: i32, first: i32,
): void {
  const minusRate = f32x4.splat(<f32>-lr);
  const mu = f32x4.splat(<f32>momentum);
  const fresh = f32x4.splat(<f32>(1 - dampening));
  const decay = f32x4.splat(<f32>weightDecay);
  const leastStep = floorFor(lr);
  const leastBuffer = floorFor(momentum);
  const leastGrad = floorFor(1 - dampening);
  const leastP = floorFor(weightDecay);
  const smallest = i32x4.splat(0x00800000);
  const flip = v128.and(f32x4.splat(-0.0), i32x4.splat(maximize ? -1 : 0));
  for (let i = 0; i < n; i += 4) {
    const at = <usize>i << 2;
    const w = v128.load(p + at);
    let grad = v128.xor(v128.load(g + at), flip);
    if (weightDecay != 0) grad = f32x4.add(grad, f32x4.mul(flush(w, leastP), decay));
    if (buf) {
      let average = flush(grad, smallest);
      if (!first) {
        const old = flush(v128.load(buf + at), leastBuffer);
        average = flush(madd(old, mu, f32x4.mul(flush(grad, leastGrad), fresh)), smallest);
      }
      v128.store(buf + at, average);
      grad = nesterov ? madd(flush(average, leastBuffer), mu, grad) : average;
    }
    v128.store(p + at, f32x4.add(w, f32x4.mul(minusRate, flush(grad, leastStep))));
  }
}

/**
 * One SGD update of n contiguous float32 parameters; see engine/updates.ts. buf is 0 without momentum;
 * with `first` it is set to the gradient.
 */
export function sgdUpdate(
  p: usize, g: usize, buf: usize, n: i32, lr: f64, momentum: f64, dampening: f64, weightDecay: f64,
  nesterov: i32, maximize: i32, first: i32,
): void {
  const body = n & ~3;
  run(p, g, buf, body, lr, momentum, dampening, weightDecay, nesterov, maximize, first);
  const k = n & 3;
  if (k == 0) return;
  // the tail, padded with zeros in scratch
  const at = <usize>body << 2;
  gatherBlock(splatA(), p + at, 4, k);
  gatherBlock(splatB(), g + at, 4, k);
  if (buf) gatherBlock(splatC(), buf + at, 4, k);
  run(splatA(), splatB(), buf ? splatC() : 0, 4, lr, momentum, dampening, weightDecay, nesterov, maximize, first);
  copyWords(p + at, splatA(), k);
  if (buf) copyWords(buf + at, splatC(), k);
}
