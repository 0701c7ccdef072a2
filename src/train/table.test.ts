import { describe, expect, it } from "vitest";
import type { EpochRecord } from "./history.ts";
import { EpochTable } from "./table.ts";

const NAMES = ["return", "length", "epsilon", "meanQ", "tdError", "boundQ"];
const record = (value: number, more: Partial<EpochRecord> = {}): EpochRecord => ({
  epoch: 3,
  trainLoss: value,
  valLoss: null,
  lr: 2.3e-4,
  gradNorm: value,
  best: false,
  metrics: { evalReturn: value },
  figures: Object.fromEntries(NAMES.map((name) => [name, value])),
  ...more,
});

describe("the table of an agent", () => {
  it("fits 100 characters, keeps its columns whatever the numbers, and names what it leaves out", () => {
    const table = new EpochTable([], true);
    expect(table.begin()).toEqual([]);
    const [note, header, line, first] = table.lines(record(1));
    expect(note).toBe("(also in the log: tdError, boundQ)");
    expect(header?.split(/ +/).join(" ")).toBe("epoch train loss lr grad norm evalReturn return length epsilon meanQ");
    const extremes = [0, -0.001234, -999.999994, -9999.99994, -99999.9994, 123456, -1e-30, 1e300, NaN, -Infinity];
    for (const value of extremes) {
      const [row] = table.lines(record(value, { best: true }));
      expect(row).toHaveLength(100);
      expect(row?.replace(/ {2}★ best$/, "")).toHaveLength(first?.length as number);
      // Each number ends where its name ends, with a space before it.
      for (const end of [16, 26, 37, 48, 59, 70, 81, 92]) expect(row?.slice(end - 1, end + 1)).toMatch(/^\S( |$)/);
    }
    expect(line?.length).toBe(100);
    expect(table.lines(record(0.00123))[0]).toContain("2.30e-4    0.00123");
  });

  it("gets a column of validation losses when there are any, below a new header", () => {
    const table = new EpochTable(["f1"], true);
    expect(table.lines(record(1, { figures: {}, metrics: { f1: 1 } })).join()).not.toContain("val loss");
    const [header, , row] = table.lines(record(1, { figures: {}, metrics: { f1: 1 }, valLoss: 0.25 }));
    expect(header).toContain("train loss   val loss");
    expect(row).toContain("0.25000");
    expect(table.lines(record(1, { figures: {}, metrics: { f1: 1 } }))).toHaveLength(1);
  });
});
