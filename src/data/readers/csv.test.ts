import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError } from "../../util/index.ts";
import type { Table } from "../table/index.ts";
import { parseDate, parseNumber } from "../table/text-cells.ts";
import { readCsv, readJsonl, streamCsv, streamJsonl } from "./index.ts";

const csv = (text: string, options = {}): Promise<Table> => readCsv({ text, name: "d.csv" }, options);
const plain = (table: Table): unknown[] => Array.from({ length: table.numRows }, (_, i) => Object.values(table.row(i)));

describe("readCsv", () => {
  it("guesses types, and keeps what is missing missing", async () => {
    const table = await csv("n,i,b,d,c\n1.5,1,true,2024-05-31,x\n,NA,,,\n-2e3,3,False,2024-02-29T12:30:00+02:00,y\n");
    expect(table.fields.map(({ type }) => type)).toEqual(["number", "integer", "boolean", "date", "category"]);
    expect(plain(table)).toEqual([
      [1.5, 1, true, new Date("2024-05-31T00:00:00Z"), "x"],
      [null, null, null, null, null],
      [-2000, 3, false, new Date("2024-02-29T10:30:00Z"), "y"],
    ]);
  });

  it("takes byte order marks, CRLF, blanks, empty lines, quoted line ends, and no line end at the end", async () => {
    const table = await csv('\ufeffa, b \r\n1,"x, ""y""\r\nz"\r\n\r\n 2 , w');
    expect(table.columnNames).toEqual(["a", "b"]);
    expect(plain(table)).toEqual([
      [1, 'x, "y"\r\nz'],
      [2, "w"],
    ]);
    expect([...(table.places.numbers ?? [])]).toEqual([2, 5]);
  });

  it("finds the delimiter, and takes decimal commas and own names", async () => {
    expect(plain(await csv("a;b\n1,5;2,25\n", { decimal: "," }))).toEqual([[1.5, 2.25]]);
    expect(plain(await csv("a\tb\n1\t2\n"))).toEqual([[1, 2]]);
    expect(plain(await csv("1,2\n3,4\n", { header: ["p", "q"], columns: ["q"] }))).toEqual([[2], [4]]);
    expect((await csv("1,2\n3,4\n", { header: false })).columnNames).toEqual(["column_1", "column_2"]);
    expect((await csv(",a\n0,x\n")).columnNames).toEqual(["column_1", "a"]);
  });

  it("takes texts for no value, numbers among them", async () => {
    const table = await csv("a,b\n1,x\n-999, -999\n-999.0,?\n", { missingValues: ["-999", "?"] });
    expect(plain(table)).toEqual([
      [1, "x"],
      [null, null],
      [-999, null],
    ]);
  });

  it("obeys types, and lets whole numbers become numbers", async () => {
    const table = await csv("zip,x\n01,1\n02,2\n", { types: { zip: "category" } });
    expect(table.value(0, "zip")).toBe("01");
    // (past the block that types are guessed from)
    const long = `x\n${"1\n".repeat(20_000)}0.5\n`;
    expect((await csv(long)).column("x").type).toBe("number");
    await expect(csv(long, { types: { x: "integer" } })).rejects.toThrow(/line 20002: column "x" is "0.5"/);
  });

  it("reads the same whether something is quoted or not", async () => {
    const field = fc.constantFrom("", "a", " b ", "1", "2.5", "true", "é", "NaN", "x y");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(field, field), { minLength: 1, maxLength: 8 }), async (rows) => {
        const types = { p: "category", q: "category" };
        const bare = await csv(`p,q\n${rows.map((row) => row.join(",")).join("\n")}\n`, { types });
        const quoted = await csv(`"p",q\r\n${rows.map((row) => row.map((f) => `"${f}"`).join(",")).join("\r\n")}`, {
          types,
        });
        expect(plain(quoted)).toEqual(plain(bare));
      }),
      { numRuns: 60 },
    );
  });
});

describe("cells", () => {
  it("reads numbers as JavaScript does, correctly rounded", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        const text = String(value);
        expect(parseNumber(text, 0, text.length)).toBe(value === 0 ? 0 : value);
      }),
    );
    for (const text of ["1", "-0.1", "+5", ".5", "5.", "123456789012345678", "0.1234567890123456789", "1e400", "1E5"]) {
      expect(parseNumber(text, 0, text.length)).toBe(Number(text));
    }
    for (const text of ["", "-", ".", "e5", "0x10", "1_0", "1,5", "1e", "1 2", "NaN", "abc", "Infinit"]) {
      expect(parseNumber(text, 0, text.length), text).toBeNaN();
    }
    expect(parseNumber("-Inf", 0, 4)).toBe(-Infinity);
  });

  it("reads ISO dates, and refuses days that are none", () => {
    for (const text of ["2024-05-31", "2024-05-31T01:02:03.25Z", "1969-12-31T23:59:59-11:00", "0001-01-01"]) {
      expect(parseDate(text)).toBe(Date.parse(text));
    }
    expect(parseDate("2024-05-31 12:00")).toBe(Date.parse("2024-05-31T12:00Z"));
    for (const text of ["2024-02-30", "2023-02-29", "2024-13-01", "2024-01-01T24:00", "31.05.2024", "2024-1-1"]) {
      expect(parseDate(text), text).toBeNaN();
    }
  });
});

