import { existsSync, statSync } from "node:fs";
import { type DqnVerdict, diagnoseDqn } from "../../rl/index.ts";
import { diagnose, EpochTable, type History, type Verdict } from "../../train/index.ts";
import { ConfigError } from "../../util/index.ts";
import { chart } from "../chart.ts";
import { findRuns, type RunOnDisk, readRun } from "../read-run.ts";

const MOST_ROWS = 30;

// A long history in at most MOST_ROWS rows: evenly spaced, always with the best and the last.
function tableOf({ history }: RunOnDisk): string[] {
  const { epochs, best } = history;
  const step = Math.max(1, Math.ceil(epochs.length / MOST_ROWS));
  const metrics = Object.keys(epochs[0]?.metrics ?? {});
  const table = new EpochTable(
    metrics,
    epochs.some(({ figures }) => figures !== undefined),
  );
  const rows = epochs.filter((record, i) => i % step === 0 || i === epochs.length - 1 || record === best);
  return [...table.begin(), ...rows.flatMap((record) => table.lines(record))];
}

/** The findings of a run: an agent's by what its figures tell. */
function verdictsOf(history: History): readonly (Verdict | DqnVerdict)[] {
  const isAgent = history.epochs.some(({ figures }) => figures?.meanQ !== undefined);
  return isAgent ? diagnoseDqn(history.epochs) : diagnose(history);
}

/** A finding as two lines. */
export function verdictText({ kind, severity, evidence, advice }: Verdict | DqnVerdict): string {
  const name = kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return kind === "healthy"
    ? `✓ healthy: ${evidence}`
    : `${severity === "info" ? "·" : "!"} ${name}: ${evidence}\n  → ${advice}`;
}

/** `innerloop show <run>`: table, chart, verdicts. */
export function showCommand(path: string): string {
  const run = readRun(path);
  const { history } = run;
  if (history.epochs.length === 0) return `${path}: no finished epoch yet (${run.lines.length} lines in the log)`;
  const train = history.epochs.map(({ epoch, trainLoss }) => [epoch, trainLoss] as const);
  const validation = history.epochs.flatMap(({ epoch, valLoss }) =>
    valLoss === null ? [] : [[epoch, valLoss] as const],
  );
  const curves = [{ name: "train", mark: "·", points: train }];
  if (validation.length > 0) curves.push({ name: "validation", mark: "o", points: validation });
  return [
    `${path} (seed ${run.seed}${run.source === null ? "" : `, ${run.source.file}`})`,
    "",
    ...tableOf(run),
    "",
    chart(curves),
    "",
    ...verdictsOf(history).map(verdictText),
  ].join("\n");
}

/** `innerloop diagnose <run>`: the verdicts alone. */
export function diagnoseCommand(path: string): string {
  const { history } = readRun(path);
  if (history.epochs.length === 0) return `${path}: no finished epoch yet`;
  return verdictsOf(history).map(verdictText).join("\n");
}

/** `innerloop runs [folder]`: a line for each. */
export function runsCommand(folder: string): string {
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    const fix = "One run is shown by: innerloop show <run>.";
    throw new ConfigError("runs", `${folder} is a file`, "expected a folder with runs in it", fix);
  }
  const paths = findRuns(folder);
  if (paths.length === 0) return `no runs in ${folder}; start one with: innerloop train experiment.ts`;
  const width = Math.max(...paths.map((path) => path.length), 4);
  const rows = paths.map((path) => {
    const { history } = readRun(path);
    const { best, last } = history;
    const loss = best === null ? "–" : (best.valLoss ?? best.trainLoss).toPrecision(5);
    const verdict =
      last === null
        ? ""
        : verdictsOf(history)
            .map(({ kind }) => kind)
            .join(", ");
    return `${path.padEnd(width)}  ${String(history.epochs.length).padStart(6)}  ${String(best?.epoch ?? "–").padStart(5)}  ${loss.padStart(11)}  ${verdict}`;
  });
  return [`${"run".padEnd(width)}  epochs   best    best loss  verdicts`, ...rows].join("\n");
}
