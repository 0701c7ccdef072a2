import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { predictCommand } from "../../src/cli/commands/predict.ts";
import { predictWith } from "../../src/cli/commands/predict-rows.ts";
import { exitCodeOf } from "../../src/cli/failures.ts";
import { manualSeed } from "../../src/engine/index.ts";
import { F, nn, tensor } from "../../src/index.ts";
import { type BuiltExperiment, buildExperiment, type ExperimentData } from "../../src/train/index.ts";

// `predict` for a run of an experiment's own, whose model takes rows of two numbers.

let folder = "";
const cwd = process.cwd();
beforeAll(() => {
  folder = mkdtempSync(`${tmpdir()}/innerloop-predict-`);
  process.chdir(folder);
  manualSeed(1);
});
afterAll(() => {
  process.chdir(cwd);
  rmSync(folder, { recursive: true, force: true });
});

function built(more: Partial<ExperimentData> = {}): Promise<BuiltExperiment> {
  return buildExperiment({
    data: () => ({ train: [[tensor([[1, 2]]), tensor([[3]])]], ...more }),
    model: () => new nn.Linear(2, 1),
    loss: F.mseLoss,
    trainer: { epochs: 1, log: null },
  });
}

async function predicted(text: string, more?: Partial<ExperimentData>, only = false, name = "in.csv"): Promise<string> {
  writeFileSync(name, text);
  const texts: string[] = [];
  const write = async (piece: string): Promise<void> => {
    texts.push(piece);
  };
  await predictWith(await built(more), name, only, { write, end: () => {}, abandon: () => {} });
  return texts.join("");
}

describe("predict without a preprocessor", () => {
  it("takes the columns that the experiment names, in its order; and writes the rows, or the predictions alone", async () => {
    const columns = ["b", "a"];
    const text = 'name,a,b\n"x, y",1,2\nz,3,4\n';
    const lines = (await predicted(text, { columns })).split("\n");
    expect(lines[0]).toBe("name,a,b,prediction");
    expect(lines[1]).toMatch(/^"x, y",1,2,-?\d/);
    const only = await predicted(text, { columns }, true);
    expect(only.split("\n")).toEqual(["prediction", ...lines.slice(1, 3).map((line) => line.split(",").at(-1)), ""]);
    expect(await predicted('{"a":1,"b":2}\n{"b":4,"a":3}\n', { columns }, true, "in.jsonl")).toBe(only);
    const swapped = { columns: ["a", "b"], transform: ([a = 0, b = 0]: number[]): number[] => [b, a] };
    expect(await predicted(text, swapped, true)).toBe(only);
  });

  it.each<[what: string, text: string, says: RegExp, more?: Partial<ExperimentData>]>([
    ["a ragged row", "a,b\n1,2\n3\n", /in\.csv, line 3: the row has 1 field, expected 2/],
    ["a bad quote", 'a,b\n1,"2"x\n', /in\.csv, line 2: something stands between/],
    ["a text", "a,b\n1,x\n", /in\.csv, line 2: column "b" is "x", expected a number\. Mend that cell\.$/],
    ["no value", "a,b\n1,2\n1,\n", /in\.csv, line 3: column "b" has no value/],
    ["a number that would be rounded", "a,b\n1,9007199254740993\n", /line 2: .*up to 2\^53.*\. Mend the file\.$/],
    [
      "a missing column",
      "a,c\n1,2\n",
      /in\.csv has the columns a, c, expected a, b\. Add b\./,
      { columns: ["a", "b"] },
    ],
    ["too many columns", "a,b,c\n1,2,3\n", /the model does not take rows of 3 numbers \(a, b, c\) from in\.csv: /],
  ])("refuses %s", async (_, text, says, more = {}) => {
    const error = await predicted(text, more).then(
      () => null,
      (found: Error) => found,
    );
    expect(error?.message).toMatch(says);
    expect(exitCodeOf(error)).toBe(3);
  });

  it("refuses a run of an agent, or of another task of its own", async () => {
    const own = await buildExperiment({
      model: () => new nn.Linear(2, 1),
      task: () => ({ source: [tensor([[1, 2]])], objective: (batch: never) => tensor([1]).add(batch).sum() }),
      trainer: { epochs: 1, log: null },
    });
    const nowhere = { write: async () => {}, end: () => {}, abandon: () => {} };
    await expect(predictWith(own, "in.csv", false, nowhere)).rejects.toThrow("the run trained on a task of its own");
  });

  it("refuses a file that is not there, and a place that cannot be written, as wrong names", async () => {
    mkdirSync("run");
    writeFileSync("run/run.json", "{}");
    writeFileSync("in.csv", "a,b\n1,2\n");
    for (const [input, output, says] of [
      ["nowhere.csv", "out.csv", /there is no file nowhere\.csv/],
      ["in.csv", "nowhere/out.csv", /nowhere\/out\.csv cannot be written \(ENOENT\)/],
      ["in.csv", "run", /run cannot be written \(it is a folder\)/],
    ] as const) {
      const error = await predictCommand("run", input, { output }).catch((found: Error) => found);
      expect((error as Error).message).toMatch(says);
      expect(exitCodeOf(error)).toBe(2);
    }
  });
});
