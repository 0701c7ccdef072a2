import * as ops from "../../src/ops/index.ts";
import type { Tensor } from "../../src/tensor/index.ts";
import type { GradientCase, OpCases } from "./harness.ts";
import { type Input, SIGNED } from "./inputs.ts";
import { layouts } from "./layouts.ts";

// [title, input, what to do with it]
type Row = readonly [title: string, input: Input, run: (x: Tensor) => Tensor | Tensor[]];

function cases(...rows: Row[]): GradientCase[] {
  return rows.map(([title, input, run]) => ({ title, inputs: [input], run: ([x]) => run(x as Tensor) }));
}

const plain = (...shape: number[]): Input => ({ shape });
const transposed: Input = { shape: [3, 2], view: (x) => x.t() }; // seen as [2, 3]
const expanded: Input = { shape: [1, 3], view: (x) => x.expand([2, 3]) };
const reversed: Input = { shape: [2, 3], reversed: true };
const columns: Input = { shape: [2, 3], columns: true };
const empty: Input = { shape: [0, 3] };
const scalar: Input = { shape: [] };

// The same call on every layout of a [2, 3] tensor.
function matrices(run: (x: Tensor) => Tensor | Tensor[]): GradientCase[] {
  return cases(
    ["ordinary", plain(2, 3), run],
    ["transposed", transposed, run],
    ["expanded", expanded, run],
    ["reversed", reversed, run],
    ["columns", columns, run],
  );
}

function joins(run: (tensors: Tensor[]) => Tensor, odd: Input): GradientCase[] {
  return [
    { title: "ordinary", inputs: [plain(2, 3), plain(2, 3)], run },
    { title: "strided", inputs: [transposed, reversed, columns], run },
    { title: "expanded", inputs: [expanded, plain(2, 3)], run },
    { title: "one", inputs: [transposed], run },
    { title: "x with itself", inputs: [plain(2, 3)], run: ([x]) => run([x as Tensor, x as Tensor]) },
    { title: "size 0", inputs: [empty, empty], run },
    { title: "another", inputs: [odd, odd], run },
  ];
}

