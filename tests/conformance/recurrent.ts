import type { DType } from "../../src/engine/dtype.ts";
import { newTypedArray } from "../../src/engine/dtype.ts";
import { GATES, type RecurrentMode } from "../../src/engine/recurrent.ts";
import { ReferenceBackend } from "../../src/engine/reference/index.ts";
import type { View } from "../../src/engine/storage.ts";
import { expectOutput } from "./check.ts";
import { Scratch } from "./scratch.ts";
import type { Suite } from "./suite.ts";

export const RECURRENT_MODES: readonly RecurrentMode[] = ["lstm", "gru", "tanh", "relu"];

const SIZES: readonly (readonly [steps: number, batch: number, size: number])[] = [
  [1, 1, 1],
  [3, 1, 4],
  [2, 2, 3],
  [4, 3, 5],
  [2, 2, 8],
  [1, 5, 7],
  [2, 0, 3],
];

/** Several parts of the batch, the last one smaller, for a kernel and for a library that multiplies. */
const LARGE: readonly (readonly [steps: number, batch: number, size: number])[] = [
  [4, 33, 3],
  [3, 50, 52],
  [2, 150, 5],
];

/** The operands of one run, and their values. */
export interface RecurrentCase {
  readonly mode: RecurrentMode;
  readonly reverse: boolean;
  readonly steps: number;
  readonly batch: number;
  readonly size: number;
  readonly weight: View;
  readonly bias: View | null;
  readonly h0: View;
  readonly c0: View | null;
  readonly gates: View;
  readonly hidden: View | null;
  readonly cells: View | null;
  readonly out: View;
  /** The gradient by `out`. */
  readonly grad: View;
  readonly by: { readonly gates: View; readonly hidden: View | null; readonly h0: View; readonly c0: View | null };
  readonly values: Record<"weight" | "bias" | "h0" | "c0" | "gates" | "grad", readonly number[]>;
}

