import { arange, data, Generator, manualSeed } from "innerloop";
import { describe, expect, it } from "vitest";
import { readGolden } from "../../../tests/golden/read.ts";

type Pairs = [number[], number[]][];

interface Golden {
  splits: { n: number; lengths: number[]; ownSeed: string | null; parts: number[][] }[];
  folds: {
    labels: number[];
    groups: number[];
    kFold: Pairs;
    stratifiedKFold: Pairs;
    groupKFold: Pairs;
    tied: number[];
    groupKFoldTied: Pairs;
    timeSeriesSplit: Pairs;
    timeSeriesGap: Pairs;
  };
}

const { splits, folds } = readGolden<Golden>("splits");
const of = (n: number) => ({ length: n, get: (i: number) => i });
const indices = <T>(made: readonly data.Split<T>[]): Pairs =>
  made.map(([train, test]) => [[...train.indices], [...test.indices]]);
const sorted = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);
const all = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe("randomSplit divides as PyTorch does", () => {
  it.each(splits.map((each) => [each] as const))("%j", ({ n, lengths, ownSeed, parts }) => {
    manualSeed(42);
    const own = ownSeed === null ? {} : { generator: new Generator(BigInt(ownSeed)) };
    expect(data.randomSplit(of(n), lengths, own).map((part) => [...part.indices])).toEqual(parts);
  });

  it.each([[[3, 6]], [[0.5, 0.6]], [[-1, 11]], [[2.5, 7.5]], [[Number.NaN]], [[]]])("refuses lengths %j", (lengths) => {
    expect(() => data.randomSplit(of(10), lengths)).toThrow(/randomSplit: the lengths are/);
  });
});

describe("folds are scikit-learn's", () => {
  const { labels, groups } = folds;

  it("in order, by class, by group and by time", () => {
    expect(indices(data.kFold(of(37)))).toEqual(folds.kFold);
    expect(indices(data.stratifiedKFold(of(37), labels, { numSplits: 4 }))).toEqual(folds.stratifiedKFold);
    expect(indices(data.groupKFold(of(47), groups, { numSplits: 3 }))).toEqual(folds.groupKFold);
    expect(indices(data.groupKFold(of(24), folds.tied, { numSplits: 3 }))).toEqual(folds.groupKFoldTied);
    expect(indices(data.timeSeriesSplit(of(37), { numSplits: 4 }))).toEqual(folds.timeSeriesSplit);
    const gap = { numSplits: 3, testSize: 4, gap: 2, maxTrainSize: 10 };
    expect(indices(data.timeSeriesSplit(of(37), gap))).toEqual(folds.timeSeriesGap);
  });

  it("with texts as labels and groups as with numbers", () => {
    const named = (codes: readonly number[]) => codes.map((code) => `g${code}`);
    expect(indices(data.stratifiedKFold(of(37), named(labels), { numSplits: 4 }))).toEqual(folds.stratifiedKFold);
    const byGroup = indices(data.groupKFold(of(47), named(groups), { numSplits: 3 }));
    expect(byGroup).toHaveLength(3);
    for (const [train, test] of byGroup) {
      const inTrain = new Set(train.map((i) => groups[i]));
      expect(test.some((i) => inTrain.has(groups[i] as number))).toBe(false);
      expect(sorted([...train, ...test])).toEqual(all(47));
    }
  });

  it("shuffled: every sample is tested on once, classes keep their shares, a seed gives the same again", () => {
    const shuffled = (seed: number) => ({ numSplits: 4, shuffle: true, generator: new Generator(seed) });
    const counts = (rows: readonly number[]) => [0, 1, 2].map((code) => rows.filter((i) => labels[i] === code).length);
    const byClass = indices(data.stratifiedKFold(of(37), labels, shuffled(1)));
    byClass.forEach(([, test], i) => {
      expect(counts(test)).toEqual(counts((folds.stratifiedKFold[i] as Pairs[number])[1]));
    });
    expect(indices(data.stratifiedKFold(of(37), labels, shuffled(1)))).toEqual(byClass);
    expect(indices(data.stratifiedKFold(of(37), labels, shuffled(2)))).not.toEqual(byClass);
    for (const made of [byClass, indices(data.kFold(of(37), shuffled(3)))]) {
      expect(sorted(made.flatMap(([, test]) => test))).toEqual(all(37));
      expect(made).not.toEqual(folds.kFold);
      for (const [train, test] of made) expect(sorted([...train, ...test])).toEqual(all(37));
    }
  });

  it("by times that are not in order", () => {
    const time = all(37).map((i) => (i * 10) % 37);
    const ordered = all(37).sort((a, b) => (time[a] as number) - (time[b] as number));
    const made = indices(data.timeSeriesSplit(of(37), { numSplits: 4, time }));
    const inOrder = folds.timeSeriesSplit.map((pair) => pair.map((part) => part.map((i) => ordered[i])));
    expect(made).toEqual(inOrder);
  });
});