export const MOVEMENT_CASES: readonly OpCases[] = [
  {
    op: "reshape",
    cases: [
      ...matrices((x) => ops.reshape(x, [3, 2])),
      ...matrices((x) => ops.reshape(x, [-1])),
      ...cases(
        ["size 0", empty, (x) => ops.reshape(x, [3, 0, 2])],
        ["scalar", scalar, (x) => ops.reshape(x, [1, 1])],
        ["to a scalar", plain(1, 1), (x) => ops.reshape(x, [])],
        ["halves of columns", { shape: [4, 3], columns: true }, (x) => ops.reshape(x, [2, 2, 3])],
      ),
    ],
  },
  {
    op: "view",
    cases: cases(
      ["ordinary", plain(2, 3), (x) => ops.view(x, [6])],
      ["-1", plain(2, 3), (x) => ops.view(x, [3, -1])],
      ["columns cut", { shape: [4, 3], columns: true }, (x) => ops.view(x, [2, 2, 3])],
      ["reversed", reversed, (x) => ops.view(x, [3, 2])],
      ["size 0", empty, (x) => ops.view(x, [0])],
      ["scalar", scalar, (x) => ops.view(x, [1])],
    ),
  },
  {
    op: "flatten",
    cases: [
      ...matrices((x) => ops.flatten(x)),
      ...cases(
        ["last two", plain(2, 3, 2), (x) => ops.flatten(x, 1)],
        ["first two", { shape: [2, 3, 2], columns: true }, (x) => ops.flatten(x, 0, 1)],
        ["scalar", scalar, (x) => ops.flatten(x)],
        ["size 0", empty, (x) => ops.flatten(x)],
      ),
    ],
  },
  {
    op: "permute",
    cases: [
      ...matrices((x) => ops.permute(x, [1, 0])),
      ...cases(
        ["three", plain(2, 3, 4), (x) => ops.permute(x, [2, 0, 1])],
        ["three, negative", plain(2, 1, 3), (x) => ops.permute(x, [-1, 0, -2])],
        ["scalar", scalar, (x) => ops.permute(x, [])],
        ["size 0", empty, (x) => ops.permute(x, [1, 0])],
      ),
    ],
  },
  {
    op: "transpose",
    cases: [
      ...matrices((x) => ops.transpose(x, 0, -1)),
      ...cases(
        ["three", plain(2, 3, 2), (x) => ops.transpose(x, 1, 2)],
        ["size 0", empty, (x) => ops.transpose(x, 0, 1)],
      ),
      ...cases(["scalar", scalar, (x) => ops.transpose(x, 0, 0)]),
    ],
  },
  {
    op: "t",
    cases: [
      ...matrices((x) => ops.t(x)),
      ...cases(["vector", plain(3), ops.t], ["scalar", scalar, ops.t], ["size 0", empty, ops.t]),
    ],
  },
  {
    op: "squeeze",
    cases: cases(
      ["all", plain(1, 3, 1, 2), (x) => ops.squeeze(x)],
      ["one", plain(1, 3, 1), (x) => ops.squeeze(x, 0)],
      ["not of size 1", plain(1, 3), (x) => ops.squeeze(x, 1)],
      ["columns", { shape: [3, 1, 2], columns: true }, (x) => ops.squeeze(x, 1)],
      ["expanded", { shape: [1, 3], view: (x) => x.expand([2, 1, 3]) }, (x) => ops.squeeze(x)],
      ["scalar", scalar, (x) => ops.squeeze(x)],
      ["size 0", plain(0, 1), (x) => ops.squeeze(x, -1)],
    ),
  },
  {
    op: "unsqueeze",
    cases: [
      ...matrices((x) => ops.unsqueeze(x, 1)),
      ...cases(
        ["first", plain(2, 3), (x) => ops.unsqueeze(x, 0)],
        ["last", columns, (x) => ops.unsqueeze(x, -1)],
        ["scalar", scalar, (x) => ops.unsqueeze(x, 0)],
        ["size 0", empty, (x) => ops.unsqueeze(x, 1)],
      ),
    ],
  },
  {
    op: "expand",
    cases: cases(
      ["row", plain(1, 3), (x) => ops.expand(x, [2, 3])],
      ["column, kept size", plain(3, 1), (x) => ops.expand(x, [-1, 2])],
      ["in front", plain(3), (x) => ops.expand(x, [2, 2, 3])],
      ["scalar", scalar, (x) => ops.expand(x, [2, 2])],
      ["strided", { shape: [2, 1, 3], columns: true }, (x) => ops.expand(x, [2, 2, 3])],
      ["reversed", { shape: [3], reversed: true }, (x) => ops.expand(x, [2, 3])],
      ["to size 0", plain(1, 3), (x) => ops.expand(x, [0, 3])],
      ["size 0", empty, (x) => ops.expand(x, [2, 0, 3])],
    ),
  },
  {
    op: "narrow",
    cases: [
      ...matrices((x) => ops.narrow(x, 1, 1, 2)),
      ...cases(
        ["from the end", plain(4), (x) => ops.narrow(x, 0, -2, 1)],
        ["nothing", plain(4), (x) => ops.narrow(x, 0, 2, 0)],
        ["size 0", empty, (x) => ops.narrow(x, 1, 1, 2)],
        ["to a scalar and back", scalar, (x) => ops.narrow(ops.unsqueeze(x, 0), 0, 0, 1)],
      ),
    ],
  },
  {
    op: "slice",
    cases: [
      ...matrices((x) => ops.slice(x, 1, { step: 2 })),
      ...cases(
        ["from the end", plain(5), (x) => ops.slice(x, 0, { start: -3, end: -1 })],
        ["beyond the end", plain(5), (x) => ops.slice(x, 0, { start: 1, end: 99, step: 3 })],
        ["nothing", plain(5), (x) => ops.slice(x, 0, { start: 4, end: 2 })],
        ["size 0", empty, (x) => ops.slice(x, 0)],
        ["scalar with a dimension", scalar, (x) => ops.slice(ops.unsqueeze(x, 0), 0)],
      ),
    ],
  },
  {
    op: "select",
    cases: [
      ...matrices((x) => ops.select(x, 1, 2)),
      ...cases(
        ["from the end", plain(3, 2), (x) => ops.select(x, 0, -1)],
        ["to a scalar", plain(3), (x) => ops.select(x, 0, 1)],
        ["size 0", empty, (x) => ops.select(x, 1, 1)],
      ),
    ],
  },
  {
    op: "flip",
    cases: [
      ...matrices((x) => ops.flip(x, [0, 1])),
      ...matrices((x) => ops.flip(x, -1)),
      ...cases(["scalar", scalar, (x) => ops.flip(x, [])], ["size 0", empty, (x) => ops.flip(x, [0, 1])]),
    ],
  },
  {
    op: "pad",
    cases: [
      ...matrices((x) => ops.pad(x, [1, 2])),
      ...matrices((x) => ops.pad(x, [1, 0, 2, 1], 9)),
      ...matrices((x) => ops.pad(x, [-1, 1])),
      ...matrices((x) => ops.pad(x, [2, -1, -1, 0])),
      ...cases(
        ["everything cut", plain(2, 3), (x) => ops.pad(x, [-2, -1])],
        ["more than everything cut", plain(2, 3), (x) => ops.pad(x, [-4, 3])],
        ["size 0", empty, (x) => ops.pad(x, [0, 0, 1, 1])],
        ["scalar", scalar, (x) => ops.pad(x, [])],
      ),
    ],
  },
  {
    op: "repeat",
    cases: [
      ...matrices((x) => ops.repeat(x, [2, 2])),
      ...matrices((x) => ops.repeat(x, [2, 1, 3])),
      ...cases(
        ["scalar", scalar, (x) => ops.repeat(x, [2, 2])],
        ["none", plain(2), (x) => ops.repeat(x, [0])],
        ["size 0", empty, (x) => ops.repeat(x, [2, 1])],
      ),
    ],
  },
  {
    op: "cat",
    cases: [...joins((list) => ops.cat(list, 0), plain(3)), ...joins((list) => ops.cat(list, -1), plain(2, 0, 3))],
  },
  {
    op: "stack",
    cases: [...joins((list) => ops.stack(list, 0), scalar), ...joins((list) => ops.stack(list, -1), plain(3))],
  },
  {
    op: "split",
    cases: [
      ...matrices((x) => ops.split(x, 2, 1)),
      ...matrices((x) => ops.split(x, [1, 0, 2], -1)),
      ...cases(["five by two", plain(5, 2), (x) => ops.split(x, 2)], ["size 0", empty, (x) => ops.split(x, 2)]),
    ],
  },
  {
    op: "chunk",
    cases: [
      ...matrices((x) => ops.chunk(x, 2, 1)),
      ...cases(["five in three", plain(5, 2), (x) => ops.chunk(x, 3)], ["size 0", empty, (x) => ops.chunk(x, 3)]),
    ],
  },
];

