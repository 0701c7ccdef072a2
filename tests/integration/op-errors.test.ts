import { describe, expect, it } from "vitest";
import { memory, withBackend } from "../../src/engine/index.ts";
import * as ops from "../../src/ops/index.ts";
import { scope, type Tensor } from "../../src/tensor/index.ts";
import * as errors from "../../src/util/index.ts";

type ErrorClass = abstract new (...args: never[]) => errors.InnerloopError;
/** What is called, the class of error, and a piece of what it got, of what it expected and of the fix. */
type Row = readonly [title: string, call: () => unknown, type: ErrorClass, got: string, expected: string, fix: string];

const { ConfigError, DataError, DtypeError, InnerloopError, ReleasedTensorError, ShapeError } = errors;

const of = (...shape: number[]): Tensor => ops.ones(shape);
const ints = (...values: number[]): Tensor => ops.tensor(values, { dtype: "int32" });
const released = (): Tensor => {
  const x = of(9, 9).mul(2);
  x.release();
  return x;
};
const elsewhere = (...shape: number[]): Tensor => withBackend("reference", () => ops.ones(shape));

// biome-ignore format: one refusal a line
const CREATION: Row[] = [
  ["ragged rows", () => ops.tensor([[1, 2], [3]]), ShapeError, "ragged: the value at [1] is an array of 1", "an array of 2", "same length"],
  ["a number among rows", () => ops.tensor([[1], 2] as never), ShapeError, "the value at [1] is a number", "an array of 1", "same length"],
  ["a row among numbers", () => ops.tensor([1, [2]] as never), ShapeError, "the value at [1] is an array of 1", "a number", "same length"],
  ["a text", () => ops.tensor([1, "2"] as never), ShapeError, "the value at [1] is string", "a number or a boolean", "Convert"],
  ["a hole", () => ops.tensor([1, null] as never), ShapeError, "the value at [1] is null", "a number or a boolean", "missing values"],
  ["nothing", () => ops.tensor(undefined as never), ShapeError, "the value is undefined", "a number or a boolean", "Convert"],
  ["a negative size", () => ops.zeros([2, -1]), ShapeError, "shape is [2, -1]", "0 or more", "sizes"],
  ["a fractional size", () => ops.rand([1.5]), ShapeError, "shape is [1.5]", "whole numbers", "sizes"],
  ["fewer elements than the shape", () => ops.fromTypedArray(new Float32Array(5), [2, 3]), ShapeError, "5 elements", "expected 6 for shape [2, 3]", "product"],
  ["float64 on wasm", () => ops.zeros([2], { dtype: "float64" }), DtypeError, "float64 on the wasm backend", "float32", "reference"],
  ["an integer default", () => ops.setDefaultDtype("int32"), DtypeError, "dtype is int32", "float32 or float64", "Choose"],
  ["arange away from its end", () => ops.arange(0, 5, -1), ConfigError, "step -1", "a step that leads", "sign"],
  ["arange with step 0", () => ops.arange(0, 5, 0), ConfigError, "step 0", "a step that leads", "sign"],
  ["arange to NaN", () => ops.arange(Number.NaN), ConfigError, "end NaN", "finite", "sign"],
  ["a fraction of steps", () => ops.linspace(0, 1, 2.5), ShapeError, "shape is [2.5]", "whole numbers", "sizes"],
  ["integer noise", () => ops.randn([2], { dtype: "int32" }), DtypeError, "int32", "floating-point", "Convert"],
  ["a probability above 1", () => ops.bernoulli(ops.tensor([0.5, 1.5])), DataError, "probability 1.5 (element 1)", "0 … 1", "sigmoid"],
  ["a fractional permutation", () => ops.randperm(2.5), ConfigError, "n is 2.5", "whole number", "length"],
];

