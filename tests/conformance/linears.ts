import type { DType } from "../../src/engine/dtype.ts";
import { expectOutput } from "./check.ts";
import type { Sample, Scratch } from "./scratch.ts";
import type { Suite } from "./suite.ts";

const SIZES: readonly (readonly [m: number, k: number, n: number])[] = [
  [1, 1, 1],
  [3, 4, 5],
  [64, 4, 64],
  [64, 33, 1],
  [1, 7, 12],
  [0, 3, 2],
  [2, 0, 3],
  [2, 3, 0],
  [66, 65, 70],
];
const KINDS = ["contiguous", "transposed", "stepped", "flipped"] as const;

export function linearTests(suite: Suite): void {
  const { backend } = suite;
  for (const dtype of suite.floats) {
    suite.it(`linear ${dtype}`, (scratch) => {
      for (const [m, k, n] of SIZES) {
        for (const kind of KINDS) {
          const x = scratch.input(dtype, [m, k], kind);
          const weight = scratch.input(dtype, [n, k], kind);
          const bias = scratch.input(dtype, [n], kind === "transposed" ? "contiguous" : kind);
          for (const row of [null, bias]) {
            for (const relu of [false, true]) {
              const out = scratch.output(dtype, [m, n]);
              backend.linear(x.view, weight.view, row?.view ?? null, relu, out);
              const sums = sumsOf(m, n, k, x, [k, 1], weight, [1, k], (at) => row?.values[at % n] ?? 0);
              if (relu) sums.expected = sums.expected.map((value) => Math.max(value, 0));
              expectSums(scratch, dtype, out, sums, `[${m}, ${k}, ${n}] ${kind}, relu ${relu}`);
            }
          }
        }
      }
    });

    suite.it(`linear ${dtype}: a NaN stays in its row, through relu too`, (scratch) => {
      const x = scratch.given(dtype, [2, 2], [Number.NaN, 1, 2, 3]);
      const weight = scratch.given(dtype, [1, 2], [1, -1]);
      const out = scratch.output(dtype, [2, 1]);
      backend.linear(x.view, weight.view, null, true, out);
      expectOutput(scratch, out, [Number.NaN, 0], "linear");
    });

    suite.it(`linearGrad ${dtype}`, (scratch) => {
      for (const [m, k, n] of SIZES) {
        for (const kind of KINDS) {
          const grad = scratch.input(dtype, [m, n], kind);
          const x = scratch.input(dtype, [m, k], kind);
          const weight = scratch.input(dtype, [n, k], kind);
          const output = scratch.input(dtype, [m, n], kind, () => [0, 1.5, Number.NaN][scratch.whole(0, 2)] as number);
          for (const y of [null, output]) {
            // What relu has cut lets nothing through; a NaN does, as in PyTorch.
            const values = grad.values.map((g, i) => (y !== null && y.values[i] === 0 ? 0 : g));
            const passed = { ...grad, values };
            const label = `[${m}, ${k}, ${n}] ${kind}, ${y === null ? "plain" : "through relu"}`;
            const byX = scratch.output(dtype, [m, k]);
            const byWeight = scratch.output(dtype, [n, k]);
            const byBias = scratch.output(dtype, [n]);
            backend.linearGrad(grad.view, y?.view ?? null, x.view, weight.view, byX, byWeight, byBias);
            expectSums(scratch, dtype, byX, sumsOf(m, k, n, passed, [n, 1], weight, [k, 1]), `${label}, by rows`);
            expectSums(scratch, dtype, byWeight, sumsOf(n, k, m, passed, [1, n], x, [k, 1]), `${label}, by weight`);
            const ones = { ...x, values: Array<number>(m).fill(1) };
            expectSums(scratch, dtype, byBias, sumsOf(n, 1, m, passed, [1, n], ones, [1, 1]), `${label}, by bias`);
          }
        }
      }
    });

    suite.it(`linearGrad ${dtype}: only what is asked for`, (scratch) => {
      const grad = scratch.input(dtype, [5, 3]);
      const x = scratch.input(dtype, [5, 4]);
      const weight = scratch.input(dtype, [3, 4]);
      backend.linearGrad(grad.view, null, x.view, weight.view, null, null, null);
      const out = scratch.output(dtype, [3, 4]);
      backend.linearGrad(grad.view, null, x.view, weight.view, null, out, null);
      expectSums(scratch, dtype, out, sumsOf(3, 4, 5, grad, [1, 3], x, [4, 1]), "by weight alone");
    });
  }
}

interface Sums {
  expected: number[];
  scale: number[];
}

type Steps = readonly [outer: number, depth: number];

/** `[rows, columns]` of sums over `depth`; steps of b are along depth and along columns. */
function sumsOf(
  rows: number,
  columns: number,
  depth: number,
  a: Sample,
  stepsA: Steps,
  b: Sample,
  stepsB: readonly [depth: number, column: number],
  start: (i: number) => number = () => 0,
): Sums {
  const sums: Sums = { expected: [], scale: [] };
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let total = start(i * columns + j);
      let size = Math.abs(total);
      for (let l = 0; l < depth; l++) {
        const left = a.values[i * stepsA[0] + l * stepsA[1]] as number;
        const term = left * (b.values[l * stepsB[0] + j * stepsB[1]] as number);
        total += term;
        size += Math.abs(term);
      }
      sums.expected.push(total);
      sums.scale.push(Number.isFinite(size) ? size : 0);
    }
  }
  return sums;
}

function expectSums(scratch: Scratch, dtype: DType, out: Sample["view"], sums: Sums, label: string): void {
  expectOutput(scratch, out, sums.expected, label, {
    scale: sums.scale,
    ...(dtype === "float32" && { tolerance: 1e-5 }),
  });
}
