import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type ColumnType, Preprocessor, type PreprocessorState, readTable, streamTable } from "../data/index.ts";
import { type Experiment, type Json, override, tabular } from "../train/index.ts";
import { CheckpointError } from "../util/index.ts";
import type { RunOnDisk } from "./read-run.ts";

// A run of `fit` names this instead of a file: its experiment is made of what stands in run.json.
export const FIT = "innerloop:fit";
/** What `resume --allow` takes for a data file that is not as it was. */
export const ALLOW_DATA = "data";

/** Where a run's data is, and how it was read. */
export type FitSource = {
  file: string;
  /** Of the file's bytes. */
  sha256: string;
  /** The columns that are read, in order, with their types. */
  types: { [column: string]: ColumnType };
  decimal: "." | ",";
  /** Unless the readers' own. */
  missingValues?: string[];
  /** Its rows are read as they are trained on. */
  streamed?: boolean;
};

/** The SHA-256 of a file. */
export async function fingerprint(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}

/** The options that a file is read with; decimal marks are for texts alone. */
export function readOptionsOf({
  types,
  decimal,
  missingValues,
}: Pick<FitSource, "types" | "decimal" | "missingValues">): Parameters<typeof readTable>[1] {
  return {
    columns: Object.keys(types),
    types,
    ...(decimal === "," ? { decimal } : {}),
    ...(missingValues === undefined ? {} : { missingValues }),
  };
}

/** The preprocessor that was saved with a run; null when it has none. */
export function preprocessorOf({ config }: RunOnDisk): Preprocessor | null {
  if (config.preprocessor === undefined) return null;
  return Preprocessor.fromJSON(config.preprocessor as unknown as PreprocessorState);
}

/** The plain settings of a run of `fit`, with what --set has replaced since. */
export function fitSettings({ config, source }: RunOnDisk): tabular.TabularSettings {
  const began = config.experiment as unknown as Experiment;
  return override(began, source?.overrides ?? {}) as unknown as tabular.TabularSettings;
}

/** The experiment of a run of `fit`. @param allow what may differ: `data` takes a changed file */
export function fitExperiment(run: RunOnDisk, allow: readonly string[] = []): Experiment {
  const settings = fitSettings(run);
  const { metrics: _, callbacks: __, ...trainer } = settings.trainer;
  const open = async (config: tabular.TabularConfig): Promise<tabular.TabularData> => {
    opened = await fitData(run, config, allow);
    return opened;
  };
  const plain = { ...settings, trainer: trainer as { [option: string]: Json } };
  return tabular.tabularExperiment(plain, open) as unknown as Experiment;
}

let opened: tabular.TabularData | null = null;

/** What the experiment that was built last has opened: the scores at its end are of the same rows. */
export function takeOpened(): tabular.TabularData {
  const data = opened as tabular.TabularData;
  opened = null;
  return data;
}

/** The data of a run of `fit`, split as it was, with the preprocessor that was saved with it. */
export async function fitData(
  run: RunOnDisk,
  config: tabular.TabularConfig = fitSettings(run).config,
  allow: readonly string[] = [],
): Promise<tabular.TabularData> {
  const source = config.source as FitSource;
  await refuseChanged(source, run.path, allow.includes(ALLOW_DATA));
  const { seed } = fitSettings(run);
  const preprocessor = preprocessorOf(run) as Preprocessor;
  const read = readOptionsOf(source);
  return source.streamed === true
    ? tabular.reopenStream(streamTable(source.file, read), { config, seed }, preprocessor)
    : tabular.reopen(await readTable(source.file, read), { config, seed }, preprocessor);
}

/** @throws {CheckpointError} for a file that is gone, or not the one that the run was trained on */
async function refuseChanged(source: FitSource, run: string, changed: boolean): Promise<void> {
  const { file, sha256 } = source;
  let found: string;
  try {
    found = await fingerprint(file);
  } catch (error) {
    const got = `the data of the run, ${file}, cannot be read (${(error as { code?: string }).code})`;
    const fix = `If it was moved: innerloop resume ${run} --set config.source.file=<its path>.`;
    throw new CheckpointError("fit", got, "expected the file that the run was trained on", fix);
  }
  if (found !== sha256 && !changed) {
    throw new CheckpointError(
      "fit",
      `${file} is not as it was: SHA-256 ${found.slice(0, 12)}…`,
      `expected ${sha256.slice(0, 12)}…, of the file that the run was trained on`,
      `Put the file back; or take it as it is now: innerloop resume ${run} --allow ${ALLOW_DATA}; or begin anew with fit.`,
    );
  }
}
