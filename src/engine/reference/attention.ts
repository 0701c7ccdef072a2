import type { AttentionInputs } from "../attention.ts";
import type { View } from "../storage.ts";
import { logSumExpOf } from "./reduce.ts";
import { load, loadAs, store } from "./strided.ts";

type Matrix = (row: number, column: number) => number;

/** `out = softmax(scale·Q·Kᵀ + mask)·V`, and the softmax. */
export function attention(inputs: AttentionInputs, weights: View, out: View): void {
  const { query, key, value, mask, scale } = inputs;
  const [q, k, v] = [load(query), load(key), load(value)];
  const added = mask === null ? null : loadAs(mask, weights.shape);
  const { heads, length, sources, size, values } = sizesOf(inputs);
  const scores = new Float64Array(heads * length * sources);
  const result = new Float64Array(heads * length * values);
  for (let head = 0; head < heads; head++) {
    const rowsOfKey = matrix(k, head, sources, size);
    fill(scores, head, length, sources, size, matrix(q, head, length, size), (i, s) => rowsOfKey(s, i));
    for (let row = head * length; row < (head + 1) * length; row++) {
      const of = scores.subarray(row * sources, (row + 1) * sources);
      for (let s = 0; s < sources; s++) of[s] = (of[s] as number) * scale + (added?.[row * sources + s] ?? 0);
      const total = logSumExpOf(of);
      for (let s = 0; s < sources; s++)
        of[s] = Number.isFinite(total) ? Math.exp((of[s] as number) - total) : Number.NaN;
    }
    fill(
      result,
      head,
      length,
      values,
      sources,
      matrix(scores, head, length, sources),
      matrix(v, head, sources, values),
    );
  }
  store(weights, scores);
  store(out, result);
}

/** Gradients by Q, K and V. */
export function attentionGrad(
  inputs: AttentionInputs,
  weights: View,
  grad: View,
  byQuery: View,
  byKey: View,
  byValue: View,
): void {
  const { query, key, value, scale } = inputs;
  const [q, k, v, p, g] = [load(query), load(key), load(value), load(weights), load(grad)];
  const { heads, length, sources, size, values } = sizesOf(inputs);
  const byScores = new Float64Array(p.length);
  const [dq, dk, dv] = [new Float64Array(q.length), new Float64Array(k.length), new Float64Array(v.length)];
  for (let head = 0; head < heads; head++) {
    const share = matrix(p, head, length, sources);
    const incoming = matrix(g, head, length, values);
    const ofValue = matrix(v, head, sources, values);
    fill(dv, head, sources, values, length, (s, i) => share(i, s), incoming);
    fill(byScores, head, length, sources, values, incoming, (i, s) => ofValue(s, i));
    for (let row = 0; row < length; row++) {
      const from = (head * length + row) * sources;
      let total = 0;
      for (let s = 0; s < sources; s++) total += (byScores[from + s] as number) * share(row, s);
      for (let s = 0; s < sources; s++) {
        byScores[from + s] = scale * share(row, s) * ((byScores[from + s] as number) - total);
      }
    }
    const scores = matrix(byScores, head, length, sources);
    fill(dq, head, length, size, sources, scores, matrix(k, head, sources, size));
    fill(dk, head, sources, size, length, (s, i) => scores(i, s), matrix(q, head, length, size));
  }
  store(byQuery, dq);
  store(byKey, dk);
  store(byValue, dv);
}

function sizesOf(inputs: AttentionInputs): Record<"heads" | "length" | "sources" | "size" | "values", number> {
  const [batch, heads, length, size] = inputs.query.shape as [number, number, number, number];
  const [, , sources, values] = inputs.value.shape as [number, number, number, number];
  return { heads: batch * heads, length, sources, size, values };
}

function matrix(elements: Float64Array, head: number, rows: number, columns: number): Matrix {
  return (row, column) => elements[(head * rows + row) * columns + column] as number;
}

/** One head's product of two matrices. */
function fill(
  out: Float64Array,
  head: number,
  rows: number,
  columns: number,
  depth: number,
  left: Matrix,
  right: Matrix,
): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let total = 0;
      for (let i = 0; i < depth; i++) total += left(row, i) * right(i, column);
      out[(head * rows + row) * columns + column] = total;
    }
  }
}
