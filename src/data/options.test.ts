import { describe, expect, it } from "vitest";
import { rand } from "../ops/index.ts";
import { ConfigError } from "../util/index.ts";
import * as data from "./index.ts";

const dataset = (): data.TensorDataset<readonly [ReturnType<typeof rand>]> => new data.TensorDataset(rand([8, 2]));
// What the compiler would refuse, as a program without types passes it.
const odd = (options: unknown): never => options as never;

describe("misspelt options of data", () => {
  const calls: readonly (readonly [message: string, call: () => unknown])[] = [
    [
      'DataLoader: there is no option "batch_size".*"batchSize"',
      () => new data.DataLoader(dataset(), odd({ batch_size: 5 })),
    ],
    ["DataLoader: the options are 5", () => new data.DataLoader(dataset(), odd(5))],
    ['DataLoader: there is no option "numWorkers"', () => new data.DataLoader(dataset(), odd({ numWorkers: 2 }))],
    [
      'RandomSampler: there is no option "num_samples"',
      () => new data.RandomSampler(dataset(), odd({ num_samples: 2 })),
    ],
    ['WeightedRandomSampler: .*"replace"', () => new data.WeightedRandomSampler([1, 1], 2, odd({ replace: true }))],
    ['SubsetRandomSampler: .*"seed"', () => new data.SubsetRandomSampler([1], odd({ seed: 1 }))],
    [
      'DistributedSampler: .*"world"',
      () => new data.DistributedSampler(dataset(), odd({ numReplicas: 2, rank: 0, world: 2 })),
    ],
    ['kFold: .*"nSplits".*"numSplits"', () => data.kFold(dataset(), odd({ nSplits: 3 }))],
    [
      'stratifiedKFold: .*"nSplits"',
      () => data.stratifiedKFold(dataset(), [0, 1, 0, 1, 0, 1, 0, 1], odd({ nSplits: 3 })),
    ],
    ['groupKFold: .*"shuffle"', () => data.groupKFold(dataset(), [0, 1, 2, 3, 4, 5, 6, 7], odd({ shuffle: true }))],
    ['timeSeriesSplit: .*"test_size".*"testSize"', () => data.timeSeriesSplit(dataset(), odd({ test_size: 1 }))],
    ['trainTestSplit: .*"testsize".*"testSize"', () => data.trainTestSplit(dataset(), odd({ testsize: 0.5 }))],
    ['randomSplit: .*"seed"', () => data.randomSplit(dataset(), [0.5, 0.5], odd({ seed: 1 }))],
    ['Preprocessor: .*"targt".*"target"', () => new data.Preprocessor(odd({ targt: "y" }))],
    ['StreamLoader: .*"batchsize".*"batchSize"', () => new data.StreamLoader(odd({}), odd({ batchsize: 2 }))],
    ['memoryRows: .*"chunk_rows".*"chunkRows"', () => data.memoryRows({ x: [1] }, odd({ chunk_rows: 1 }))],
    [
      'randomSplitRows: .*"sed".*"seed"',
      () => data.randomSplitRows(data.memoryRows({ x: [1, 2] }), [0.5, 0.5], odd({ sed: 1 })),
    ],
    ['kFold: numSplits is "3", expected a number', () => data.kFold(dataset(), odd({ numSplits: "3" }))],
  ];

  it.each(calls)("%s", (message, call) => {
    expect(call).toThrow(ConfigError);
    expect(call).toThrow(new RegExp(message));
  });

  it("in readers", async () => {
    const meant = /there is no option "colums".*Did you mean "columns"/;
    await expect(data.readCsv({ text: "a\n1\n" }, odd({ colums: ["a"] }))).rejects.toThrow(meant);
    await expect(data.readJsonl({ text: '{"a":1}\n' }, odd({ colums: ["a"] }))).rejects.toThrow(meant);
    const named = { name: "a.csv", text: "a\n1\n" };
    await expect(data.readTable(named, odd({ colums: ["a"] }))).rejects.toThrow(meant);
    expect(() => data.streamCsv({ text: "a\n1\n" }, odd({ colums: ["a"] }))).toThrow(meant);
    const stream = data.streamCsv({ text: "a\n1\n" });
    await expect(data.streamRows(stream, odd({ countRow: false }))).rejects.toThrow('Did you mean "countRows"?');
  });
});
