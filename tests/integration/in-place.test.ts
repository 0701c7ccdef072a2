import { describe, expect, it } from "vitest";
import { clamp_, copy_, fill_, full, noGrad, ones, tensor, zeros } from "../../src/ops/index.ts";
import type { Tensor } from "../../src/tensor/index.ts";
import { DtypeError, GradientError } from "../../src/util/index.ts";

const leaf = (values: number | number[] | number[][]): Tensor => tensor(values, { requiresGrad: true });
const gradOf = (x: Tensor): unknown => x.grad?.toArray();

describe("version checks", () => {
  it("refuse backward over a saved tensor that was changed, and write no gradient", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    const loss = y.square().add(x).sum();
    noGrad(() => y.add_(1));
    expect(() => loss.backward()).toThrow(/saved was changed in place/);
    expect(x.grad).toBeNull();
  });

  it("see a change through a detached tensor and through a view", () => {
    const x = leaf([1, 2]);
    const [y, z] = [x.mul(2), x.mul(2)];
    const [first, second] = [y.square().sum(), z.square().sum()];
    y.detach().add_(1);
    noGrad(() => z.narrow(0, 0, 1).zero_());
    expect(() => first.backward()).toThrow(GradientError);
    expect(() => second.backward()).toThrow(GradientError);
  });

  it("guard results that a derivative reads", () => {
    const x = leaf([1, 2]);
    for (const op of ["exp", "tanh", "sigmoid", "sqrt"] as const) {
      const y = x[op]();
      y.add_(1);
      expect(() => y.sum().backward(), op).toThrow(GradientError);
    }
    const power = x.pow(leaf([2, 3]));
    power.mul_(2);
    expect(() => power.sum().backward()).toThrow(GradientError);
  });

  it("let go what no derivative reads", () => {
    const [x, w] = [leaf([1, 2]), leaf([4, 5])];
    const y = x.mul(2);
    const loss = y.add(w).sub(y.mul(3)).div(2).sum();
    noGrad(() => {
      y.zero_();
      w.zero_();
    });
    loss.backward();
    expect([gradOf(x), gradOf(w)]).toEqual([
      [-2, -2],
      [0.5, 0.5],
    ]);
    // The factor of data is the weight, which only a gradient of the data would read.
    const product = tensor([3, 4]).mul(w).sum();
    noGrad(() => w.fill_(9));
    product.backward();
    expect(gradOf(w)).toEqual([3.5, 4.5]);
  });
});

describe("leaves", () => {
  it("are refused while recording and changed inside noGrad", () => {
    const x = leaf([1, 2]);
    const changes: Record<string, () => unknown> = {
      add_: () => x.add_(1),
      sub_: () => x.sub_(1),
      mul_: () => x.mul_(2),
      div_: () => x.div_(2),
      fill_: () => x.fill_(0),
      zero_: () => x.zero_(),
      copy_: () => x.copy_(ones([2])),
      clamp_: () => x.clamp_({ min: 0 }),
    };
    for (const [name, change] of Object.entries(changes)) expect(change, name).toThrow(GradientError);
    expect(() => x.narrow(0, 0, 1).add_(1)).toThrow(GradientError);
    expect(x.toArray()).toEqual([1, 2]);
    noGrad(() =>
      x
        .add_(1)
        .mul_(2)
        .sub_(tensor([1, 1]))
        .div_(3),
    );
    expect(x.toArray()).toEqual([1, Math.fround(5 / 3)]);
    expect([x.requiresGrad, x.isLeaf]).toEqual([true, true]);
  });
});

