import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { evaluateCommand } from "../../src/cli/commands/evaluate.ts";
import { fitCommand } from "../../src/cli/commands/fit.ts";
import type { FitCommandOptions } from "../../src/cli/commands/fit-options.ts";
import { type PredictOptions, predictCommand } from "../../src/cli/commands/predict.ts";
import { resumeCommand } from "../../src/cli/commands/resume.ts";
import { diagnoseCommand, showCommand } from "../../src/cli/commands/show.ts";
import { exitCodeOf } from "../../src/cli/failures.ts";
import { Trainer } from "../../src/train/index.ts";

// `fit` and what follows it, in this process: starting the command for each case would take most of the suite's time.

const SMALL = { hidden: "8", epochs: "3", quiet: true } as const;
let folder = "";
let cwd = "";
beforeAll(() => {
  cwd = process.cwd();
  folder = mkdtempSync(join(tmpdir(), "innerloop-fit-"));
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

/** Rows of numbers and texts without any file behind them. */
function table(rows: number, line: (i: number) => string): string {
  return Array.from({ length: rows }, (_, i) => `${line(i)}\n`).join("");
}

const wave = (i: number): number => Math.sin(i * 1.7) + ((i * 7) % 11) / 11;
const REGRESSION = `id,speed,kind,seen,flag,same,risk\n${table(
  90,
  (i) =>
    `${i},${wave(i).toFixed(4)},${["debris", "rocket", "payload"][i % 3]},2024-01-${String(1 + (i % 28)).padStart(2, "0")},${i % 2 === 0},7,${(2 * wave(i) + (i % 3)).toFixed(4)}`,
)}`;

async function fit(text: string, options: FitCommandOptions, name = "data.csv"): Promise<number> {
  writeFileSync(name, text);
  return fitCommand(name, { ...SMALL, ...options }, 0.02);
}

/** What `predict` writes to the terminal. */
async function predicted(run: string, input: string, options: PredictOptions = {}): Promise<string> {
  const texts: string[] = [];
  const write = async (text: string): Promise<void> => {
    texts.push(text);
  };
  await predictCommand(run, input, options, { write, end: () => {}, abandon: () => {} });
  return texts.join("").trimEnd();
}

const printed = (): string => vi.mocked(console.log).mock.calls.flat().join("\n");
const hash = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

describe("fit", () => {
  it("says what it understood, trains, and leaves a run that the other commands take", async () => {
    const code = await fit(REGRESSION, {
      target: "risk",
      run: "runs/one",
      quiet: false,
      epochs: "15",
      lr: "0.03",
      hidden: "16",
    });
    expect(code).toBe(0);
    const said = printed();
    expect(said).toContain("data.csv: 90 rows, 7 columns");
    expect(said).toMatch(/id .*→ left out: it counts the rows/);
    expect(said).toMatch(/same .*→ left out: it is the same in every row/);
    expect(said).toMatch(/kind .*→ one-hot, 3 features/);
    expect(said).toMatch(/risk .*→ TARGET: a number \(regression\)/);
    expect(said).toMatch(/63 rows to train on, 18 to validate, 9 to test/);
    expect(said).toMatch(/network 6 → 16 → 1/);
    expect(said).toMatch(/preflight: \d checks passed/);
    expect(said).toMatch(/on the 9 test rows: RMSE [\d.]+, MAE [\d.]+, R² 0\.\d+/);
    expect(showCommand("runs/one")).toContain("innerloop:fit");
    expect(diagnoseCommand("runs/one")).not.toBe("");

    const scores = JSON.parse(await evaluateCommand("runs/one", { json: true }));
    expect(said).toContain(`RMSE ${+scores.rmse.toPrecision(4)}`); // what was printed is what the best weights give
    expect(scores.r2).toBeGreaterThan(0.5);
    expect(JSON.parse(await evaluateCommand("runs/one", { json: true, data: "data.csv" })).r2).toBeGreaterThan(0.5);
    await expect(evaluateCommand("runs/one", { set: ["config.hidden=4"] })).rejects.toThrow(
      /a run of fit, and --set config\.hidden=4/,
    );
  });

  it("predicts without the training file, in the target's unit, from columns in any order", async () => {
    await fit(REGRESSION, { target: "risk", run: "runs/alone", epochs: "20", lr: "0.03", hidden: "16" }, "gone.csv");
    rmSync("gone.csv");
    writeFileSync(
      "new.csv",
      'note,seen,kind,speed,flag,prediction\n"a, b",2024-01-03,rocket,1.5,true,007\n,2024-01-04,debris,0,false,\n',
    );
    const text = await predicted("runs/alone", "new.csv");
    const [header, first] = text.split("\n");
    expect(header).toBe("note,seen,kind,speed,flag,prediction,prediction_predicted");
    expect(first).toMatch(/^"a, b",2024-01-03,rocket,1\.5,true,007,/);
    expect(Math.abs(Number(first?.split(",").at(-1)) - 4)).toBeLessThan(1.5);
    expect((await predicted("runs/alone", "new.csv", { only: true })).split("\n")[0]).toBe("prediction");
    expect(await predictCommand("runs/alone", "new.csv", { output: "out.csv" })).toContain("2 rows in out.csv");

    const notes = vi.spyOn(console, "error").mockImplementation(() => {});
    writeFileSync("odd.csv", "seen,kind,speed,flag\n2024-01-03,comet,1,true\n");
    await predicted("runs/alone", "odd.csv");
    expect(notes.mock.calls.flat().join()).toMatch(/column "kind" has 1 values .*"comet"/);
    writeFileSync("odd.csv", "seen,kind,sped,flag\n2024-01-03,debris,1,true\n");
    await expect(predicted("runs/alone", "odd.csv")).rejects.toThrow(/no column "speed".*Did you mean "sped"/);
    writeFileSync("odd.csv", "seen,kind,speed,flag\n2024-01-03,debris,1,true\n2024-01-03,debris,,true\n");
    await expect(predicted("runs/alone", "odd.csv")).rejects.toThrow(/odd\.csv, line 3: column "speed" has no value/);
    await expect(evaluateCommand("runs/alone", {})).rejects.toThrow(/gone\.csv, cannot be read \(ENOENT\)/);
  });

  it("resumes bit for bit after a stop in the middle, and refuses a file that has changed", async () => {
    const options = { target: "risk", epochs: "6", batchSize: "16", dropout: "0.1" };
    await fit(REGRESSION, { ...options, run: "runs/whole" }, "resume.csv");
    const step = vi.spyOn(Trainer.prototype, "fit").mockImplementation(async function (this: Trainer, ...loaders) {
      // (a signal comes after the ninth step, in the middle of an epoch)
      (this.callbacks as object[]).push({
        onStepEnd: (trainer: Trainer) => trainer.step === 9 && trainer.requestStop("SIGINT"),
      });
      step.mockRestore();
      return this.fit(...loaders);
    });
    vi.spyOn(console, "error").mockImplementation(() => {});
    expect(await fitCommand("resume.csv", { ...SMALL, ...options, run: "runs/cut" }, 0.02)).toBe(130);
    writeFileSync("resume.csv", REGRESSION.replace("debris", "Debris"));
    await expect(resumeCommand("runs/cut", { quiet: true })).rejects.toThrow(
      /resume\.csv is not as it was.*--allow data/,
    );
    writeFileSync("resume.csv", REGRESSION);
    process.chdir("runs"); // the file's place is known from anywhere
    expect(await resumeCommand("cut", { quiet: true })).toBe(0);
    process.chdir("..");
    expect(hash("runs/cut/checkpoints/best.safetensors")).toBe(hash("runs/whole/checkpoints/best.safetensors"));
    // A kill before the first checkpoint leaves run.json alone: the resume begins, without a preflight before it.
    rmSync("runs/cut/checkpoints", { recursive: true });
    mkdirSync("runs/cut/checkpoints");
    rmSync("runs/cut/metrics.jsonl");
    expect(await resumeCommand("runs/cut", { quiet: true })).toBe(0);
    expect(hash("runs/cut/checkpoints/best.safetensors")).toBe(hash("runs/whole/checkpoints/best.safetensors"));
    // A changed file, taken by name, is read with the preprocessor that was saved: "Debris" is none of its categories.
    writeFileSync("resume.csv", REGRESSION.replace("debris", "Debris"));
    rmSync("runs/cut/checkpoints", { recursive: true });
    mkdirSync("runs/cut/checkpoints");
    rmSync("runs/cut/metrics.jsonl");
    expect(await resumeCommand("runs/cut", { quiet: true, allow: ["data"] })).toBe(0);
  });

  it("tells classes, weighs them, and gives each a probability", async () => {
    const two = `x,y,sick\n${table(80, (i) => `${wave(i).toFixed(3)},${i % 5},${wave(i) > 0.5 ? "yes" : "no"}`)}`;
    await fit(
      two,
      { target: "sick", run: "runs/two", epochs: "15", lr: "0.03", classWeights: "balanced", quiet: false },
      "two.csv",
    );
    expect(printed()).toMatch(
      /TARGET: two classes \(binary\)[\s\S]*classes: no [\d.]+ %, yes[\s\S]*accuracy [\d.]+, F1 [\d.]+, AUROC/,
    );
    const [header, row] = (await predicted("runs/two", "two.csv", { only: true })).split("\n");
    expect(header).toBe("prediction,probability_no,probability_yes");
    const [label, no, yes] = row?.split(",") ?? [];
    expect(Number(no) + Number(yes)).toBeCloseTo(1, 12);
    expect(label).toBe(Number(yes) > Number(no) ? "yes" : "no");
    const figures = JSON.parse(await evaluateCommand("runs/two", { json: true, data: "two.csv" }));
    expect(figures.accuracy).toBeGreaterThan(0.7);

    const many = `x,kind\n${table(90, (i) => `${i % 3},${["a", "b", "c"][i % 3]}`)}lonely,rare\n`.replace(
      "lonely",
      "9",
    );
    await fit(many, { target: "kind", run: "runs/many", epochs: "8", lr: "0.1", json: true, quiet: false }, "many.csv");
    const result = vi
      .mocked(console.log)
      .mock.calls.flat()
      .map((line) => {
        try {
          return JSON.parse(String(line));
        } catch {
          return {};
        }
      });
    expect(result.find(({ event }) => event === "result").accuracy).toBe(1);
    expect((await predicted("runs/many", "many.csv", { only: true })).split("\n")[0]).toBe(
      "prediction,probability_a,probability_b,probability_c,probability_rare",
    );
  });

  it("keeps groups together, tests on the latest, obeys a split column", async () => {
    const text = `g,t,part,x,y\n${table(60, (i) => `g${i % 6},${60 - i},${i < 40 ? "train" : i < 50 ? "val" : "test"},${wave(i).toFixed(3)},${(3 * wave(i)).toFixed(3)}`)}`;
    for (const [options, says] of [
      [{ group: "g" }, /40 rows to train on, 10 to validate, 10 to test \(rows of one "g" stay together/],
      [{ time: "t" }, /42 rows to train on, 12 to validate, 6 to test \(in order of "t", the latest test/],
      [{ split: "part" }, /40 rows to train on, 10 to validate, 10 to test \(as "part" says/],
      [{ test: "0" }, /48 rows to train on, 12 to validate, 0 to test[\s\S]*12 validation rows/],
    ] as const) {
      vi.mocked(console.log).mockClear();
      await fit(text, { ...options, target: "y", quiet: false }, "parts.csv");
      expect(printed()).toMatch(says);
    }
  });

  it("fills in what is missing when asked, also later", async () => {
    const holes = `x,k,y\n${table(40, (i) => `${i % 7 === 3 ? "" : wave(i).toFixed(3)},${i % 9 === 4 ? "NA" : "ab"[i % 2]},${wave(i).toFixed(3)}`)}`;
    await fit(holes, { target: "y", missing: "x=median,k=fill:none", run: "runs/holes", quiet: false }, "holes.csv");
    expect(printed()).toMatch(/x .*missing become [\d.-]+[\s\S]*k .*missing become "none"/);
    expect((await predicted("runs/holes", "holes.csv")).split("\n")).toHaveLength(41);
  });

  it("takes further texts for no value, also when it predicts, evaluates and goes on", async () => {
    const text = `x,y\n${table(40, (i) => `${i % 9 === 4 ? "k.A." : i % 9 === 5 ? "NA" : wave(i)},${wave(i)}`)}`;
    await fit(text, { target: "y", missing: "median", missingValues: "?, k.A.", run: "runs/texts" }, "texts.csv");
    expect((await predicted("runs/texts", "texts.csv")).split("\n")).toHaveLength(41);
    expect(JSON.parse(await evaluateCommand("runs/texts", { json: true }))).toHaveProperty("rmse");
    expect(await resumeCommand("runs/texts", {})).toBe(0);
    expect(printed()).toMatch(/on the 4 test rows: RMSE[\s\S]*had ended before, after 3 epochs/);
  });

  it("refuses a data file that is not there as a wrong name", async () => {
    for (const asked of [
      fitCommand("none.csv", { target: "y" }),
      predictCommand("runs/holes", "none.csv", {}),
      evaluateCommand("runs/holes", { data: "none.csv" }),
    ]) {
      const error = await asked.catch((found: Error) => found);
      expect((error as Error).message).toMatch(/there is no file none\.csv/);
      expect(exitCodeOf(error)).toBe(2);
    }
  });
});

describe("fit refuses, with an exit code and nothing left behind", () => {
  const rows = (line: (i: number) => string, header = "x,y"): string => `${header}\n${table(30, line)}`;
  const good = (i: number): string => `${wave(i).toFixed(3)},${wave(i + 1).toFixed(3)}`;
  const FILES: [what: string, text: string, code: number, says: RegExp, options?: FitCommandOptions][] = [
    ["ragged rows", rows((i) => (i === 4 ? "1,2,3" : good(i))), 3, /bad\.csv, line 6: .*3 fields/],
    [
      "a wrong type",
      rows((i) => (i === 4 ? "oops,2" : good(i))),
      3,
      /bad\.csv, line 6: column "x" is "oops".*--missing-values; .*--types x=category/,
    ],
    [
      "NaN",
      rows((i) => (i === 4 ? "NaN,2" : good(i))),
      3,
      /bad\.csv, line 6: column "x" has no value.*--missing median/,
    ],
    ["an infinity", rows((i) => (i === 4 ? "inf,2" : good(i))), 3, /bad\.csv, line 6: column "x" is Infinity/],
    [
      "a target without value",
      rows((i) => (i === 4 ? "1," : good(i))),
      3,
      /bad\.csv, line 6: the target "y" has no value/,
    ],
    ["an empty file", "", 3, /bad\.csv: the file is empty/],
    ["only a header", "x,y\n", 3, /bad\.csv: the file has a header and no rows/],
    ["no such target", rows(good), 2, /there is no column "z", expected one of x, y/, { target: "z" }],
    ["a target nearly named", rows(good, "speed,y"), 2, /no column "sped".*Did you mean "speed"/, { target: "sped" }],
    ["no target", rows(good), 2, /no --target, expected one of x, y/, { target: undefined as never }],
    ["one class only", rows((i) => `${i},a`), 3, /the target "y" is always a/],
    ["a constant target", rows((i) => `${wave(i)},2.5`), 3, /the target "y" is 2\.5 in every row/],
    ["a class for each row", rows((i) => `${wave(i)},name${i}`), 3, /30 classes in 30 rows/],
    ["duplicate headers", rows(good, "y,y"), 3, /bad\.csv, line 1: two columns are called "y"/],
    ["few rows", `x,y\n${table(5, good)}`, 3, /bad\.csv: there are 5 rows/],
    ["no input left", rows((i) => `7,${wave(i)}`), 3, /no column is left .*x: it is the same in every row/],
    [
      "decimal commas",
      rows((i) => `${good(i).replace(",", ";").replaceAll(".", ",")}`, "x;y"),
      3,
      /column "x" is "-?\d,\d+", expected a decimal point\. Read the file with --decimal ,/,
    ],
    [
      "quotes that do not match",
      rows((i) => (i === 4 ? '"1,2' : good(i))),
      3,
      /bad\.csv, line 6: a quote is never closed/,
    ],
    [
      "a whole number above 2^53",
      rows((i) => (i === 4 ? "9007199254740993,2" : good(i))),
      3,
      /bad\.csv, line 6: column "x" is 9007199254740993, .*--types x=category/,
    ],
    ["no names", table(30, (i) => `${i},${i}`), 3, /line 1: the first line is 0, 0.*Give the file a first line/],
    [
      "a loss of numbers for classes",
      rows((i) => `${wave(i)},${"ab"[i % 2]}`),
      2,
      /loss is huber, and the target holds classes/,
      { loss: "huber" },
    ],
  ];
  for (const [what, text, code, says, options] of FILES) {
    it(what, async () => {
      const before = existsSync("runs") ? readdirSync("runs") : [];
      const error = await fit(text, { target: "y", run: "runs/bad", ...options }, "bad.csv").then(
        () => null,
        (found: Error) => found,
      );
      expect(error?.message).toMatch(says);
      expect(exitCodeOf(error)).toBe(code);
      expect(existsSync("runs") ? readdirSync("runs") : []).toEqual(before);
    });
  }

  it("more columns than make sense", async () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `c${i}`).join(",");
    await expect(fit(`${names}\n`, { target: "c1" }, "wide.csv")).rejects.toThrow(/20000 columns.*at most 16384/);
  });

  it("but takes a byte order mark, CRLF and line ends in quotes", async () => {
    const text = `\uFEFFx,k,y\r\n${table(30, (i) => `${wave(i).toFixed(3)},"a\n${i % 2}",${(2 * wave(i)).toFixed(3)}\r`)}`;
    expect(await fit(text, { target: "y", run: "runs/quoted" }, "quoted.csv")).toBe(0);
  });

  const OPTIONS: [options: FitCommandOptions, says: RegExp][] = [
    [{ task: "regresion" }, /--task is "regresion".*Did you mean "regression"/],
    [{ types: "x=categry" }, /--types x is "categry".*Did you mean "category"/],
    [{ types: "x" }, /--types has "x", expected column=value/],
    [{ missing: "medain" }, /--missing is "medain".*Did you mean "me/],
    [{ missing: "fill:0" }, /expected a column for it/],
    [{ missing: "x=fill:none" }, /expected a number, as "x" holds numbers/],
    [{ epochs: "many" }, /--epochs is "many", expected a number/],
    [{ epochs: "0" }, /epochs is 0, expected a whole number of 1 or more/],
    [{ hidden: "64,x" }, /--hidden is "x", expected a number/],
    [{ holdout: "0.9", test: "0.2" }, /leave -0\.1 of the rows/],
    [{ group: "x", time: "x" }, /both group and time/],
    [{ lr: "-1" }, /lr is -1, expected a number above 0/],
    [{ classWeights: "balanced" }, /classes are to be weighed, and the target is a number/],
    [{ classWeights: "balanced", stream: true }, /classes are to be weighed, and the target is a number/],
    [{ ignore: "y" }, /the target "y" is named for something else too/],
  ];
  for (const [options, says] of OPTIONS) {
    it(JSON.stringify(options), async () => {
      const error = await fit(rows(good), { target: "y", run: "runs/bad", ...options }).catch((found: Error) => found);
      expect((error as Error).message).toMatch(says);
      expect(exitCodeOf(error)).toBe(2);
      expect(existsSync("runs/bad")).toBe(false);
    });
  }

  it("options for texts where a file has none", async () => {
    const lines = table(30, (i) => `{"x":${wave(i)},"y":${i}}`);
    await expect(fit(lines, { target: "y", missingValues: "-999" }, "bad.jsonl")).rejects.toThrow(
      "--missing-values with bad.jsonl, expected a csv, tsv or txt file",
    );
  });

  it("columns that are not there, with the nearest name; and a run that is there already", async () => {
    for (const options of [
      { ignore: "xx" },
      { columns: "xx" },
      { group: "xx" },
      { types: "xx=number" },
      { missing: "xx=mean" },
    ]) {
      await expect(fit(rows(good), { target: "y", run: "runs/bad", ...options })).rejects.toThrow(
        /no column "xx".*Did you mean "x"/,
      );
    }
    await fit(rows(good), { target: "y", run: "runs/there" });
    await expect(fit(rows(good), { target: "y", run: "runs/there" })).rejects.toThrow(
      /there is a run in runs\/there already/,
    );
  });
});
