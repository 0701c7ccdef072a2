import { describe, expect, it } from "vitest";
import { manualSeed } from "../engine/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { DtypeError, ShapeError } from "../util/index.ts";
import { empty, ones, rand, tensor, zeros } from "./index.ts";

const NAN = Number.NaN;

describe("names of PyTorch's scripts", () => {
  it("change the dtype", () => {
    const x = tensor([
      [1.7, 0],
      [-2.5, 3],
    ]);
    expect([x.long().dtype, x.int().dtype, x.bool().dtype, x.float()]).toEqual(["int32", "int32", "bool", x]);
    expect(x.long().toArray()).toEqual([
      [1, 0],
      [-2, 3],
    ]);
    expect(x.bool().tolist()).toEqual([
      [1, 0],
      [1, 1],
    ]);
    expect(x.long().typeAs(x).dtype).toBe("float32");
    expect([x.isFloatingPoint(), x.bool().isFloatingPoint()]).toEqual([true, false]);
    expect(() => x.double()).toThrow(DtypeError);
    expect(() => x.double()).toThrow(/setBackend/);
    const y = tensor([1, 2], { requiresGrad: true });
    y.float().mul(2).sum().backward();
    expect(y.grad?.toArray()).toEqual([2, 2]);
  });

  it("say sizes and change shapes", () => {
    const x = rand([2, 3, 4]);
    expect([x.ndim, x.size(), x.size(-1), x.size(0)]).toEqual([3, [2, 3, 4], 4, 2]);
    expect(() => x.size(3)).toThrow(ShapeError);
    expect([x.T.shape, x.mT.shape]).toEqual([
      [4, 3, 2],
      [2, 4, 3],
    ]);
    expect(x.mT.select(0, 1).toArray()).toEqual(x.select(0, 1).t().toArray());
    expect(x.viewAs(zeros([6, 4])).shape).toEqual([6, 4]);
    expect(x.mT.reshapeAs(zeros([24])).shape).toEqual([24]);
    expect(
      tensor([[1], [2]])
        .expandAs(zeros([2, 3]))
        .toArray(),
    ).toEqual([
      [1, 1, 1],
      [2, 2, 2],
    ]);
    expect(x.unbind(1).map((each) => each.shape)).toEqual([
      [2, 4],
      [2, 4],
      [2, 4],
    ]);
  });

  it("make tensors of the same dtype", () => {
    const x = tensor([1, 2], { dtype: "int32" });
    const made = [x.newZeros([2]), x.newOnes([2]), x.newFull([2], 7), x.newTensor([3, 4]), x.newEmpty([1])];
    expect(made.map(({ dtype }) => dtype)).toEqual(new Array(5).fill("int32"));
    expect(made.slice(0, 4).map((each) => each.toArray())).toEqual([
      [0, 0],
      [1, 1],
      [7, 7],
      [3, 4],
    ]);
    expect(x.newOnes([1], { dtype: "bool" }).dtype).toBe("bool");
  });

  it("draw PyTorch's numbers in place", () => {
    manualSeed(3);
    const close = (values: readonly number[], expected: readonly number[]): void =>
      expected.forEach((each, i) => {
        expect(values[i]).toBeCloseTo(each, 5);
      });
    close(
      [...empty([5]).uniform_(-2, 3).data],
      [-1.9786823987960815, -1.4721531867980957, -0.5707876086235046, -1.8652257919311523, 0.35807180404663086],
    );
    close([...empty([3]).normal_(1, 2).data], [-3.853853225708008, 1.5843720436096191, 2.603161334991455]);
    close([...empty([17]).normal_(1, 2).data], [1.4450504779815674, 0.8448385000228882]);
  });

  it("multiply what has the right number of dimensions", () => {
    const [a, b] = [tensor([1, 2]), tensor([3, 5])];
    expect([a.dot(b).item(), a.outer(b).toArray()]).toEqual([
      13,
      [
        [3, 5],
        [6, 10],
      ],
    ]);
    const m = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect([m.mm(m).toArray(), m.mv(a).toArray()]).toEqual([
      [
        [7, 10],
        [15, 22],
      ],
      [5, 11],
    ]);
    expect(m.unsqueeze(0).bmm(m.unsqueeze(0)).shape).toEqual([1, 2, 2]);
    expect(() => m.mm(a)).toThrow(/mm: operands have shapes \[2, 2\] and \[2\]/);
    expect(() => m.outer(a)).toThrow(ShapeError);
  });

  it("sort, with gradients, equals in order and NaN as the largest", () => {
    const x = tensor([
      [3, 1, NAN],
      [2, 2, -1],
    ]);
    const down = x.sort({ descending: true });
    expect([down.values.toArray(), down.indices.toArray()]).toEqual([
      [
        [NAN, 3, 1],
        [2, 2, -1],
      ],
      [
        [2, 0, 1],
        [0, 1, 2],
      ],
    ]);
    const first = x.sort({ dim: 0 });
    expect([first.values.toArray(), first.indices.toArray()]).toEqual([
      [
        [2, 1, -1],
        [3, 2, NAN],
      ],
      [
        [1, 0, 1],
        [0, 1, 0],
      ],
    ]);
    const top = x.topk(2);
    expect([top.values.toArray(), top.indices.toArray()]).toEqual([
      [
        [NAN, 3],
        [2, 2],
      ],
      [
        [2, 0],
        [0, 1],
      ],
    ]);
    expect(x.topk(1, { dim: 0, largest: false }).indices.toArray()).toEqual([[1, 0, 1]]);
    expect(() => x.topk(4)).toThrow(/k is 4, .*expected a whole number from 0 to 3/);
    const y = tensor([3, 1, 2], { requiresGrad: true });
    y.sort()
      .values.mul(tensor([10, 20, 30]))
      .sum()
      .backward();
    expect(y.grad?.toArray()).toEqual([30, 10, 20]);
    y.grad = null;
    y.topk(1).values.sum().backward();
    expect((y.grad as Tensor | null)?.toArray()).toEqual([1, 0, 0]);
    expect(tensor(5).sort().values.item()).toBe(5);
  });

  it("choose elements", () => {
    const x = tensor(
      [
        [1, 0],
        [0, 2],
      ],
      { requiresGrad: true },
    );
    expect(x.nonzero().toArray()).toEqual([
      [0, 0],
      [1, 1],
    ]);
    const chosen = x.maskedSelect(x.gt(0.5));
    expect(chosen.toArray()).toEqual([1, 2]);
    chosen.mul(3).sum().backward();
    expect(x.grad?.toArray()).toEqual([
      [3, 0],
      [0, 3],
    ]);
    expect(
      tensor([1, 2])
        .maskedSelect(
          tensor([
            [true, false],
            [true, true],
          ]),
        )
        .toArray(),
    ).toEqual([1, 1, 2]);
    expect(() => x.maskedSelect(x)).toThrow(DtypeError);
    expect(tensor([3, 1, 3, 2]).long().unique().toArray()).toEqual([1, 2, 3]);
    expect(zeros([2]).nonzero().shape).toEqual([0, 1]);
  });

  it("cut triangles", () => {
    const a = tensor([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9, 10, 11],
    ]);
    expect(a.triu({ diagonal: 1 }).toArray()).toEqual([
      [0, 1, 2, 3],
      [0, 0, 6, 7],
      [0, 0, 0, 11],
    ]);
    expect(a.tril({ diagonal: -1 }).toArray()).toEqual([
      [0, 0, 0, 0],
      [4, 0, 0, 0],
      [8, 9, 0, 0],
    ]);
    expect(ones([2, 2, 2]).triu().sum().item()).toBe(6);
    expect(ones([2, 2]).bool().triu({ diagonal: 1 }).dtype).toBe("bool");
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { requiresGrad: true },
    );
    x.tril().sum().backward();
    expect(x.grad?.toArray()).toEqual([
      [1, 0],
      [1, 1],
    ]);
    expect(() => tensor([1]).triu()).toThrow(ShapeError);
  });

  it("compare whole tensors", () => {
    const [a, b] = [tensor([1, Infinity, NAN, 1]), tensor([1.000001, Infinity, NAN, Infinity])];
    expect(a.isclose(b).toArray()).toEqual([1, 1, 0, 0]);
    expect(a.isclose(b, { equalNan: true }).toArray()).toEqual([1, 1, 1, 0]);
    expect([a.allclose(a), tensor([1, 2]).allclose(tensor([1, 2.1]), { rtol: 0.1 })]).toEqual([false, true]);
    expect([tensor([1, 2]).equal(tensor([1, 2])), tensor([1, 2]).equal(tensor([[1, 2]])), a.equal(a)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
