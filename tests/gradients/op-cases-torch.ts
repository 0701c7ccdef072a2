import * as ops from "../../src/ops/index.ts";
import type { Tensor } from "../../src/tensor/index.ts";
import type { GradientCase, OpCases } from "./harness.ts";
import type { Input } from "./inputs.ts";

const plain = (...shape: number[]): Input => ({ shape });
const transposed: Input = { shape: [3, 2], view: (x) => x.t() }; // seen as [2, 3]
const expanded: Input = { shape: [1, 3], view: (x) => x.expand([2, 3]) };
const reversed: Input = { shape: [2, 3], reversed: true };
const columns: Input = { shape: [2, 3], columns: true };

type Run = (x: Tensor) => Tensor | Tensor[];

function one(title: string, input: Input, run: Run): GradientCase {
  return { title, inputs: [input], run: ([x]) => run(x as Tensor) };
}

// The same call on every layout of a [2, 3] tensor; without ties where those are kinks.
function matrices(run: Run, ties = true): GradientCase[] {
  return [
    one("ordinary", plain(2, 3), run),
    one("transposed", transposed, run),
    ...(ties ? [one("expanded", expanded, run)] : []),
    one("reversed", reversed, run),
    one("columns", columns, run),
  ];
}

function alongs(run: (x: Tensor, dim: number) => Tensor): GradientCase[] {
  return [
    ...matrices((x) => run(x, 1)),
    ...matrices((x) => run(x, 0)),
    one("middle", plain(2, 3, 2), (x) => run(x, 1)),
    one("scalar", plain(), (x) => run(x, 0)),
    one("size 0 along", plain(2, 0), (x) => run(x, 1)),
    one("size 0 beside", plain(0, 2), (x) => run(x, 1)),
  ];
}

const ints = (values: number[] | number[][]): Tensor => ops.tensor(values, { dtype: "int32" });
const mask = (values: boolean[] | boolean[][]): Tensor => ops.tensor(values);

type Pair = readonly [title: string, a: Input, b: Input];

function pairs(run: (a: Tensor, b: Tensor) => Tensor, ...list: Pair[]): GradientCase[] {
  return list.map(([title, a, b]) => ({ title, inputs: [a, b], run: ([x, y]) => run(x as Tensor, y as Tensor) }));
}

const square: Input = { shape: [3, 3] };
const vectors: readonly Pair[] = [
  ["ordinary", plain(3), plain(3)],
  ["reversed", { shape: [3], reversed: true }, plain(3)],
  ["expanded", { shape: [1], view: (x) => x.expand([3]) }, plain(3)],
  ["one element", plain(1), plain(1)],
  ["nothing", plain(0), plain(0)],
];

// Zeros among the factors, by multiplying with a constant that has some.
const withZeros = (x: Tensor): Tensor => ops.mul(x, ops.tensor([1, 0, 2], { dtype: "float64" }));