export function recurrentCase(
  scratch: Scratch,
  dtype: DType,
  mode: RecurrentMode,
  reverse: boolean,
  [steps, batch, size]: readonly [steps: number, batch: number, size: number],
): RecurrentCase {
  const wide = GATES[mode] * size;
  const rows = steps * batch;
  const outRows = mode === "lstm" ? rows + batch : rows;
  const scale = 1 / Math.sqrt(size);
  const weight = scratch.input(dtype, [wide, size], "contiguous", () => scratch.uniform(-scale, scale));
  const bias = scratch.input(dtype, [wide], "contiguous");
  const [h0, c0] = [scratch.input(dtype, [batch, size]), scratch.input(dtype, [batch, size])];
  const { values } = scratch.input(dtype, [rows, wide]);
  const grad = scratch.input(dtype, [outRows, size]);
  // An output that holds values already: what the kernel changes in place.
  const gates = scratch.output(dtype, [rows, wide]);
  const elements = newTypedArray(dtype, gates.length);
  elements.set(values);
  scratch.backend.write(gates.storage, gates.offset, elements);
  const state = (): View => scratch.output(dtype, [batch, size]);
  return {
    mode,
    reverse,
    steps,
    batch,
    size,
    weight: weight.view,
    bias: mode === "gru" ? bias.view : null,
    h0: h0.view,
    c0: mode === "lstm" ? c0.view : null,
    gates,
    hidden: mode === "gru" ? scratch.output(dtype, [rows, wide]) : null,
    cells: mode === "lstm" ? scratch.output(dtype, [rows, size]) : null,
    out: scratch.output(dtype, [outRows, size]),
    grad: grad.view,
    by: {
      gates: scratch.output(dtype, [rows, wide]),
      hidden: mode === "gru" ? scratch.output(dtype, [rows, wide]) : null,
      h0: state(),
      c0: mode === "lstm" ? state() : null,
    },
    values: {
      weight: weight.values,
      bias: bias.values,
      h0: h0.values,
      c0: c0.values,
      gates: values,
      grad: grad.values,
    },
  };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** What one sample of a batch is given and what becomes of it; `x` and `extra` are `[step][gate · size]` in their order. */
interface Sample {
  h0: number[];
  c0: number[];
  /** What the input gives to the gates. */
  x: number[][];
  /** Added to what the state gives to them. */
  extra: number[][];
}

interface Trace {
  gates: number[][];
  hidden: number[][];
  cells: number[][];
  states: number[][];
}

function trace(mode: RecurrentMode, size: number, weight: readonly number[], sample: Sample): Trace {
  const result: Trace = { gates: [], hidden: [], cells: [], states: [] };
  let [h, c] = [sample.h0, sample.c0];
  for (const [step, x] of sample.x.entries()) {
    const u = x.map((_, gate) =>
      h.reduce((sum, y, k) => sum + y * (weight[gate * size + k] as number), sample.extra[step]?.[gate] as number),
    );
    const pre = (gate: number, j: number): number => (x[gate * size + j] as number) + (u[gate * size + j] as number);
    const all = (fn: (j: number) => number): number[] => Array.from({ length: size }, (_, j) => fn(j));
    const [before, beforeC] = [h, c];
    if (mode === "lstm") {
      const [i, f, o] = [0, 1, 3].map((gate) => all((j) => sigmoid(pre(gate, j)))) as [number[], number[], number[]];
      const g = all((j) => Math.tanh(pre(2, j)));
      c = all((j) => (f[j] as number) * (beforeC[j] as number) + (i[j] as number) * (g[j] as number));
      h = all((j) => (o[j] as number) * Math.tanh(c[j] as number));
      result.gates.push([...i, ...f, ...g, ...o]);
    } else if (mode === "gru") {
      const [r, z] = [0, 1].map((gate) => all((j) => sigmoid(pre(gate, j)))) as [number[], number[]];
      const n = all((j) => Math.tanh((x[2 * size + j] as number) + (r[j] as number) * (u[2 * size + j] as number)));
      h = all((j) => (1 - (z[j] as number)) * (n[j] as number) + (z[j] as number) * (before[j] as number));
      result.gates.push([...r, ...z, ...n]);
    } else h = all((j) => (mode === "tanh" ? Math.tanh(pre(0, j)) : Math.max(pre(0, j), 0)));
    result.hidden.push(u);
    result.cells.push(c);
    result.states.push(h);
  }
  return result;
}

/** The samples of a case, each by itself. */
function samplesOf({ mode, reverse, steps, batch, size, values }: RecurrentCase): Sample[] {
  const wide = GATES[mode] * size;
  const row = (from: readonly number[], at: number, width: number): number[] =>
    from.slice(at * width, (at + 1) * width);
  return Array.from({ length: batch }, (_, n) => ({
    h0: row(values.h0, n, size),
    c0: row(values.c0, n, size),
    x: Array.from({ length: steps }, (_, i) => row(values.gates, (reverse ? steps - 1 - i : i) * batch + n, wide)),
    extra: Array.from({ length: steps }, () => (mode === "gru" ? [...values.bias] : new Array<number>(wide).fill(0))),
  }));
}

/** `[sample][step]` rows to `[time · batch]` rows, flat. */
function placed(rows: readonly (readonly (readonly number[])[])[], { reverse, steps }: RecurrentCase): number[] {
  return Array.from({ length: steps }, (_, time) =>
    rows.flatMap((sample) => sample[reverse ? steps - 1 - time : time] as number[]),
  ).flat();
}

export function recurrentTests(suite: Suite): void {
  const { backend } = suite;
  for (const dtype of suite.floats) {
    for (const mode of RECURRENT_MODES) {
      suite.it(`recurrent ${mode} ${dtype}`, (scratch) => {
        for (const sizes of SIZES) {
          for (const reverse of [false, true]) {
            const one = recurrentCase(scratch, dtype, mode, reverse, sizes);
            backend.recurrent(one, one.bias);
            const label = `${sizes.join("×")}${reverse ? " reversed" : ""}`;
            const traces = samplesOf(one).map((sample) => trace(mode, one.size, one.values.weight, sample));
            const tolerance = dtype === "float64" ? {} : { tolerance: 1e-5 };
            const check = (view: View | null, rows: keyof Trace, more: number[] = []): void => {
              if (view === null) return;
              const all = traces.map((each) => each[rows]);
              expectOutput(scratch, view, [...placed(all, one), ...more], `${label}: ${rows}`, tolerance);
            };
            if (mode === "lstm" || mode === "gru") check(one.gates, "gates");
            check(one.hidden, "hidden");
            check(one.cells, "cells");
            check(one.out, "states", mode === "lstm" ? traces.flatMap(({ cells }) => cells.at(-1) as number[]) : []);
          }
        }
      });

      suite.it(`recurrentGrad ${mode} ${dtype}`, (scratch) => {
        for (const sizes of SIZES) {
          for (const reverse of [false, true]) {
            const one = recurrentCase(scratch, dtype, mode, reverse, sizes);
            backend.recurrent(one, one.bias);
            backend.recurrentGrad(one, one.grad, one.by, true);
            const label = `${sizes.join("×")}${reverse ? " reversed" : ""}`;
            expectSlopes(scratch, one, label);
            const byGates = scratch.outputValues(one.by.gates);
            backend.recurrentGrad(one, one.grad, one.by, false);
            expectOutput(scratch, one.by.gates, byGates, `${label}: not to the start`);
          }
        }
      });

      suite.it(`recurrent and recurrentGrad ${mode} ${dtype}: large batches, as the reference`, () => {
        for (const [at, sizes] of LARGE.entries()) {
          const scratches = [backend, new ReferenceBackend()].map((engine) => new Scratch(engine, 100 + at));
          const [mine, exact] = scratches.map((each, i) => {
            const one = recurrentCase(each, i === 0 ? dtype : "float64", mode, at % 2 === 1, sizes);
            each.backend.recurrent(one, one.bias);
            each.backend.recurrentGrad(one, one.grad, one.by, true);
            return outputsOf(one);
          }) as [View[], View[]];
          for (const [i, view] of mine.entries()) {
            const expected = (scratches[1] as Scratch).outputValues(exact[i] as View);
            expectOutput(scratches[0] as Scratch, view, expected, `${sizes.join("×")}: output ${i}`, {
              tolerance: 1e-5,
            });
          }
          for (const each of scratches) each.releaseAll();
        }
      });
    }
  }
}

/** What a run and its gradients write, but for what they may leave undefined. */
export function outputsOf({ mode, gates, hidden, cells, out, by }: RecurrentCase): View[] {
  const activations = mode === "lstm" || mode === "gru" ? gates : null;
  return [activations, hidden, cells, out, by.gates, by.hidden, by.h0, by.c0].filter((view) => view !== null);
}

// Near the kink of relu a difference is no slope, so that steps are to be small there.
const STEPS: Readonly<Record<RecurrentMode, number>> = { lstm: 1e-3, gru: 1e-3, tanh: 1e-3, relu: 1e-6 };

/** Compares all gradients with differences of the loss Σ grad·out, sample by sample. */
function expectSlopes(scratch: Scratch, one: RecurrentCase, label: string): void {
  const { mode, reverse, steps, batch, size, values } = one;
  const samples = samplesOf(one);
  const loss = (sample: Sample, n: number): number => {
    const { states, cells } = trace(mode, size, values.weight, sample);
    let sum = 0;
    const add = (row: number, from: readonly number[]): void => {
      for (let j = 0; j < size; j++) sum += (values.grad[row * size + j] as number) * (from[j] as number);
    };
    for (const [i, state] of states.entries()) add((reverse ? steps - 1 - i : i) * batch + n, state);
    if (mode === "lstm") add(steps * batch + n, cells.at(-1) as number[]);
    return sum;
  };
  const step = STEPS[mode];
  /** The slopes by the numbers of one row, which is changed for the while. */
  const slopes = (row: number[], sample: Sample, n: number): number[] =>
    row.map((value, j) => {
      const at = (x: number): number => {
        row[j] = x;
        return loss(sample, n);
      };
      const [far, near] = [at(value + 2 * step) - at(value - 2 * step), at(value + step) - at(value - step)];
      row[j] = value;
      return (8 * near - far) / (12 * step);
    });
  const exact = one.grad.dtype === "float64";
  const tolerance = { tolerance: !exact ? 1e-5 : mode === "relu" ? 1e-7 : 1e-9 };
  const check = (view: View | null, expected: number[], of: string): void => {
    if (view !== null) expectOutput(scratch, view, expected, `${label}: gradient by ${of}`, tolerance);
  };
  const rows = (of: "x" | "extra"): number[] =>
    placed(
      samples.map((sample, n) => sample[of].map((row) => slopes(row, sample, n))),
      one,
    );
  check(one.by.gates, rows("x"), "the gates");
  if (one.by.hidden !== null) check(one.by.hidden, rows("extra"), "the state's share");
  check(
    one.by.h0,
    samples.flatMap((sample, n) => slopes(sample.h0, sample, n)),
    "h0",
  );
  check(one.by.c0, one.by.c0 === null ? [] : samples.flatMap((sample, n) => slopes(sample.c0, sample, n)), "c0");
}