// biome-ignore format: one refusal a line
const ELEMENTWISE: Row[] = [
  ["shapes that do not broadcast", () => of(2, 3).add(of(2, 4)), ShapeError, "[2, 3] and [2, 4], which differ at dimension -1 (3 against 4)", "equal sizes, or 1", "unsqueeze"],
  ["comparison of such shapes", () => of(2).gt(of(3)), ShapeError, "[2] and [3]", "equal sizes", "Reshape"],
  ["logic of such shapes", () => of(2).logicalAnd(of(3)), ShapeError, "[2] and [3]", "equal sizes", "Reshape"],
  ["where of such shapes", () => ops.where(of(4).gt(0), of(2), of(3)), ShapeError, "[4] and [2]", "equal sizes", "Reshape"],
  ["where by numbers", () => ops.where(of(2), of(2), of(2)), DtypeError, "the condition is float32", "expected bool", "gt(0)"],
  ["maskedFill by numbers", () => of(2).maskedFill(of(2), 0), DtypeError, "the condition is float32", "expected bool", "gt(0)"],
  ["two backends", () => of(2).mul(elsewhere(2)), DtypeError, "the wasm and the reference backend", "both on one", "toArray"],
  ["clamp without ends", () => of(2).clamp({}), ConfigError, "min is undefined", "at least one", "Pass"],
  ["clamp to NaN", () => of(2).clamp({ min: Number.NaN }), ConfigError, "min is NaN", "numbers", "Pass"],
  ["a fraction into integers", () => ints(1, 2).maskedFill(of(2).gt(0), 0.5), DtypeError, "the value is 0.5, the tensor int32", "whole number", "Convert"],
  ["clamping integers in place at a fraction", () => ints(1, 2).clamp_({ min: 0.5 }), DtypeError, "int32, the operand 0.5", "can hold", "convert"],
  ["in place beyond the target", () => of(3).add_(of(2, 3)), ShapeError, "[3] with one of shape [2, 3]", "own shape", "without the underscore"],
  ["a copy beyond the target", () => of(3).copy_(of(2)), ShapeError, "[3] and [2]", "equal sizes", "Reshape"],
];

// biome-ignore format: one refusal a line
const REDUCTIONS: Row[] = [
  ["a dim too large", () => of(2, 3).sum(2), ShapeError, "dim is 2", "-2 to 1 for a tensor of 2 dimensions", "Count"],
  ["a dim too small", () => of(2, 3).mean(-3), ShapeError, "dim is -3", "-2 to 1", "Count"],
  ["half a dim", () => of(2, 3).softmax(0.5), ShapeError, "dim is 0.5", "a whole number", "Count"],
  ["a dim twice", () => of(2, 3).sum([1, -1]), ShapeError, "dim 1 stands twice", "each dimension once", "Remove"],
  ["mean of integers", () => ints(1, 2).mean(), DtypeError, "int32", "floating-point", 'to("float32")'],
  ["softmax of integers", () => ints(1, 2).softmax(0), DtypeError, "int32", "floating-point", 'to("float32")'],
  ["std of integers", () => ints(1, 2).std(), DtypeError, "int32", "floating-point", 'to("float32")'],
  ["the largest of nothing", () => of(0).max(), ShapeError, "[0] has no elements", "at least one", "empty batch"],
  ["the largest of no columns", () => of(2, 0).max(1), ShapeError, "[2, 0] has no elements", "at least one", "empty batch"],
  ["the place of the smallest of nothing", () => of(0, 2).argmin(0), ShapeError, "[0, 2] has no elements", "at least one", "empty batch"],
  ["a norm of order NaN", () => of(2).norm(Number.NaN), ConfigError, "p is NaN", "a number", "Use 2"],
  ["one item of several", () => of(2, 3).item(), ShapeError, "6 elements (shape [2, 3])", "expected one", "toArray"],
];