const CHANGES: Readonly<Record<string, (x: Tensor, y: Tensor) => Tensor>> = {
  add_: ops.add_,
  sub_: ops.sub_,
  mul_: ops.mul_,
  div_: ops.div_,
};

// The operands: a target of [2, 3] (first) that is no leaf, and something that broadcasts to it.
const OPERANDS: readonly Input[] = [
  { shape: [2, 3], domain: { low: 0.5, high: 2 } },
  { shape: [3], domain: { low: 0.5, high: 2 } },
  { shape: [], domain: { low: 0.5, high: 2 } },
  { shape: [3, 2], domain: { low: 0.5, high: 2 }, view: (x) => x.t() },
  { shape: [2, 3], domain: { low: 0.5, high: 2 }, reversed: true },
];

export const INPLACE_CASES: readonly OpCases[] = [
  ...Object.entries(CHANGES).map(([op, change]) => ({
    op,
    cases: [
      // A product saves the target's old values for the operand's gradient, so only the target's is taken.
      ...OPERANDS.map((input, i) => ({
        title: `by a constant, operand ${i}`,
        inputs: [{ shape: [2, 3] }],
        run: ([x]: Tensor[]) => change(ops.mul(x as Tensor, 1), constant(input)),
      })),
      ...(op === "mul_" || op === "div_"
        ? []
        : OPERANDS.map((input, i) => ({
            title: `both, operand ${i}`,
            inputs: [{ shape: [2, 3] }, input],
            run: ([x, y]: Tensor[]) => change(ops.mul(x as Tensor, 1), y as Tensor),
          }))),
      ...layouts(SIGNED).map(({ title, input }) => ({
        title: `by a number, ${title}`,
        inputs: [input],
        run: ([x]: Tensor[]) => change(ops.mul(x as Tensor, 2), 3 as unknown as Tensor),
      })),
    ],
  })),
  {
    op: "copy_",
    cases: OPERANDS.map((input, i) => ({
      title: `operand ${i}`,
      inputs: [{ shape: [2, 3] }, input],
      run: ([x, y]: Tensor[]) => ops.copy_(ops.mul(x as Tensor, 1), y as Tensor),
    })),
  },
  ...(["fill_", "zero_"] as const).map((op) => ({
    op,
    cases: layouts(SIGNED).map(({ title, input }) => ({
      title,
      inputs: [input],
      run: ([x]: Tensor[]) => {
        const changed = ops.mul(x as Tensor, 1);
        const seen = ops.mul(changed, 1); // reads the value before
        return [op === "fill_" ? ops.fill_(changed, 3) : ops.zero_(changed), seen];
      },
    })),
  })),
];

function constant(input: Input): Tensor {
  const leaf = ops.full(input.shape, 1.25, { dtype: "float64" });
  return input.view?.(leaf) ?? leaf;
}
