import * as ops from "../../src/ops/index.ts";
import type { Tensor } from "../../src/tensor/index.ts";
import type { OpCases } from "./harness.ts";
import { BETWEEN, type Domain, POSITIVE, SIGNED, UNIT } from "./inputs.ts";
import { overLayouts } from "./layouts.ts";

const AWAY_FROM_20: Domain = { low: -4, high: 24, avoid: (value) => Math.abs(value - 20) < 0.1 };

const FUNCTIONS: readonly (readonly [op: string, fn: (x: Tensor) => Tensor, domain: Domain])[] = [
  ["neg", ops.neg, SIGNED],
  ["abs", ops.abs, SIGNED],
  ["sign", ops.sign, SIGNED],
  ["square", ops.square, SIGNED],
  ["sqrt", ops.sqrt, POSITIVE],
  ["rsqrt", ops.rsqrt, POSITIVE],
  ["reciprocal", ops.reciprocal, { low: -2, high: 2, avoid: (value) => Math.abs(value) < 0.4 }],
  ["exp", ops.exp, SIGNED],
  ["expm1", ops.expm1, SIGNED],
  ["log", ops.log, POSITIVE],
  ["log1p", ops.log1p, { low: -0.6, high: 3 }],
  ["log2", ops.log2, POSITIVE],
  ["log10", ops.log10, POSITIVE],
  ["sin", ops.sin, SIGNED],
  ["cos", ops.cos, SIGNED],
  ["tan", ops.tan, { low: -1.2, high: 1.2 }],
  ["asin", ops.asin, UNIT],
  ["acos", ops.acos, UNIT],
  ["atan", ops.atan, SIGNED],
  ["sinh", ops.sinh, SIGNED],
  ["cosh", ops.cosh, SIGNED],
  ["tanh", ops.tanh, SIGNED],
  ["sigmoid", ops.sigmoid, SIGNED],
  ["relu", ops.relu, SIGNED],
  ["erf", ops.erf, SIGNED],
  ["floor", ops.floor, BETWEEN],
  ["ceil", ops.ceil, BETWEEN],
  ["round", ops.round, BETWEEN],
  ["trunc", ops.trunc, BETWEEN],
  ["softplus", ops.softplus, AWAY_FROM_20],
  ["clone", ops.clone, SIGNED],
  ["contiguous", ops.contiguous, SIGNED],
];

export const UNARY_CASES: readonly OpCases[] = [
  ...FUNCTIONS.map(([op, fn, domain]) => ({ op, cases: overLayouts(domain, fn) })),
  {
    op: "clamp",
    cases: [
      ...overLayouts(SIGNED, (x) => ops.clamp(x, { min: -0.83, max: 1.11 }), "both ends, "),
      ...overLayouts(SIGNED, (x) => ops.clamp(x, { min: 0.05 }), "min, "),
      ...overLayouts(SIGNED, (x) => ops.clamp(x, { max: 0.05 }), "max, "),
    ],
  },
  // To float64 itself this is the same tensor; a cast to float32 rounds too much for differences, and
  // tests/integration/autograd.test.ts has it.
  { op: "to", cases: overLayouts(SIGNED, (x) => ops.to(x, "float64")) },
];
