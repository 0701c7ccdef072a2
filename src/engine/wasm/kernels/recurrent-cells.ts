import { loadLanes, storeLanes } from "./lanes";
import { sigmoidRun, tanhRun } from "./math-gates";

// One time step of a recurrent layer, element by element. Gates lie side by side in a row: [rows, gates · size].

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
    sigmoidRun(gates, 2 * size);
    tanhRun(gates + 2 * wide, gates + 2 * wide, size);
    sigmoidRun(gates + 3 * wide, size);
    for (let j = 0; j < size; j += 4) {
      const k = min(size - j, 4);
      const at = <usize>j << 2;
      const p = gates + at;
      const kept = f32x4.mul(loadLanes(p + wide, k), loadLanes(before + at, k));
      storeLanes(c + at, f32x4.add(kept, f32x4.mul(loadLanes(p, k), loadLanes(p + 2 * wide, k))), k);
    }
    tanhRun(c, h, size);
    for (let j = 0; j < size; j += 4) {
      const k = min(size - j, 4);
      const at = <usize>j << 2;
      storeLanes(h + at, f32x4.mul(loadLanes(gates + 3 * wide + at, k), loadLanes(h + at, k)), k);
    }
    gates += 4 * wide;
    before += wide;
    c += wide;
    h += wide;
  }
}

/**
 * gradGates [rows, 4·size], from the gradients by h: `grad`, and what later steps give, `gradH`. `gradC`, the gradient
 * by c apart from what comes through h, becomes that by the c before.
 */
export function lstmCellGrad(
  gates: usize, before: usize, c: usize, grad: usize, gradH: usize, gradC: usize, gradGates: usize,
  rows: i32, size: i32,
): void {
  const wide = <usize>size << 2;
  for (let row = 0; row < rows; row++) {
    tanhRun(c, gradGates + 3 * wide, size);
    for (let j = 0; j < size; j += 4) {
      const k = min(size - j, 4);
      const at = <usize>j << 2;
      const p = gates + at;
      const to = gradGates + at;
      const i = loadLanes(p, k);
      const f = loadLanes(p + wide, k);
      const g = loadLanes(p + 2 * wide, k);
      const o = loadLanes(p + 3 * wide, k);
      const t = loadLanes(to + 3 * wide, k);
      const dh = f32x4.add(loadLanes(gradH + at, k), loadLanes(grad + at, k));
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
    grad += wide;
    gradH += wide;
    gradC += wide;
  }
}

/** gates [rows, 3·size] (reset, update, new; the input's share) become their activations; h is written. */
export function gruCell(gates: usize, hidden: usize, before: usize, h: usize, rows: i32, size: i32): void {
  const wide = <usize>size << 2;
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < 2 * size; j += 4) {
      const k = min(2 * size - j, 4);
      const p = gates + (<usize>j << 2);
      storeLanes(p, f32x4.add(loadLanes(p, k), loadLanes(hidden + (<usize>j << 2), k)), k);
    }
    sigmoidRun(gates, 2 * size);
    const last = gates + 2 * wide;
    for (let j = 0; j < size; j += 4) {
      const k = min(size - j, 4);
      const at = <usize>j << 2;
      const share = f32x4.mul(loadLanes(gates + at, k), loadLanes(hidden + 2 * wide + at, k));
      storeLanes(last + at, f32x4.add(loadLanes(last + at, k), share), k);
    }
    tanhRun(last, last, size);
    for (let j = 0; j < size; j += 4) {
      const k = min(size - j, 4);
      const at = <usize>j << 2;
      const n = loadLanes(last + at, k);
      const away = f32x4.mul(f32x4.sub(loadLanes(before + at, k), n), loadLanes(gates + wide + at, k));
      storeLanes(h + at, f32x4.add(away, n), k);
    }
    gates += 3 * wide;
    hidden += 3 * wide;
    before += wide;
    h += wide;
  }
}

/**
 * gradGates and gradHidden [rows, 3·size], from the gradients by h: `grad`, and what later steps give, `gradH`, which
 * becomes the direct part of the gradient by the h before.
 */
export function gruCellGrad(
  gates: usize, hidden: usize, before: usize, grad: usize, gradH: usize, gradGates: usize, gradHidden: usize,
  rows: i32, size: i32,
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
      const dh = f32x4.add(loadLanes(gradH + at, k), loadLanes(grad + at, k));
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
    grad += wide;
    gradH += wide;
  }
}

/** h = max(gates, 0), n elements; NaN stays. */
export function reluStep(gates: usize, h: usize, n: i32): void {
  const zero = f32x4.splat(0);
  for (let j = 0; j < n; j += 4) {
    const k = min(n - j, 4);
    const at = <usize>j << 2;
    const x = loadLanes(gates + at, k);
    storeLanes(h + at, v128.andnot(x, f32x4.lt(x, zero)), k);
  }
}

/** gradGates = (grad + gradH)·tanh' from h. */
export function tanhStepGrad(grad: usize, gradH: usize, h: usize, gradGates: usize, n: i32): void {
  for (let j = 0; j < n; j += 4) {
    const k = min(n - j, 4);
    const at = <usize>j << 2;
    const dh = f32x4.add(loadLanes(gradH + at, k), loadLanes(grad + at, k));
    storeLanes(gradGates + at, throughTanh(dh, loadLanes(h + at, k)), k);
  }
}

/** gradGates = (grad + gradH) where h is positive or NaN. */
export function reluStepGrad(grad: usize, gradH: usize, h: usize, gradGates: usize, n: i32): void {
  const zero = f32x4.splat(0);
  for (let j = 0; j < n; j += 4) {
    const k = min(n - j, 4);
    const at = <usize>j << 2;
    const dh = f32x4.add(loadLanes(gradH + at, k), loadLanes(grad + at, k));
    storeLanes(gradGates + at, v128.andnot(dh, f32x4.le(loadLanes(h + at, k), zero)), k);
  }
}
