import * as ops from "../../src/ops/index.ts";
import type { Tensor } from "../../src/tensor/index.ts";
import type { GradientCase, OpCases } from "./harness.ts";

// Ops made of others, by the names of PyTorch's scripts: their parts have cases of their own.

const LAYOUTS = { plain: {}, backwards: { reversed: true }, columns: { columns: true } } as const;

function onShapes(shapes: readonly (readonly number[])[], run: (...inputs: Tensor[]) => Tensor): GradientCase[] {
  return Object.entries(LAYOUTS).map(([title, layout]) => ({
    title: `${shapes.map((shape) => `[${shape}]`).join(" ")}, ${title}`,
    inputs: shapes.map((shape) => ({ shape: [...shape], ...layout })),
    run: (inputs) => run(...(inputs as Tensor[])),
  }));
}

const one = (op: string, run: (x: Tensor) => Tensor): OpCases => ({
  op,
  cases: [...onShapes([[3, 4]], run), ...onShapes([[2, 3, 2]], run)],
});

export const SELECT_CASES: readonly OpCases[] = [
  {
    op: "mm",
    cases: [
      ...onShapes(
        [
          [2, 3],
          [3, 4],
        ],
        ops.mm,
      ),
      ...onShapes(
        [
          [1, 3],
          [3, 1],
        ],
        ops.mm,
      ),
    ],
  },
  {
    op: "bmm",
    cases: [
      ...onShapes(
        [
          [2, 2, 3],
          [2, 3, 2],
        ],
        ops.bmm,
      ),
      ...onShapes(
        [
          [1, 2, 3],
          [1, 3, 1],
        ],
        ops.bmm,
      ),
    ],
  },
  { op: "mv", cases: [...onShapes([[2, 3], [3]], ops.mv), ...onShapes([[1, 3], [3]], ops.mv)] },
  { op: "dot", cases: [...onShapes([[3], [3]], ops.dot), ...onShapes([[1], [1]], ops.dot)] },
  { op: "outer", cases: [...onShapes([[3], [2]], ops.outer), ...onShapes([[1], [4]], ops.outer)] },
  one("sort", (x) => ops.sort(x, { dim: 0, descending: true }).values),
  one("topk", (x) => ops.topk(x, 2).values),
  one("maskedSelect", (x) => ops.maskedSelect(x, ops.gt(x.detach(), 0))),
  one("tril", (x) => ops.tril(x)),
  one("triu", (x) => ops.triu(x, { diagonal: 1 })),
];
