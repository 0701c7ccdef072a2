import { describe, expect, it } from "vitest";
import { readCsv, streamCsv, streamCsvCells } from "./index.ts";

// About three mebibytes, in each row another text.
const rows = 60_000;
const name = (i: number): string => `object number ${i} ${"x".repeat(30)}`;
const text = `id,x\n${Array.from({ length: rows }, (_, i) => `${name(i)},${i}\n`).join("")}`;

describe("a column in which each row has its own text", () => {
  it("is not kept whole by a stream, whose rows still have their texts", async () => {
    let read = 0;
    let most = 0;
    for await (const table of streamCsv({ text }, { batchRows: 7000 })) {
      const column = table.column("id");
      if (column.type !== "category") throw new Error("no texts");
      most = Math.max(most, column.categories.length);
      for (const row of [0, table.numRows - 1]) expect(table.value(row, "id")).toBe(name(read + row));
      read += table.numRows;
    }
    expect(read).toBe(rows);
    expect(most).toBeLessThan(50_000);
    const whole = (await readCsv({ text })).column("id");
    expect(whole.type === "category" && whole.categories.length).toBe(rows);
  });

  it("is written back from its cells", async () => {
    let read = 0;
    for await (const cells of streamCsvCells({ text })) {
      expect(cells.names).toEqual(["id", "x"]);
      expect(cells.firstRow).toBe(read);
      const last = cells.numRows - 1;
      expect([cells.text(last, 0), cells.text(last, 1)]).toEqual([name(read + last), String(read + last)]);
      read += cells.numRows;
    }
    expect(read).toBe(rows);
    const odd = 'a;b\n"x ; y";  2 \n"q ""z""";\n';
    for await (const cells of streamCsvCells({ text: odd }, { delimiter: ";" })) {
      expect([0, 1].map((row) => [cells.text(row, 0), cells.text(row, 1)])).toEqual([
        ["x ; y", "2"],
        ['q "z"', ""],
      ]);
    }
  });
});
