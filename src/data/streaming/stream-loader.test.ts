import { tableFromArrays, tableToIPC } from "@uwdata/flechette";
import { ByteWriter, parquetWrite } from "hyparquet-writer";
import { data, Generator, manualSeed, nn, type Tensor } from "innerloop";
import { describe, expect, it } from "vitest";

const ROWS = 3000;
const ids = Array.from({ length: ROWS }, (_, i) => i);
const KINDS = ["debris", "rocket", "payload"];

/** A source that counts what it gives and how often it is opened. */
function counted(source: data.RowSource) {
  const count = { rows: 0, opened: 0, closed: 0 };
  const open: data.RowSource["open"] = async function* (row, wanted) {
    count.opened++;
    const chunks = source.open(row, wanted);
    try {
      for (let step = await chunks.next(); step.done !== true; step = await chunks.next()) {
        await new Promise((resolve) => setImmediate(resolve));
        count.rows += step.value.rows;
        yield step.value;
      }
    } finally {
      count.closed++;
      await chunks.return?.();
    }
  };
  return { count, source: { ...source, open } };
}

const memorySource = (options: { chunkRows?: number; blockRows?: number } = {}) =>
  data.memoryRows({ id: ids, double: ids.map((id) => 2 * id) }, options);

const loaderOf = (source: data.RowSource, options: data.StreamLoaderOptions = {}) =>
  new data.StreamLoader(new data.StreamingDataset(source, ["id", ["double", "id"]]), { batchSize: 64, ...options });

/** The ids of the batches, after a check that their parts are of the same rows. */
async function idsOf(loader: AsyncIterable<readonly [Tensor, Tensor, ...Tensor[]]>): Promise<number[][]> {
  const batches: number[][] = [];
  for await (const [id, pair] of loader) {
    const own = id.toArray() as number[];
    expect(pair.toArray()).toEqual(own.map((each) => [2 * each, each]));
    batches.push(own);
  }
  return batches;
}

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

describe("order", () => {
  it.each([
    ["chunks smaller than batches", { chunkRows: 10 }],
    ["chunks larger than windows", { chunkRows: 2500 }],
    ["blocks", { chunkRows: 100, blockRows: 170 }],
    ["blocks larger than windows", { chunkRows: 333, blockRows: 1400 }],
  ])("%s: each row once, shuffled or not, the same again from the same seed", async (_, options) => {
    expect((await idsOf(loaderOf(memorySource(options)))).flat()).toEqual(ids);
    const shuffled = () => loaderOf(memorySource(options), { shuffle: true, shuffleRows: 500 });
    manualSeed(5);
    const loader = shuffled();
    const [first, second] = [(await idsOf(loader)).flat(), (await idsOf(loader)).flat()];
    for (const each of [first, second]) expect(sorted(each)).toEqual(ids);
    expect(second).not.toEqual(first);
    expect(first).not.toEqual(ids);
    manualSeed(5);
    expect((await idsOf(shuffled())).flat()).toEqual(first);
  });

  it("mixes: over all blocks, and within windows", async () => {
    const order = async (blockRows: number) => {
      const options = { shuffle: true, shuffleRows: 500, generator: new Generator(1) };
      return (await idsOf(loaderOf(memorySource({ blockRows }), options))).flat();
    };
    const correlation = (values: readonly number[]): number => {
      const mean = (ROWS - 1) / 2;
      const sum = values.reduce((total, value, i) => total + (value - mean) * (i - mean), 0);
      return sum / ids.reduce((total, value) => total + (value - mean) ** 2, 0);
    };
    expect(Math.abs(correlation(await order(50)))).toBeLessThan(0.3);
    expect(correlation(await order(ROWS))).toBeLessThan(0.1);
    const windowed = { shuffle: true, shuffleRows: 500, generator: new Generator(1) };
    const { blockStarts: _, ...one } = memorySource();
    const within = (await idsOf(loaderOf(one, windowed))).flat();
    within.forEach((id, i) => {
      expect(Math.floor(id / 500)).toBe(Math.floor(i / 500)); // no blocks: rows stay in their window
    });
  });

  it("cuts batches, also across windows, and knows its length", async () => {
    const loader = loaderOf(memorySource(), { batchSize: 700, shuffle: true, shuffleRows: 300 });
    expect((await idsOf(loader)).map(({ length }) => length)).toEqual([700, 700, 700, 700, 200]);
    expect(loader.length).toBe(5);
    const dropping = loaderOf(memorySource(), { batchSize: 700, dropLast: true });
    expect((await idsOf(dropping)).length).toBe(4);
    expect(dropping.length).toBe(4);
    const unknown = loaderOf({ ...memorySource(), numRows: null }, { batchSize: 700, shuffle: true });
    expect(unknown.length).toBeNaN();
    expect(sorted((await idsOf(unknown)).flat())).toEqual(ids);
  });
});

