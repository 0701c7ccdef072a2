import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { type DecodedCheckpoint, decodeCheckpoint, type EpochRecord, History, type Json } from "../train/index.ts";
import { CheckpointError } from "../util/index.ts";

type Plain = { [name: string]: Json };

// Looks at runs without taking their lock: another process may be training there.

/** What `run.json` and the metrics log of a run say. */
export interface RunOnDisk {
  path: string;
  config: { [name: string]: Json };
  seed: string;
  /**
   * The file it was started with, from the folder it was started in and from its own; and what --set has replaced
   * since, also at a resume. Null for a run that a program made.
   */
  source: { file: string; fileFromRun: string | null; overrides: Plain } | null;
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
  const info = JSON.parse(readFileSync(file, "utf8"), plain) as { config?: Plain; setup?: Plain; seed?: string };
  const config = info.config ?? {};
  const state = newestState(path);
  const setup = (state?.setup ?? info.setup ?? {}) as Plain;
  const log = join(path, "metrics.jsonl");
  const lines = existsSync(log) ? parseLines(readFileSync(log, "utf8")) : [];
  const history = new History();
  for (const line of lines) if (line.kind === "epoch") history.epochs.push(line as unknown as EpochRecord);
  const { base } = (state?.progress ?? {}) as { base?: { epoch?: number } };
  if (typeof setup.epochs === "number") history.plannedEpochs = setup.epochs + (base?.epoch ?? 0);
  // The first epoch's line says what is known of the run as a whole.
  const { initialLoss, constantLoss, movingTarget } = lines.find((line) => line.kind === "epoch") ?? {};
  if (typeof initialLoss === "number") history.initialLoss = initialLoss;
  if (typeof constantLoss === "number") history.constantLoss = constantLoss;
  history.movingTarget = movingTarget === true;
  const { file: source, fileFromRun } = config;
  return {
    path,
    config,
    seed: info.seed ?? "",
    source:
      typeof source === "string"
        ? {
            file: source,
            fileFromRun: typeof fileFromRun === "string" ? fileFromRun : null,
            overrides: overridesIn(setup, (config.overrides ?? {}) as Plain),
          }
        : null,
    history,
    lines,
  };
}

/** What --set has replaced in a run: as its newest checkpoint has it, else as it was when the run began. */
function overridesIn(setup: Plain, began: Plain): Plain {
  const whole = setup["config.overrides"];
  if (whole !== undefined) return whole as Plain;
  const prefix = "config.overrides."; // (checkpoints from before version 2 of the setup)
  const later = Object.entries(setup).filter(([path]) => path.startsWith(prefix));
  return { ...began, ...Object.fromEntries(later.map(([path, value]) => [path.slice(prefix.length), value])) };
}

const MOST_HEADER = 256 * 2 ** 20;

/**
 * The plain part of a run's newest checkpoint, from its header alone: a look at many runs is not to read all their
 * weights. (Nothing is loaded from it: whoever loads a checkpoint verifies it.) Null when there is none.
 */
function newestState(path: string): Plain | null {
  for (const name of ["latest", "latest.prev"]) {
    const file = join(path, "checkpoints", `${name}.safetensors`);
    if (!existsSync(file)) continue;
    try {
      const { __metadata__: metadata } = headerOf(file);
      return JSON.parse(metadata?.["innerloop.state"] ?? "", plain) as Plain;
    } catch {
      // the one before it, then
    }
  }
  return null;
}

function headerOf(file: string): { __metadata__?: Record<string, string> } {
  const handle = openSync(file, "r");
  try {
    const length = new DataView(new ArrayBuffer(8));
    readSync(handle, length, 0, 8, 0);
    const bytes = new Uint8Array(Math.min(Number(length.getBigUint64(0, true)), MOST_HEADER));
    readSync(handle, bytes, 0, bytes.length, 8);
    return JSON.parse(new TextDecoder().decode(bytes)) as { __metadata__?: Record<string, string> };
  } finally {
    closeSync(handle);
  }
}

/**
 * A checkpoint of a run: `best`, or `latest`. Without a `best` (no evaluation yet) it is `latest`, and for a `latest` that
 * is damaged the one before: both are said on stderr.
 *
 * @throws {CheckpointError} when there is none that can be read; for a damaged `best`, whose place no other takes
 */
export function readCheckpoint(path: string, which: "best" | "latest"): DecodedCheckpoint & { file: string } {
  const fileOf = (name: string): string => join(path, "checkpoints", `${name}.safetensors`);
  const read = (name: string): DecodedCheckpoint & { file: string } => {
    const file = fileOf(name);
    return { ...decodeCheckpoint(new Uint8Array(readFileSync(file))), file };
  };
  const best = fileOf("best");
  if (which === "best" && existsSync(best)) {
    try {
      return read("best");
    } catch (error) {
      throw new CheckpointError(
        "run",
        `${best} cannot be used (${(error as Error).message})`,
        "expected one that verifies",
        "Restore it from a copy, or take the latest weights instead: --latest.",
      );
    }
  }
  const notes: string[] = which === "best" ? [`${path} has no best weights yet`] : [];
  const damaged: string[] = [];
  for (const name of ["latest", "latest.prev"]) {
    if (!existsSync(fileOf(name))) continue;
    try {
      const found = read(name);
      if (notes.length + damaged.length > 0)
        console.error(`note: ${[...notes, ...damaged].join("; ")}; took ${found.file}`);
      return found;
    } catch (error) {
      damaged.push(`${fileOf(name)} cannot be used (${(error as Error).message})`);
    }
  }
  if (damaged.length > 0) {
    throw new CheckpointError("run", damaged.join("; "), "expected one that verifies", "Restore it from a copy.");
  }
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
