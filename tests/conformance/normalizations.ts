import type { DType } from "../../src/engine/dtype.ts";
import type { RowNorm } from "../../src/engine/windows.ts";
import { expectOutput } from "./check.ts";
import type { Sample, Scratch } from "./scratch.ts";
import type { Suite } from "./suite.ts";
import { coordinatesOf, type Kind } from "./views.ts";

interface Case {
  title: string;
  shape: readonly number[];
  norm: Omit<RowNorm, "eps">;
  kind?: Kind;
}

const layer = (size: number, centered = true): Omit<RowNorm, "eps"> => ({ size, groups: 1, inner: 1, centered });

const ROWS: readonly Case[] = [
  { title: "rows", shape: [5, 7], norm: layer(7) },
  { title: "rows over two dimensions", shape: [3, 2, 4], norm: layer(8) },
  { title: "rows of one", shape: [4, 1], norm: layer(1) },
  { title: "root mean square", shape: [3, 9], norm: layer(9, false) },
  { title: "groups of channels", shape: [2, 6, 3, 2], norm: { size: 12, groups: 3, inner: 6, centered: true } },
  { title: "groups of single elements", shape: [3, 6], norm: { size: 3, groups: 2, inner: 1, centered: true } },
  { title: "instances", shape: [2, 3, 5], norm: { size: 5, groups: 3, inner: 5, centered: true } },
  { title: "one group", shape: [2, 3, 5], norm: { size: 15, groups: 1, inner: 5, centered: true } },
  { title: "strided rows", shape: [4, 6], norm: layer(6), kind: "shuffled" },
  {
    title: "flipped groups",
    shape: [2, 4, 3],
    norm: { size: 6, groups: 2, inner: 3, centered: true },
    kind: "flipped",
  },
];

const BATCHES: readonly { title: string; shape: readonly number[]; kind?: Kind }[] = [
  { title: "of rows", shape: [7, 6] },
  { title: "of nine channels", shape: [3, 9] },
  { title: "of sequences", shape: [3, 4, 5] },
  { title: "of pairs", shape: [4, 3, 2] },
  { title: "of images", shape: [2, 3, 3, 4] },
  { title: "of one image", shape: [1, 2, 3, 3] },
  { title: "of strided rows", shape: [5, 3], kind: "shuffled" },
  { title: "of transposed images", shape: [2, 3, 2, 2], kind: "transposed" },
];

const EPS = 0.01;

/** Elements by the set they are normalised in and the parameter they have. */
interface Sets {
  set: number[];
  sets: number;
  parameter: number[];
  parameters: number;
}

function rowSets(length: number, { size, groups, inner }: Omit<RowNorm, "eps">): Sets {
  const places = Array.from({ length }, (_, i) => i);
  const each = size / inner;
  return {
    set: places.map((i) => Math.floor(i / size)),
    sets: length / size,
    parameter: places.map((i) => (Math.floor(i / size) % groups) * each + Math.floor((i % size) / inner)),
    parameters: groups * each,
  };
}

function channelSets(shape: readonly number[]): Sets {
  const channel = coordinatesOf(shape).map((at) => at[1] as number);
  return { set: channel, sets: shape[1] as number, parameter: channel, parameters: shape[1] as number };
}

function total(values: readonly number[], set: readonly number[], sets: number): number[] {
  const sums = new Array<number>(sets).fill(0);
  values.forEach((value, i) => {
    sums[set[i] as number] = (sums[set[i] as number] as number) + value;
  });
  return sums;
}

const pick = (values: readonly number[], at: readonly number[], i: number): number => values[at[i] as number] as number;

/** Everything a normalisation and its gradient shall give, in float64. */
function expected(x: Sample, grad: Sample, w: Sample, b: Sample, sets: Sets, centered: boolean, through: boolean) {
  const { set, sets: count, parameter } = sets;
  const size = x.values.length / count;
  const mean = total(x.values, set, count).map((sum) => (centered ? sum / size : 0));
  const deviations = x.values.map((value, i) => value - pick(mean, set, i));
  const variance = total(
    deviations.map((d) => d * d),
    set,
    count,
  ).map((sum) => sum / size);
  const rstd = variance.map((v) => 1 / Math.sqrt(v + EPS));
  const normal = deviations.map((d, i) => d * pick(rstd, set, i));
  const out = normal.map((n, i) => n * pick(w.values, parameter, i) + pick(b.values, parameter, i));
  const g = grad.values.map((value, i) => value * pick(w.values, parameter, i));
  const first = total(g, set, count).map((sum) => (centered && through ? sum / size : 0));
  const second = total(
    g.map((value, i) => value * (normal[i] as number)),
    set,
    count,
  ).map((s) => (through ? s / size : 0));
  const gradInput = g.map(
    (value, i) => pick(rstd, set, i) * (value - pick(first, set, i) - (normal[i] as number) * pick(second, set, i)),
  );
  const products = grad.values.map((value, i) => value * (normal[i] as number));
  const gradWeight = total(products, parameter, sets.parameters);
  const gradBias = total(grad.values, parameter, sets.parameters);
  return { mean, variance, rstd, out, gradInput, gradWeight, gradBias };
}

