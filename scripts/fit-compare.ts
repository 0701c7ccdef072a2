/**
 * `fit` against scikit-learn's MLP of the same size on the tasks of tests/golden/fit: a table for docs/data.md.
 *
 *     npm run fit:compare            # all tasks, five seeds
 *     npm run fit:compare -- wine 3  # one task (or all), three seeds
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { data, train } from "../src/index.ts";

/** Scores of scikit-learn (scripts/golden/fit-sklearn.py). */
interface Task {
  task: string;
  target: string;
  hidden: number[];
  rows: [train: number, validation: number, test: number];
  plain: number[];
  early: number[];
}

const folder = new URL("../tests/golden/fit/", import.meta.url);
const { tasks } = JSON.parse(readFileSync(new URL("scores.json", folder), "utf8")) as { tasks: Record<string, Task> };
const [only, seeds = "5"] = process.argv.slice(2);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const spread = (values: readonly number[]): number =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
const show = (values: readonly number[]): string => `${mean(values).toFixed(4)} ± ${spread(values).toFixed(4)}`;

console.log("| task | rows (train + validation + test) | network | score | scikit-learn | `fit` | difference |");
console.log("|---|---|---|---|---|---|---|");
for (const [name, { task, target, hidden, rows, plain, early }] of Object.entries(tasks)) {
  if (only !== undefined && only !== "all" && name !== only) continue;
  const table = await data.readTable(fileURLToPath(new URL(`${name}.csv`, folder)));
  const scores: number[] = [];
  for (let seed = 0; seed < Number(seeds); seed++) {
    const options = { target, split: "split", hidden, seed };
    const prepared = train.tabular.prepare(table, train.tabular.understand(table, options), options, name);
    const experiment = train.tabular.tabularExperiment(prepared.settings, async () => prepared.data);
    const { trainer, data: batches } = await train.buildExperiment(experiment, { display: "quiet" });
    await trainer.fit(batches.train, batches.validation);
    const { preprocessor, parts } = prepared.data;
    const figures = train.tabular.scoreTable(trainer.model, preprocessor, table.take(parts.test));
    scores.push((task === "regression" ? figures.r2 : figures.accuracy) as number);
  }
  const theirs = mean(plain) > mean(early) ? plain : early;
  const difference = (100 * (mean(scores) - mean(theirs))) / mean(theirs);
  const what = task === "regression" ? "R²" : "accuracy";
  const sign = difference >= 0 ? "+" : "−";
  console.log(
    `| ${name} | ${rows.join(" + ")} | ${hidden.join(", ")} | ${what} | ${show(theirs)} | ${show(scores)} | ${sign}${Math.abs(difference).toFixed(1)} % |`,
  );
}
