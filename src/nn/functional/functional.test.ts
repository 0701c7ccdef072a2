import { describe, expect, it } from "vitest";
import { withBackend } from "../../engine/index.ts";
import { arange, noGrad, ones, tensor, zeros } from "../../ops/index.ts";
import { isInitialGradient, type Tensor } from "../../tensor/index.ts";
import { ConfigError, DataError, DtypeError, ShapeError } from "../../util/index.ts";
import { CrossEntropyLoss, Dropout, HuberLoss, L1Loss, MSELoss, NLLLoss, SmoothL1Loss } from "../index.ts";
import * as F from "./index.ts";

function expectValues(got: Tensor | null, want: readonly number[]): void {
  const values = (got as Tensor).data;
  expect(values).toHaveLength(want.length);
  for (const [i, x] of want.entries()) expect(values[i]).toBeCloseTo(x, 5);
}

describe("pointwise losses", () => {
  const pair = (): [Tensor, Tensor] => [
    tensor(
      [
        [1, 2],
        [3, 5],
      ],
      { requiresGrad: true },
    ),
    ones([2, 2]),
  ];

  it("take the kernel's derivative as it is when the loss is what backward starts from", () => {
    const [x, y] = pair();
    F.mseLoss(x, y).backward();
    expectValues(x.grad, [0, 0.5, 1, 2]);
    x.grad = null;
    F.mseLoss(x, y).mul(3).backward();
    expectValues(x.grad, [0, 1.5, 3, 6]);
    x.grad = null;
    const loss = F.mseLoss(x, y);
    let initial = true;
    loss.registerHook((grad) => {
      grad.mul_(2);
      initial = isInitialGradient(grad);
    });
    loss.backward();
    expect(initial).toBe(false);
    expectValues(x.grad, [0, 1, 2, 4]);
  });

  it("can be passed twice with retainGraph", () => {
    const [x, y] = pair();
    const loss = F.mseLoss(x, y);
    loss.backward({ retainGraph: true });
    loss.backward();
    expectValues(x.grad, [0, 1, 2, 4]);
  });

  it("work on views, scalars and nothing", () => {
    const [x, y] = pair();
    F.l1Loss(x.transpose(0, 1), y, { reduction: "sum" }).backward();
    expectValues(x.grad, [0, 1, 1, 1]);
    expect(F.mseLoss(tensor(3), tensor(1)).item()).toBe(4);
    expect(F.mseLoss(zeros([0]), zeros([0])).item()).toBeNaN();
    expect(noGrad(() => F.mseLoss(x, y)).requiresGrad).toBe(false);
  });

  it("refuse shapes that would broadcast, dtypes and options", () => {
    const [x, y] = pair();
    expect(() => F.mseLoss(ones([4]), ones([4, 1]))).toThrow(ShapeError);
    expect(() => F.mseLoss(ones([4]), ones([4, 1]))).toThrow(/reshape\(\[4\]\)/);
    expect(() => F.mseLoss(x, ones([2, 2], { dtype: "int32" }))).toThrow(DtypeError);
    expect(() =>
      F.mseLoss(
        x,
        withBackend("reference", () => ones([2, 2])),
      ),
    ).toThrow(DtypeError);
    expect(() => F.mseLoss(x, y, { reduction: "avg" as never })).toThrow(ConfigError);
    for (const delta of [0, -1, Number.NaN]) expect(() => F.huberLoss(x, y, { delta })).toThrow(ConfigError);
    expect(() => F.smoothL1Loss(x, y, { beta: -1 })).toThrow(ConfigError);
    expect(F.smoothL1Loss(x, y, { beta: 0, reduction: "none" }).toArray()).toEqual([
      [0, 1],
      [2, 4],
    ]);
  });

  it("exist as modules", () => {
    const [x, y] = pair();
    expect(new MSELoss({ reduction: "sum" }).forward(x, y).item()).toBe(21);
    expect(new L1Loss().forward(x, y).item()).toBe(1.75);
    expect(new HuberLoss({ delta: 2 }).forward(x, y).item()).toBeCloseTo(F.huberLoss(x, y, { delta: 2 }).item(), 6);
    expect(new SmoothL1Loss().forward(x, y).item()).toBeCloseTo(F.smoothL1Loss(x, y).item(), 6);
    expect(() => new MSELoss({ reduction: "avg" as never })).toThrow(ConfigError);
  });
});

