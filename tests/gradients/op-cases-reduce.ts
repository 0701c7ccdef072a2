import * as ops from "../../src/ops/index.ts";
import type { Tensor } from "../../src/tensor/index.ts";
import type { GradientCase, OpCases } from "./harness.ts";
import { type Domain, type Input, POSITIVE, SIGNED } from "./inputs.ts";
import { layouts } from "./layouts.ts";

type Over = (x: Tensor, dims: number | readonly number[] | undefined, keepdim: boolean) => Tensor;

// All elements, one dimension, several, kept and not, over every layout. `empty` false leaves out
// reductions over nothing, which have no value.
function reductions(
  fn: Over,
  domain: Domain = SIGNED,
  options: { several?: boolean; all?: boolean; empty?: boolean } = {},
): GradientCase[] {
  const { several = true, all = true, empty = true } = options;
  const one = (title: string, input: Input, run: (x: Tensor) => Tensor): GradientCase => ({
    title,
    inputs: [input],
    run: ([x]) => run(x as Tensor),
  });
  const three: Input = { shape: [2, 3, 2], domain };
  const cases = [
    one("dim 0", three, (x) => fn(x, 0, false)),
    one("dim 1", three, (x) => fn(x, 1, false)),
    one("dim -1 kept", three, (x) => fn(x, -1, true)),
    one("dim 1 of columns", { ...three, columns: true }, (x) => fn(x, 1, false)),
    one("dim 1 of a reversed one", { ...three, reversed: true }, (x) => fn(x, 1, false)),
    one("dim 0 of a transposed one", { shape: [2, 3], domain, view: (x) => x.t() }, (x) => fn(x, 0, false)),
    one("size 0 beside", { shape: [0, 3], domain }, (x) => fn(x, 1, false)),
    one("size 1", { shape: [3, 1], domain }, (x) => fn(x, 1, false)),
  ];
  if (all) {
    for (const { title, input } of layouts(domain)) {
      if (title !== "size 0" || empty) cases.push(one(`all, ${title}`, input, (x) => fn(x, undefined, false)));
    }
    cases.push(one("all, kept", three, (x) => fn(x, undefined, true)));
  }
  if (empty) cases.push(one("over size 0", { shape: [2, 0], domain }, (x) => fn(x, 1, false)));
  if (several) {
    cases.push(one("dims 0 and 2", three, (x) => fn(x, [0, 2], false)));
    cases.push(one("dims -1 and 0 kept", three, (x) => fn(x, [-1, 0], true)));
    cases.push(one("dims 0 and 1 of columns", { ...three, columns: true }, (x) => fn(x, [0, 1], false)));
  }
  return cases;
}

// Along one dimension that stays.
function alongs(fn: (x: Tensor, dim: number) => Tensor): GradientCase[] {
  const one = (title: string, input: Input, dim: number): GradientCase => ({
    title,
    inputs: [input],
    run: ([x]) => fn(x as Tensor, dim),
  });
  return [
    one("last", { shape: [2, 3] }, -1),
    one("first", { shape: [3, 2] }, 0),
    one("middle", { shape: [2, 3, 2] }, 1),
    one("scalar", { shape: [] }, 0),
    one("size 0 along", { shape: [2, 0] }, 1),
    one("size 0 beside", { shape: [0, 2] }, 1),
    one("transposed", { shape: [3, 2], view: (x) => x.t() }, 1),
    one("expanded", { shape: [3], view: (x) => x.expand([2, 3]) }, 0),
    one("reversed", { shape: [2, 3], reversed: true }, 1),
    one("columns", { shape: [2, 3], columns: true }, 1),
  ];
}

const single = (dims: number | readonly number[] | undefined): number | undefined => dims as number | undefined;

export const REDUCE_CASES: readonly OpCases[] = [
  { op: "sum", cases: reductions((x, dims, keepdim) => ops.sum(x, dims, { keepdim })) },
  { op: "mean", cases: reductions((x, dims, keepdim) => ops.mean(x, dims, { keepdim }), SIGNED, { empty: false }) },
  {
    op: "prod",
    cases: reductions((x, dims, keepdim) => ops.prod(x, single(dims), { keepdim }), SIGNED, { several: false }),
  },
  {
    op: "amax",
    cases: reductions((x, dims, keepdim) => ops.amax(x, dims, { keepdim }), SIGNED, { empty: false }).filter(
      unrepeated,
    ),
  },
  {
    op: "amin",
    cases: reductions((x, dims, keepdim) => ops.amin(x, dims, { keepdim }), SIGNED, { empty: false }).filter(
      unrepeated,
    ),
  },
  {
    op: "max",
    cases: extremes((x, dim, keepdim) => (dim === undefined ? ops.max(x) : ops.max(x, dim, { keepdim }).values)),
  },
  {
    op: "min",
    cases: extremes((x, dim, keepdim) => (dim === undefined ? ops.min(x) : ops.min(x, dim, { keepdim }).values)),
  },
  {
    op: "variance",
    cases: [
      ...reductions((x, dims, keepdim) => ops.variance(x, dims, { keepdim, correction: 0 }), SIGNED, { empty: false }),
      ...reductions((x, dims, keepdim) => ops.variance(x, dims, { keepdim }), SIGNED, { empty: false }).filter(plural),
    ],
  },
  {
    op: "std",
    cases: reductions((x, dims, keepdim) => ops.std(x, dims, { keepdim }), SIGNED, { empty: false }).filter(plural),
  },
  {
    op: "norm",
    cases: [1, 2, 3, 0.5, Infinity, -Infinity, 0].flatMap((p) =>
      reductions((x, dims, keepdim) => ops.norm(x, p, dims, { keepdim }), SIGNED, { empty: p === 1 }).filter(
        unrepeated,
      ),
    ),
  },
  {
    op: "logSumExp",
    cases: [
      ...reductions((x, dims, keepdim) => ops.logSumExp(x, dims as number, { keepdim }), POSITIVE, {
        all: false,
        empty: false,
      }),
      { title: "scalar", inputs: [{ shape: [] }], run: ([x]) => ops.logSumExp(x as Tensor, 0) },
    ],
  },
  { op: "cumsum", cases: alongs(ops.cumsum) },
  { op: "softmax", cases: alongs(ops.softmax) },
  { op: "logSoftmax", cases: alongs(ops.logSoftmax) },
];

function extremes(fn: (x: Tensor, dim: number | undefined, keepdim: boolean) => Tensor): GradientCase[] {
  const over: Over = (x, dims, keepdim) => fn(x, single(dims), keepdim);
  return [
    ...reductions(over, SIGNED, { several: false, empty: false }).filter(unrepeated),
    { title: "scalar along 0", inputs: [{ shape: [] }], run: ([x]) => fn(x as Tensor, 0, false) },
  ];
}

// Ties are kinks, and an expanded view has nothing else.
function unrepeated(test: GradientCase): boolean {
  return !test.title.includes("expanded");
}

// Bessel's correction leaves nothing of a single element.
function plural(test: GradientCase): boolean {
  return !test.title.includes("scalar") && test.title !== "size 1";
}