it.each([false, true])("tells which rows a batch holds (shuffle %s)", async (shuffle) => {
  const { numRows, ...rest } = memorySource({ blockRows: 130 });
  for (const source of [memorySource({ blockRows: 130 }), { ...rest, numRows: null }]) {
    const batches = loaderOf(source, { shuffle, shuffleRows: 300, batchSize: 170 })[Symbol.iterator]();
    for (;;) {
      await batches.ready?.();
      const { done, value } = batches.next();
      if (done === true) break;
      expect([...batches.lastIndices()]).toEqual((value as readonly [Tensor, Tensor])[0].toArray());
    }
  }
  expect(numRows).toBe(ROWS);
});

describe("going on", () => {
  it.each([
    ["in order", {}, { chunkRows: 100 }, ROWS],
    ["shuffled in windows", { shuffle: true, shuffleRows: 256 }, { chunkRows: 100 }, 600],
    ["shuffled by blocks", { shuffle: true, shuffleRows: 256 }, { chunkRows: 100, blockRows: 100 }, 600],
  ])("%s: from any place, with any batch size, at the cost of a window", async (_, options, blocks, most) => {
    manualSeed(2);
    const expected = (await idsOf(loaderOf(memorySource(blocks), options))).flat();
    for (const stop of [1, 3, 17, 42, 46]) {
      manualSeed(2);
      const first = loaderOf(memorySource(blocks), options);
      const seen: number[] = [];
      let saved = "";
      for await (const [id] of first) {
        seen.push(...(id.toArray() as number[]));
        saved = JSON.stringify(first.stateDict());
        if (seen.length === 64 * stop) break;
      }
      const { source, count } = counted(memorySource(blocks));
      const second = loaderOf(source, { ...options, batchSize: 33, shuffleRows: 77 });
      second.loadStateDict(JSON.parse(saved));
      const iterator = second[Symbol.iterator]();
      await iterator.ready?.();
      expect(count.rows, "rows read for the first batch").toBeLessThanOrEqual(most);
      const [id] = iterator.next().value as readonly [Tensor];
      seen.push(...(id.toArray() as number[]));
      const rest = iterator.stateDict();
      iterator.return?.();
      second.loadStateDict(rest);
      seen.push(...(await idsOf(second)).flat());
      expect(seen).toEqual(expected);
    }
  });

  it("refuses the state of other data, or of a DataLoader", () => {
    const loader = loaderOf(memorySource(), { shuffle: true });
    loader[Symbol.iterator]().return?.();
    const state = loader.stateDict();
    const fewer = loaderOf(data.memoryRows({ id: [1], double: [2] }), { shuffle: true });
    expect(() => fewer.loadStateDict(state)).toThrow(/counts 3000 samples instead of 1/);
    expect(() => loaderOf(memorySource()).loadStateDict(state)).toThrow(/shuffle is true/);
    expect(() => loader.loadStateDict({ ...state, done: false, order: { seed: "1" } })).toThrow(/none of a stream/);
  });
});

describe("what is open", () => {
  it("is closed after the epoch, a break, and an error, and reads no further than the prefetch", async () => {
    const { source, count } = counted(memorySource({ chunkRows: 100 }));
    // Turns of the event loop, not milliseconds, which may hold none on a machine at work.
    const settled = async () => {
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    };
    await idsOf(loaderOf(source, { shuffle: true, shuffleRows: 100 }));
    expect(count).toEqual({ rows: ROWS, opened: 1, closed: 1 });
    count.rows = 0;
    for await (const _ of loaderOf(source, { shuffle: true, shuffleRows: 100, prefetch: 2 })) {
      await settled();
      break;
    }
    await settled();
    expect(count.closed).toBe(2);
    expect(count.rows).toBeLessThanOrEqual(400);
    await expect(
      (async () => {
        for await (const _ of loaderOf(source)) throw new Error("in the middle");
      })(),
    ).rejects.toThrow("in the middle");
    await settled();
    expect(count.closed).toBe(3);
  });

  it("says that a plain loop must wait", () => {
    expect(() => [...loaderOf(memorySource())]).toThrow(/have not been read yet.*for await/);
  });
});

