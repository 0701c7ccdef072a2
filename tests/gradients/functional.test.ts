import { describe } from "vitest";
import { Generator } from "../../src/engine/index.ts";
import { functional as F } from "../../src/nn/index.ts";
import type { Tensor } from "../../src/tensor/index.ts";
import type { GradientCase, OpCases } from "./harness.ts";
import { POSITIVE } from "./inputs.ts";
import { tableTests } from "./table.ts";

// Functions of F that are neither ops, losses nor activations.

const on = (title: string, shape: readonly number[], run: (x: Tensor) => Tensor): GradientCase => ({
  title,
  inputs: [{ shape, domain: POSITIVE }],
  run: ([x]) => run(x as Tensor),
});

const CASES: readonly OpCases[] = [
  {
    op: "pad",
    cases: (["constant", "reflect", "replicate", "circular"] as const).map((mode) =>
      on(mode, [1, 3, 3], (x) => F.pad(x, [1, 2, 0, -1], { mode })),
    ),
  },
  {
    op: "normalize",
    cases: [1, 2, 3, Infinity].map((p) => on(`p ${p}`, [2, 3], (x) => F.normalize(x, { p }))),
  },
  {
    op: "gumbelSoftmax",
    cases: [0.5, 1, 2, 5].map((tau) =>
      // the same draws at each evaluation
      on(`tau ${tau}`, [2, 3], (x) => F.gumbelSoftmax(x, { tau, generator: new Generator(7n) })),
    ),
  },
  {
    op: "interpolate",
    cases: [
      on("nearest", [1, 2, 3], (x) => F.interpolate(x, { size: 5 })),
      on("linear", [1, 2, 3], (x) => F.interpolate(x, { size: 2, mode: "linear" })),
      on("bilinear", [1, 1, 2, 3], (x) => F.interpolate(x, { size: [3, 2], mode: "bilinear" })),
      on("corners", [1, 1, 2, 3], (x) => F.interpolate(x, { scaleFactor: 2, mode: "bilinear", alignCorners: true })),
    ],
  },
];

describe("every function's Jacobian against central differences in float64", () => {
  tableTests(CASES, 4, () => true);
});
