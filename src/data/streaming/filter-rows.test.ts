import { describe, expect, it } from "vitest";
import {
  filterRows,
  memoryRows,
  type RowSource,
  randomSplitRows,
  rowHash,
  StreamingDataset,
  StreamLoader,
} from "./index.ts";

const n = 10_000;
const source = memoryRows({ x: Array.from({ length: n }, (_, i) => i) }, { chunkRows: 333, blockRows: 1000 });

async function values(rows: RowSource, start = 0): Promise<number[]> {
  const out: number[] = [];
  const chunks = { [Symbol.asyncIterator]: () => rows.open(start, ["x"]) };
  for await (const chunk of chunks) out.push(...Array.from(chunk.columns.x as ArrayLike<number>));
  return out;
}

describe("filterRows", () => {
  // (nothing of the third block)
  const keep = (row: number): boolean => row % 7 === 3 && Math.floor(row / 1000) !== 2;
  const wanted = Array.from({ length: n }, (_, i) => i).filter(keep);
  const rows = filterRows(source, keep);

  it("gives the rows that are kept, from any of them on", async () => {
    expect(rows.numRows).toBe(wanted.length);
    for (const start of [0, 1, 142, 700, wanted.length - 1, wanted.length]) {
      expect(await values(rows, start)).toEqual(wanted.slice(start));
    }
    expect(rows.place?.(5)).toBe(`row ${wanted[5]}`);
  });

  it("keeps the blocks, but for those that are empty", () => {
    const starts = [0, 1, 3, 4, 5, 6, 7, 8, 9].map((block) => wanted.findIndex((row) => row >= 1000 * block));
    expect(rows.blockStarts).toEqual(starts);
  });

  it("is shuffled and gone on with as any source", async () => {
    const dataset = new StreamingDataset(rows, ["x"]);
    const seen: number[] = [];
    for await (const [x] of new StreamLoader(dataset, { batchSize: 100, shuffle: true, shuffleRows: 300 })) {
      seen.push(...x.data);
    }
    expect(seen).not.toEqual(wanted);
    expect(seen.sort((a, b) => a - b)).toEqual(wanted);
  });

  it("refuses to keep nothing", () => {
    expect(() => filterRows(source, () => false)).toThrow("none of 10000 rows is kept");
  });
});

describe("randomSplitRows", () => {
  it("puts each row into one part, near its share, by the seed", async () => {
    const of = async (seed: number): Promise<number[][]> =>
      Promise.all(randomSplitRows(source, [0.7, 0.2, 0.1], { seed }).map((each) => values(each)));
    const parts = await of(1);
    expect(parts.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    // (three standard deviations of a binomial)
    [0.7, 0.2, 0.1].forEach((share, i) => {
      expect(Math.abs((parts[i] as number[]).length - share * n)).toBeLessThan(3 * Math.sqrt(n * share * (1 - share)));
    });
    expect(await of(1)).toEqual(parts);
    expect(await of(2)).not.toEqual(parts);
    expect(() => randomSplitRows(source, [0.7, 0.2])).toThrow("make 1 together");
  });

  it("spreads neighbours, also beyond 2^32 rows", () => {
    const hash = rowHash(3);
    for (const base of [0, 2 ** 32, 2 ** 40]) {
      const rows = 50_000;
      const each = Array.from({ length: rows }, (_, i) => hash(base + i) - 0.5);
      expect(Math.abs(each.reduce((a, b) => a + b, 0) / rows)).toBeLessThan(0.005);
      const lag = each.slice(1).reduce((sum, value, i) => sum + value * (each[i] as number), 0) / rows;
      expect(Math.abs(lag)).toBeLessThan(0.0015);
    }
    expect(hash(5)).not.toBe(hash(5 + 2 ** 32));
  });
});
