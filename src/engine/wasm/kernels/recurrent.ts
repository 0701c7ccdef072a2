import { loadLanes, storeLanes } from "./lanes";
import { sigmoid4, tanh4 } from "./math-exp";

// One time step of a recurrent layer, element by element; the products are gemm's. Gates lie side by
// side in a row: [rows, gates · size].

// @ts-ignore: decorator
@inline
function rest(y: v128): v128 {
  return f32x4.sub(f32x4.splat(1), y); // 1 - y
}

/** σ'(x) from y = σ(x), times g. */
// @ts-ignore: decorator
@inline
function throughSigmoid(g: v128, y: v128): v128 {
  return f32x4.mul(f32x4.mul(g, y), rest(y));
}

/** tanh'(x) from y = tanh(x), times g. */
// @ts-ignore: decorator
@inline
function throughTanh(g: v128, y: v128): v128 {
  return f32x4.mul(g, rest(f32x4.mul(y, y)));
}

/** gates [rows, 4·size] (input, forget, cell, output) become their activations; c and h are written. */
export function lstmCell(gates: usize, before: usize, c: usize, h: usize, rows: i32, size: i32): void {
  const wide = <usize>size << 2;
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < size; j += 4) {
      const k = min(size - j, 4);
      const at = <usize>j << 2;
      const p = gates + at;
      const i = sigmoid4(loadLanes(p, k));
      const f = sigmoid4(loadLanes(p + wide, k));
      const g = tanh4(loadLanes(p + 2 * wide, k));
      const o = sigmoid4(loadLanes(p + 3 * wide, k));
      const cell = f32x4.add(f32x4.mul(f, loadLanes(before + at, k)), f32x4.mul(i, g));
      storeLanes(p, i, k);
      storeLanes(p + wide, f, k);
      storeLanes(p + 2 * wide, g, k);
      storeLanes(p + 3 * wide, o, k);
      storeLanes(c + at, cell, k);
      storeLanes(h + at, f32x4.mul(o, tanh4(cell)), k);
    }
    gates += 4 * wide;
    before += wide;
    c += wide;
    h += wide;
  }
}

/** gradGates [rows, 4·size]; gradC, the gradient by c, becomes that by the c before. */
export function lstmCellGrad(
  gates: usize, before: usize, c: usize, gradH: usize, gradC: usize, gradGates: usize, rows: i32, size: i32,
): void {
  const wide = <usize>size << 2;
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < size; j += 4) {
      const k = min(size - j, 4);
      const at = <usize>j << 2;
      const p = gates + at;
      const to = gradGates + at;
      const i = loadLanes(p, k);
      const f = loadLanes(p + wide, k);
      const g = loadLanes(p + 2 * wide, k);
      const o = loadLanes(p + 3 * wide, k);
      const t = tanh4(loadLanes(c + at, k));
      const dh = loadLanes(gradH + at, k);
      const dc = f32x4.add(loadLanes(gradC + at, k), throughTanh(f32x4.mul(dh, o), t));
      storeLanes(to, throughSigmoid(f32x4.mul(dc, g), i), k);
      storeLanes(to + wide, throughSigmoid(f32x4.mul(dc, loadLanes(before + at, k)), f), k);
      storeLanes(to + 2 * wide, throughTanh(f32x4.mul(dc, i), g), k);
      storeLanes(to + 3 * wide, throughSigmoid(f32x4.mul(dh, t), o), k);
      storeLanes(gradC + at, f32x4.mul(dc, f), k);
    }
    gates += 4 * wide;
    gradGates += 4 * wide;
    before += wide;
    c += wide;
    gradH += wide;
    gradC += wide;
  }
}

/** gates [rows, 3·size] (reset, update, new; the input's share) become their activations; h is written. */
export function gruCell(gates: usize, hidden: usize, before: usize, h: usize, rows: i32, size: i32): void {
  const wide = <usize>size << 2;
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < size; j += 4) {
      const k = min(size - j, 4);
      const at = <usize>j << 2;
      const p = gates + at;
      const q = hidden + at;
      const r = sigmoid4(f32x4.add(loadLanes(p, k), loadLanes(q, k)));
      const z = sigmoid4(f32x4.add(loadLanes(p + wide, k), loadLanes(q + wide, k)));
      const n = tanh4(f32x4.add(loadLanes(p + 2 * wide, k), f32x4.mul(r, loadLanes(q + 2 * wide, k))));
      storeLanes(p, r, k);
      storeLanes(p + wide, z, k);
      storeLanes(p + 2 * wide, n, k);
      storeLanes(h + at, f32x4.add(f32x4.mul(f32x4.sub(loadLanes(before + at, k), n), z), n), k);
    }
    gates += 3 * wide;
    hidden += 3 * wide;
    before += wide;
    h += wide;
  }
}

/** gradGates and gradHidden [rows, 3·size]; gradH, the gradient by h, becomes the direct part of that by the h before. */
export function gruCellGrad(
  gates: usize, hidden: usize, before: usize, gradH: usize, gradGates: usize, gradHidden: usize, rows: i32, size: i32,
): void {
  const wide = <usize>size << 2;
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < size; j += 4) {
      const k = min(size - j, 4);
      const at = <usize>j << 2;
      const p = gates + at;
      const r = loadLanes(p, k);
      const z = loadLanes(p + wide, k);
      const n = loadLanes(p + 2 * wide, k);
      const dh = loadLanes(gradH + at, k);
      const dn = throughTanh(f32x4.mul(dh, rest(z)), n);
      const dz = throughSigmoid(f32x4.mul(dh, f32x4.sub(loadLanes(before + at, k), n)), z);
      const dr = throughSigmoid(f32x4.mul(dn, loadLanes(hidden + at + 2 * wide, k)), r);
      storeLanes(gradGates + at, dr, k);
      storeLanes(gradGates + at + wide, dz, k);
      storeLanes(gradGates + at + 2 * wide, dn, k);
      storeLanes(gradHidden + at, dr, k);
      storeLanes(gradHidden + at + wide, dz, k);
      storeLanes(gradHidden + at + 2 * wide, f32x4.mul(dn, r), k);
      storeLanes(gradH + at, f32x4.mul(dh, z), k);
    }
    gates += 3 * wide;
    hidden += 3 * wide;
    gradGates += 3 * wide;
    gradHidden += 3 * wide;
    before += wide;
    gradH += wide;
  }
}
