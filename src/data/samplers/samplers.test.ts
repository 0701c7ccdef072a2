import { arange, data, defaultGenerator, Generator, manualSeed, rand } from "innerloop";
import { describe, expect, it } from "vitest";
import { readGolden } from "../../../tests/golden/read.ts";

interface Case {
  ownSeed: string | null;
  n: number;
  epochs: { batches: number[][]; nextDefault: number; nextOwn: number | null }[];
}

interface Shard {
  n: number;
  numReplicas: number;
  rank: number;
  shuffle: boolean;
  dropLast: boolean;
  epochs: number[][];
}

const golden = readGolden<{ weights: number[]; samplers: Record<string, Case[]>; distributed: Shard[] }>("splits");
const { weights } = golden;
const twelve = { length: 12 };

type Make = (generator: { generator?: Generator }) => data.Sampler;
const makers: Record<string, Make> = {
  random: (own) => new data.RandomSampler(twelve, own),
  twiceAndAHalf: (own) => new data.RandomSampler(twelve, { numSamples: 30, ...own }),
  replacement: (own) => new data.RandomSampler(twelve, { replacement: true, numSamples: 70, ...own }),
  replacement64: (own) => new data.RandomSampler(twelve, { replacement: true, numSamples: 64, ...own }),
  subset: (own) => new data.SubsetRandomSampler([9, 2, 4, 11, 0, 7, 3], own),
  weighted: (own) => new data.WeightedRandomSampler(weights, 20, own),
  weightedWithout: (own) => new data.WeightedRandomSampler(weights, 6, { replacement: false, ...own }),
  weightedOne: (own) => new data.WeightedRandomSampler(weights, 1, own),
};

function loaderOf(make: Make, ownSeed: string | null, n = 12, batchSize = 5) {
  const own = ownSeed === null ? {} : { generator: new Generator(BigInt(ownSeed)) };
  const dataset = new data.TensorDataset(arange(n));
  return { loader: new data.DataLoader(dataset, { batchSize, sampler: make(own) }), ...own };
}

const rowsOf = (batches: Iterable<readonly [ReturnType<typeof rand>]>): number[][] =>
  Array.from(batches, ([rows]) => Array.from(rows.data, Number));

it("has every golden sampler", () => {
  expect(Object.keys(makers)).toEqual(Object.keys(golden.samplers));
});

const cases = Object.entries(golden.samplers).flatMap(([name, all]) => all.map((each) => [name, each] as const));
describe.each(cases)("%s", (name, { ownSeed, n, epochs }) => {
  const make = makers[name] as Make;

  it("draws PyTorch's batches, and leaves the generators as PyTorch does", () => {
    manualSeed(42);
    const { loader, generator } = loaderOf(make, ownSeed, Math.max(n, 12));
    for (const { batches, nextDefault, nextOwn } of epochs) {
      expect(rowsOf(loader)).toEqual(batches);
      if (generator !== undefined) expect(rand([1], { generator }).item()).toBe(Math.fround(nextOwn as number));
      expect(rand([1]).item()).toBe(Math.fround(nextDefault));
    }
  });

  it("goes on from any batch of a saved epoch, also with another batch size, and draws on as if uninterrupted", () => {
    manualSeed(42);
    const whole = loaderOf(make, ownSeed);
    const expected = [...rowsOf(whole.loader).flat(), ...rowsOf(whole.loader).flat()];
    const after = [defaultGenerator.getState(), whole.generator?.getState()];
    const batches = (epochs[0] as Case["epochs"][number]).batches.length;
    for (let stop = 1; stop < batches; stop++) {
      manualSeed(42);
      const first = loaderOf(make, ownSeed);
      const seen: number[] = [];
      const iterator = first.loader[Symbol.iterator]();
      for (let i = 0; i < stop; i++) seen.push(...rowsOf([iterator.next().value]).flat());
      const state = JSON.parse(JSON.stringify(first.loader.stateDict())) as data.LoaderState;
      iterator.return?.();
      const second = loaderOf(make, ownSeed, 12, 3);
      if (first.generator !== undefined) second.generator?.copyFrom(first.generator);
      second.loader.loadStateDict(state);
      seen.push(...rowsOf(second.loader).flat(), ...rowsOf(second.loader).flat());
      expect(seen).toEqual(expected);
      expect([defaultGenerator.getState(), second.generator?.getState()]).toEqual(after);
    }
  });
});

describe("DistributedSampler", () => {
  it.each(golden.distributed.map((each) => [each] as const))("%j", ({ n, rank, epochs, ...options }) => {
    const sampler = new data.DistributedSampler({ length: n }, { rank, seed: 5, ...options });
    epochs.forEach((expected, epoch) => {
      sampler.setEpoch(epoch);
      expect([...sampler]).toEqual(expected);
      expect(sampler.length).toBe(expected.length);
    });
  });

  it("goes on in the epoch it was in", () => {
    const make = () => new data.DistributedSampler(twelve, { numReplicas: 2, rank: 1 });
    const dataset = new data.TensorDataset(arange(12));
    const [one, two] = [make(), make()];
    one.setEpoch(3);
    const first = new data.DataLoader(dataset, { batchSize: 2, sampler: one });
    const expected = rowsOf(first);
    const iterator = first[Symbol.iterator]();
    const seen = rowsOf([iterator.next().value]);
    const second = new data.DataLoader(dataset, { batchSize: 2, sampler: two });
    second.loadStateDict(JSON.parse(JSON.stringify(iterator.stateDict())));
    iterator.return?.();
    expect([...seen, ...rowsOf(second)]).toEqual(expected);
    expect(two.epoch).toBe(3);
  });
});

