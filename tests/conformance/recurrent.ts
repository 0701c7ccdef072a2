import type { DType } from "../../src/engine/dtype.ts";
import { newTypedArray } from "../../src/engine/dtype.ts";
import type { View } from "../../src/engine/storage.ts";
import { expectOutput } from "./check.ts";
import type { Scratch } from "./scratch.ts";
import type { Suite } from "./suite.ts";

const SIZES: readonly (readonly [rows: number, size: number])[] = [
  [1, 1],
  [1, 4],
  [2, 3],
  [3, 5],
  [2, 8],
  [5, 7],
  [0, 3],
];

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const near = { tolerance: 3e-6 };

/** An output that holds values already: what a kernel changes in place. */
function changed(scratch: Scratch, dtype: DType, shape: readonly number[]): { view: View; values: number[] } {
  const { values } = scratch.input(dtype, shape);
  const view = scratch.output(dtype, shape);
  const elements = newTypedArray(dtype, view.length);
  elements.set(values);
  scratch.backend.write(view.storage, view.offset, elements);
  return { view, values: [...values] };
}

/** The gates of one element: positions in a row of `count` gates side by side. */
function gatesOf(values: readonly number[], count: number, size: number, at: number): number[] {
  const row = Math.floor(at / size);
  return Array.from({ length: count }, (_, k) => values[row * count * size + k * size + (at % size)] as number);
}

function placed(parts: readonly (readonly number[])[], count: number, size: number): number[] {
  const out = new Array<number>(parts.length * count);
  parts.forEach((gates, at) => {
    const row = Math.floor(at / size);
    gates.forEach((value, k) => {
      out[row * count * size + k * size + (at % size)] = value;
    });
  });
  return out;
}

export function recurrentTests(suite: Suite): void {
  const { backend } = suite;
  for (const dtype of suite.floats) {
    const tolerance = dtype === "float64" ? {} : near;
    suite.it(`lstmCell and lstmCellGrad ${dtype}`, (scratch) => {
      for (const [rows, size] of SIZES) {
        const label = `${rows} rows of ${size}`;
        const gates = changed(scratch, dtype, [rows, 4 * size]);
        const before = scratch.input(dtype, [rows, size]);
        const [c, h] = [scratch.output(dtype, [rows, size]), scratch.output(dtype, [rows, size])];
        backend.lstmCell(gates.view, before.view, c, h);
        const acts = before.values.map((_, at) => {
          const [i, f, g, o] = gatesOf(gates.values, 4, size, at) as [number, number, number, number];
          return [sigmoid(i), sigmoid(f), Math.tanh(g), sigmoid(o)] as [number, number, number, number];
        });
        const cells = acts.map(([i, f, g], at) => f * (before.values[at] as number) + i * g);
        expectOutput(scratch, gates.view, placed(acts, 4, size), `${label}: gates`, tolerance);
        expectOutput(scratch, c, cells, `${label}: c`, tolerance);
        expectOutput(
          scratch,
          h,
          acts.map(([, , , o], at) => o * Math.tanh(cells[at] as number)),
          `${label}: h`,
          tolerance,
        );

        const gradH = scratch.input(dtype, [rows, size]);
        const gradC = changed(scratch, dtype, [rows, size]);
        const gradGates = scratch.output(dtype, [rows, 4 * size]);
        backend.lstmCellGrad(gates.view, before.view, c, gradH.view, gradC.view, gradGates);
        const total = acts.map(([, , , o], at) => {
          const t = Math.tanh(cells[at] as number);
          return (gradC.values[at] as number) + (gradH.values[at] as number) * o * (1 - t * t);
        });
        const slopes = acts.map(([i, f, g, o], at) => {
          const dc = total[at] as number;
          return [
            dc * g * i * (1 - i),
            dc * (before.values[at] as number) * f * (1 - f),
            dc * i * (1 - g * g),
            (gradH.values[at] as number) * Math.tanh(cells[at] as number) * o * (1 - o),
          ];
        });
        expectOutput(scratch, gradGates, placed(slopes, 4, size), `${label}: gradient by the gates`, tolerance);
        const byCell = acts.map(([, f], at) => (total[at] as number) * f);
        expectOutput(scratch, gradC.view, byCell, `${label}: gradient by the cell before`, tolerance);
      }
    });

    suite.it(`gruCell and gruCellGrad ${dtype}`, (scratch) => {
      for (const [rows, size] of SIZES) {
        const label = `${rows} rows of ${size}`;
        const gates = changed(scratch, dtype, [rows, 3 * size]);
        const hidden = scratch.input(dtype, [rows, 3 * size]);
        const before = scratch.input(dtype, [rows, size]);
        const h = scratch.output(dtype, [rows, size]);
        backend.gruCell(gates.view, hidden.view, before.view, h);
        const own = before.values.map((_, at) => gatesOf(hidden.values, 3, size, at) as [number, number, number]);
        const acts = before.values.map((_, at) => {
          const [x, y, z] = gatesOf(gates.values, 3, size, at) as [number, number, number];
          const [a, b, c] = own[at] as [number, number, number];
          const r = sigmoid(x + a);
          return [r, sigmoid(y + b), Math.tanh(z + r * c)] as [number, number, number];
        });
        const next = acts.map(([, z, n], at) => (1 - z) * n + z * (before.values[at] as number));
        expectOutput(scratch, gates.view, placed(acts, 3, size), `${label}: gates`, tolerance);
        expectOutput(scratch, h, next, `${label}: h`, tolerance);

        const gradH = changed(scratch, dtype, [rows, size]);
        const [gradGates, gradHidden] = [
          scratch.output(dtype, [rows, 3 * size]),
          scratch.output(dtype, [rows, 3 * size]),
        ];
        backend.gruCellGrad(gates.view, hidden.view, before.view, gradH.view, gradGates, gradHidden);
        const slopes = acts.map(([r, z, n], at) => {
          const dh = gradH.values[at] as number;
          const dn = dh * (1 - z) * (1 - n * n);
          const dr = dn * (own[at]?.[2] as number) * r * (1 - r);
          return [dr, dh * ((before.values[at] as number) - n) * z * (1 - z), dn] as [number, number, number];
        });
        expectOutput(scratch, gradGates, placed(slopes, 3, size), `${label}: gradient by the gates`, tolerance);
        const byHidden = slopes.map(([dr, dz, dn], at) => [dr, dz, dn * (acts[at]?.[0] as number)]);
        expectOutput(
          scratch,
          gradHidden,
          placed(byHidden, 3, size),
          `${label}: gradient by the state's share`,
          tolerance,
        );
        const direct = acts.map(([, z], at) => (gradH.values[at] as number) * z);
        expectOutput(scratch, gradH.view, direct, `${label}: direct gradient by the state before`, tolerance);
      }
    });
  }
}