// biome-ignore format: one refusal a line
const MOVEMENT: Row[] = [
  ["a reshape to another size", () => of(2, 3).reshape([4]), ShapeError, "shape [4] for a tensor of shape [2, 3]", "6 elements", "product"],
  ["a reshape that leaves a rest", () => of(2, 3).reshape([4, -1]), ShapeError, "shape [4, -1]", "6 elements", "product"],
  ["a reshape with two open sizes", () => of(2, 3).reshape([-1, -1]), ShapeError, "shape [-1, -1]", "at most one", "product"],
  ["a view that needs a copy", () => of(2, 3).t().view([6]), ShapeError, "[3, 2] and strides [1, 3] as [6]", "without a copy", "reshape()"],
  ["a permutation that repeats", () => of(2, 3).permute([0, 0]), ShapeError, "dims [0, 0]", "each dimension once", "List"],
  ["t of three dimensions", () => of(2, 3, 4).t(), ShapeError, "3 dimensions", "at most 2", "transpose"],
  ["a transpose beyond the end", () => of(2, 3).transpose(0, 2), ShapeError, "dim is 2", "-2 to 1", "Count"],
  ["an expansion of a size", () => of(2, 3).expand([4, 3]), ShapeError, "shape [4, 3] for a tensor of shape [2, 3]", "same sizes", "size 1"],
  ["flatten backwards", () => of(2, 3, 4).flatten(2, 1), ShapeError, "startDim 2, endDim 1", "startDim first", "Swap"],
  ["narrow beyond the end", () => of(2, 3).narrow(1, 2, 2), ShapeError, "start 2, length 2 along dim 1", "inside 0 … 3", "Check"],
  ["narrow of a scalar", () => ops.tensor(1).narrow(0, 0, 1), ShapeError, "a scalar", "at least one dimension", "unsqueeze"],
  ["slice of a scalar", () => ops.tensor(1).slice(0), ShapeError, "a scalar", "at least one dimension", "unsqueeze"],
  ["slice backwards", () => of(3).slice(0, { step: -1 }), ShapeError, "step -1", "1 or more", "flip"],
  ["select beyond the end", () => of(3).select(0, 3), ShapeError, "start 3", "inside 0 … 3", "Check"],
  ["an odd padding", () => of(3).pad([1]), ShapeError, "sizes [1]", "in pairs", "before, after"],
  ["padding that cuts too much", () => of(3).pad([-2, -2]), ShapeError, "sizes [-2, -2] for shape [3]", "no negative size", "Cut off less"],
  ["too few repetitions", () => of(2, 3).repeat([2]), ShapeError, "counts [2] for shape [2, 3]", "for each dimension", "1 where"],
  ["cat of nothing", () => ops.cat([]), ShapeError, "the list is empty", "at least one", "Check"],
  ["cat of other sizes", () => ops.cat([of(2, 3), of(2, 4)]), ShapeError, "[2, 3] and [2, 4] along dim 0", "equal sizes", "choose another dim"],
  ["cat of scalars", () => ops.cat([ops.tensor(1), ops.tensor(2)]), ShapeError, "shapes [] and []", "equal sizes", "stack()"],
  ["stack of other shapes", () => ops.stack([of(2), of(3)]), ShapeError, "[1, 2] and [1, 3]", "equal sizes", "Reshape"],
  ["stack of nothing", () => ops.stack([]), ShapeError, "the list is empty", "at least one", "Check"],
  ["a split that leaves a rest", () => of(5).split([2, 2]), ShapeError, "sizes [2, 2] along dim 0", "add up to 5", "last size"],
  ["a split by 0", () => of(5).split(0), ShapeError, "size 0", "1 or more", "length"],
  ["a split with a negative size", () => of(5).split([6, -1]), ShapeError, "length 6", "inside 0 … 5", "Check"],
  ["0 chunks", () => of(5).chunk(0), ShapeError, "chunks 0", "1 or more", "pieces"],
];

// biome-ignore format: one refusal a line
const INDEXING: Row[] = [
  ["an index too large", () => of(3).indexSelect(0, ints(0, 3)), DataError, "index 3 (element 1 of the index)", "-3 … 2 along dim 0", "counts from 0"],
  ["an index too small", () => of(3).indexSelect(0, ints(-4)), DataError, "index -4", "-3 … 2", "counts from 0"],
  ["a float index", () => of(3).indexSelect(0, of(2)), DtypeError, "index is float32", "expected int32", 'to("int32")'],
  ["a two-dimensional index", () => of(3).indexSelect(0, ints(0, 1).unsqueeze(0)), ShapeError, "[1, 2], input [3]", "1-D index", "gather"],
  ["gather out of range", () => of(2, 2).gather(1, ints(0, 2).unsqueeze(0)), DataError, "index 2 (element 1", "-2 … 1 along dim 1", "counts from 0"],
  ["gather by another rank", () => of(2, 2).gather(1, ints(0)), ShapeError, "[1], the tensor [2, 2]", "as many dimensions", "Unsqueeze"],
  ["scatterAdd out of range", () => of(2).scatterAdd(0, ints(2), of(1)), DataError, "index 2", "-2 … 1", "counts from 0"],
  ["scatterAdd of too small a source", () => of(3).scatterAdd(0, ints(0, 1), of(1)), ShapeError, "source is float32 [1], index [2]", "at least the index's sizes", "shape of the index"],
  ["a class too large", () => ints(0, 3).oneHot(3), DataError, "class 3 (element 1)", "0 … 2", "raise numClasses"],
  ["a negative class", () => ints(-1).oneHot(3), DataError, "class -1", "0 … 2", "labels"],
  ["no classes", () => ints().oneHot(), ConfigError, "numClasses is 0", "1 or more", "number of classes"],
];

