import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Table } from "../../data/index.ts";
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
import { FIT, type FitSource, fingerprint } from "../fit-run.ts";
import { readData } from "../read-data.ts";
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
  const table = await readData("fit", file, read);
  refuseUnknownColumns(table, learn, raw.target);
  refuseDecimalCommas(table, read);
  const options = withFills({ ...learn, target: targetOf(table, raw.target) }, table);
  const understanding = tabular.understand(table, options);
  const source = await sourceOf(file, table, understanding, options, read);
  const prepared = tabular.prepare(table, understanding, options, name, { source });
  const experiment = tabular.tabularExperiment(prepared.settings, async () => prepared.data) as unknown as Experiment;
  const record = { file: FIT, overrides: {} };
  const built = await buildExperiment(experiment, { run, display: displayOf(raw), record });

  const { trainer, data } = built;
  const parameters = [...trainer.model.parameters()].reduce((sum, each) => sum + each.length, 0);
  const say = sayer(raw);
  say(describeData(table, understanding, prepared.data.preprocessor), { event: "data", ...(understanding as object) });
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

/** @throws {ConfigError} when no target was named: which one there are */
function targetOf(table: Table, target: string | undefined): string {
  if (target !== undefined) return target;
  const { columnNames } = table;
  const shown = columnNames.slice(0, 20).join(", ") + (columnNames.length > 20 ? ", …" : "");
  const fix = `Say which column is to be predicted, for example --target ${columnNames.at(-1)}.`;
  throw new ConfigError("fit", "no --target", `expected one of ${shown}`, fix);
}

/** @throws {ConfigError} for an option that names a column which the file does not have */
function refuseUnknownColumns(table: Table, learn: FitOptions["learn"], target: string | undefined): void {
  const { columns = [], ignore = [], group, time, split } = learn;
  for (const name of [target, group, time, split, ...columns, ...ignore]) {
    if (name === undefined || table.columnNames.includes(name)) continue;
    try {
      table.column(name);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      throw new ConfigError(error.operation, error.got, error.expected, error.fix);
    }
  }
}

/** @throws {DataError} for numbers with a decimal comma, which were read as texts */
function refuseDecimalCommas(table: Table, { types, decimal }: FitOptions["read"]): void {
  if (decimal === ",") return;
  for (const { name, type } of table.fields) {
    const column = table.column(name);
    if (type !== "category" || column.type !== "category" || types?.[name] !== undefined) continue;
    const first = column.categories.find((text) => /^[+-]?\d+,\d+$/.test(text));
    if (first === undefined || !column.categories.every((text) => /^[+-]?\d+(,\d+)?$/.test(text))) continue;
    const fix = `Read the file with --decimal , ; or if these are names, say so: --types ${name}=category.`;
    throw new DataError(
      table.places.source,
      `column "${name}" is ${JSON.stringify(first)}`,
      "expected a decimal point",
      fix,
    );
  }
}

/** Values that stand for missing ones come as texts: numbers where the column has numbers. */
function withFills(options: tabular.TabularOptions, table: Table): tabular.TabularOptions {
  const { missing } = options;
  if (missing === undefined || typeof missing === "string") return options;
  const fill = (name: string, text: string): { fill: number | string } => {
    if (table.column(name).type === "category") return { fill: text };
    const value = Number(text);
    if (text !== "" && Number.isFinite(value)) return { fill: value };
    const got = `--missing ${name}=fill:${text}`;
    throw new ConfigError(
      "fit",
      got,
      `expected a number, as "${name}" holds numbers`,
      `Write --missing ${name}=fill:0.`,
    );
  };
  if ("fill" in missing) {
    const got = `--missing fill:${missing.fill}`;
    throw new ConfigError("fit", got, "expected a column for it", `Write --missing column=fill:${missing.fill}.`);
  }
  const named = Object.entries(missing as Record<string, string | { fill: string }>);
  return {
    ...options,
    missing: Object.fromEntries(
      named.map(([name, each]) => [name, typeof each === "string" ? each : fill(name, each.fill)]),
    ) as never,
  };
}

/** What a later `resume` has to know of the file: only the columns that are used are read again. */
async function sourceOf(
  file: string,
  table: Table,
  { inputs }: tabular.Understanding,
  { target, group, time, split }: tabular.TabularOptions,
  read: FitOptions["read"],
): Promise<{ [key: string]: Json }> {
  const used = new Set([...inputs.map(({ name }) => name), target, group, time, split]);
  const source: FitSource = {
    file: resolve(file),
    sha256: await fingerprint(file),
    types: Object.fromEntries(table.fields.filter(({ name }) => used.has(name)).map(({ name, type }) => [name, type])),
    decimal: read.decimal ?? ".",
    ...(read.missingValues === undefined ? {} : { missingValues: read.missingValues }),
  };
  return source;
}
