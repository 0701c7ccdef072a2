import type { View } from "../storage.ts";
import { load, store } from "./strided.ts";

/** `out[i][j] = b[j] + Σ x[i][l]·w[j][l]`, or its positive part. */
export function linear(x: View, weight: View, bias: View | null, relu: boolean, out: View): void {
  const [m, k] = x.shape as readonly [number, number];
  const n = weight.shape[0] as number;
  const row = bias === null ? null : load(bias);
  const result = product(load(x), k, 1, load(weight), 1, k, m, k, n);
  for (let i = 0; i < result.length; i++) {
    const value = (result[i] as number) + (row === null ? 0 : (row[i % n] as number));
    result[i] = relu ? Math.max(value, 0) : value;
  }
  store(out, result);
}

/** The gradients of `linear`; where its `output` is given, they come through what of it is positive. */
export function linearGrad(
  grad: View,
  output: View | null,
  x: View,
  weight: View,
  gradX: View | null,
  gradWeight: View | null,
  gradBias: View | null,
): void {
  const [m, k] = x.shape as readonly [number, number];
  const n = weight.shape[0] as number;
  const g = load(grad);
  if (output !== null) {
    const y = load(output);
    for (let i = 0; i < g.length; i++) if ((y[i] as number) <= 0) g[i] = 0;
  }
  if (gradX !== null) store(gradX, product(g, n, 1, load(weight), k, 1, m, n, k));
  if (gradWeight !== null) store(gradWeight, product(g, 1, n, load(x), k, 1, n, m, k));
  if (gradBias === null) return;
  const sums = new Float64Array(n);
  for (let i = 0; i < g.length; i++) sums[i % n] = (sums[i % n] as number) + (g[i] as number);
  store(gradBias, sums);
}

/** `[rows, columns]` of sums over `depth`; the strides say how each operand is walked. */
function product(
  a: Float64Array,
  rowA: number,
  depthA: number,
  b: Float64Array,
  depthB: number,
  columnB: number,
  rows: number,
  depth: number,
  columns: number,
): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let total = 0;
      for (let l = 0; l < depth; l++) {
        total += (a[i * rowA + l * depthA] as number) * (b[l * depthB + j * columnB] as number);
      }
      out[i * columns + j] = total;
    }
  }
  return out;
}