describe("trainTestSplit", () => {
  const parts = ([train, test]: data.Split<number>) => [[...train.indices], [...test.indices]] as const;

  it("takes ⌈testSize · n⌉ at random, or the last", () => {
    const [train, test] = parts(data.trainTestSplit(of(11), { generator: new Generator(1) }));
    expect(test.length).toBe(3);
    expect(sorted([...train, ...test])).toEqual(all(11));
    expect(test).not.toEqual([8, 9, 10]);
    expect(parts(data.trainTestSplit(of(11), { shuffle: false, testSize: 4 }))).toEqual([all(7), [7, 8, 9, 10]]);
  });

  it("gives each class its share in both parts", () => {
    const stratify = Array.from({ length: 60 }, (_, i) => (i % 6 === 0 ? "rare" : i % 2 ? "odd" : "even"));
    const [train, test] = parts(data.trainTestSplit(of(60), { testSize: 0.2, stratify, generator: new Generator(1) }));
    const count = (rows: readonly number[], name: string) => rows.filter((i) => stratify[i] === name).length;
    expect(["rare", "odd", "even"].map((name) => count(test, name))).toEqual([2, 6, 4]);
    expect(sorted([...train, ...test])).toEqual(all(60));
  });

  it("keeps groups whole, and the future out of the training part", () => {
    const groups = Array.from({ length: 40 }, (_, i) => `sat-${i % 8}`);
    const [train, test] = parts(data.trainTestSplit(of(40), { testSize: 0.25, groups, generator: new Generator(1) }));
    expect(new Set(test.map((i) => groups[i])).size).toBe(2);
    expect(train.some((i) => test.some((j) => groups[i] === groups[j]))).toBe(false);
    const time = [5, 1, 4, 4, 2, 3, 4, 0];
    // 2 of 8 would be samples 0 and one of time 4: all of that time go with it
    expect(parts(data.trainTestSplit(of(8), { time, testSize: 2 }))).toEqual([
      [7, 1, 4, 5],
      [2, 3, 6, 0],
    ]);
  });
});

describe("bad input", () => {
  const ten = new data.TensorDataset(arange(10));
  it.each([
    ["one fold", () => data.kFold(ten, { numSplits: 1 }), /numSplits is 1/],
    ["more folds than samples", () => data.kFold(ten, { numSplits: 11 }), /10 samples, expected at least 11/],
    ["labels missing", () => data.stratifiedKFold(ten, [1, 2]), /2 labels for 10 samples/],
    ["a rare class", () => data.stratifiedKFold(ten, [..."aaaaaaaaab"]), /class b has 1 samples/],
    ["few groups", () => data.groupKFold(ten, [..."aaaaaabbbb"], { numSplits: 3 }), /there are 2 groups/],
    ["too little time", () => data.timeSeriesSplit(ten, { numSplits: 5, testSize: 2 }), /timeSeriesSplit: 10 samples/],
    ["no time", () => data.timeSeriesSplit(ten, { time: Array(10).fill(Number.NaN) }), /time of sample 0 is NaN/],
    ["all for the test", () => data.trainTestSplit(ten, { testSize: 10 }), /testSize is 10 of 10 samples/],
    ["nothing for the test", () => data.trainTestSplit(ten, { testSize: 0 }), /testSize is 0/],
    ["half a sample", () => data.trainTestSplit(ten, { testSize: 1.5 }), /testSize is 1.5/],
    ["two ways", () => data.trainTestSplit(ten, { groups: [], time: [] }), /more than one of/],
    ["no shuffle and classes", () => data.trainTestSplit(ten, { shuffle: false, stratify: [] }), /shuffle: false/],
    ["a class of one", () => data.trainTestSplit(ten, { stratify: [..."aaaaaaaaab"] }), /class b has 1 sample,/],
    ["one time", () => data.trainTestSplit(ten, { time: Array(10).fill(3) }), /have the time of one that is tested/],
    ["no room for classes", () => data.trainTestSplit(ten, { testSize: 1, stratify: [..."aaaaabbbbb"] }), /room for/],
  ])("refuses %s", (_, make, message) => {
    expect(make).toThrow(message);
  });
});
