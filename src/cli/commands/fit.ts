import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { streamTable, type Table } from "../../data/index.ts";
import {
  type BuiltExperiment,
  buildExperiment,
  type Experiment,
  type Json,
  preflight,
  tabular,
} from "../../train/index.ts";
import { ConfigError, DataError } from "../../util/index.ts";
import { EXIT } from "../exit-codes.ts";
import { FIT, type FitSource, fingerprint, readOptionsOf } from "../fit-run.ts";
import { isLarge, readData, reworded, streamData } from "../read-data.ts";
import { refuseDecimalCommas, refuseTextOptions, refuseUnknownColumns, targetOf, withFills } from "./fit-checks.ts";
import { reportEnd, sayer } from "./fit-end.ts";
import { type FitCommandOptions, type FitOptions, fitOptions } from "./fit-options.ts";
import { describeData, describePlan, describePreflight } from "./fit-report.ts";
import { displayOf, finish, freeFolder } from "./train.ts";

/** Checks without which training makes no sense; the others are advice. */
const FATAL = ["finite", "step", "gradients"];

/**
 * `innerloop fit <data> --target <column>`. Returns the exit code.
 *
 * @param seconds the most time that preflight takes
 */
export async function fitCommand(file: string, raw: FitCommandOptions, seconds = 1): Promise<number> {
  const { learn, read } = fitOptions(raw);
  tabular.checkTabularOptions({ target: "", ...learn });
  const name = basename(file).replace(/(\.\w+)(\.gz)?$/, "") || "fit";
  const run = raw.run ?? freeFolder(name);
  if (existsSync(join(run, "run.json"))) {
    const got = `there is a run in ${run} already`;
    throw new ConfigError("fit", got, "expected a new folder", `Go on with it: innerloop resume ${run}.`);
  }
  refuseTextOptions(file, read);
  const streamed = raw.stream ?? (await isLarge("fit", file, read));
  const look = streamed ? lookAtStream : lookAtTable;
  const asked = { file, name, target: raw.target, learn, read };
  const { shown, understanding, options, prepared } = await reworded("fit", () => look(asked));
  const experiment = tabular.tabularExperiment(prepared.settings, async () => prepared.data) as unknown as Experiment;
  const record = { file: FIT, overrides: {} };
  const built = await buildExperiment(experiment, { run, display: displayOf(raw), record });

  const { trainer, data } = built;
  const parameters = [...trainer.model.parameters()].reduce((sum, each) => sum + each.length, 0);
  const say = sayer(raw);
  say(describeData(shown, understanding, prepared.data.preprocessor), { event: "data", ...(understanding as object) });
  say(["", ...describePlan(prepared, options, parameters)], { event: "plan", ...prepared.settings });
  const { findings } = await checkBefore(built, seconds);
  // (where the inputs take few values, rows that are alike are no mistake)
  const discrete = understanding.inputs.every(({ type }) => type !== "number");
  const told = discrete ? findings.filter(({ check }) => check !== "duplicates") : findings;
  say([...describePreflight(told), ""], { event: "preflight", findings: told });
  const wrong = findings.find(({ check, status }) => status === "fail" && FATAL.includes(check));
  if (wrong !== undefined) throw new DataError("fit", wrong.message, "expected a first step that works", wrong.advice);

  const code = await finish(run, built, () => trainer.fit(data.train, data.validation), raw);
  if (code === EXIT.done) reportEnd(run, built, prepared.data, raw);
  return code;
}

/** What is asked for. */
interface Asked extends FitOptions {
  file: string;
  name: string;
  target: string | undefined;
}

/** What was found, and what is to be done. */
interface Found {
  /** All rows, or those that were looked at. */
  shown: Table;
  understanding: tabular.Understanding;
  options: tabular.TabularOptions;
  prepared: tabular.Prepared;
}

/** The options, checked against rows of the file. */
function optionsFor(table: Table, { learn, read, target }: Asked): tabular.TabularOptions {
  refuseUnknownColumns(table, learn, target);
  refuseDecimalCommas(table, read);
  return withFills({ ...learn, target: targetOf(table, target) }, table);
}

async function lookAtTable(asked: Asked): Promise<Found> {
  const { file, name, read } = asked;
  const table = await readData("fit", file, read);
  const options = optionsFor(table, asked);
  const understanding = tabular.understand(table, options);
  const source = await sourceOf(asked, table, understanding, options);
  const prepared = tabular.prepare(table, understanding, options, name, { source });
  return { shown: table, understanding, options, prepared };
}

async function lookAtStream(asked: Asked): Promise<Found> {
  const { file, name, read } = asked;
  tabular.refuseTimeOrder(asked.learn.time);
  const whole = streamData("fit", file, read);
  const sample = await tabular.sampleRows(whole);
  const options = optionsFor(sample.table, asked);
  const understood = tabular.understandSample(sample, options);
  const found = await sourceOf(asked, sample.table, understood, options);
  const source: FitSource = { ...found, types: widened(found.types, read.types), streamed: true };
  const stream = streamTable(file, { ...readOptionsOf(source), seekIndex: whole.seekIndex() });
  const more = { source: source as { [key: string]: Json } };
  const { understanding, ...prepared } = await tabular.prepareStream(stream, sample, understood, options, name, more);
  return { shown: sample.table, understanding, options, prepared };
}

/** Whole numbers in some rows may be others further on. */
function widened(types: FitSource["types"], asked: FitOptions["read"]["types"] = {}): FitSource["types"] {
  const wider = Object.entries(types).map(([name, type]) => [name, type === "integer" ? "number" : type] as const);
  return {
    ...Object.fromEntries(wider),
    ...Object.fromEntries(Object.entries(asked).filter(([name]) => name in types)),
  };
}

/** Preflight at the full learning rate: that of the warmup's first step learns nothing by heart. */
async function checkBefore({ trainer, data }: BuiltExperiment, seconds: number): ReturnType<typeof preflight> {
  const groups = trainer.optimizer.paramGroups;
  const rates = groups.map(({ lr }) => lr);
  for (const group of groups) group.lr = group.initialLr ?? group.lr;
  try {
    return await preflight(trainer, data.train, data.validation, { seconds });
  } finally {
    groups.forEach((group, i) => {
      group.lr = rates[i] as number;
    });
  }
}

/** What a later `resume` has to know of the file: only the columns that are used are read again. */
async function sourceOf(
  { file, read }: Asked,
  table: Table,
  { inputs }: tabular.Understanding,
  { target, group, time, split }: tabular.TabularOptions,
): Promise<FitSource> {
  const used = new Set([...inputs.map(({ name }) => name), target, group, time, split]);
  return {
    file: resolve(file),
    sha256: await fingerprint(file),
    types: Object.fromEntries(table.fields.filter(({ name }) => used.has(name)).map(({ name, type }) => [name, type])),
    decimal: read.decimal ?? ".",
    ...(read.missingValues === undefined ? {} : { missingValues: read.missingValues }),
  };
}
