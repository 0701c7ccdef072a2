import { describe, expect, it } from "vitest";
import { ones, tensor, zeros } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { ConfigError, DataError, DtypeError, ShapeError } from "../../util/index.ts";
import {
  BCEWithLogitsLoss,
  CosineEmbeddingLoss,
  CosineSimilarity,
  KLDivLoss,
  PairwiseDistance,
  TripletMarginWithDistanceLoss,
} from "../index.ts";
import * as F from "./index.ts";

const leaf = (values: number[]): Tensor => tensor(values, { requiresGrad: true });

describe("losses stay finite where their parts would not", () => {
  const cases: [string, (x: Tensor) => Tensor, number[], number[]][] = [
    [
      "binaryCrossEntropyWithLogits",
      (x) => F.binaryCrossEntropyWithLogits(x, zeros([4])),
      [0, 100, 0, 1e4],
      [0, 1, 0, 1],
    ],
    ["softMarginLoss", (x) => F.softMarginLoss(x, ones([4])), [100, 0, 1e4, 0], [-1, 0, -1, 0]],
    ["multilabelSoftMarginLoss", (x) => F.multilabelSoftMarginLoss(x, ones([4])), [100, 0, 1e4, 0], [-1, 0, -1, 0]],
  ];
  for (const [name, loss, values, slopes] of cases) {
    it(`${name} at ±100 and ±10,000`, () => {
      const x = leaf([-100, 100, -1e4, 1e4]);
      const out = loss(x);
      const want = values.reduce((a, b) => a + b, 0) / 4;
      expect(out.item()).toBeCloseTo(want, 3);
      out.backward();
      slopes.forEach((slope, i) => {
        expect(x.grad?.data[i]).toBeCloseTo(slope / 4, 6);
      });
    });
  }

  it("crossEntropy at ±10,000", () => {
    const x = tensor([[1e4, -1e4]], { requiresGrad: true });
    const loss = F.crossEntropy(x, tensor([1], { dtype: "int32" }));
    expect(loss.item()).toBe(2e4);
    loss.backward();
    expect(x.grad?.toArray()).toEqual([[1, -1]]);
  });

  it("binaryCrossEntropy at 0 and 1, and just beside", () => {
    const x = leaf([0, 1, 1e-30, 1]);
    const loss = F.binaryCrossEntropy(x, tensor([0, 1, 0, 0]), { reduction: "none" });
    expect(Array.from(loss.data.slice(0, 2), (value) => value + 0)).toEqual([0, 0]);
    expect(loss.data[3]).toBe(100);
    loss.sum().backward();
    expect(x.grad?.data.every(Number.isFinite)).toBe(true);
  });

  it("klDiv where the target is 0, triplets of equal vectors, cosines of zeros", () => {
    expect(F.klDiv(tensor([-1, -2]), tensor([0, 1])).item()).toBe(1);
    const x = leaf([1, 2]);
    F.tripletMarginLoss(x, x, x).backward();
    expect(x.grad?.data.every(Number.isFinite)).toBe(true);
    const zero = tensor([[0, 0]], { requiresGrad: true });
    F.cosineEmbeddingLoss(zero, tensor([[1, 1]]), tensor([1])).backward();
    expect(zero.grad?.data.every(Number.isFinite)).toBe(true);
  });

  it("vectors whose squares overflow together still have a cosine", () => {
    const far = tensor([[1e15, 1e15]]);
    expect(F.cosineEmbeddingLoss(far, far, tensor([1])).item()).toBeCloseTo(0, 5);
  });
});