describe("whole numbers above 2^53", () => {
  const odd = "9007199254740993"; // 2^53 + 1, which a double makes 2^53
  const both = [
    ["CSV", (cells: string[], options = {}) => csv(`a\n${cells.join("\n")}\n`, options)],
    [
      "JSON lines",
      (cells: string[], options = {}) =>
        readJsonl({ text: cells.map((cell) => `{"k":"${odd}","a":${cell}}`).join("\n"), name: "d.csv" }, options),
    ],
  ] as const;

  it.each(both)("are refused rather than rounded: %s", async (format, read) => {
    const line = format === "CSV" ? 3 : 2;
    for (const cells of [
      ["1", odd],
      ["0.5", `-${odd}`],
      ["1", "18446744073709551615"],
    ]) {
      for (const options of [{}, { types: { a: "number" } }, { types: { a: "integer" } }]) {
        if (cells[0] === "0.5" && options.types?.a === "integer") continue;
        const says = `d.csv, line ${line}: column "a" is ${cells[1]}, expected whole numbers up to 2^53`;
        await expect(read(cells as string[], options)).rejects.toThrow(says);
      }
    }
    // (past whole numbers that other ones widened)
    if (format === "CSV") await expect(read(["1", "0.5", odd])).rejects.toThrow(`line 4: column "a" is ${odd}`);
    if (format === "CSV") await expect(read(["1", ` ${odd} `])).rejects.toThrow("up to 2^53");
  });

  it.each(both)("are kept where they are texts, floats, or the number that was meant: %s", async (_, read) => {
    expect((await read(["1", odd], { types: { a: "category" } })).value(1, "a")).toBe(odd);
    const numbers = ["9007199254740991", "9007199254740994", "123456789012345680000", "1e17", `${odd}.0`, "-1e300"];
    const column = (await read(numbers)).column("a") as { values: Float64Array };
    expect([...column.values]).toEqual(numbers.map(Number));
  });

  it("do not hide in lists", async () => {
    const read = readJsonl({ text: `{"a":[${odd}]}\n`, name: "d.jsonl" });
    await expect(read).rejects.toThrow(`line 1: column "a" holds ["${odd}"]`);
  });
});

