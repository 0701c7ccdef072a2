import { loadLanes, storeLanes } from "./lanes";

// What normalisations do to n neighbouring elements once the moments are known.

/** out = (x - m)·scale·w + b over n neighbours; w and b are vectors, or 0 for none. */
export function affineRun(x: usize, out: usize, w: usize, b: usize, mean: f32, scale: f32, n: i32): void {
  const m = f32x4.splat(mean);
  const s = f32x4.splat(scale);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = <usize>i << 2;
    let v = f32x4.mul(f32x4.sub(v128.load(x + at), m), s);
    if (w) v = f32x4.mul(v, v128.load(w + at));
    if (b) v = f32x4.add(v, v128.load(b + at));
    v128.store(out + at, v);
  }
  if (i == n) return;
  const at = <usize>i << 2;
  const k = n - i;
  let v = f32x4.mul(f32x4.sub(loadLanes(x + at, k), m), s);
  if (w) v = f32x4.mul(v, loadLanes(w + at, k));
  if (b) v = f32x4.add(v, loadLanes(b + at, k));
  storeLanes(out + at, v, k);
}

/** out = (x - m)·scale + shift over n neighbours. */
export function shiftRun(x: usize, out: usize, mean: f32, scale: f32, shift: f32, n: i32): void {
  const m = f32x4.splat(mean);
  const s = f32x4.splat(scale);
  const d = f32x4.splat(shift);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = <usize>i << 2;
    v128.store(out + at, f32x4.add(f32x4.mul(f32x4.sub(v128.load(x + at), m), s), d));
  }
  if (i == n) return;
  const at = <usize>i << 2;
  storeLanes(out + at, f32x4.add(f32x4.mul(f32x4.sub(loadLanes(x + at, n - i), m), s), d), n - i);
}

/** dx = g·w·a - (x - m)·c - e over n neighbours; w a vector, or 0 for none. */
export function gradientRun(
  g: usize, x: usize, w: usize, dx: usize, mean: f32, a: f32, c: f32, e: f32, n: i32,
): void {
  const m = f32x4.splat(mean);
  const va = f32x4.splat(a);
  const vc = f32x4.splat(c);
  const ve = f32x4.splat(e);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = <usize>i << 2;
    let v = f32x4.mul(v128.load(g + at), va);
    if (w) v = f32x4.mul(v, v128.load(w + at));
    const d = f32x4.mul(f32x4.sub(v128.load(x + at), m), vc);
    v128.store(dx + at, f32x4.sub(f32x4.sub(v, d), ve));
  }
  if (i == n) return;
  const at = <usize>i << 2;
  const k = n - i;
  let v = f32x4.mul(loadLanes(g + at, k), va);
  if (w) v = f32x4.mul(v, loadLanes(w + at, k));
  const d = f32x4.mul(f32x4.sub(loadLanes(x + at, k), m), vc);
  storeLanes(dx + at, f32x4.sub(f32x4.sub(v, d), ve), k);
}
