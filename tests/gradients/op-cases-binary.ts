import * as ops from "../../src/ops/index.ts";
import type { Tensor } from "../../src/tensor/index.ts";
import type { GradientCase, OpCases } from "./harness.ts";
import { type Domain, POSITIVE, SIGNED } from "./inputs.ts";
import { layouts, overLayouts, overPairs } from "./layouts.ts";

type Binary = (a: Tensor | number, b: Tensor | number) => Tensor;

const DIVISOR: Domain = { low: -2.5, high: 2.5, avoid: (value) => Math.abs(value) < 0.6 };

// Both operands tensors, one a number, and one tensor as both.
function casesOf(fn: Binary, a: Domain, b: Domain, left: number, right: number, both = true): GradientCase[] {
  return [
    ...overPairs(a, b, fn),
    ...overLayouts(a, (x) => fn(x, right), `by ${right}, `),
    ...overLayouts(b, (x) => fn(left, x), `${left} by, `),
    ...(both ? overLayouts(a, (x) => fn(x, x), "x with itself, ") : []),
  ];
}

const condition = (x: Tensor): Tensor => ops.gt(x.detach(), 0.05);

export const BINARY_CASES: readonly OpCases[] = [
  { op: "add", cases: casesOf(ops.add, SIGNED, SIGNED, 1.5, 2.5) },
  { op: "sub", cases: casesOf(ops.sub, SIGNED, SIGNED, 1.5, 2.5) },
  { op: "mul", cases: casesOf(ops.mul, SIGNED, SIGNED, 1.5, -2.5) },
  { op: "div", cases: casesOf(ops.div, SIGNED, DIVISOR, 1.5, -2.5) },
  {
    op: "pow",
    cases: [
      ...casesOf(ops.pow, POSITIVE, SIGNED, 1.7, 2.5),
      ...[0, 1, 2, 3, -1].flatMap((n) => overLayouts(SIGNED, (x) => ops.pow(x, n), `to the ${n}, `)),
    ],
  },
  // Where the operands are equal there is a kink, so x with itself is left to the golden file.
  { op: "maximum", cases: casesOf(ops.maximum, SIGNED, SIGNED, 0.05, -0.05, false) },
  { op: "minimum", cases: casesOf(ops.minimum, SIGNED, SIGNED, 0.05, -0.05, false) },
  { op: "atan2", cases: casesOf(ops.atan2, SIGNED, DIVISOR, 1.5, -2.5) },
  { op: "remainder", cases: casesOf(ops.remainder, SIGNED, DIVISOR, 4.31, 0.731, false) },
  { op: "fmod", cases: casesOf(ops.fmod, SIGNED, DIVISOR, 4.31, 0.731, false) },
  { op: "floorDivide", cases: casesOf(ops.floorDivide, SIGNED, DIVISOR, 4.31, 0.731, false) },
  {
    op: "where",
    cases: [
      ...overPairs(SIGNED, SIGNED, (a, b) => ops.where(condition(ops.add(a.detach(), b.detach())), a, b)),
      ...overPairs(SIGNED, SIGNED, (a, b) => ops.where(ops.tensor([[[true]], [[false]]]), a, b)),
      ...overLayouts(SIGNED, (x) => ops.where(condition(x), x, 3), "else a number, "),
      ...overLayouts(SIGNED, (x) => ops.where(condition(x), 3, x), "a number else, "),
      ...overLayouts(SIGNED, (x) => ops.where(condition(x), x, x), "x either way, "),
    ],
  },
  {
    op: "maskedFill",
    cases: layouts(SIGNED).map(({ title, input }) => ({
      title,
      inputs: [input],
      run: ([x]) => ops.maskedFill(x as Tensor, condition(x as Tensor), 7),
    })),
  },
];