describe("crossEntropy", () => {
  const scores = (): Tensor =>
    tensor(
      [
        [1, 2, 3],
        [0, -1, 1],
        [2, 2, 0],
        [0.5, 0, -2],
      ],
      { requiresGrad: true },
    );
  const classes = (): Tensor => tensor([2, -100, 0, 1], { dtype: "int32" });
  const weight = (): Tensor => tensor([0.5, 1, 2]);

  // From PyTorch 1.13 with the same numbers.
  it("with weights, smoothing and an ignored target", () => {
    const grad = [
      0.1317227, 0.3820022, -0.5137248, 0, 0, 0, -0.1367367, 0.22993, -0.0931933, 0.5786078, -0.4955056, -0.0831022,
    ];
    for (const reduction of ["mean", "sum", "none"] as const) {
      const x = scores();
      const loss = F.crossEntropy(x, classes(), { weight: weight(), labelSmoothing: 0.2, reduction });
      const want = { mean: [0.838794], sum: [2.9357786], none: [0.8806109, 0, 0.7471284, 1.3080394] }[reduction];
      expectValues(loss, want);
      loss.sum().backward();
      expectValues(x.grad, reduction === "mean" ? grad.map((g) => g / 3.5) : grad);
    }
  });

  it("with probabilities as targets", () => {
    const x = scores();
    const target = x.detach().mul(2).softmax(1);
    const loss = F.crossEntropy(x, target, { weight: weight(), labelSmoothing: 0.1 });
    expectValues(loss, [0.8137915]);
    loss.backward();
    expectValues(
      x.grad,
      [
        0.0343282, 0.0747667, -0.1090948, 0.0893381, 0.027348, -0.1166861, 0.0339755, -0.0259307, -0.0080448, 0.016697,
        -0.0062551, -0.0104419,
      ],
    );
  });

  it("of more dimensions, and of one", () => {
    const x = arange(12).to("float32").div(5).reshape([2, 3, 2]);
    const target = tensor(
      [
        [0, 2],
        [1, 1],
      ],
      { dtype: "int32" },
    );
    expectValues(F.crossEntropy(x, target), [1.1512505]);
    const none = F.crossEntropy(x, target, { reduction: "none" });
    expect(none.shape).toEqual([2, 2]);
    expectValues(none, [1.5512505, 0.7512505, 1.1512505, 1.1512506]);
    expectValues(F.crossEntropy(tensor([1, 2, 0]), tensor(1, { dtype: "int32" })), [0.4076059]);
  });

  it("of ignored targets only is NaN with zero gradients", () => {
    const x = scores();
    const loss = F.crossEntropy(x, tensor([7, 7, 7, 7], { dtype: "int32" }), { ignoreIndex: 7 });
    expect(loss.item()).toBeNaN();
    loss.backward();
    expectValues(x.grad, new Array(12).fill(0));
  });

  it("is logSoftmax and nllLoss; modules hold the weights as a buffer", () => {
    const options = { weight: weight(), ignoreIndex: -100 };
    const loss = F.crossEntropy(scores(), classes(), options).item();
    expect(F.nllLoss(scores().logSoftmax(1), classes(), options).item()).toBeCloseTo(loss, 6);
    const module = new CrossEntropyLoss(options);
    expect(module.forward(scores(), classes()).item()).toBe(loss);
    expect([...module.stateDict().keys()]).toEqual(["weight"]);
    expect(new NLLLoss(options).forward(scores().logSoftmax(1), classes()).item()).toBeCloseTo(loss, 6);
  });

  it("refuses targets that do not fit", () => {
    const int = (values: number[]): Tensor => tensor(values, { dtype: "int32" });
    expect(() => F.crossEntropy(scores(), int([0, 1, 3, 0]))).toThrow(DataError);
    expect(() => F.crossEntropy(scores(), int([0, 1, 3, 0]))).toThrow(/target 3 \(element 2\)/);
    expect(() => F.crossEntropy(scores(), int([0, -1, 0, 0]))).toThrow(DataError);
    expect(() => F.crossEntropy(scores(), int([0, 1]))).toThrow(ShapeError);
    expect(() => F.crossEntropy(scores(), tensor([0, 1, 2, 0]))).toThrow(ShapeError);
    expect(() => F.crossEntropy(tensor(1), tensor(0, { dtype: "int32" }))).toThrow(ShapeError);
    expect(() => F.crossEntropy(scores(), classes(), { weight: ones([2]) })).toThrow(ShapeError);
    expect(() => F.crossEntropy(scores(), classes(), { labelSmoothing: 2 })).toThrow(ConfigError);
    expect(() => F.nllLoss(scores(), tensor([0, 1, 2, 0]))).toThrow(DtypeError);
  });
});

describe("dropout", () => {
  it("passes the gradient through the mask", () => {
    const x = ones([64], { requiresGrad: true });
    const y = F.dropout(x, 0.25);
    y.sum().backward();
    expect(x.grad?.data).toEqual(y.data);
    expect(new Set(y.data)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
  });

  it("does nothing in evaluation or with p 0, and all with p 1", () => {
    const x = ones([3], { requiresGrad: true });
    expect(F.dropout(x, 0)).toBe(x);
    expect(F.dropout(x, 0.5, { training: false })).toBe(x);
    expect(new Dropout().eval().forward(x)).toBe(x);
    expect(F.dropout(x, 1).toArray()).toEqual([0, 0, 0]);
    expect(() => F.dropout(x, -0.1)).toThrow(ConfigError);
  });
});
