// Prints what LiveDiagnosis says of the labelled runs while they go on: npx jiti scripts/diagnosis/live.ts
import { LiveDiagnosis } from "../../src/train/diagnosis/live.ts";
import { inputOf, storedRuns } from "./judge.ts";

for (const half of ["tuning", "held-out"] as const) {
  const healthy = { runs: 0, alarmed: 0, plateau: 0 };
  const sick = { runs: 0, named: 0 };
  const plateaus = { runs: 0, named: 0 };
  for (const run of storedRuns()) {
    if (run.half !== half) continue;
    const { epochs, plannedEpochs, constantLoss = null, initialLoss } = inputOf(run);
    const live = new LiveDiagnosis({ constantLoss, ...(plannedEpochs == null ? {} : { plannedEpochs }) });
    if (typeof initialLoss === "number") live.step(0, initialLoss);
    const said = new Set<string>(epochs.flatMap((record) => live.epoch(record).map(({ kind }) => kind)));
    if (run.label === "healthy") {
      healthy.runs++;
      if (said.size > 0) healthy.alarmed++;
      if (said.has("plateau")) healthy.plateau++;
    } else {
      sick.runs++;
      if (said.has(run.label)) sick.named++;
    }
    if (run.label === "plateau") {
      plateaus.runs++;
      if (said.has("plateau")) plateaus.named++;
    }
  }
  console.log(
    `${half} half: something said of ${healthy.alarmed} of ${healthy.runs} healthy runs (a plateau of ${healthy.plateau}); ` +
      `the fault named in ${sick.named} of ${sick.runs} others, a plateau in ${plateaus.named} of ${plateaus.runs}`,
  );
}
