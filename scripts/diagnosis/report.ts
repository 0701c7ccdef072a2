// Prints how often diagnose is right on the labelled runs: npm run diagnosis:report
import { inputOf, lossesOf, type Score, score, storedRuns, withoutConstant } from "./judge.ts";

const runs = storedRuns();
const verbose = process.argv.includes("--wrong");
const half = process.argv.includes("--tuning") ? (["tuning"] as const) : (["tuning", "held-out"] as const);

function rate(part: number, whole: number): string {
  return `${part} of ${whole} (${((100 * part) / whole).toFixed(1)} %)`;
}

function print(title: string, { total, right, healthy, calledSick, matrix, wrong }: Score): void {
  console.log(`\n${title}: right ${rate(right, total)}; healthy called sick ${rate(calledSick, healthy)}`);
  const labels = [...matrix.keys()];
  const short = (label: string): string => label.slice(0, 9).padStart(10);
  console.log(`${"label \\ verdict".padEnd(20)}${labels.map(short).join("")}`);
  for (const label of labels) {
    const cells = labels.map((kind) => String(matrix.get(label)?.get(kind) ?? "·").padStart(10));
    console.log(label.padEnd(20) + cells.join(""));
  }
  if (!verbose) return;
  for (const { run, verdicts } of wrong) {
    console.log(
      `  ${run.label}: ${run.name}: ${verdicts.map(({ kind, evidence }) => `${kind}: ${evidence}`).join("; ")}`,
    );
  }
}

for (const each of half) {
  const some = runs.filter((run) => run.half === each);
  print(`${each} half, everything recorded`, score(some, inputOf));
  print(`${each} half, without constantLoss`, score(some, withoutConstant));
  if (each === "held-out") print(`${each} half, losses alone`, score(some, lossesOf));
}
