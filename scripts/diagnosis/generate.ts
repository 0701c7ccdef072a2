// Trains the labelled runs and writes tests/golden/diagnosis-runs.json: npm run diagnosis:runs [tuning [file]]
import { writeFileSync } from "node:fs";
import { RECIPES } from "./recipes.ts";
import { type StoredRun, train } from "./run.ts";

// The seed draws everything that varies (task, network, optimizer, rate, data), so other seeds are a random other half.
// Thresholds were chosen on the first (two sets of seeds); the second was generated when they stood.
const HALVES = { tuning: [0, 70_000], "held-out": [140_000] } as const;

const start = performance.now();
const runs: StoredRun[] = [];
const only = process.argv[2];
for (const [half, offsets] of Object.entries(HALVES) as [keyof typeof HALVES, readonly number[]][]) {
  if (only !== undefined && only !== half) continue;
  for (const offset of offsets) {
    for (const [family, recipe] of RECIPES.entries()) {
      for (let i = 0; i < recipe.runs; i++) {
        const run = train(recipe, offset + 100 * (family + 1) + i);
        runs.push({ ...run, name: `${recipe.name} ${i}`, half });
      }
    }
  }
}
const path = process.argv[3] ?? new URL("../../tests/golden/diagnosis-runs.json", import.meta.url);
const text = `{"runs":[\n${runs.map((run) => JSON.stringify(run)).join(",\n")}\n]}\n`;
writeFileSync(path, text);
const seconds = ((performance.now() - start) / 1000).toFixed(1);
console.log(`${runs.length} runs, ${(text.length / 1e6).toFixed(1)} MB, ${seconds} s`);