function operands(
  scratch: Scratch,
  dtype: DType,
  shape: readonly number[],
  kind: Kind | undefined,
  parameters: number,
) {
  // Away from 0 on average: moments taken in one pass of float32 would show.
  const x = scratch.input(dtype, shape, kind, () => scratch.uniform(10, 14));
  const grad = scratch.input(dtype, shape, kind);
  const w = scratch.input(dtype, [parameters], kind);
  const b = scratch.input(dtype, [parameters], kind);
  return { x, grad, w, b };
}

const CLOSE = { tolerance: 2e-5 };

export function normalizationTests(suite: Suite): void {
  const { backend } = suite;
  for (const dtype of suite.floats) {
    const closeness = dtype === "float32" ? CLOSE : { tolerance: 1e-11 };
    for (const { title, shape, norm: given, kind } of ROWS) {
      suite.it(`normalizeRows ${dtype}: ${title}`, (scratch) => {
        const norm = { ...given, eps: EPS };
        const length = shape.reduce((product, size) => product * size, 1);
        const sets = rowSets(length, norm);
        const { x, grad, w, b } = operands(scratch, dtype, shape, kind, sets.parameters);
        const wanted = expected(x, grad, w, b, sets, norm.centered, true);
        const out = scratch.output(dtype, shape);
        const mean = norm.centered ? scratch.output(dtype, [sets.sets]) : null;
        const rstd = scratch.output(dtype, [sets.sets]);
        backend.normalizeRows(x.view, w.view, b.view, norm, out, mean, rstd);
        expectOutput(scratch, out, wanted.out, "out", closeness);
        if (mean) expectOutput(scratch, mean, wanted.mean, "mean", closeness);
        expectOutput(scratch, rstd, wanted.rstd, "rstd", closeness);

        const gradInput = scratch.output(dtype, shape);
        const gradWeight = scratch.output(dtype, [sets.parameters]);
        const gradBias = scratch.output(dtype, [sets.parameters]);
        backend.normalizeRowsGrad(grad.view, x.view, w.view, norm, mean, rstd, gradInput, gradWeight, gradBias);
        expectOutput(scratch, gradInput, wanted.gradInput, "by the input", closeness);
        expectOutput(scratch, gradWeight, wanted.gradWeight, "by the weight", closeness);
        expectOutput(scratch, gradBias, wanted.gradBias, "by the bias", closeness);

        const one = scratch.given(dtype, [sets.parameters], new Array<number>(sets.parameters).fill(1));
        const zero = scratch.given(dtype, [sets.parameters], new Array<number>(sets.parameters).fill(0));
        const bare = expected(x, grad, one, zero, sets, norm.centered, true);
        const plain = scratch.output(dtype, shape);
        backend.normalizeRows(x.view, null, null, norm, plain, mean, rstd);
        expectOutput(scratch, plain, bare.out, "without parameters", closeness);
        const plainGrad = scratch.output(dtype, shape);
        backend.normalizeRowsGrad(grad.view, x.view, null, norm, mean, rstd, plainGrad, null, null);
        expectOutput(scratch, plainGrad, bare.gradInput, "by the input, without parameters", closeness);
      });
    }

    for (const { title, shape, kind } of BATCHES) {
      suite.it(`batchNorm ${dtype}: ${title}`, (scratch) => {
        const sets = channelSets(shape);
        const { x, grad, w, b } = operands(scratch, dtype, shape, kind, sets.parameters);
        const wanted = expected(x, grad, w, b, sets, true, true);
        const mean = scratch.output(dtype, [sets.sets]);
        const variance = scratch.output(dtype, [sets.sets]);
        backend.batchMoments(x.view, mean, variance);
        expectOutput(scratch, mean, wanted.mean, "mean", closeness);
        expectOutput(scratch, variance, wanted.variance, "variance", closeness);
        const out = scratch.output(dtype, shape);
        backend.batchNorm(x.view, mean, variance, w.view, b.view, EPS, out);
        expectOutput(scratch, out, wanted.out, "out", closeness);
        for (const training of [true, false]) {
          const grads = expected(x, grad, w, b, sets, true, training);
          const gradInput = scratch.output(dtype, shape);
          const gradWeight = scratch.output(dtype, [sets.sets]);
          const gradBias = scratch.output(dtype, [sets.sets]);
          backend.batchNormGrad(
            grad.view,
            x.view,
            mean,
            variance,
            w.view,
            EPS,
            training,
            gradInput,
            gradWeight,
            gradBias,
          );
          expectOutput(scratch, gradInput, grads.gradInput, `by the input, training ${training}`, closeness);
          expectOutput(scratch, gradWeight, grads.gradWeight, "by the weight", closeness);
          expectOutput(scratch, gradBias, grads.gradBias, "by the bias", closeness);
        }
      });
    }
  }
}
