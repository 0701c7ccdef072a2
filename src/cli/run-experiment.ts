import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Experiment, type Json, override } from "../train/index.ts";
import { ConfigError } from "../util/index.ts";
import { FIT, fitExperiment } from "./fit-run.ts";
import { loadExperiment } from "./load.ts";
import { readRun } from "./read-run.ts";

/**
 * The experiment of a run, with the values it was started with, those that were set at a resume, and those of `set`;
 * and what is to be recorded of it.
 *
 * @throws {ConfigError} when the run was not started by this command
 */
export async function experimentOf(
  run: string,
  set: Readonly<Record<string, Json>> = {},
  allow: string[] = [],
): Promise<{ experiment: Experiment; record: Record<string, Json> }> {
  const found = readRun(run);
  const { source } = found;
  if (source === null) {
    throw new ConfigError(
      "resume",
      `${run} was not started by innerloop train`,
      "expected a run whose experiment file is known",
      "Resume it in the program that made it: trainer.resume().",
    );
  }
  const { file, fileFromRun } = source;
  const overrides = { ...source.overrides, ...set };
  if (file === FIT)
    return { experiment: override(fitExperiment(found, allow), overrides), record: { file, overrides } };
  const path = placeOf(run, file, fileFromRun);
  const record = {
    file,
    ...(fileFromRun === null ? {} : { fileFromRun }),
    program: programOf(path),
    overrides,
  };
  return { experiment: override(await loadExperiment(path), overrides), record };
}

/** Where an experiment's file is: seen from the run's folder, else from this one, as it was when the run began. */
function placeOf(run: string, file: string, fileFromRun: string | null): string {
  const fromRun = fileFromRun === null ? null : join(run, fileFromRun);
  if (fromRun !== null && existsSync(fromRun)) return fromRun;
  if (existsSync(file)) return file;
  const places = fromRun === null ? `${file}, seen from the folder it was started in` : `${resolve(fromRun)}`;
  throw new ConfigError(
    "run",
    `the experiment of ${run} is not there (${file})`,
    `expected ${places}`,
    fromRun === null ? "Go to that folder first." : "Put it back, or move the run with it.",
  );
}

/** What tells whether an experiment's file has changed; what it imports is not in it. */
export function programOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 16);
}
