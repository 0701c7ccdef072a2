import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Preprocessor, readTable, Table } from "../../data/index.ts";
import { Linear, MSELoss } from "../../nn/index.ts";
import { tensor } from "../../ops/index.ts";
import { buildExperiment } from "../experiment/index.ts";
import { prepare, scoreTable, splitRows, tabularExperiment, understand } from "./index.ts";
import { planTraining } from "./plan.ts";

const golden = (name: string): string => fileURLToPath(new URL(`../../../tests/golden/fit/${name}`, import.meta.url));

describe("splitRows", () => {
  const n = 100;
  const table = Table.from({
    kind: Array.from({ length: n }, (_, i) => (i === 0 ? "once" : i % 10 === 3 ? "rare" : "common")),
    group: Array.from({ length: n }, (_, i) => `g${i % 10}`),
    time: Array.from({ length: n }, (_, i) => (i * 37) % n),
  });
  const all = (parts: ReturnType<typeof splitRows>): number[] =>
    [...parts.train, ...parts.validation, ...parts.test].sort((a, b) => a - b);

  it("puts each row in one part, the same for a seed, another for another", () => {
    const parts = splitRows(table, { target: "time", seed: 1 }, false);
    expect(all(parts)).toEqual(Array.from({ length: n }, (_, i) => i));
    expect([parts.train.length, parts.validation.length, parts.test.length]).toEqual([70, 20, 10]);
    expect(splitRows(table, { target: "time", seed: 1 }, false)).toEqual(parts);
    expect(splitRows(table, { target: "time", seed: 2 }, false)).not.toEqual(parts);
  });

  it("gives each class its share, and trains on those that are too rare to share", () => {
    const parts = splitRows(table, { target: "kind" }, true);
    const rare = (rows: Int32Array): number => rows.filter((row) => row % 10 === 3).length;
    expect([rare(parts.train), rare(parts.validation), rare(parts.test)]).toEqual([7, 2, 1]);
    expect(parts.train).toContain(0);
    expect(all(parts)).toHaveLength(n);
  });

  it("keeps groups together, and the latest for the test", () => {
    const parts = splitRows(table, { target: "kind", group: "group" }, true);
    const groups = [parts.train, parts.validation, parts.test].map((rows) => new Set([...rows].map((row) => row % 10)));
    expect(groups.map((each) => each.size)).toEqual([7, 2, 1]);
    expect(new Set(groups.flatMap((each) => [...each])).size).toBe(10);
    const later = splitRows(table, { target: "kind", time: "time" }, true);
    const times = (rows: Int32Array): number[] => [...rows].map((row) => (row * 37) % n);
    expect(Math.max(...times(later.train))).toBeLessThan(Math.min(...times(later.validation)));
    expect(Math.max(...times(later.validation))).toBeLessThan(Math.min(...times(later.test)));
  });
});

describe("understand", () => {
  it("leaves out what tells nothing, unless it is asked for", () => {
    const n = 40;
    const table = Table.from({
      nr: Array.from({ length: n }, (_, i) => i + 1),
      ID: Array.from({ length: n }, (_, i) => (i * 7) % 97),
      name: Array.from({ length: n }, (_, i) => `satellite ${i}`),
      seen: Array.from({ length: n }, (_, i) => `${1 + (i % 28)}.5.${1980 + i}`),
      constant: new Array(n).fill("x"),
      empty: new Array(n).fill(null),
      year: Array.from({ length: n }, (_, i) => 1980 + i),
      y: Array.from({ length: n }, (_, i) => i % 2 === 0),
    });
    const found = understand(table, { target: "y" });
    expect(found.inputs.map(({ name }) => name)).toEqual(["year"]);
    expect(Object.fromEntries(found.leftOut.map(({ name, why }) => [name, why]))).toEqual({
      nr: "it counts the rows",
      ID: "it numbers the rows (an identifier)",
      name: "it looks like a name or an identifier (40 different texts in 40 rows)",
      seen: "it holds dates as texts: write them as 2024-05-31, not as 1.5.1980",
      constant: "it is the same in every row",
      empty: "it has no value",
    });
    expect(found.task).toBe("binary");
    expect(understand(table, { target: "y", columns: ["nr", "name"] }).inputs.map(({ name }) => name)).toEqual([
      "nr",
      "name",
    ]);
  });
});

