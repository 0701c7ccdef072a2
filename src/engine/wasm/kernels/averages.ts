// Running averages of the weights: ASGD, and the plain `lerp` of momentum buffers, EMA and SWA.

import { flush } from "./flush";
import {
  atLeast, constant, leastFor, loadTail, prepareGradient, setConstant, slopeOf, storeTail, tailA, tailG, tailP,
} from "./update-parts";

function runAsgd(p: usize, g: usize, ax: usize, n: i32, decaying: bool, copy: bool): void {
  const end = p + (<usize>n << 2);
  while (p < end) {
    const w = v128.load(p);
    const grad = atLeast(slopeOf(v128.load(g), w, decaying), constant(3));
    let next = f32x4.sub(f32x4.mul(w, constant(0)), f32x4.mul(constant(1), grad));
    v128.store(p, next);
    if (!copy) {
      const average = v128.load(ax);
      const way = atLeast(f32x4.sub(next, average), constant(4));
      next = f32x4.add(average, f32x4.mul(way, constant(2)));
    }
    v128.store(ax, flush(next, i32x4.splat(0x00800000)));
    p += 16;
    g += 16;
    ax += 16;
  }
}

/** One ASGD update of n contiguous float32 parameters; see engine/updates.ts. */
export function asgdUpdate(
  p: usize, g: usize, ax: usize, n: i32, eta: f64, shrink: f64, mu: f64, weightDecay: f64, maximize: i32,
): void {
  prepareGradient(weightDecay, maximize);
  setConstant(0, shrink);
  setConstant(1, eta);
  setConstant(2, mu);
  setConstant(3, leastFor(eta));
  setConstant(4, leastFor(mu));
  const decaying = weightDecay != 0;
  const copy = mu == 1;
  runAsgd(p, g, ax, n & ~3, decaying, copy);
  const k = n & 3;
  if (k == 0) return;
  const at = <usize>(n & ~3) << 2;
  loadTail(p, g, ax, 0, 0, at, k);
  runAsgd(tailP(), tailG(), tailA(), 4, decaying, copy);
  storeTail(p, ax, 0, 0, at, k);
}

// From the nearer end, as PyTorch's lerp: exact at weight 0 and 1.
function runLerp(p: usize, g: usize, n: i32, far: bool): void {
  const end = p + (<usize>n << 2);
  while (p < end) {
    const from = v128.load(p);
    const to = slopeOf(v128.load(g), from, false);
    const way = f32x4.mul(atLeast(f32x4.sub(to, from), constant(1)), constant(0));
    const next = far ? f32x4.sub(to, way) : f32x4.add(from, way);
    v128.store(p, flush(next, i32x4.splat(0x00800000)));
    p += 16;
    g += 16;
  }
}

/** p += weight · (g - p) for n contiguous float32; see engine/updates.ts. */
export function lerpUpdate(p: usize, g: usize, n: i32, weight: f64, maximize: i32): void {
  const far = weight >= 0.5;
  const factor = far ? 1 - weight : weight;
  prepareGradient(0, maximize);
  setConstant(0, factor);
  setConstant(1, leastFor(factor));
  runLerp(p, g, n & ~3, far);
  const k = n & 3;
  if (k == 0) return;
  const at = <usize>(n & ~3) << 2;
  loadTail(p, g, 0, 0, 0, at, k);
  runLerp(tailP(), tailG(), 4, far);
  storeTail(p, 0, 0, 0, at, k);
}