describe("samplers of one's own, and of batches", () => {
  const dataset = new data.TensorDataset(arange(10));
  const odd = { length: 5, [Symbol.iterator]: () => [1, 3, 5, 7, 9][Symbol.iterator]() };

  it("takes anything iterable, and saves its order", () => {
    const once = [9, 0, 5, 5, 2];
    let made = 0;
    const sampler = { length: 5, [Symbol.iterator]: () => (made++ === 0 ? once : [0, 0, 0, 0, 0])[Symbol.iterator]() };
    const loader = new data.DataLoader(dataset, { batchSize: 2, sampler });
    const iterator = loader[Symbol.iterator]();
    const seen = rowsOf([iterator.next().value]);
    const state = JSON.parse(JSON.stringify(iterator.stateDict())) as data.LoaderState;
    const second = new data.DataLoader(dataset, { batchSize: 2, sampler: odd });
    iterator.return?.();
    second.loadStateDict(state);
    expect([...seen, ...rowsOf(second)]).toEqual([[9, 0], [5, 5], [2]]);
    expect(rowsOf(second)).toEqual([[1, 3], [5, 7], [9]]);
    expect(loader.length).toBe(3);
  });

  it("takes batches of one's own, of any sizes", () => {
    const groups = [[3, 1, 2], [9], [0, 4]];
    const loader = new data.DataLoader(dataset, { batchSampler: groups });
    expect([loader.length, loader.batchSize]).toEqual([3, null]);
    expect(rowsOf(loader)).toEqual(groups);
    const iterator = loader[Symbol.iterator]();
    iterator.next();
    const second = new data.DataLoader(dataset, { batchSampler: [[0]] });
    second.loadStateDict(JSON.parse(JSON.stringify(iterator.stateDict())));
    iterator.return?.();
    expect(rowsOf(second)).toEqual(groups.slice(1));
  });

  it("groups as BatchSampler says, whoever draws", () => {
    const draw = (make: () => data.DataLoaderOptions<readonly [ReturnType<typeof rand>], never>) => {
      manualSeed(4);
      return rowsOf(new data.DataLoader(dataset, make()));
    };
    const sampler = () => new data.RandomSampler(dataset);
    expect(draw(() => ({ batchSampler: new data.BatchSampler(sampler(), 4, true) }))).toEqual(
      draw(() => ({ sampler: sampler(), batchSize: 4, dropLast: true })),
    );
    expect([...new data.BatchSampler(odd, 2, true)]).toEqual([
      [1, 3],
      [5, 7],
    ]);
    expect([...new data.BatchSampler(odd, 2, false)].length).toBe(3);
    expect(new data.BatchSampler(odd, 2, false).length).toBe(3);
  });

  it.each([
    ["a position outside", { sampler: [10] }, /the sampler gave 10, expected positions 0 … 9/],
    ["a position outside in a batch", { batchSampler: [[0], [-1]] }, /the sampler gave -1/],
    ["a position that is none", { sampler: [0.5] }, /the sampler gave 0.5/],
  ])("refuses %s", (_, options, message) => {
    expect(() => [...new data.DataLoader(dataset, options)]).toThrow(message);
  });

  it.each([
    ["sampler and shuffle", { sampler: odd, shuffle: true }, /sampler and shuffle/],
    ["batchSampler and batchSize", { batchSampler: [[0]], batchSize: 2 }, /batchSampler and one of/],
    ["batchSampler and dropLast", { batchSampler: [[0]], dropLast: true }, /batchSampler and one of/],
  ])("refuses %s", (_, options, message) => {
    expect(() => new data.DataLoader(dataset, options)).toThrow(message);
  });

  it("refuses the state of another sampler", () => {
    const iterator = new data.DataLoader(dataset, { shuffle: true })[Symbol.iterator]();
    iterator.next();
    const state = { ...iterator.stateDict(), shuffle: false };
    iterator.return?.();
    const other = (sampler: data.CustomSampler) => () => new data.DataLoader(dataset, { sampler }).loadStateDict(state);
    expect(other(new data.SubsetRandomSampler([1, 2]))).toThrow(/none that a SubsetRandomSampler draws/);
    expect(other(new data.DistributedSampler(dataset, { numReplicas: 1, rank: 0 }))).toThrow(/DistributedSampler/);
    expect(other(new data.SequentialSampler(dataset))).toThrow(/SequentialSampler/);
    expect(other(odd)).toThrow(/none that a sampler of one's own draws/);
  });
});

it.each([
  ["no samples", () => new data.RandomSampler({ length: 0 }), /numSamples is 0/],
  ["half a sample", () => new data.RandomSampler(twelve, { numSamples: 0.5 }), /numSamples is 0.5/],
  ["a negative weight", () => new data.WeightedRandomSampler([1, -1], 2), /weight of sample 1 is -1/],
  ["a missing weight", () => new data.WeightedRandomSampler([Number.NaN], 2), /weight of sample 0 is NaN/],
  ["no weights", () => new data.WeightedRandomSampler([0, 0], 2), /0 samples have a weight above 0/],
  [
    "more draws than weights without replacement",
    () => new data.WeightedRandomSampler([1, 0, 1], 3, { replacement: false }),
    /2 samples have a weight above 0, expected at least 3/,
  ],
  [
    "a rank outside",
    () => new data.DistributedSampler(twelve, { numReplicas: 2, rank: 2 }),
    /rank is 2, expected 0 … 1/,
  ],
  ["no replicas", () => new data.DistributedSampler(twelve, { numReplicas: 0, rank: 0 }), /numReplicas is 0/],
])("refuses %s", (_, make, message) => {
  expect(make).toThrow(message);
});
