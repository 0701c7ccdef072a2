import { readFileSync } from "node:fs";
import { diagnose } from "../../src/train/diagnosis/diagnose.ts";
import type { DiagnosisInput, Verdict } from "../../src/train/diagnosis/verdict.ts";
import { unpackRuns } from "./compact.ts";
import type { StoredByLayer, StoredRun } from "./run.ts";

/** The stored runs, as `npm run diagnosis:runs` left them. */
export function storedRuns(): StoredRun[] {
  const path = new URL("../../tests/golden/diagnosis-runs.json", import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as { runs: StoredRun[] }).runs;
}

function numbers(values: StoredByLayer): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${name}.weight`, Number(value)]));
}

/** A stored run as `diagnose` takes it. */
export function inputOf(run: StoredRun): DiagnosisInput {
  const rates = unpackRuns(run.lr);
  return {
    initialLoss: Number(run.initialLoss),
    plannedEpochs: run.plannedEpochs,
    constantLoss: Number(run.constantLoss),
    epochs: run.train.map((trainLoss, epoch) => {
      const probe = run.probes[epoch];
      return {
        epoch,
        trainLoss: Number(trainLoss),
        valLoss: Number(run.val[epoch]),
        lr: rates[epoch] ?? null,
        gradNorm: Number(run.gradNorm[epoch]),
        gradNormMax: Number(run.gradNormMax[epoch]),
        ...(probe === undefined ? {} : { parameterGradNorms: numbers(probe[0]), deadUnits: numbers(probe[1] ?? {}) }),
      };
    }),
  };
}

/** The same without the loss of the best constant, which nobody may have worked out. */
export function withoutConstant(run: StoredRun): DiagnosisInput {
  return { ...inputOf(run), constantLoss: null };
}

/** The same with nothing but losses. */
export function lossesOf(run: StoredRun): DiagnosisInput {
  return {
    epochs: inputOf(run).epochs.map(({ epoch, trainLoss, valLoss }) => ({
      epoch,
      trainLoss,
      valLoss: valLoss ?? null,
    })),
  };
}

/** How the verdicts compare with the labels. The first verdict counts. */
export interface Score {
  total: number;
  right: number;
  healthy: number;
  calledSick: number;
  wrong: { run: StoredRun; verdicts: Verdict[] }[];
  /** [label][verdict] */
  matrix: Map<string, Map<string, number>>;
}

export function score(runs: readonly StoredRun[], input: (run: StoredRun) => DiagnosisInput = inputOf): Score {
  const result: Score = { total: 0, right: 0, healthy: 0, calledSick: 0, wrong: [], matrix: new Map() };
  for (const run of runs) {
    const verdicts = diagnose(input(run));
    const kind = verdicts[0]?.kind ?? "none";
    const row = result.matrix.get(run.label) ?? new Map<string, number>();
    result.matrix.set(run.label, row.set(kind, (row.get(kind) ?? 0) + 1));
    result.total++;
    if (kind === run.label) result.right++;
    else result.wrong.push({ run, verdicts });
    if (run.label !== "healthy") continue;
    result.healthy++;
    if (kind !== "healthy") result.calledSick++;
  }
  return result;
}
