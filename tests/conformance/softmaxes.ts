import { expectOutput } from "./check.ts";
import { rowsOf } from "./reductions.ts";
import type { Sample } from "./scratch.ts";
import type { Suite } from "./suite.ts";
import { coordinatesOf, dimSets, flatIndex, KINDS, SHAPES, without } from "./views.ts";

const INF = Number.POSITIVE_INFINITY;
const EDGE_ROWS: readonly (readonly number[])[] = [
  [-INF, -INF, -INF],
  [INF, 1, 2],
  [Number.NaN, 1, 2],
  [-INF, 1, 2],
  [INF, -INF, 0],
  [INF, Number.NaN, 0],
  [1000, 999, -1000],
  [-1000, -1001, -1002],
  [3e38, 1, -3e38],
  [0, 0, 0],
];

export function softmaxTests(suite: Suite): void {
  const { backend } = suite;
  for (const dtype of suite.floats) {
    suite.it(`logSumExp ${dtype}`, (scratch) => {
      for (const shape of SHAPES) {
        for (const [turn, kind] of KINDS.entries()) {
          const x = scratch.input(dtype, shape, kind, () => scratch.uniform(-30, 30));
          for (const dims of dimSets(shape.length, turn)) {
            const out = scratch.output(dtype, without(shape, dims));
            backend.logSumExp(x.view, dims, out);
            expectOutput(scratch, out, rowsOf(x, dims).map(logSumExp), `${x.label} over [${dims}]`);
          }
        }
      }
      const edges = scratch.given(dtype, [EDGE_ROWS.length, 3], EDGE_ROWS.flat());
      const out = scratch.output(dtype, [EDGE_ROWS.length]);
      backend.logSumExp(edges.view, [1], out);
      expectOutput(scratch, out, rowsOf(edges, [1]).map(logSumExp), "special values");
    });

    for (const log of [false, true]) {
      const name = log ? "logSoftmax" : "softmax";
      suite.it(`${name} ${dtype}`, (scratch) => {
        const edges = scratch.given(dtype, [EDGE_ROWS.length, 3], EDGE_ROWS.flat());
        const columns = scratch.given(
          dtype,
          [3, EDGE_ROWS.length],
          [0, 1, 2].flatMap((i) => EDGE_ROWS.map((row) => row[i] as number)),
        );
        const samples = SHAPES.flatMap((shape) =>
          KINDS.map((kind) => scratch.input(dtype, shape, kind, () => scratch.uniform(-20, 20))),
        );
        for (const x of [...samples, edges, columns]) {
          for (let dim = 0; dim < x.view.shape.length; dim++) {
            const out = scratch.output(dtype, x.view.shape);
            backend.softmax(x.view, dim, log, out);
            expectOutput(
              scratch,
              out,
              alongRows(x, dim, (row, i) => softmax(row, i, log)),
              `${x.label} along ${dim}`,
            );
          }
        }
      });

      suite.it(`${name} gradient ${dtype}`, (scratch) => {
        for (const shape of SHAPES) {
          for (const [k, kind] of KINDS.entries()) {
            const grad = scratch.input(dtype, shape, kind);
            const outputKind = KINDS[(k * 3 + 1) % KINDS.length] as (typeof KINDS)[number];
            const output = scratch.input(dtype, shape, outputKind, () =>
              log ? scratch.uniform(-5, 0) : scratch.random(),
            );
            for (let dim = 0; dim < shape.length; dim++) {
              const out = scratch.output(dtype, shape);
              backend.softmaxGrad(grad.view, output.view, dim, log, out);
              const y = rowsOf(output, [dim]);
              const scale = alongRows(grad, dim, (row) => row.reduce((sum, g) => sum + Math.abs(g), 0));
              const expected = alongRows(grad, dim, (g, i, r) => gradient(g, y[r] as number[], i, log));
              expectOutput(scratch, out, expected, `${grad.label}, ${output.label} along ${dim}`, { scale });
            }
          }
        }
      });
    }
  }
}

/** A value for each element, from its row along `dim`, its place there and the row's number; in row-major order. */
function alongRows(x: Sample, dim: number, f: (row: number[], i: number, r: number) => number): number[] {
  const rows = rowsOf(x, [dim]);
  const rowShape = without(x.view.shape, [dim]);
  return coordinatesOf(x.view.shape).map((c) => {
    const r = flatIndex(rowShape, c.toSpliced(dim, 1));
    return f(rows[r] as number[], c[dim] as number, r);
  });
}

function logSumExp(row: readonly number[]): number {
  if (row.some(Number.isNaN)) return Number.NaN;
  if (row.includes(INF)) return INF;
  const most = row.reduce((a, b) => Math.max(a, b), -INF);
  if (most === -INF) return -INF;
  return most + Math.log(row.reduce((sum, x) => sum + Math.exp(x - most), 0));
}

function softmax(row: readonly number[], i: number, log: boolean): number {
  const most = Math.max(...row);
  if (!Number.isFinite(most)) return Number.NaN; // NaN, an infinity, or nothing but -Infinity
  const total = row.reduce((sum, x) => sum + Math.exp(x - most), 0);
  return log ? (row[i] as number) - most - Math.log(total) : Math.exp((row[i] as number) - most) / total;
}

function gradient(g: readonly number[], y: readonly number[], i: number, log: boolean): number {
  const dot = g.reduce((sum, x, j) => sum + (log ? x : x * (y[j] as number)), 0);
  if (log) return (g[i] as number) - Math.exp(y[i] as number) * dot;
  return (y[i] as number) * ((g[i] as number) - dot);
}