describe("prepare", () => {
  it("fits the preprocessor on the training rows alone", () => {
    const x = Array.from({ length: 50 }, (_, i) => i * i + 0.5);
    const table = Table.from({ x, y: x });
    const options = { target: "y" };
    const { data } = prepare(table, understand(table, options), options, "squares");
    const training = [...data.parts.train].map((row) => x[row] as number);
    const mean = training.reduce((a, b) => a + b, 0) / training.length;
    const { columns, target } = data.preprocessor.toJSON();
    expect(columns[0]?.mean[0]).toBeCloseTo(mean, 8);
    expect(target?.mean).toBeCloseTo(mean, 8);
  });
});

describe("fit against scikit-learn's MLP", () => {
  // One small task with one seed; all of them with ten: npm run fit:compare.
  it("is within 2 % on the wine data", async () => {
    const { tasks } = JSON.parse(readFileSync(golden("scores.json"), "utf8"));
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    const table = await readTable(golden("wine.csv"));
    const options = { target: "target", split: "split", epochs: 60 };
    const prepared = prepare(table, understand(table, options), options, "wine");
    expect(prepared.settings.config.hidden).toEqual(tasks.wine.hidden);
    const experiment = tabularExperiment(prepared.settings, async () => prepared.data);
    const { trainer, data } = await buildExperiment(experiment, { display: "quiet" });
    await trainer.fit(data.train, data.validation);
    const scores = scoreTable(trainer.model, prepared.data.preprocessor, table.take(prepared.data.parts.test));
    expect(scores.accuracy).toBeGreaterThan(0.98 * Math.max(mean(tasks.wine.plain), mean(tasks.wine.early)));
  });

  it("has the layers of the golden tasks", () => {
    const { tasks } = JSON.parse(readFileSync(golden("scores.json"), "utf8"));
    for (const [name, features] of [
      ["friedman1", 10],
      ["breast-cancer", 30],
      ["digits", 64],
    ] as const) {
      expect(planTraining(tasks[name].rows[0], features, {}).hidden).toEqual(tasks[name].hidden);
    }
  });
});

describe("planTraining", () => {
  it("takes larger batches and fewer epochs of a stream, and validates within them", () => {
    const plan = planTraining(7_000_000, 8, {}, true);
    expect([plan.batchSize, plan.epochs, plan.validateEverySteps]).toEqual([1024, 3, 1000]);
    expect(plan.scheduler.tMax).toBe(3 * Math.ceil(7_000_000 / 1024) - (plan.scheduler.warmupSteps as number));
    expect(planTraining(7_000_000, 8, {}).validateEverySteps).toBeNull();
  });
});

describe("scoreTable", () => {
  it("measures in the target's unit", () => {
    const table = Table.from({ x: [1, 2, 3, 4], y: [10.5, 20.5, 30.5, 40.5] });
    const preprocessor = new Preprocessor({ target: "y", standardizeTarget: true }).fit(table);
    const model = new Linear(1, 1); // predicts the mean, always
    model.loadStateDict(
      new Map([
        ["weight", tensor([[0]])],
        ["bias", tensor([0])],
      ]),
    );
    const { rmse, mae, r2 } = scoreTable(model, preprocessor, table);
    expect(rmse).toBeCloseTo(Math.sqrt(125), 4);
    expect(mae).toBeCloseTo(10, 4);
    expect(r2).toBeCloseTo(0, 5);
  });
});

describe("an experiment's preprocessor", () => {
  it("is saved in the run's config", async () => {
    const table = Table.from({ x: [1, 2, 3, 4], y: [10.5, 20.5, 30.5, 40.5] });
    const preprocessor = new Preprocessor({ target: "y" }).fit(table);
    const { trainer } = await buildExperiment({
      data: () => ({ train: [[preprocessor.transform(table), preprocessor.transformTarget(table)]], preprocessor }),
      model: () => new Linear(1, 1),
      loss: new MSELoss(),
      trainer: { epochs: 1 },
    });
    expect(trainer.options.config?.preprocessor).toEqual(JSON.parse(JSON.stringify(preprocessor)));
  });
});
