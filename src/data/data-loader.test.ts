import { describe, expect, it } from "vitest";
import { readGolden } from "../../tests/golden/read.ts";
import { defaultGenerator, Generator, manualSeed, memory } from "../engine/index.ts";
import { arange, rand, tensor, zeros } from "../ops/index.ts";
import { ConfigError, DataError, ReleasedTensorError, ShapeError } from "../util/index.ts";
import { DataLoader } from "./data-loader.ts";
import { TensorDataset } from "./dataset.ts";

interface Run {
  seed: string;
  n: number;
  batchSize: number;
  shuffle: boolean;
  dropLast: boolean;
  ownSeed: string | null;
  stopAfter: number | null;
  length: number;
  epochs: { batches: number[][]; nextDefault: number; nextOwn?: number | null }[];
}

const golden = readGolden("loader") as unknown as { runs: Run[] };

// What a generator would give next, without drawing it.
function peek(generator: Generator): number {
  const copy = new Generator().setState(generator.getState());
  return rand([1], { generator: copy }).item();
}

describe("DataLoader draws PyTorch's order", () => {
  it.each(golden.runs.map((run, i) => [i, run] as const))("run %i", (_, run) => {
    manualSeed(BigInt(run.seed));
    const dataset = new TensorDataset(arange(run.n));
    const own = run.ownSeed === null ? undefined : new Generator(BigInt(run.ownSeed));
    const loader = new DataLoader(dataset, {
      batchSize: run.batchSize,
      shuffle: run.shuffle,
      dropLast: run.dropLast,
      ...(own === undefined ? {} : { generator: own }),
    });
    expect(loader.length).toBe(run.length);
    for (const epoch of run.epochs) {
      const batches: number[][] = [];
      for (const [batch] of loader) {
        batches.push(Array.from(batch.data));
        if (batches.length === run.stopAfter) break;
      }
      expect(batches).toEqual(epoch.batches);
      expect(peek(defaultGenerator)).toBe(Math.fround(epoch.nextDefault));
      if (own !== undefined) expect(peek(own)).toBe(Math.fround(epoch.nextOwn ?? Number.NaN));
    }
  });
});

describe("DataLoader", () => {
  const dataset = new TensorDataset(rand([100, 80]), arange(100));

  it("gathers rows of every tensor", () => {
    manualSeed(3);
    for (const [x, i] of new DataLoader(dataset, { batchSize: 32, shuffle: true })) {
      expect(x.toArray()).toEqual(dataset.tensors[0].indexSelect(0, i).toArray());
    }
  });

  it("frees a batch when the next one is asked for, also by break and by an error", () => {
    const loader = new DataLoader(dataset, { batchSize: 10 });
    const before = memory();
    let large = zeros([1]);
    let small = zeros([1]);
    for (const [x] of loader) {
      large = x.mul(2);
      small = x.sum();
      break;
    }
    expect(() => large.sum()).toThrow(ReleasedTensorError);
    expect(small.item()).toBeGreaterThan(0);
    expect(() => {
      for (const [x] of loader) {
        x.exp();
        throw new Error("in the middle");
      }
    }).toThrow("in the middle");
    for (const [x] of loader) x.exp();
    expect(memory().handles - before.handles).toBeLessThanOrEqual(3); // what the variables hold
  });

  it("reads two loaders in turn", () => {
    const a = new DataLoader(dataset, { batchSize: 10 })[Symbol.iterator]();
    const b = new DataLoader(dataset, { batchSize: 20 })[Symbol.iterator]();
    const [fromB] = b.next().value as readonly [ReturnType<typeof zeros>, unknown];
    a.next();
    a.next();
    expect(fromB.sum().item()).toBeGreaterThan(0);
    a.return?.();
    b.return?.();
  });

  it("collates samples of any dataset", () => {
    const squares = { length: 5, get: (i: number) => ({ x: i, both: [i, tensor([i, i * i])] as const }) };
    const [batch] = new DataLoader(squares, { batchSize: 5 });
    expect(batch?.x.toArray()).toEqual([0, 1, 2, 3, 4]);
    expect(batch?.both[1].shape).toEqual([5, 2]);
    const own = new DataLoader(squares, { batchSize: 2, collateFn: (samples) => samples.map((each) => each.x) });
    expect([...own]).toEqual([[0, 1], [2, 3], [4]]);
  });
});