describe("losses refuse", () => {
  const x = (): Tensor => zeros([2, 3]);
  const classes = (): Tensor => tensor([0, 2], { dtype: "int32" });

  it("shapes that do not fit", () => {
    const bad: (() => unknown)[] = [
      () => F.binaryCrossEntropy(x(), zeros([3])),
      () => F.binaryCrossEntropyWithLogits(x(), zeros([2, 1])),
      () => F.binaryCrossEntropyWithLogits(x(), x(), { posWeight: ones([2]) }),
      () => F.binaryCrossEntropyWithLogits(x(), x(), { weight: ones([1, 2, 3]) }),
      () => F.klDiv(x(), zeros([3, 2])),
      () => F.gaussianNllLoss(x(), x(), ones([3])),
      () => F.poissonNllLoss(x(), zeros([6])),
      () => F.cosineEmbeddingLoss(x(), x(), ones([3])),
      () => F.cosineEmbeddingLoss(x(), zeros([2, 4]), ones([2])),
      () => F.cosineEmbeddingLoss(zeros([1, 2, 3]), zeros([1, 2, 3]), ones([1, 2])),
      () => F.marginRankingLoss(x(), zeros([3]), x()),
      () => F.marginRankingLoss(x(), x(), zeros([3])),
      () => F.tripletMarginLoss(x(), x(), zeros([2, 2])),
      () => F.tripletMarginLoss(zeros([]), zeros([]), zeros([])),
      () => F.hingeEmbeddingLoss(x(), zeros([2])),
      () => F.softMarginLoss(x(), zeros([2])),
      () => F.multilabelSoftMarginLoss(x(), zeros([2])),
      () => F.multilabelSoftMarginLoss(zeros([]), zeros([])),
      () => F.multilabelSoftMarginLoss(x(), x(), { weight: ones([2]) }),
      () => F.multiMarginLoss(zeros([1, 2, 3]), classes()),
      () => F.multiMarginLoss(x(), tensor([0], { dtype: "int32" })),
      () => F.multiMarginLoss(x(), classes(), { weight: ones([2]) }),
      () => F.multilabelMarginLoss(x(), classes()),
    ];
    for (const [i, call] of bad.entries()) expect(call, `case ${i}`).toThrow(ShapeError);
  });

  it("dtypes", () => {
    const whole = zeros([2, 3], { dtype: "int32" });
    const bad: (() => unknown)[] = [
      () => F.binaryCrossEntropy(whole, whole),
      () => F.binaryCrossEntropyWithLogits(x(), whole),
      () => F.binaryCrossEntropyWithLogits(x(), x(), { weight: ones([3], { dtype: "int32" }) }),
      () => F.klDiv(x(), whole),
      () => F.gaussianNllLoss(x(), x(), whole),
      () => F.cosineEmbeddingLoss(x(), x(), zeros([2], { dtype: "int32" })),
      () => F.tripletMarginLoss(x(), x(), whole),
      () => F.multiMarginLoss(x(), zeros([2])),
      () => F.multilabelMarginLoss(x(), x()),
      () => F.cosineSimilarity(whole, whole),
      () => F.pairwiseDistance(whole, whole),
    ];
    for (const [i, call] of bad.entries()) expect(call, `case ${i}`).toThrow(DtypeError);
  });

  it("values outside their range", () => {
    expect(() => F.binaryCrossEntropy(tensor([0.5, 1.5]), zeros([2]))).toThrow(/input is 1.5 \(element 1\)/);
    expect(() => F.binaryCrossEntropy(tensor([Number.NaN]), zeros([1]))).toThrow(DataError);
    expect(() => F.gaussianNllLoss(x(), x(), ones([2, 3]).neg())).toThrow(DataError);
    expect(() => F.cosineEmbeddingLoss(x(), x(), tensor([1, 2]))).toThrow(DataError);
    expect(() => F.multiMarginLoss(x(), tensor([0, 3], { dtype: "int32" }))).toThrow(DataError);
    expect(() => F.multilabelMarginLoss(zeros([2]), tensor([2, -1], { dtype: "int32" }))).toThrow(DataError);
  });

  it("options", () => {
    const bad: (() => unknown)[] = [
      () => F.binaryCrossEntropy(x(), x(), { reduction: "avg" as never }),
      () => F.klDiv(x(), x(), { reduction: "batchMean" as never }),
      () => F.mseLoss(x(), x(), { reduction: "batchmean" as never }),
      () => F.gaussianNllLoss(x(), x(), ones([2, 3]), { eps: 0 }),
      () => F.poissonNllLoss(x(), x(), { eps: -1 }),
      () => F.marginRankingLoss(x(), x(), x(), { margin: Number.NaN }),
      () => F.multiMarginLoss(x(), classes(), { p: 3 as never }),
      () => F.pairwiseDistance(x(), x(), { p: Number.NaN }),
      () => F.tripletMarginLoss(x(), x(), x(), { eps: -1 }),
      () => new KLDivLoss({ reduction: "avg" as never }),
      () => new CosineEmbeddingLoss({ reduction: "avg" as never }),
    ];
    for (const [i, call] of bad.entries()) expect(call, `case ${i}`).toThrow(ConfigError);
  });
});

it("modules keep weights as buffers, and functions as options", () => {
  const module = new BCEWithLogitsLoss({ weight: ones([3]), posWeight: ones([3]) });
  expect([...module.stateDict().keys()]).toEqual(["weight", "pos_weight"]);
  const distanceFunction = (a: Tensor, b: Tensor): Tensor => F.pairwiseDistance(a, b, { p: 1 });
  const triplet = new TripletMarginWithDistanceLoss({ distanceFunction, margin: 5 });
  expect(triplet.forward(zeros([1, 2]), ones([1, 2]), ones([1, 2])).item()).toBeCloseTo(5, 5);
});

it("cosineSimilarity and pairwiseDistance are what they say", () => {
  expect(F.cosineSimilarity(tensor([[3, 4]]), tensor([[4, 3]])).item()).toBeCloseTo(0.96, 6);
  expect(F.cosineSimilarity(tensor([0, 0]), tensor([1, 1]), { dim: 0 }).item()).toBe(0);
  expect(F.pairwiseDistance(tensor([[3, 4]]), zeros([1, 2]), { keepdim: true, eps: 0 }).toArray()).toEqual([[5]]);
  expect(new CosineSimilarity({ dim: 0 }).forward(tensor([3, 4]), tensor([4, 3])).item()).toBeCloseTo(0.96, 6);
  expect(new PairwiseDistance({ p: 1 }).forward(tensor([[3, 4]]), zeros([1, 2])).item()).toBeCloseTo(7, 5);
});
