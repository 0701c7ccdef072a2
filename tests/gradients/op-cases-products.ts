import * as ops from "../../src/ops/index.ts";
import type { Tensor } from "../../src/tensor/index.ts";
import type { GradientCase, OpCases } from "./harness.ts";
import type { Input } from "./inputs.ts";

const plain = (...shape: number[]): Input => ({ shape });

const OPERANDS: readonly (readonly [a: number[], b: number[]])[] = [
  [[3], [3]],
  [[2, 3], [3]],
  [[3], [3, 2]],
  [
    [2, 3],
    [3, 2],
  ],
  [
    [1, 3],
    [3, 1],
  ],
  [
    [2, 2, 3],
    [2, 3, 2],
  ],
  [
    [2, 2, 3],
    [3, 2],
  ],
  [
    [2, 3],
    [2, 3, 2],
  ],
  [
    [3, 1, 2, 2],
    [2, 2, 1],
  ],
  [[2], [2, 2, 3]],
  [[2, 2, 3], [3]],
  [
    [1, 2, 3],
    [2, 3, 1],
  ],
  [
    [0, 3],
    [3, 2],
  ],
  [
    [2, 0],
    [0, 2],
  ],
  [
    [0, 2, 3],
    [3, 2],
  ],
  [
    [2, 0, 3],
    [3, 2],
  ],
];

const product = ([a, b]: Tensor[]): Tensor => ops.matmul(a as Tensor, b as Tensor);

const MATMUL: GradientCase[] = [
  ...OPERANDS.map(([a, b]) => ({
    title: `[${a.join(", ")}] by [${b.join(", ")}]`,
    inputs: [plain(...a), plain(...b)],
    run: product,
  })),
  ...OPERANDS.map(([a, b]) => ({
    title: `[${a.join(", ")}] reversed by [${b.join(", ")}] in columns`,
    inputs: [
      { shape: a, reversed: true },
      { shape: b, columns: true },
    ],
    run: product,
  })),
  {
    title: "transposed views",
    inputs: [
      { shape: [3, 2], view: (x) => x.t() },
      { shape: [2, 3], view: (x) => x.t() },
    ],
    run: product,
  },
  {
    title: "expanded views",
    inputs: [
      { shape: [1, 3], view: (x) => x.expand([2, 2, 3]) },
      { shape: [3, 1], view: (x) => x.expand([3, 2]) },
    ],
    run: product,
  },
  { title: "x with itself", inputs: [plain(3, 3)], run: ([x]) => ops.matmul(x as Tensor, x as Tensor) },
  {
    title: "x with itself transposed",
    inputs: [plain(2, 3)],
    run: ([x]) => ops.matmul(x as Tensor, (x as Tensor).t()),
  },
  { title: "a vector with itself", inputs: [plain(3)], run: ([x]) => ops.matmul(x as Tensor, x as Tensor) },
];

const INPUTS: readonly { title: string; input: Input }[] = [
  { title: "[2, 3]", input: plain(2, 3) },
  { title: "[3]", input: plain(3) },
  { title: "[2, 2, 3]", input: plain(2, 2, 3) },
  { title: "[0, 3]", input: plain(0, 3) },
  { title: "[2, 0, 3]", input: plain(2, 0, 3) },
  { title: "reversed", input: { shape: [2, 3], reversed: true } },
  { title: "columns", input: { shape: [2, 2, 3], columns: true } },
  { title: "transposed", input: { shape: [3, 2], view: (x) => x.t() } },
  { title: "expanded", input: { shape: [1, 3], view: (x) => x.expand([2, 3]) } },
];

const linearCases = (layer: typeof ops.linear): GradientCase[] => [
  ...INPUTS.map(({ title, input }) => ({
    title: `${title}, bias`,
    inputs: [input, plain(2, 3), plain(2)],
    run: ([x, w, b]: Tensor[]) => layer(x as Tensor, w as Tensor, b as Tensor),
  })),
  ...INPUTS.map(({ title, input }) => ({
    title: `${title}, no bias`,
    inputs: [input, { shape: [2, 3], columns: true }],
    run: ([x, w]: Tensor[]) => layer(x as Tensor, w as Tensor),
  })),
  {
    title: "strided weight and bias",
    inputs: [plain(2, 3), { shape: [3, 2], view: (x) => x.t() }, { shape: [1], view: (x) => x.expand([2]) }],
    run: ([x, w, b]) => layer(x as Tensor, w as Tensor, b as Tensor),
  },
  { title: "x with itself", inputs: [plain(3, 3)], run: ([x]) => layer(x as Tensor, x as Tensor) },
  {
    title: "no features",
    inputs: [plain(2, 0), plain(3, 0), plain(3)],
    run: ([x, w, b]) => layer(x as Tensor, w as Tensor, b as Tensor),
  },
  {
    title: "no outputs",
    inputs: [plain(2, 3), plain(0, 3), plain(0)],
    run: ([x, w, b]) => layer(x as Tensor, w as Tensor, b as Tensor),
  },
];