/** The same rows in every format. */
function files(): [string, () => data.TableStream][] {
  const kind = ids.map((id) => KINDS[(id * 7) % 3] as string);
  const x = ids.map((id) => Math.sin(id));
  const columns = [
    { name: "id", data: Int32Array.from(ids), type: "INT32" as const, nullable: false },
    { name: "x", data: Float64Array.from(x), type: "DOUBLE" as const, nullable: false },
    { name: "kind", data: kind, type: "STRING" as const, nullable: false },
  ];
  const writer = new ByteWriter();
  parquetWrite({ writer, columnData: columns, rowGroupSize: 450 });
  const parquet = new Uint8Array(writer.getBuffer());
  // padded, so that the text has several blocks
  const pad = " ".repeat(800);
  const csv = `id,x,kind\n${ids.map((id) => `${id},${x[id]},${kind[id]}${pad}`).join("\n")}\n`;
  const jsonl = ids.map((id) => JSON.stringify({ id, x: x[id], kind: kind[id], pad })).join("\n");
  const arrow = tableToIPC(
    tableFromArrays({ id: Int32Array.from(ids), x: Float64Array.from(x), kind }),
    {},
  ) as Uint8Array;
  return [
    ["Parquet", () => data.streamParquet(parquet)],
    ["CSV", () => data.streamCsv({ text: csv })],
    ["JSON lines", () => data.streamJsonl({ text: jsonl }, { columns: ["id", "x", "kind"] })],
    ["Arrow", () => data.streamArrow(arrow)],
  ];
}

describe.each(files())("%s", (format, open) => {
  it("streams shuffled blocks, encodes texts by a preprocessor, and goes on at nine tenths for a window", async () => {
    const preprocessor = await new data.Preprocessor({
      inputs: ["id", "x"],
      target: "kind",
      standardize: false,
    }).fitStream(open());
    const source = await data.streamRows(open(), { preprocessor });
    expect(source.numRows).toBe(ROWS);
    if (format !== "Arrow") expect(source.blockStarts?.length).toBeGreaterThan(2);
    const parts = ["id", "x", { columns: "kind", dtype: "int32" }] as const;
    const make = (from: data.RowSource, batchSize: number) =>
      new data.StreamLoader(new data.StreamingDataset(from, parts), { batchSize, shuffle: true, shuffleRows: 400 });
    const seen: number[] = [];
    const check = ([id, x, kind]: readonly [Tensor, Tensor, Tensor]) => {
      const own = id.toArray() as number[];
      expect(x.toArray()).toEqual(own.map((each) => Math.fround(Math.sin(each))));
      const names = (kind.toArray() as number[]).map((place) => preprocessor.classes?.[place]);
      expect(names).toEqual(own.map((each) => KINDS[(each * 7) % 3]));
      seen.push(...own);
    };
    const first = make(source, 100);
    let state = first.stateDict();
    for await (const batch of first) {
      check(batch);
      state = first.stateDict();
      if (seen.length === 2700) break;
    }
    const { source: again, count } = counted(await data.streamRows(open(), { preprocessor }));
    const second = make(again, 7);
    second.loadStateDict(state);
    const iterator = second[Symbol.iterator]();
    await iterator.ready?.();
    const unit = format === "Arrow" ? ROWS : 1500;
    expect(count.rows).toBeLessThanOrEqual(2 * unit);
    check(iterator.next().value);
    state = iterator.stateDict();
    iterator.return?.();
    second.loadStateDict(state);
    for await (const batch of second) check(batch);
    expect(sorted(seen)).toEqual(ids);
  });

  it("goes on within what is decoded at a time", async () => {
    const source = await data.streamRows(open());
    const loader = new data.StreamLoader(new data.StreamingDataset(source, ["id"]), { batchSize: 40 });
    for (const position of [1, 449, 450, 2003]) {
      loader.loadStateDict({ position, done: false, length: ROWS, shuffle: false, order: null });
      for await (const [id] of loader) {
        expect(id.toArray()).toEqual(ids.slice(position, position + 40));
        break;
      }
    }
  });

  it("refuses texts without a preprocessor, and takes numbers", async () => {
    const source = await data.streamRows(open(), { countRows: false });
    expect([source.numRows, source.columnNames]).toEqual([null, ["id", "x", "kind"]]);
    const texts = new data.StreamingDataset(source, ["kind"]);
    const read = async (loader: AsyncIterable<readonly Tensor[]>): Promise<number> => {
      let rows = 0;
      for await (const [batch] of loader) rows += (batch as Tensor).length;
      return rows;
    };
    await expect(read(new data.StreamLoader(texts))).rejects.toThrow(/column "kind" holds texts/);
    const numbers = new data.StreamingDataset(source, ["id"]);
    expect(await read(new data.StreamLoader(numbers, { batchSize: 999, shuffle: true }))).toBe(ROWS);
  });
});