export const TORCH_CASES: readonly OpCases[] = [
  {
    op: "sort",
    cases: [
      ...matrices((x) => ops.sort(x).values, false),
      ...matrices((x) => ops.sort(x, 0, { descending: true }).values, false),
      one("three dimensions", plain(2, 3, 2), (x) => ops.sort(x, 1).values),
      one("scalar", plain(), (x) => ops.sort(x).values),
      one("size 0", plain(2, 0), (x) => ops.sort(x).values),
    ],
  },
  {
    op: "topk",
    cases: [
      ...matrices((x) => ops.topk(x, 2).values, false),
      ...matrices((x) => ops.topk(x, 1, 0, { largest: false }).values, false),
      one("none", plain(2, 3), (x) => ops.topk(x, 0).values),
      one("scalar", plain(), (x) => ops.topk(x, 1).values),
    ],
  },
  {
    op: "median",
    cases: [
      ...matrices((x) => ops.median(x), false),
      ...matrices((x) => ops.median(x, 1).values, false),
      ...matrices((x) => ops.median(x, 0, { keepdim: true }).values, false),
      one("scalar", plain(), (x) => ops.median(x)),
      one("scalar along 0", plain(), (x) => ops.median(x, 0).values),
    ],
  },
  {
    op: "cumprod",
    cases: [
      ...alongs(ops.cumprod),
      one("a zero among them", plain(2, 3), (x) => ops.cumprod(withZeros(x), 1)),
      one("zeros down", plain(4, 3), (x) => ops.cumprod(withZeros(x), 0)),
    ],
  },
  {
    op: "logsumexp",
    cases: [
      ...matrices((x) => ops.logsumexp(x, 1)),
      ...matrices((x) => ops.logsumexp(x, [0, 1])),
      one("kept", plain(2, 3, 2), (x) => ops.logsumexp(x, [0, 2], { keepdim: true })),
      one("scalar", plain(), (x) => ops.logsumexp(x, 0)),
    ],
  },
  {
    op: "mm",
    cases: pairs(
      ops.mm,
      ["ordinary", plain(2, 3), plain(3, 2)],
      ["transposed", transposed, { shape: [2, 3], view: (x) => x.t() }],
      ["reversed by columns", reversed, { shape: [3, 2], columns: true }],
      ["expanded", expanded, plain(3, 1)],
      ["nothing inside", plain(2, 0), plain(0, 2)],
    ),
  },
  {
    op: "bmm",
    cases: pairs(
      ops.bmm,
      ["ordinary", plain(2, 2, 3), plain(2, 3, 2)],
      ["columns", { shape: [2, 2, 3], columns: true }, plain(2, 3, 1)],
      ["reversed", { shape: [2, 2, 3], reversed: true }, plain(2, 3, 2)],
      ["expanded", { shape: [1, 2, 3], view: (x) => x.expand([2, 2, 3]) }, plain(2, 3, 2)],
      ["no batch", plain(0, 2, 3), plain(0, 3, 2)],
    ),
  },
  {
    op: "mv",
    cases: pairs(
      ops.mv,
      ["ordinary", plain(2, 3), plain(3)],
      ["transposed", transposed, plain(3)],
      ["reversed", reversed, { shape: [3], reversed: true }],
      ["expanded", expanded, { shape: [1], view: (x) => x.expand([3]) }],
      ["nothing inside", plain(2, 0), plain(0)],
    ),
  },
  {
    op: "dot",
    cases: [
      ...pairs(ops.dot, ...vectors),
      { title: "x with itself", inputs: [plain(3)], run: ([x]) => ops.dot(x as Tensor, x as Tensor) },
    ],
  },
  {
    op: "outer",
    cases: [
      ...pairs(ops.outer, ...vectors),
      { title: "x with itself", inputs: [plain(3)], run: ([x]) => ops.outer(x as Tensor, x as Tensor) },
    ],
  },
  {
    op: "unbind",
    cases: [
      ...matrices((x) => ops.unbind(x)),
      ...matrices((x) => ops.unbind(x, -1)),
      one("size 0", plain(2, 0), (x) => ops.unbind(x)),
    ],
  },
  {
    op: "movedim",
    cases: [
      ...matrices((x) => ops.movedim(x, 0, 1)),
      one("two", plain(2, 3, 4), (x) => ops.movedim(x, [0, 1], [-1, 0])),
      one("scalar", plain(), (x) => ops.movedim(x, 0, 0)),
    ],
  },
  {
    op: "roll",
    cases: [
      ...matrices((x) => ops.roll(x, 1)),
      ...matrices((x) => ops.roll(x, [-1, 2], [0, 1])),
      one("twice along one", plain(4), (x) => ops.roll(x, [1, 1], [0, 0])),
      one("a whole turn", plain(3), (x) => ops.roll(x, 3, 0)),
      one("scalar", plain(), (x) => ops.roll(x, 1)),
      one("size 0", plain(0, 3), (x) => ops.roll(x, 1, 0)),
    ],
  },
  ...(Object.entries({ tril: ops.tril, triu: ops.triu }) as [string, typeof ops.tril][]).map(([op, run]) => ({
    op,
    cases: [
      ...matrices((x) => run(x)),
      ...matrices((x) => run(x, op === "tril" ? 1 : -1)),
      one("a batch", { ...square, shape: [2, 3, 3] }, (x) => run(x, -1)),
      one("nothing left", square, (x) => run(x, op === "tril" ? -5 : 5)),
      one("size 0", plain(0, 3), (x) => run(x)),
    ],
  })),
  {
    op: "meshgrid",
    cases: [
      ...(["ij", "xy"] as const).map((indexing) => ({
        title: indexing,
        inputs: [plain(2), plain(3)],
        run: (list: Tensor[]) => ops.meshgrid(list, { indexing }),
      })),
      { title: "three", inputs: [plain(2), plain(1), plain()], run: (list) => ops.meshgrid(list, { indexing: "xy" }) },
      one("one reversed", { shape: [3], reversed: true }, (x) => ops.meshgrid([x])),
      one("x with itself", plain(2), (x) => ops.meshgrid([x, x])),
    ],
  },
  {
    op: "maskedSelect",
    cases: [
      ...matrices((x) => ops.maskedSelect(x, mask([true, false, true]))),
      ...matrices((x) => ops.maskedSelect(x, mask([[true], [false]]))),
      one("a larger mask", plain(2), (x) =>
        ops.maskedSelect(
          x,
          mask([
            [true, false],
            [true, true],
          ]),
        ),
      ),
      one("none", plain(2), (x) => ops.maskedSelect(x, mask([false, false]))),
      one("scalar", plain(), (x) => ops.maskedSelect(x, mask([true, true]))),
    ],
  },
  {
    op: "scatter",
    cases: [
      ...matrices((x) =>
        ops.scatter(
          x,
          1,
          ints([
            [0, 2],
            [1, -1],
          ]),
          5,
        ),
      ),
      ...pairs(
        (x, s) =>
          ops.scatter(
            x,
            1,
            ints([
              [2, 0],
              [1, 2],
            ]),
            s,
          ),
        ["a tensor", plain(2, 3), plain(2, 2)],
        ["a larger one", plain(2, 3), plain(2, 3)],
        ["strided", transposed, { shape: [2, 2], columns: true }],
        ["expanded", expanded, { shape: [2, 2], reversed: true }],
      ),
      ...pairs(
        (x, s) => ops.scatter(x, 0, ints([3, 1]), s),
        ["vectors", plain(4), plain(2)],
        ["vectors reversed", { shape: [4], reversed: true }, plain(2)],
      ),
      ...pairs((x, s) => ops.scatter(x, 0, ints([]), s), ["nothing", plain(3), plain(0)]),
    ],
  },
];