describe("batchSize null", () => {
  const dataset = new TensorDataset(arange(6), arange(12).reshape([6, 2]));

  it("gives samples as the dataset has them, in the order of batches of one", () => {
    const order = (batchSize: 1 | null): number[] => {
      manualSeed(9);
      if (batchSize === 1) {
        return Array.from(new DataLoader(dataset, { batchSize, shuffle: true }), ([x]) => x.item());
      }
      return Array.from(new DataLoader(dataset, { batchSize, shuffle: true }), ([x, y]) => {
        expect([x.shape, y.shape]).toEqual([[], [2]]);
        return x.item();
      });
    };
    expect(order(null)).toEqual(order(1));
    const loader = new DataLoader(dataset, { batchSize: null });
    expect([loader.length, loader.batchSize, loader.batched]).toEqual([6, null, false]);
  });

  it("passes each sample through collateFn, also of an iterable dataset, and goes on from a place", () => {
    const squares = { length: 4, get: (i: number) => i * i };
    const options = { batchSize: null, collateFn: (value: number) => `<${value}>` } as const;
    expect([...new DataLoader(squares, options)]).toEqual(["<0>", "<1>", "<4>", "<9>"]);
    expect([...new DataLoader(new Set([3, 5]), { batchSize: null })]).toEqual([3, 5]);
    const loader = new DataLoader(squares, { batchSize: null });
    const values = loader[Symbol.iterator]();
    values.next();
    values.next();
    const again = new DataLoader(squares, { batchSize: null });
    again.loadStateDict(loader.stateDict());
    values.return?.();
    const rest: number[] = [...again];
    expect(rest).toEqual([4, 9]);
  });

  it("is refused beside what needs batches", () => {
    const wrong = { batchSize: null, dropLast: true } as unknown as { batchSize: null };
    expect(() => new DataLoader(dataset, wrong)).toThrow(/dropLast/);
    const both = { batchSize: null, batchSampler: [[0]] } as unknown as { batchSize: null };
    expect(() => new DataLoader(dataset, both)).toThrow(/batchSampler/);
  });
});

describe("bad input", () => {
  const dataset = new TensorDataset(arange(10));
  it.each([0, -1, 2.5, Number.NaN, Infinity])("batchSize %d", (batchSize) => {
    expect(() => new DataLoader(dataset, { batchSize })).toThrow(ConfigError);
  });
  it("names the row and the column of a NaN", () => {
    const x = tensor([
      [1, 2],
      [3, Number.NaN],
    ]);
    expect(() => new TensorDataset(x)).toThrow(/tensor 0 holds NaN in row 1, column 1/);
    expect(() => new TensorDataset(tensor([1, Infinity]))).toThrow(DataError);
  });
  it("refuses empty and unequal tensors, and no tensors", () => {
    expect(() => new TensorDataset(zeros([0, 3]))).toThrow(DataError);
    expect(() => new TensorDataset(zeros([3]), zeros([4]))).toThrow(ShapeError);
    expect(() => new TensorDataset()).toThrow(ConfigError);
    expect(() => new DataLoader({ length: 0, get: () => 0 })).toThrow(DataError);
    expect(() => dataset.get(10)).toThrow(DataError);
  });
});

describe("a synchronous program", () => {
  it("keeps nothing of the epochs it has read", () => {
    const loader = new DataLoader(new TensorDataset(arange(4)), { batchSize: 2, shuffle: true });
    const read = (epochs: number): number => {
      for (let i = 0; i < epochs; i++) for (const batch of loader) void batch;
      (globalThis as { gc?: () => void }).gc?.();
      return process.memoryUsage().heapUsed;
    };
    const before = read(500);
    expect((read(10_000) - before) / 10_000).toBeLessThan(60); // bytes an epoch; one iterator alone takes 96
  });
});
