import { madd } from "./simd";
import {
  atLeast, constant, finite, leastFor, leastSquareFor, loadTail, prepareGradient, prepareLimits, saturate, setConstant,
  slopeOf, storeTail, tailA, tailB, tailG, tailP,
} from "./update-parts";

function run(p: usize, g: usize, m: usize, v: usize, n: i32, decaying: bool): void {
  const end = p + (<usize>n << 2);
  while (p < end) {
    const w = v128.load(p);
    const grad = saturate(slopeOf(v128.load(g), w, decaying));
    const first = atLeast(
      madd(v128.load(m), constant(0), f32x4.mul(atLeast(grad, constant(4)), constant(1))),
      constant(6),
    );
    const large = atLeast(grad, constant(5));
    const second = atLeast(
      finite(madd(v128.load(v), constant(2), f32x4.mul(f32x4.mul(large, constant(3)), large))),
      constant(7),
    );
    v128.store(m, first);
    v128.store(v, second);
    // p ← shrink·p - (gradRate·g + meanRate·m) / (rootFactor·√v + eps)
    const denominator = madd(f32x4.sqrt(second), constant(10), constant(11));
    const step = madd(first, constant(9), f32x4.mul(atLeast(grad, constant(13)), constant(8)));
    v128.store(p, f32x4.sub(f32x4.mul(w, constant(12)), f32x4.div(step, denominator)));
    p += 16;
    g += 16;
    m += 16;
    v += 16;
  }
}

/** One NAdam or RAdam update of n contiguous float32 parameters; see engine/updates.ts. */
export function adamLikeUpdate(
  p: usize, g: usize, m: usize, v: usize, n: i32, beta1: f64, beta2: f64, gradRate: f64, meanRate: f64,
  rootFactor: f64, eps: f64, weightDecay: f64, shrink: f64, maximize: i32,
): void {
  prepareLimits();
  prepareGradient(weightDecay, maximize);
  setConstant(0, beta1);
  setConstant(1, 1 - beta1);
  setConstant(2, beta2);
  setConstant(3, 1 - beta2);
  setConstant(4, leastFor(1 - beta1));
  setConstant(5, leastSquareFor(1 - beta2));
  setConstant(6, Math.max(leastFor(beta1), leastFor(meanRate)));
  setConstant(7, leastFor(beta2));
  setConstant(8, gradRate);
  setConstant(9, meanRate);
  setConstant(10, rootFactor);
  setConstant(11, eps);
  setConstant(12, shrink);
  setConstant(13, leastFor(gradRate));
  const decaying = weightDecay != 0;
  run(p, g, m, v, n & ~3, decaying);
  const k = n & 3;
  if (k == 0) return;
  const at = <usize>(n & ~3) << 2;
  loadTail(p, g, m, v, 0, at, k);
  run(tailP(), tailG(), tailA(), tailB(), 4, decaying);
  storeTail(p, m, v, 0, at, k);
}
