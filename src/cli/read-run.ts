import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type DecodedCheckpoint, decodeCheckpoint, type EpochRecord, History, type Json } from "../train/index.ts";
import { CheckpointError } from "../util/index.ts";

// Looks at runs without taking their lock: another process may be training there.

/** What `run.json` and the metrics log of a run say. */
export interface RunOnDisk {
  path: string;
  config: { [name: string]: Json };
  seed: string;
  /** The file and overrides it was started with; null for a run that a program made. */
  source: { file: string; overrides: { [path: string]: Json } } | null;
  history: History;
  lines: { [name: string]: Json }[];
}

// Storage writes numbers that JSON does not have as { "$number": "NaN" }.
function plain(_: string, value: unknown): unknown {
  const tagged = (value as { $number?: unknown } | null)?.$number;
  return typeof tagged === "string" ? Number(tagged) : value;
}

function parseLines(text: string): { [name: string]: Json }[] {
  return text.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line, plain) as { [name: string]: Json }];
    } catch {
      return []; // a torn last line
    }
  });
}

/**
 * Reads what a run's folder says about it.
 *
 * @throws {CheckpointError} when it is no run
 */
export function readRun(path: string): RunOnDisk {
  const file = join(path, "run.json");
  if (!existsSync(file)) {
    throw new CheckpointError(
      "run",
      `there is no run in ${path}`,
      "expected a folder with run.json",
      "See `innerloop runs` for those there are.",
    );
  }
  const info = JSON.parse(readFileSync(file, "utf8"), plain) as { config?: { [name: string]: Json }; seed?: string };
  const config = info.config ?? {};
  const log = join(path, "metrics.jsonl");
  const lines = existsSync(log) ? parseLines(readFileSync(log, "utf8")) : [];
  const history = new History();
  for (const line of lines) if (line.kind === "epoch") history.epochs.push(line as unknown as EpochRecord);
  const planned = (config.experiment as { trainer?: { epochs?: number } } | undefined)?.trainer?.epochs;
  history.plannedEpochs = planned ?? null;
  // The first epoch's line says what is known of the run as a whole.
  const { initialLoss, constantLoss, movingTarget } = lines.find((line) => line.kind === "epoch") ?? {};
  if (typeof initialLoss === "number") history.initialLoss = initialLoss;
  if (typeof constantLoss === "number") history.constantLoss = constantLoss;
  history.movingTarget = movingTarget === true;
  const source = config.file;
  return {
    path,
    config,
    seed: info.seed ?? "",
    source:
      typeof source === "string"
        ? { file: source, overrides: (config.overrides ?? {}) as { [name: string]: Json } }
        : null,
    history,
    lines,
  };
}

/**
 * A checkpoint of a run: `best`, or `latest` (then `latest.prev`).
 *
 * @throws {CheckpointError} when there is none that can be read
 */
export function readCheckpoint(path: string, which: "best" | "latest"): DecodedCheckpoint & { file: string } {
  const names = which === "best" ? ["best", "latest"] : ["latest", "latest.prev"];
  let last: unknown = null;
  for (const name of names) {
    const file = join(path, "checkpoints", `${name}.safetensors`);
    if (!existsSync(file)) continue;
    try {
      return { ...decodeCheckpoint(new Uint8Array(readFileSync(file))), file };
    } catch (error) {
      last = error;
    }
  }
  if (last !== null) throw last;
  if (!existsSync(path)) readRun(path);
  throw new CheckpointError("run", `${path} has no checkpoint`, "expected one", "Train it first: innerloop resume.");
}

/** The folders under `folder` that are runs, the newest first. */
export function findRuns(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "run.json")))
    .map((entry) => join(folder, entry.name))
    .sort((a, b) => statSync(join(b, "run.json")).mtimeMs - statSync(join(a, "run.json")).mtimeMs);
}
