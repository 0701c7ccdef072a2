import { madd } from "./simd";
import {
  atLeast, constant, leastFor, loadTail, prepareGradient, setConstant, slopeOf, storeTail, tailA, tailB, tailG,
  tailP,
} from "./update-parts";

function run(p: usize, g: usize, m: usize, u: usize, n: i32, decaying: bool): void {
  const end = p + (<usize>n << 2);
  while (p < end) {
    const w = v128.load(p);
    const grad = slopeOf(v128.load(g), w, decaying);
    const first = atLeast(
      madd(v128.load(m), constant(0), f32x4.mul(atLeast(grad, constant(4)), constant(1))),
      constant(5),
    );
    // u ← max(β2·u, |g| + eps)
    const decayed = f32x4.mul(v128.load(u), constant(2));
    const most = atLeast(f32x4.pmax(f32x4.add(f32x4.abs(grad), constant(3)), decayed), constant(6));
    v128.store(m, first);
    v128.store(u, most);
    v128.store(p, f32x4.sub(w, f32x4.mul(constant(7), f32x4.div(first, most))));
    p += 16;
    g += 16;
    m += 16;
    u += 16;
  }
}

/** One Adamax update of n contiguous float32 parameters; see engine/updates.ts. */
export function adamaxUpdate(
  p: usize, g: usize, m: usize, u: usize, n: i32, rate: f64, beta1: f64, beta2: f64, eps: f64, weightDecay: f64,
  maximize: i32,
): void {
  prepareGradient(weightDecay, maximize);
  setConstant(0, beta1);
  setConstant(1, 1 - beta1);
  setConstant(2, beta2);
  setConstant(3, eps);
  setConstant(4, leastFor(1 - beta1));
  setConstant(5, Math.max(leastFor(beta1), leastFor(rate)));
  setConstant(6, leastFor(beta2));
  setConstant(7, rate);
  const decaying = weightDecay != 0;
  run(p, g, m, u, n & ~3, decaying);
  const k = n & 3;
  if (k == 0) return;
  const at = <usize>(n & ~3) << 2;
  loadTail(p, g, m, u, 0, at, k);
  run(tailP(), tailG(), tailA(), tailB(), 4, decaying);
  storeTail(p, m, u, 0, at, k);
}