const ints = (values: number[] | number[][]): Tensor => ops.tensor(values, { dtype: "int32" });

const matrices: readonly { title: string; input: Input }[] = [
  { title: "ordinary", input: plain(4, 3) },
  { title: "transposed", input: { shape: [3, 4], view: (x) => x.t() } },
  { title: "expanded", input: { shape: [4, 1], view: (x) => x.expand([4, 3]) } },
  { title: "reversed", input: { shape: [4, 3], reversed: true } },
  { title: "columns", input: { shape: [4, 3], columns: true } },
];

function onMatrices(suffix: string, run: (x: Tensor) => Tensor): GradientCase[] {
  return matrices.map(({ title, input }) => ({
    title: title + suffix,
    inputs: [input],
    run: ([x]) => run(x as Tensor),
  }));
}

const scattered =
  (dim: number, index: number[][]) =>
  ([x, s]: Tensor[]): Tensor =>
    ops.scatterAdd(x as Tensor, dim, ints(index), s as Tensor);

export const PRODUCT_CASES: readonly OpCases[] = [
  { op: "matmul", cases: MATMUL },
  { op: "linear", cases: linearCases(ops.linear) },
  { op: "linearRelu", cases: linearCases(ops.linearRelu) },
  {
    op: "indexSelect",
    cases: [
      ...onMatrices(", repeats", (x) => ops.indexSelect(x, 0, ints([2, 0, 2, -1]))),
      ...onMatrices(", dim 1", (x) => ops.indexSelect(x, 1, ints([1, 1]))),
      ...onMatrices(", nothing", (x) => ops.indexSelect(x, 1, ints([]))),
      { title: "vector", inputs: [plain(3)], run: ([x]) => ops.indexSelect(x as Tensor, 0, ints([2, 2])) },
      { title: "size 0 beside", inputs: [plain(0, 3)], run: ([x]) => ops.indexSelect(x as Tensor, 1, ints([2])) },
    ],
  },
  {
    op: "gather",
    cases: [
      ...onMatrices(", dim 0", (x) =>
        ops.gather(
          x,
          0,
          ints([
            [0, 3, 1],
            [2, 2, 2],
          ]),
        ),
      ),
      ...onMatrices(", dim 1, repeats", (x) =>
        ops.gather(
          x,
          1,
          ints([
            [2, 2],
            [0, 1],
            [1, -1],
            [1, 1],
          ]),
        ),
      ),
      ...onMatrices(", smaller", (x) => ops.gather(x, 1, ints([[2], [0]]))),
      { title: "vector", inputs: [plain(3)], run: ([x]) => ops.gather(x as Tensor, 0, ints([2, 2])) },
      { title: "nothing", inputs: [plain(3)], run: ([x]) => ops.gather(x as Tensor, 0, ints([])) },
    ],
  },
  {
    op: "scatterAdd",
    cases: [
      {
        title: "dim 0",
        inputs: [plain(4, 3), plain(2, 3)],
        run: scattered(0, [
          [0, 1, 2],
          [2, 2, 0],
        ]),
      },
      {
        title: "dim 1, repeats",
        inputs: [plain(2, 3), plain(2, 3)],
        run: scattered(1, [
          [1, 1, 1],
          [-1, 0, 2],
        ]),
      },
      {
        title: "larger source",
        inputs: [plain(4, 3), plain(3, 3)],
        run: scattered(0, [
          [0, 1],
          [2, 2],
        ]),
      },
      {
        title: "strided",
        inputs: [
          { shape: [3, 4], view: (x) => x.t() },
          { shape: [2, 3], reversed: true },
        ],
        run: scattered(0, [
          [0, 1, 2],
          [2, 2, 0],
        ]),
      },
      {
        title: "expanded and columns",
        inputs: [
          { shape: [1, 3], view: (x) => x.expand([4, 3]) },
          { shape: [2, 3], columns: true },
        ],
        run: scattered(0, [
          [0, 1, 2],
          [2, 2, 0],
        ]),
      },
      {
        title: "x into itself",
        inputs: [plain(2, 2)],
        run: ([x]) =>
          scattered(1, [
            [1, 0],
            [0, 0],
          ])([x as Tensor, x as Tensor]),
      },
      {
        title: "vectors",
        inputs: [plain(3), plain(2)],
        run: ([x, s]) => ops.scatterAdd(x as Tensor, 0, ints([1, 1]), s as Tensor),
      },
      {
        title: "size 0",
        inputs: [plain(3), plain(0)],
        run: ([x, s]) => ops.scatterAdd(x as Tensor, 0, ints([]), s as Tensor),
      },
    ],
  },
];