describe("sources of sources", () => {
  const part = (from: number, to: number, options: { chunkRows?: number; blockRows?: number } = {}) =>
    data.memoryRows({ id: ids.slice(from, to), double: ids.slice(from, to).map((id) => 2 * id) }, options);
  const { blockStarts: _, ...unblocked } = part(1000, 1700);
  const whole = data.concatRows([part(0, 1000, { blockRows: 300 }), unblocked, part(1700, ROWS, { chunkRows: 90 })]);

  it("are their rows, in one order and in another, from any row on", async () => {
    expect([whole.numRows, whole.blockStarts]).toEqual([ROWS, [0, 300, 600, 900, 1000, 1700]]);
    expect((await idsOf(loaderOf(whole))).flat()).toEqual(ids);
    expect(sorted((await idsOf(loaderOf(whole, { shuffle: true, shuffleRows: 200 }))).flat())).toEqual(ids);
    for (const start of [0, 999, 1000, 1690, 2999]) {
      const chunk = await whole.open(start, ["id"]).next();
      expect(chunk.value.columns.id[0]).toBe(start);
    }
  });

  it("can be cut: every shard once, no row in two", async () => {
    const shards = [0, 1, 2, 3].map((rank) => data.sliceRows(whole, rank * 750, (rank + 1) * 750));
    const read = await Promise.all(shards.map((each) => idsOf(loaderOf(each, { shuffle: true, shuffleRows: 100 }))));
    read.forEach((batches, rank) => {
      expect(sorted(batches.flat())).toEqual(ids.slice(rank * 750, (rank + 1) * 750));
    });
    const end = data.sliceRows(whole, 2990);
    expect([end.numRows, end.blockStarts]).toEqual([10, [0]]);
  });

  it("name a row by its own file", async () => {
    const file = async (text: string) => data.streamRows(data.streamCsv({ text }));
    const both = data.concatRows([await file("a\n1\n2\n3\n"), await file('a\n4\n5\n""\n')]);
    const cut = data.sliceRows(both, 2);
    const loader = new data.StreamLoader(new data.StreamingDataset(cut, ["a"]));
    await expect(loader[Symbol.asyncIterator]().next()).rejects.toThrow(/text, row 2, column a holds NaN/);
  });

  it.each([
    ["no sources", () => data.concatRows([]), /no sources/],
    [
      "other columns",
      () => data.concatRows([part(0, 1), data.memoryRows({ id: [1] })]),
      /source 1 has no column double/,
    ],
    ["uncounted rows", () => data.concatRows([{ ...part(0, 1), numRows: null }]), /does not know/],
    ["no rows", () => data.sliceRows(whole, 5, 5), /rows 5 to 5 of 3000/],
    ["rows beyond", () => data.sliceRows(whole, 0, 3001), /rows 0 to 3001/],
  ])("%s are refused", (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe("bad rows", () => {
  const read = async (text: string, parts: readonly data.StreamPart[]) => {
    const source = await data.streamRows(data.streamCsv({ text: `a,b\n${text}` }));
    for await (const _ of new data.StreamLoader(new data.StreamingDataset(source, parts), { batchSize: 2 })) void _;
  };

  it.each([
    ["a missing value", "1,2\n3,\n", [["a", "b"]], /row 1, column b holds NaN/],
    ["a missing whole number", "1,2\n3,\n", [{ columns: "b", dtype: "int32" }], /row 1, column b holds NaN/],
    ["no whole number", "1,2\n3,2.5\n", [{ columns: ["a", "b"], dtype: "int32" }], /row 1, column b holds 2.5/],
    ["a large number", "3e10,1\n", [{ columns: "a", dtype: "int32" }], /row 0, column a holds 30000000000/],
    ["another column", "1,2\n", ["c"], /no column c, expected one of a, b/],
    ["no parts", "1,2\n", [], /no parts/],
  ] as const)("%s is refused by name", async (_, text, parts, message) => {
    await expect(read(text, parts)).rejects.toThrow(message);
  });

  it("a file that became shorter is refused", async () => {
    const source = { ...memorySource(), numRows: ROWS + 1 };
    await expect(idsOf(loaderOf(source))).rejects.toThrow(/ended before row 3000, expected the 3001 rows/);
  });

  it.each([
    [{ batchSize: 0 }, /batchSize is 0/],
    [{ shuffleRows: 1.5 }, /shuffleRows is 1.5/],
    [{ prefetch: 0 }, /prefetch is 0/],
  ])("options %j", (options, message) => {
    expect(() => loaderOf(memorySource(), options)).toThrow(message);
  });
});

it("feeds a network whose parts are columns and rows", async () => {
  const model = new nn.Linear(2, 1);
  for await (const [, pair] of loaderOf(memorySource(), { batchSize: 1000 })) {
    expect(model.forward(pair).shape).toEqual([1000, 1]);
  }
});
