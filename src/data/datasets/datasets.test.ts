import { arange, data, manualSeed, rand, type Tensor, tensor } from "innerloop";
import { describe, expect, it } from "vitest";

const X = rand([20, 3]);
const ids = arange(20);
const whole = new data.TensorDataset(X, ids);

/** The same samples without batches of its own: what the fast path must agree with. */
function slow<Item>(dataset: data.Dataset<Item>): data.Dataset<Item> {
  return { length: dataset.length, get: (i) => dataset.get(i) };
}

function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("toArray" in value) return (value as Tensor).toArray();
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

function batches(dataset: data.Dataset<unknown>): unknown[] {
  manualSeed(8);
  return Array.from(new data.DataLoader(dataset, { batchSize: 6, shuffle: true }), plain);
}

const subset = new data.Subset(whole, [19, 0, 7, 7, 3, 12, 5, 1]);
const concat = new data.ConcatDataset([subset, new data.TensorDataset(X.mul(2), ids.add(100)), subset]);
const made: [string, data.Dataset<unknown> & { batch?: unknown }][] = [
  ["Subset", subset],
  ["a subset of a subset", new data.Subset(subset, [7, 2, 0, 1])],
  ["ConcatDataset", concat],
  ["a subset of a concatenation", new data.Subset(concat, [35, 0, 8, 27, 28, 1, 9])],
  ["StackDataset of a list", new data.StackDataset([whole, new data.TensorDataset(ids.mul(3))])],
  [
    "StackDataset of a record",
    new data.StackDataset({ a: subset, b: new data.Subset(whole, [1, 2, 3, 4, 5, 6, 7, 8]) }),
  ],
  [
    "a concatenation of stacks",
    new data.ConcatDataset([1, 2].map(() => new data.StackDataset({ whole, same: whole }))),
  ],
];

describe.each(made)("%s", (_, dataset) => {
  it("gathers batches at once, as it would sample by sample", () => {
    expect(dataset.batch).toBeTypeOf("function");
    expect(batches(dataset)).toEqual(batches(slow(dataset)));
  });
});

it("works over datasets of one's own, without batches at once", () => {
  const squares = { length: 5, get: (i: number) => ({ i, square: tensor(i * i) }) };
  const twice = new data.ConcatDataset([new data.Subset(squares, [4, 1]), squares]);
  expect(twice.batch).toBeUndefined();
  const [batch] = new data.DataLoader(twice, { batchSize: 7 });
  expect(plain(batch)).toEqual({ i: [4, 1, 0, 1, 2, 3, 4], square: [16, 1, 0, 1, 4, 9, 16] });
  const both = new data.StackDataset({ own: squares, tensors: new data.TensorDataset(arange(5)) });
  expect(plain(both.get(2))).toEqual({ own: { i: 2, square: 4 }, tensors: [2] });
});

describe("iterable datasets", () => {
  const collect = (loader: Iterable<Tensor>): number[][] => Array.from(loader, (each) => each.toArray() as number[]);

  it("gives what they give, in batches", () => {
    const chained = new data.ChainDataset<number>([[1, 2, 3], new Set([4, 5]) as Iterable<number>, []]);
    expect(collect(new data.DataLoader(chained, { batchSize: 2 }))).toEqual([[1, 2], [3, 4], [5]]);
    expect(collect(new data.DataLoader(chained, { batchSize: 2, dropLast: true }))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(new data.ChainDataset<number>([[1, 2], [3]]).length).toBe(3);
    expect(new data.DataLoader(chained, { batchSize: 2 }).length).toBeNaN();
  });

  it.each([true, false])("goes on in the middle of an epoch (a dataset that seeks: %s)", (seeks) => {
    let given = 0;
    function* from(start: number): Generator<number> {
      for (let i = start; i < 11; i++) {
        given++;
        yield i;
      }
    }
    const dataset: data.IterableDataset<number> = {
      length: 11,
      [Symbol.iterator]: () => from(0),
      ...(seeks ? { from } : {}),
    };
    const iterator = new data.DataLoader(dataset, { batchSize: 4 })[Symbol.iterator]();
    const seen = [(iterator.next().value as Tensor).toArray(), (iterator.next().value as Tensor).toArray()];
    const state = JSON.parse(JSON.stringify(iterator.stateDict())) as data.LoaderState;
    iterator.return?.();
    const second = new data.DataLoader(dataset, { batchSize: 2 });
    second.loadStateDict(state);
    given = 0;
    expect([...seen, ...collect(second)].flat()).toEqual(Array.from({ length: 11 }, (_, i) => i));
    expect(given).toBe(seeks ? 3 : 11);
  });

  it("ends the dataset's iteration with the loop", () => {
    let closed = 0;
    const dataset = {
      *[Symbol.iterator](): Generator<number> {
        try {
          for (let i = 0; ; i++) yield i;
        } finally {
          closed++;
        }
      },
    };
    for (const batch of new data.DataLoader(dataset, { batchSize: 3 })) if (batch.toArray()) break;
    expect(closed).toBe(1);
  });
});

describe("collation", () => {
  const of = (sample: unknown) => ({ length: 2, get: () => sample });

  it("joins numbers, booleans, tensors, arrays and plain objects", () => {
    const sample = { n: 1.5, flag: true, t: tensor([1, 2]), nested: [3, { deep: tensor(4) }] };
    const [batch] = new data.DataLoader(of(sample), { batchSize: 2 });
    expect(plain(batch)).toEqual({
      n: [1.5, 1.5],
      flag: [1, 1],
      t: [
        [1, 2],
        [1, 2],
      ],
      nested: [[3, 3], { deep: [4, 4] }],
    });
  });

  it.each([
    ["texts", "a", /samples are of type string/],
    ["nothing", null, /samples are of type null/],
    ["dates", { when: new Date() }, /samples are of type object/],
  ])("refuses %s", (_, sample, message) => {
    expect(() => [...new data.DataLoader(of(sample), { batchSize: 2 })]).toThrow(message);
  });

  it("refuses samples of different shapes", () => {
    const ragged = { length: 2, get: (i: number) => rand([i + 1]) };
    expect(() => [...new data.DataLoader(ragged, { batchSize: 2 })]).toThrow(/shapes \[1, 1\] and \[1, 2\]/);
  });
});

it.each([
  ["a position outside", () => new data.Subset(whole, [0, 20]), /indices\[1\] is 20, expected 0 … 19/],
  ["a position that is none", () => new data.Subset(whole, [0.5]), /indices\[0\] is 0.5/],
  ["a sample outside", () => subset.get(8), /index 8, expected 0 … 7/],
  ["a sample outside all", () => concat.get(36), /index 36, expected 0 … 35/],
  ["no datasets in a row", () => new data.ConcatDataset([]), /no datasets/],
  ["no datasets side by side", () => new data.StackDataset([]), /no datasets/],
  ["no datasets in a chain", () => new data.ChainDataset([]), /no datasets/],
  ["unequal lengths", () => new data.StackDataset([whole, subset]), /20 and 8 samples/],
  ["shuffling what is iterable", () => new data.DataLoader([1, 2], { shuffle: true }), /iterable dataset and shuffle/],
  ["a loader over an empty subset", () => new data.DataLoader(new data.Subset(whole, [])), /has 0 samples/],
])("refuses %s", (_, make, message) => {
  expect(make).toThrow(message);
});