describe("non-leaves", () => {
  it("differentiate through the change", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    y.mul_(3);
    y.sum().backward();
    expect(y.toArray()).toEqual([6, 12]);
    expect(gradOf(x)).toEqual([6, 6]);
  });

  it("give what read them before the change the gradient from before", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    const early = y.add(1);
    y.mul_(3);
    const middle = y.add(1);
    y.mul_(5);
    early.add(middle.mul(10)).add(y.mul(100)).sum().backward();
    expect(gradOf(x)).toEqual([2 + 60 + 3000, 2 + 60 + 3000]);
  });

  it("may be their own operand, or one computed from them", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    y.add_(y);
    y.sum().backward();
    expect(y.toArray()).toEqual([4, 8]);
    expect(gradOf(x)).toEqual([4, 4]);
    x.dropGrad();
    const z = x.mul(2);
    z.add_(z.mul(3));
    z.sum().backward();
    expect(gradOf(x)).toEqual([8, 8]);
  });

  it("get a history from a recorded operand", () => {
    const w = leaf([3, 4]);
    const sum = zeros([2]);
    for (let i = 0; i < 3; i++) sum.add_(w.mul(i));
    sum.sum().backward();
    expect(gradOf(w)).toEqual([3, 3]);
  });

  it("keep their hooks and retained gradient", () => {
    const x = leaf([1]);
    const y = x.mul(2);
    y.retainGrad();
    y.mul_(3);
    y.mul(5).sum().backward();
    expect([gradOf(y), gradOf(x)]).toEqual([[5], [30]]);
  });

  it("lose their history to fill_, and to copy_ of data", () => {
    const x = leaf([1, 2]);
    for (const change of [(y: Tensor) => fill_(y, 7), (y: Tensor) => copy_(y, tensor([7, 7]))]) {
      x.dropGrad();
      const y = x.mul(2);
      const early = y.add(1);
      change(y);
      y.mul(100).add(early).sum().backward();
      expect(y.toArray()).toEqual([7, 7]);
      expect(gradOf(x)).toEqual([2, 2]);
    }
  });

  it("take the history of a recorded source of copy_, broadcast", () => {
    const [x, w] = [leaf([1, 2]), leaf(5)];
    const y = x.mul(2);
    y.copy_(w);
    y.sum().backward();
    expect([gradOf(w), x.grad]).toEqual([2, null]);
    const buffer = zeros([2]);
    copy_(buffer, x);
    buffer.mul(3).sum().backward();
    expect(gradOf(x)).toEqual([3, 3]);
  });

  it("are refused where views would miss the change", () => {
    const x = leaf([1, 2, 3, 4]);
    const y = x.mul(2);
    const view = y.reshape([2, 2]);
    expect(() => y.mul_(2)).toThrow(/has views/);
    expect(() => view.mul_(2)).toThrow(/is a view/);
    expect(() =>
      zeros([4])
        .narrow(0, 0, 2)
        .copy_(leaf([1, 2])),
    ).toThrow(/is a view/);
    expect(y.toArray()).toEqual([2, 4, 6, 8]);
  });
});

describe("elements", () => {
  it("change in strided targets", () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    x.t().add_(tensor([10, 20]));
    expect(x.toArray()).toEqual([
      [11, 12],
      [23, 24],
    ]);
    x.narrow(1, 1, 1).mul_(2);
    expect(x.toArray()).toEqual([
      [11, 24],
      [23, 48],
    ]);
    clamp_(x.t(), { max: 30 });
    expect(x.toArray()).toEqual([
      [11, 24],
      [23, 30],
    ]);
    x.select(1, 0).fill_(0);
    expect(x.toArray()).toEqual([
      [0, 24],
      [0, 30],
    ]);
  });

  it("change right when the operand is another view of the target", () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    x.add_(x.t());
    expect(x.toArray()).toEqual([
      [2, 5],
      [5, 8],
    ]);
    const y = tensor([1, 2, 3, 4]);
    y.narrow(0, 1, 3).copy_(y.narrow(0, 0, 3));
    expect(y.toArray()).toEqual([1, 1, 2, 3]);
    const z = tensor([1, 2]);
    z.mul_(z);
    expect(z.toArray()).toEqual([1, 4]);
  });

  it("stay whole in integer tensors", () => {
    const whole = full([2], 3, { dtype: "int32" });
    whole.mul_(2);
    expect(() => whole.add_(0.5)).toThrow(DtypeError);
    expect(() => whole.add_(tensor([0.5, 1]))).toThrow(DtypeError);
    expect(() => whole.div_(2)).toThrow(DtypeError);
    expect(whole.toArray()).toEqual([6, 6]);
  });
});