// biome-ignore format: one refusal a line
const PRODUCTS: Row[] = [
  ["inner sizes", () => of(2, 3).matmul(of(4, 2)), ShapeError, "3 columns (shape [2, 3]), the second 4 rows (shape [4, 2])", "equal", "Transpose"],
  ["batches", () => of(2, 3, 4).matmul(of(3, 4, 5)), ShapeError, "[2] and [3]", "equal sizes", "Reshape"],
  ["a scalar", () => of(2, 3).matmul(ops.tensor(2)), ShapeError, "[2, 3] and []", "at least one dimension", "mul()"],
  ["integers", () => ints(1, 2).matmul(ints(1, 2)), DtypeError, "int32 and int32", "floating-point", 'to("float32")'],
  ["features", () => ops.linear(of(32, 5), of(64, 4)), ShapeError, "input has 5 features", "weight expects 4 (input [32, 5], weight [64, 4])", "the layer before it"],
  ["a weight of one dimension", () => ops.linear(of(32, 5), of(5)), ShapeError, "weight [5]", "[out, in]", "two"],
  ["a bias of another size", () => ops.linear(of(2, 3), of(4, 3), of(3)), ShapeError, "bias has shape [3]", "expected [4]", "each output"],
  ["integers in linear", () => ops.linear(ints(1, 2), of(4, 2)), DtypeError, "input is int32, weight float32", "one floating-point dtype", 'to("float32")'],
  ["an integer bias", () => ops.linear(of(2, 3), of(2, 3), ints(1, 2)), DtypeError, "bias is int32", "one dtype", 'to("float32")'],
];

// biome-ignore format: one refusal a line
const RELEASED: Row[] = [
  ["arithmetic", () => released().add(1), ReleasedTensorError, "[9, 9] made by mul", "generation is still open", "keep()"],
  ["an operand", () => of(9, 9).mul(released()), ReleasedTensorError, "[9, 9] made by mul", "generation", "keep()"],
  ["a product", () => ops.linear(of(2, 9), released()), ReleasedTensorError, "made by mul", "generation", "keep()"],
  ["a reduction", () => released().sum(), ReleasedTensorError, "[9, 9] made by mul", "generation", "keep()"],
  ["reading", () => released().data, ReleasedTensorError, "made by mul", "generation", "keep()"],
  ["a change in place", () => released().add_(1), ReleasedTensorError, "made by mul", "generation", "keep()"],
  ["a cast", () => released().to("int32"), ReleasedTensorError, "[9, 9] made by mul", "generation", "keep()"],
];

const TABLE: Readonly<Record<string, Row[]>> = {
  creation: CREATION,
  elementwise: ELEMENTWISE,
  reductions: REDUCTIONS,
  movement: MOVEMENT,
  indexing: INDEXING,
  products: PRODUCTS,
  "released tensors": RELEASED,
};

describe.each(Object.entries(TABLE))("refused: %s", (_, rows) => {
  it.each(rows)("%s", (_title, call, type, got, expected, fix) => {
    const before = memory();
    scope(() => {
      let error: unknown = null;
      try {
        call();
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(type);
      if (!(error instanceof InnerloopError)) throw new Error("no typed error");
      expect(error.message).toBe(`${error.operation}: ${error.got}, ${error.expected}. ${error.fix}`);
      expect(`${error.got}, ${error.expected}`).toContain(got);
      expect(`${error.got}, ${error.expected}`).toContain(expected);
      expect(error.fix).toContain(fix);
      expect(error.name).toBe(error.constructor.name);
    });
    const after = memory();
    expect([after.liveBytes, after.handles]).toEqual([before.liveBytes, before.handles]);
  });
});

it("a refused change in place leaves elements, version and history", () => {
  const x = ops.tensor([1, 2, 3], { requiresGrad: true });
  const y = x.mul(1);
  const { node } = y;
  const refused: (() => unknown)[] = [
    () => y.add_(of(2)),
    () => y.mul_(of(2, 3)),
    () => y.copy_(of(2)),
    () => y.add_(elsewhere(3)),
    () => y.clamp_({ min: 0 }),
    () => x.fill_(7),
    () => y.add_(released()),
    () => y.copy_(released()),
  ];
  for (const call of refused) expect(call).toThrow(InnerloopError);
  expect([x.toArray(), y.toArray(), y.storage.version, y.node === node, node?.output === y]).toEqual([
    [1, 2, 3],
    [1, 2, 3],
    0,
    true,
    true,
  ]);
  y.sum().backward();
  expect(x.grad?.toArray()).toEqual([1, 1, 1]);
});
