import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ByteWriter, parquetWrite } from "hyparquet-writer";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { evaluateCommand } from "../../src/cli/commands/evaluate.ts";
import { fitCommand } from "../../src/cli/commands/fit.ts";
import type { FitCommandOptions } from "../../src/cli/commands/fit-options.ts";
import { predictCommand } from "../../src/cli/commands/predict.ts";
import { resumeCommand } from "../../src/cli/commands/resume.ts";
import { isLarge } from "../../src/cli/read-data.ts";
import { readRun } from "../../src/cli/read-run.ts";
import { readTable, streamCsv, streamParquet } from "../../src/data/index.ts";
import { Trainer, tabular } from "../../src/train/index.ts";

const SMALL = { hidden: "8", epochs: "3", quiet: true, stream: true } as const;
let folder = "";
let cwd = "";
beforeAll(() => {
  cwd = process.cwd();
  folder = mkdtempSync(join(tmpdir(), "innerloop-fit-stream-"));
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(cwd);
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

const wave = (i: number): number => Math.sin(i * 1.7) + ((i * 7) % 11) / 11;
const rows = 400;
// ("rare" stands in one row alone, the last one; ids differ in each)
const DATA = `id,x,kind,group,class\n${Array.from({ length: rows }, (_, i) => {
  const kind = ["debris", "rocket", "payload"][i % 3];
  const name = i === rows - 1 ? "rare" : wave(i) > 0.5 ? "high" : "low";
  return `sat-${i},${wave(i).toFixed(4)},${kind},g${i % 20},${name}\n`;
}).join("")}`;

const printed = (): string => vi.mocked(console.log).mock.calls.flat().join("\n");
const hash = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");
const best = (run: string): string => hash(`${run}/checkpoints/best.safetensors`);

async function fit(options: FitCommandOptions, name = "data.csv"): Promise<number> {
  writeFileSync(name, DATA);
  return fitCommand(name, { ...SMALL, ...options }, 0.02);
}

describe("fit of a stream", () => {
  it("leaves a run that the other commands take", async () => {
    expect(await fit({ target: "class", run: "runs/one", quiet: false, epochs: "15", lr: "0.05" })).toBe(0);
    const said = printed();
    expect(said).toContain("data.csv: 400 rows, 5 columns");
    expect(said).toMatch(/id .*→ left out: it looks like a name or an identifier/);
    expect(said).toMatch(/class .*→ TARGET: 3 classes/);
    expect(said).toMatch(/rows to train on, \d+ to validate, \d+ to test \(by the hash of each row's number, seed 0\)/);
    expect(said).toContain("streamed: rows are read as they are trained on");
    const scores = JSON.parse(await evaluateCommand("runs/one", { json: true }));
    expect(scores.data).toBe("test");
    expect(scores.accuracy).toBeGreaterThan(0.8);
    expect(said).toContain(`accuracy ${+scores.accuracy.toPrecision(4)}`);
    const all = JSON.parse(await evaluateCommand("runs/one", { json: true, data: "data.csv" }));
    expect(all.accuracy).toBeGreaterThan(0.8);
    // The only row of its class trains, wherever its hash would have put it.
    expect(
      (readRun("runs/one").config.experiment as never as { config: { split: object } }).config.split,
    ).toMatchObject({ first: expect.arrayContaining([rows - 1]) });

    expect(await predictCommand("runs/one", "data.csv", { output: "out.csv" })).toContain("400 rows in out.csv");
    const out = await readTable("out.csv");
    expect(out.columnNames).toEqual(
      "id,x,kind,group,class,prediction,probability_high,probability_low,probability_rare".split(","),
    );
    const right = Array.from({ length: rows }, (_, i) => out.value(i, "prediction") === out.value(i, "class"));
    expect(right.filter(Boolean).length / rows).toBeCloseTo(all.accuracy, 10);
  });

  it("resumes bit for bit after a stop in the middle of an epoch", async () => {
    const options = { target: "class", epochs: "4", batchSize: "16", dropout: "0.1" };
    await fit({ ...options, run: "runs/whole" });
    const begun = vi.spyOn(Trainer.prototype, "fit").mockImplementation(async function (this: Trainer, ...loaders) {
      (this.callbacks as object[]).push({
        onStepEnd: (trainer: Trainer) => trainer.step === 27 && trainer.requestStop("SIGINT"),
      });
      begun.mockRestore();
      return this.fit(...loaders);
    });
    vi.spyOn(console, "error").mockImplementation(() => {});
    expect(await fit({ ...options, run: "runs/cut" })).toBe(130);
    expect(await resumeCommand("runs/cut", {})).toBe(0);
    expect(printed()).toMatch(/on the \d+ test rows: accuracy/);
    expect(best("runs/cut")).toBe(best("runs/whole"));
  });

  it("leaves no half a file of predictions, and the one that was there", async () => {
    await fit({ target: "class", run: "runs/half", epochs: "1" });
    writeFileSync("bad.csv", `${DATA}sat-x,,debris,g1,low\n`);
    writeFileSync("kept.csv", "as it was");
    await expect(predictCommand("runs/half", "bad.csv", { output: "kept.csv" })).rejects.toThrow(
      /bad\.csv, line 402: column "x" has no value/,
    );
    expect(readFileSync("kept.csv", "utf8")).toBe("as it was");
    expect(readdirSync(".").filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("keeps groups together, takes parts by name, and cannot put rows in order", async () => {
    writeFileSync("groups.csv", DATA.replaceAll("rare", "low"));
    const stream = streamCsv("groups.csv");
    const sample = await tabular.sampleRows(stream);
    const options = { target: "class", group: "group", columns: ["x"], seed: 2 };
    const prepare = async (more: object) => {
      const asked = { ...options, ...more };
      const { data, settings } = await tabular.prepareStream(
        stream,
        sample,
        tabular.understandSample(sample, asked),
        asked,
        "groups",
      );
      return { data, settings };
    };
    const { data, settings } = await prepare({});
    const groups = (table: typeof data.validation): Set<unknown> =>
      new Set(Array.from({ length: table.numRows }, (_, row) => table.value(row, "group")));
    const held = [...groups(data.validation), ...groups(data.test)];
    expect(new Set(held).size).toBe(held.length);
    expect(data.validation.numRows + data.test.numRows).toBe(held.length * 20);
    const { train, validation, test } = tabular.sizesOf(data);
    expect(train + validation + test).toBe(rows);
    // Another reading decides the same.
    const again = await tabular.reopenStream(streamCsv("groups.csv"), settings, data.preprocessor);
    expect(again.validation.column("x")).toEqual(data.validation.column("x"));
    expect(again.train.numRows).toBe(train);
    const other = await prepare({ seed: 3 });
    expect([...groups(other.data.validation)]).not.toEqual([...groups(data.validation)]);
    await expect(fit({ target: "class", time: "x", run: "runs/time" })).rejects.toThrow(/--no-stream/);
    expect(existsSync("runs/time")).toBe(false);
  });
});

describe("a sample of a stream", () => {
  it("is from all over a file that is sorted by its target", async () => {
    const writer = new ByteWriter();
    const n = 4000;
    const column = (name: string, of: (i: number) => number | string) => ({
      name,
      data: Array.from({ length: n }, (_, i) => of(i)),
    });
    parquetWrite({
      writer,
      rowGroupSize: 100,
      columnData: [
        column("nr", (i) => i),
        column("x", (i) => Math.sin(i)),
        column("kind", (i) => `kind ${Math.floor(i / 1000)}`),
      ],
    });
    const bytes = new Uint8Array(writer.getBuffer());
    const stream = streamParquet({ bytes, name: "sorted.parquet" });
    const sample = await tabular.sampleRows(stream, 800);
    expect(sample.table.numRows).toBe(800);
    expect(sample.total).toBe(n);
    const found = tabular.understandSample(sample, { target: "kind" });
    expect(found.leftOut).toEqual([{ name: "nr", why: "it counts the rows" }]);
    const { understanding, data } = await tabular.prepareStream(stream, sample, found, { target: "kind" }, "sorted");
    expect(understanding.classes).toEqual([0, 1, 2, 3].map((i) => ({ name: `kind ${i}`, rows: 1000 })));
    expect(data.preprocessor.classes).toHaveLength(4);
    // A few rows of one place are one class alone; the pass finds the others.
    const head = { ...sample, table: sample.table.slice(0, 50), rows: sample.rows.slice(0, 50) };
    const early = tabular.understandSample(head, { target: "kind" });
    expect(
      (await tabular.prepareStream(stream, head, early, { target: "kind" }, "head")).understanding.classes,
    ).toEqual(understanding.classes);
  });
});

describe("a target", () => {
  it("that never changes is refused", async () => {
    writeFileSync("constant.csv", `x,y\n${Array.from({ length: 40 }, (_, i) => `${wave(i)},7\n`).join("")}`);
    await expect(fitCommand("constant.csv", { ...SMALL, target: "y" }, 0.02)).rejects.toThrow(/"y" is 7 in every row/);
  });
});

describe("isLarge", () => {
  it("goes by the file's size", async () => {
    writeFileSync("large.csv", DATA);
    expect(await isLarge("fit", "large.csv", {})).toBe(false);
    truncateSync("large.csv", 2 ** 28 + 1); // (a hole, which takes no room)
    expect(await isLarge("fit", "large.csv", {})).toBe(true);
  });
});
