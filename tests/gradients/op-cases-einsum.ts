import * as ops from "../../src/ops/index.ts";
import type { Tensor } from "../../src/tensor/index.ts";
import type { GradientCase, OpCases } from "./harness.ts";
import { SIGNED } from "./inputs.ts";
import { overLayouts } from "./layouts.ts";

const EQUATIONS: readonly (readonly [equation: string, ...shapes: number[][]])[] = [
  ["ij,jk->ik", [2, 3], [3, 2]],
  ["ij->ji", [2, 3]],
  ["ii->i", [3, 3]],
  ["iij->j", [2, 2, 3]],
  ["i,j->ij", [2], [3]],
  ["ij,ij->", [2, 3], [2, 3]],
  ["bij,bjk->bik", [2, 2, 3], [2, 3, 2]],
  ["...ij,...jk->...ik", [2, 1, 2, 3], [2, 3, 1]],
  ["ab,bc,cd->da", [2, 2], [2, 3], [3, 1]],
  ["ij,ik->", [2, 1], [2, 2]],
  ["ij,ij->i", [2, 1], [2, 3]],
];

const EINSUM: readonly GradientCase[] = EQUATIONS.flatMap(([equation, ...shapes]) =>
  [false, true].map((turned) => ({
    title: `${equation}${turned ? ", operands in columns" : ""}`,
    inputs: shapes.map((shape) => ({ shape, columns: turned })),
    run: (inputs: Tensor[]) => ops.einsum(equation, ...inputs),
  })),
);

export const EINSUM_CASES: readonly OpCases[] = [
  { op: "einsum", cases: EINSUM },
  {
    op: "unflatten",
    cases: overLayouts(SIGNED, (x) => ops.unflatten(x.shape.length === 0 ? ops.reshape(x, [1]) : x, 0, [-1, 1])).filter(
      ({ inputs }) => !inputs[0]?.shape.includes(0),
    ),
  },
];
