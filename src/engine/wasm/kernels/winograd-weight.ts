import { gather, loadLanes, storeLanes } from "./lanes";

// Winograd's F(2×2, 3×3): the weights' side. ŵ = G·w·Gᵀ; G's rows: w0, (w0 + w1 + w2)/2, (w0 − w1 + w2)/2, w2.

/** ŵ[ξ][f] of `count` filters [3, 3], four at a time; `plane` is the distance between two ξ in bytes. */
export function winogradWeight(w: usize, count: i32, out: usize, plane: usize): void {
  const half = f32x4.splat(0.5);
  for (let f = 0; f < count; f += 4) {
    const k = min(count - f, 4);
    const from = w + <usize>f * 36;
    const to = out + (<usize>f << 2);
    for (let j = 0; j < 3; j++) {
      // Down a column of w; the three columns' results wait in ξ's own places.
      const p = from + (<usize>j << 2);
      const w0 = gather(p, 36, k), w1 = gather(p + 12, 36, k), w2 = gather(p + 24, 36, k);
      const ends = f32x4.add(w0, w2);
      storeLanes(to + <usize>j * plane, w0, k);
      storeLanes(to + <usize>(4 + j) * plane, f32x4.mul(half, f32x4.add(ends, w1)), k);
      storeLanes(to + <usize>(8 + j) * plane, f32x4.mul(half, f32x4.sub(ends, w1)), k);
      storeLanes(to + <usize>(12 + j) * plane, w2, k);
    }
    for (let i = 0; i < 4; i++) {
      const p = to + <usize>(4 * i) * plane;
      const w1 = loadLanes(p + plane, k), w2 = loadLanes(p + 2 * plane, k);
      const ends = f32x4.add(loadLanes(p, k), w2);
      storeLanes(p + plane, f32x4.mul(half, f32x4.add(ends, w1)), k);
      storeLanes(p + 2 * plane, f32x4.mul(half, f32x4.sub(ends, w1)), k);
      storeLanes(p + 3 * plane, w2, k);
    }
  }
}

// @ts-ignore: decorator
@inline
function scatter(p: usize, v: v128, k: i32): void {
  v128.store_lane<u32>(p, v, 0);
  if (k > 1) v128.store_lane<u32>(p + 36, v, 1);
  if (k > 2) v128.store_lane<u32>(p + 72, v, 2);
  if (k > 3) v128.store_lane<u32>(p + 108, v, 3);
}

/** The 16 vectors at p become the sums of those at p, p + step, … */
// @ts-ignore: decorator
@inline
function sumParts(p: usize, plane: usize, parts: i32, step: usize, k: i32): void {
  for (let i = 0; i < 16; i++) {
    let sum = loadLanes(p, k);
    for (let part = 1; part < parts; part++) sum = f32x4.add(sum, loadLanes(p + <usize>part * step, k));
    storeLanes(p, sum, k);
    p += plane;
  }
}

/** The transpose: gradients by w from those by ŵ, Gᵀ·ĝ·G, where ĝ is the sum of `parts`, `step` bytes apart; it is left in the first. */
export function winogradWeightGrad(
  from: usize, plane: usize, parts: i32, step: usize, count: i32, out: usize,
): void {
  const half = f32x4.splat(0.5);
  for (let f = 0; f < count; f += 4) {
    const k = min(count - f, 4);
    const p = from + (<usize>f << 2);
    if (parts > 1) sumParts(p, plane, parts, step, k);
    for (let i = 0; i < 3; i++) {
      // Row i of Gᵀ·ĝ, four numbers, and then its product with G.
      let r0 = f32x4.splat(0), r1 = r0, r2 = r0, r3 = r0;
      for (let q = 0; q < 4; q++) {
        const v = p + <usize>q * plane;
        const u1 = loadLanes(v + 4 * plane, k), u2 = loadLanes(v + 8 * plane, k);
        let r = f32x4.mul(half, i == 1 ? f32x4.sub(u1, u2) : f32x4.add(u1, u2));
        if (i == 0) r = f32x4.add(r, loadLanes(v, k));
        if (i == 2) r = f32x4.add(r, loadLanes(v + 12 * plane, k));
        if (q == 0) r0 = r;
        else if (q == 1) r1 = r;
        else if (q == 2) r2 = r;
        else r3 = r;
      }
      const to = out + <usize>f * 36 + <usize>i * 12;
      const both = f32x4.mul(half, f32x4.add(r1, r2));
      scatter(to, f32x4.add(r0, both), k);
      scatter(to + 4, f32x4.mul(half, f32x4.sub(r1, r2)), k);
      scatter(to + 8, f32x4.add(both, r3), k);
    }
  }
}