describe("broken files", () => {
  const bytes = (...values: number[]): { bytes: Uint8Array; name: string } => ({
    bytes: Uint8Array.from(values),
    name: "d.csv",
  });
  const table: [what: string, source: string | ReturnType<typeof bytes>, message: RegExp, options?: object][] = [
    ["an empty file", "", /^d\.csv: the file is empty/],
    ["blank lines alone", "\n\n", /the file is empty/],
    ["only a header", "a,b\n", /^d\.csv: the file has a header and no rows/],
    ["a row too short", "a,b\n1,2\n3\n", /^d\.csv, line 3: the row has 1 field, expected 2.*"b"/],
    ["a row too long", "a,b\n1,2,3\n", /^d\.csv, line 2: the row has 3 fields, expected 2/],
    ["a row too short after quotes", 'a,b\n"1\n",2\n\n3\n', /^d\.csv, line 5: the row has 1 field/],
    ["a text among numbers", "a,b\n1,2\n3,x\n5,6\n", /^d\.csv, line 3: column "b" is "x", expected a.*number/],
    ["a number that is none in a declared column", "a\nx\n", /line 2: column "a" is "x"/, { types: { a: "number" } }],
    ["a decimal comma", "a;b\n1,5;2\n", /line 2: column "a" is "1,5".*decimal: ","/, { types: { a: "number" } }],
    ["a wrong date", "a\n2024-01-01\n2024-02-30\n2024-01-02\n", /line 3: column "a" is "2024-02-30"/],
    ["names twice", "a,b,a\n1,2,3\n", /line 1: two columns are called "a" \(columns 1 and 3\)/],
    ["no header", "1,2\n3,4\n", /line 1: the first line is 1, 2.*header: false/],
    ["a column that is not there", "speed,risk\n1,2\n", /no column "rsk".*Did you mean "risk"/, { columns: ["rsk"] }],
    ["a quote that is never closed", 'a,b\n1,2\n3,"x\n4,5\n', /^d\.csv, line 3: a quote is never closed/],
    ["a quote that a later one closes", 'a,b\n1,"2\n3,"x"\n4,5\n', /^d\.csv, line 2: .*; that quote is on line 3/],
    ["a quote within a field", 'a,b\n1,2\n3,x"y"\n', /^d\.csv, line 3: a quote stands within/],
    ["something after a quote", 'a,b\n1,"x"y\n', /^d\.csv, line 2: something stands between/],
    ["bytes that are not UTF-8", bytes(97, 10, 98, 10, 0xe9, 10), /^d\.csv, line 3: the text is not UTF-8/],
    ["UTF-16", bytes(0xff, 0xfe, 97, 0), /UTF-16/],
    ["carriage returns alone", "a,b\r1,2\r", /carriage return alone/],
    ["a gzip file cut off", bytes(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1), /gzip/],
    [
      "too many columns",
      `${Array.from({ length: 1e6 }, (_, i) => i).join(",")}\n`,
      /1000000 columns, expected at most/,
    ],
  ];
  it.each(table)("%s", async (_, source, message, options = {}) => {
    const read = readCsv(typeof source === "string" ? { text: source, name: "d.csv" } : source, options);
    await expect(read).rejects.toThrow(DataError);
    await expect(read).rejects.toThrow(message);
  });

  it("a file that is not there, and a folder", async () => {
    await expect(readCsv("/nowhere/x.csv")).rejects.toThrow("/nowhere/x.csv: there is no such file");
    await expect(readCsv("src")).rejects.toThrow(/src: this is no file|does not open/);
  });

  it("JSON lines", async () => {
    const read = (text: string): Promise<Table> => readJsonl({ text, name: "d.jsonl" });
    await expect(read('{"a":1}\n{"a":\n')).rejects.toThrow(/^d\.jsonl, line 2: /);
    await expect(read('{"a":1}\n[1]\n')).rejects.toThrow(/line 2: it holds \[1\]/);
    await expect(read('{"a":1}\n{"a":"x"}\n')).rejects.toThrow(/^d\.jsonl, line 2: column "a" is "x", and 1 before it/);
    await expect(read('{"a":{"b":1}}\n')).rejects.toThrow(/column "a" holds {"b":1}/);
    await expect(read("")).rejects.toThrow(/the file is empty/);
  });
});

describe("streams", () => {
  // wide rows, so that few make blocks enough
  const rows = 20_000;
  const wide = "w".repeat(100);
  const line = (i: number): string =>
    i % 999 === 3 && i < 5000 ? `${i},"k\n${i % 5}${wide}",${i / 8}` : `${i},k${i % 5}${wide},${i / 8}`;
  const text = `i,kind,x\n${Array.from({ length: rows }, (_, i) => line(i)).join("\n")}\n`;

  it("gives every row once in batches, and begins anywhere", async () => {
    const stream = streamCsv({ text }, { batchRows: 1400 });
    const sizes: number[] = [];
    let next = 0;
    for await (const batch of stream) {
      sizes.push(batch.numRows);
      const { values } = batch.column("i") as { values: Float64Array };
      expect(values.every((value) => value === next++)).toBe(true);
    }
    expect(next).toBe(rows);
    expect(sizes.slice(0, -1).every((size) => size === 1400)).toBe(true);
    expect(await stream.countRows()).toBe(rows);
    for (const other of [stream, streamCsv({ text }, { batchRows: 1400, seekIndex: stream.seekIndex() })]) {
      for (const row of [1, 12_000, rows - 2]) {
        const first = (await other.from(row).next()).value as Table;
        expect([first.value(0, "i"), first.value(0, "x")]).toEqual([row, row / 8]);
      }
    }
    expect((await stream.from(rows).next()).done).toBe(true);
    await expect(stream.from(rows + 1).next()).rejects.toThrow("past the end");
    const changed = streamCsv({ text: `${text}1,a,1\n` }, { seekIndex: stream.seekIndex() });
    await expect(changed.countRows()).rejects.toThrow("seekIndex");
  });

  it("reads JSON lines", async () => {
    const stream = streamJsonl({ text: '{"a":1,"b":"x"}\n\n{"a":2.5}\n{"b":null,"a":3}\n' }, { batchRows: 2 });
    const tables: Table[] = [];
    for await (const batch of stream) tables.push(batch);
    expect(tables.map(plain)).toEqual([
      [
        [1, "x"],
        [2.5, null],
      ],
      [[3, null]],
    ]);
    expect(await stream.countRows()).toBe(3);
  });
});
