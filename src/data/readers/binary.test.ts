import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DataError } from "../../util/index.ts";
import type { Table } from "../table/index.ts";
import { readArrow, readIdx, readNpy, readNpz, readParquet, readTable, streamArrow, streamParquet } from "./index.ts";

const file = (name: string): string => new URL(`../../../tests/golden/data/${name}`, import.meta.url).pathname;
const flat = ["number", "single", "whole", "small", "yes", "kind", "coded", "seen", "micro", "day"];
const noon = Date.UTC(2024, 4, 31, 12);
const DAY = 86_400_000;

function expected(i: number): Record<string, unknown> {
  return {
    number: i === 3 ? null : i / 4,
    single: i / 2,
    whole: i * 1e10,
    small: i === 5 ? null : i,
    yes: i % 3 === 0,
    kind: i === 7 ? null : "abc"[i % 3],
    coded: "xy"[i % 2],
    seen: new Date(noon + i * DAY),
    micro: new Date(noon + i),
    day: new Date(noon - DAY / 2 + i * DAY),
  };
}

function check(table: Table): void {
  expect(table.fields.map(({ type }) => type)).toEqual([
    "number",
    "number",
    "integer",
    "integer",
    "boolean",
    "category",
    "category",
    "date",
    "date",
    "date",
  ]);
  for (let i = 0; i < 10; i++) expect(table.row(i)).toEqual(expected(i));
}

describe("Parquet", () => {
  it.each(["none", "snappy", "gzip", "zstd", "brotli", "lz4"])("reads what pyarrow wrote (%s)", async (codec) => {
    check(await readParquet(file(`table-${codec}.parquet`), { columns: flat }));
  });

  it("begins anywhere, and counts without reading", async () => {
    const stream = streamParquet(file("table-snappy.parquet"), { columns: flat, batchRows: 3 });
    expect(await stream.countRows()).toBe(10);
    for (let row = 0; row < 10; row++) {
      let next = row;
      for await (const batch of stream.from(row)) {
        for (let i = 0; i < batch.numRows; i++) expect(batch.row(i)).toEqual(expected(next++));
      }
      expect(next).toBe(10);
    }
  });

  it("refuses lists, columns that are not there, and files that are none", async () => {
    await expect(readParquet(file("table-none.parquet"))).rejects.toThrow(/column "list" holds lists/);
    await expect(readParquet(file("table-none.parquet"), { columns: ["kinds"] })).rejects.toThrow(
      /Did you mean "kind"/,
    );
    await expect(readParquet({ text: "a,b\n1,2\n", name: "x.parquet" })).rejects.toThrow(/^x\.parquet: /);
  });
});

describe("Arrow", () => {
  it.each(["table.arrow", "table-stream.arrow"])("reads %s", async (name) => {
    check(await readArrow(file(name), { columns: flat }));
    const batch = (await streamArrow(file(name), { columns: flat, batchRows: 5 }).from(6).next()).value as Table;
    expect(batch.numRows).toBe(4);
    expect(batch.row(0)).toEqual(expected(6));
  });

  it("says what it does not read", async () => {
    await expect(readArrow(file("table-zstd.feather"), { columns: flat })).rejects.toThrow(/without compression/);
  });

  it("says so of what is no Arrow file, without the words of the library's code", async () => {
    const none = new TextEncoder().encode(`ARROW1\0\0${"x".repeat(200)}`);
    await expect(readArrow({ bytes: none, name: "a.arrow" })).rejects.toThrow(
      "a.arrow: the Arrow data cannot be read, expected a whole Arrow IPC file",
    );
  });
});

describe("NumPy and IDX", () => {
  it("reads every dtype, byte order and memory order", async () => {
    const arrays = await readNpz(file("dtypes.npz"));
    expect(arrays.size).toBe(36);
    for (const [name, { shape, data, dtype }] of arrays) {
      expect(shape).toEqual([2, 3]);
      const values = dtype === "bool" ? [0, 1, 0, 1, 0, 1] : [0, 1, 2, 3, 4, 5];
      expect([...data], name).toEqual(dtype.startsWith("float") ? values.map((i) => i / 2 - 1) : values);
    }
    const stored = await readNpz(file("stored.npz"));
    expect(stored.get("scalar")?.shape).toEqual([]);
    expect([...(stored.get("x")?.data ?? [])]).toEqual([0, 1, 2]);
    const cube = await readNpy(file("cube.npy"));
    expect(cube.shape).toEqual([2, 3, 4]);
    expect([...cube.data]).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect(cube.toTensor().shape).toEqual([2, 3, 4]);
  });

  it("never reads objects and texts", async () => {
    await expect(readNpy(file("objects.npy"))).rejects.toThrow(/expected booleans, integers or floats/);
    await expect(readNpy(file("text.npy"))).rejects.toThrow(/expected booleans, integers or floats/);
  });

  it("reads IDX files, packed or not", async () => {
    for (const name of ["images-idx3-ubyte", "images-idx3-ubyte.gz"]) {
      const images = await readIdx(file(name));
      expect([images.dtype, images.shape, images.data[23]]).toEqual(["uint8", [2, 3, 4], 23]);
    }
    expect([...(await readIdx(file("floats-idx1"))).data]).toEqual([1.5, -2.25]);
  });

  it("knows formats by their endings", async () => {
    expect((await readTable(file("table.arrow"), { columns: flat })).numRows).toBe(10);
    await expect(readTable("x.xlsx")).rejects.toThrow(/the ending is \.xlsx/);
    const bytes = Uint8Array.from(readFileSync(file("stored.npz")));
    await expect(readTable({ bytes, name: "cube.npy" })).rejects.toThrow(/no \.npy file/);
  });
});

describe("damaged files", () => {
  const readers: [name: string, read: (source: { bytes: Uint8Array; name: string }) => Promise<unknown>][] = [
    ["table-zstd.parquet", (source) => readParquet(source, { columns: flat })],
    ["table-snappy.parquet", (source) => readParquet(source, { columns: flat })],
    ["table.arrow", (source) => readArrow(source, { columns: flat })],
    ["dtypes.npz", readNpz],
    ["cube.npy", readNpy],
    ["images-idx3-ubyte", readIdx],
    ["images-idx3-ubyte.gz", readIdx],
  ];
  it.each(readers)("%s: cut off anywhere, it is refused by name", async (name, read) => {
    const whole = Uint8Array.from(readFileSync(file(name)));
    for (let k = 0; k < 20; k++) {
      const bytes = whole.slice(0, Math.floor((whole.length * k) / 20));
      const error = await read({ bytes, name: "cut" }).then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error, `cut at ${bytes.length}`).toBeInstanceOf(DataError);
      expect((error as Error).message).toMatch(/^cut/);
    }
  });

  it.each(
    readers,
  )("%s: with any byte changed, it is read or refused, and nothing large is allocated", async (name, read) => {
    const whole = Uint8Array.from(readFileSync(file(name)));
    const before = process.memoryUsage().arrayBuffers;
    for (let k = 0; k < 25; k++) {
      const bytes = whole.slice();
      const at = (k * 7919) % bytes.length;
      bytes[at] = (bytes[at] as number) ^ (k % 2 ? 0xff : 1 << (k % 8));
      const error = await read({ bytes, name: "bad" }).then(
        () => null,
        (reason: unknown) => reason,
      );
      if (error !== null) expect(error, `byte ${at}: ${(error as Error).stack}`).toBeInstanceOf(DataError);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(300e6);
  });
});
