import type { View } from "../storage.ts";
import { load, store } from "./strided.ts";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Calls `fn` for each element with its position and that of its first gate. */
function each(h: View, gates: number, fn: (at: number, gate: number, size: number) => void): void {
  const [rows, size] = h.shape as unknown as [number, number];
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < size; j++) fn(row * size + j, row * gates * size + j, size);
  }
}

type Numbers = { [at: number]: number };
const get = (values: Numbers, at: number): number => values[at] as number;

export function lstmCell(gates: View, before: View, c: View, h: View): void {
  const [a, old, cell, out] = [load(gates), load(before), load(c), load(h)];
  each(h, 4, (at, gate, size) => {
    const i = sigmoid(get(a, gate));
    const f = sigmoid(get(a, gate + size));
    const g = Math.tanh(get(a, gate + 2 * size));
    const o = sigmoid(get(a, gate + 3 * size));
    [i, f, g, o].forEach((value, k) => {
      a[gate + k * size] = value;
    });
    cell[at] = f * get(old, at) + i * g;
    out[at] = o * Math.tanh(get(cell, at));
  });
  store(gates, a);
  store(c, cell);
  store(h, out);
}

export function lstmCellGrad(gates: View, before: View, c: View, gradH: View, gradC: View, gradGates: View): void {
  const [a, old, cell, dH, dC, dA] = [gates, before, c, gradH, gradC, gradGates].map(load) as Float64Array[] as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  each(gradH, 4, (at, gate, size) => {
    const [i, f, g, o] = [0, 1, 2, 3].map((k) => get(a, gate + k * size)) as [number, number, number, number];
    const t = Math.tanh(get(cell, at));
    const dc = get(dC, at) + get(dH, at) * o * (1 - t * t);
    dA[gate] = dc * g * i * (1 - i);
    dA[gate + size] = dc * get(old, at) * f * (1 - f);
    dA[gate + 2 * size] = dc * i * (1 - g * g);
    dA[gate + 3 * size] = get(dH, at) * t * o * (1 - o);
    dC[at] = dc * f;
  });
  store(gradGates, dA);
  store(gradC, dC);
}

export function gruCell(gates: View, hidden: View, before: View, h: View): void {
  const [a, b, old, out] = [load(gates), load(hidden), load(before), load(h)];
  each(h, 3, (at, gate, size) => {
    const r = sigmoid(get(a, gate) + get(b, gate));
    const z = sigmoid(get(a, gate + size) + get(b, gate + size));
    const n = Math.tanh(get(a, gate + 2 * size) + r * get(b, gate + 2 * size));
    [r, z, n].forEach((value, k) => {
      a[gate + k * size] = value;
    });
    out[at] = (get(old, at) - n) * z + n;
  });
  store(gates, a);
  store(h, out);
}

export function gruCellGrad(
  gates: View,
  hidden: View,
  before: View,
  gradH: View,
  gradGates: View,
  gradHidden: View,
): void {
  const [a, b, old, dH, dA, dB] = [gates, hidden, before, gradH, gradGates, gradHidden].map(load) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  each(gradH, 3, (at, gate, size) => {
    const [r, z, n] = [0, 1, 2].map((k) => get(a, gate + k * size)) as [number, number, number];
    const dh = get(dH, at);
    const dn = dh * (1 - z) * (1 - n * n);
    const dz = dh * (get(old, at) - n) * z * (1 - z);
    const dr = dn * get(b, gate + 2 * size) * r * (1 - r);
    [dr, dz, dn].forEach((value, k) => {
      dA[gate + k * size] = value;
      dB[gate + k * size] = k === 2 ? value * r : value;
    });
    dH[at] = dh * z;
  });
  store(gradGates, dA);
  store(gradHidden, dB);
  store(gradH, dH);
}
