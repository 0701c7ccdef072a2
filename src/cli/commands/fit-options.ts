import { type ColumnType, MISSING_VALUES, type MissingPolicy } from "../../data/index.ts";
import type { tabular } from "../../train/index.ts";
import { ConfigError, nearest } from "../../util/index.ts";
import type { ShowOptions } from "./train.ts";

/** Options of `fit` as they are written. */
export interface FitCommandOptions extends ShowOptions {
  target?: string;
  run?: string;
  task?: string;
  types?: string;
  columns?: string;
  ignore?: string;
  missing?: string;
  missingValues?: string;
  dates?: string;
  decimal?: string;
  holdout?: string;
  test?: string;
  group?: string;
  time?: string;
  split?: string;
  hidden?: string;
  dropout?: string;
  epochs?: string;
  lr?: string;
  batchSize?: string;
  patience?: string;
  weightDecay?: string;
  loss?: string;
  classWeights?: string;
  maxSeconds?: string;
  seed?: string;
  /** Rows are read as they are trained on; undefined: if the file is large. */
  stream?: boolean;
}

/** Options of `fit` as they are meant. */
export interface FitOptions {
  /** The target may not be known yet. */
  learn: Omit<tabular.TabularOptions, "target">;
  read: { types?: Record<string, ColumnType>; decimal?: "." | ","; missingValues?: string[] };
}

const TYPES = ["number", "integer", "boolean", "date", "category"] as const;
const POLICIES = ["refuse", "mean", "median", "mostFrequent"] as const;

function choice<T extends string>(option: string, text: string, among: readonly T[]): T {
  if (among.includes(text as T)) return text as T;
  const near = nearest(text, among);
  throw new ConfigError(
    "fit",
    `${option} is ${JSON.stringify(text)}`,
    `expected ${among.join(", ")}`,
    near === null ? "Choose one of them." : `Did you mean "${near}"?`,
  );
}

function number(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  const got = `${option} is ${JSON.stringify(text)}`;
  throw new ConfigError("fit", got, "expected a number", `Write for example ${option} ${EXAMPLES[option] ?? "1"}.`);
}

const EXAMPLES: Readonly<Record<string, string>> = {
  "--holdout": "0.2",
  "--test": "0.1",
  "--lr": "1e-3",
  "--dropout": "0.1",
  "--hidden": "64,64",
  "--epochs": "100",
};

const names = (text: string): string[] => text.split(",").map((each) => each.trim());

/** `a=x,b=y`. The last `=` counts: names may hold others. */
function pairs(option: string, text: string, example: string): [name: string, value: string][] {
  return names(text).map((each) => {
    const at = each.lastIndexOf("=");
    if (at > 0) return [each.slice(0, at).trim(), each.slice(at + 1).trim()];
    throw new ConfigError(
      "fit",
      `${option} has ${JSON.stringify(each)}`,
      "expected column=value",
      `Write for example ${option} ${example}.`,
    );
  });
}

function policy(text: string): MissingPolicy {
  return text.startsWith("fill:") ? { fill: text.slice(5) } : choice("--missing", text, POLICIES);
}

function missingOf(text: string): NonNullable<tabular.TabularOptions["missing"]> {
  if (!text.includes("=")) return policy(text);
  return Object.fromEntries(
    pairs("--missing", text, "speed=median,kind=fill:unknown").map(([name, value]) => [name, policy(value)]),
  );
}

/** @throws {ConfigError} for a value that is none, with a suggestion */
export function fitOptions(raw: FitCommandOptions): FitOptions {
  const learn: { [K in keyof FitOptions["learn"]]: FitOptions["learn"][K] } = {};
  const numbers = [
    "holdout",
    "test",
    "dropout",
    "epochs",
    "lr",
    "batchSize",
    "patience",
    "weightDecay",
    "maxSeconds",
    "seed",
  ] as const;
  for (const name of numbers) {
    const text = raw[name];
    if (text !== undefined)
      learn[name] = number(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, text);
  }
  for (const name of ["group", "time", "split"] as const) if (raw[name] !== undefined) learn[name] = raw[name];
  for (const name of ["columns", "ignore"] as const) if (raw[name] !== undefined) learn[name] = names(raw[name]);
  if (raw.hidden !== undefined) {
    learn.hidden = raw.hidden === "none" ? [] : names(raw.hidden).map((each) => number("--hidden", each));
  }
  if (raw.task !== undefined)
    learn.task = choice("--task", raw.task, ["regression", "binary", "multiclass", "classification"]);
  if (raw.loss !== undefined) learn.loss = choice("--loss", raw.loss, ["mse", "huber"]);
  if (raw.dates !== undefined) learn.dates = choice("--dates", raw.dates, ["time", "parts"]);
  if (raw.classWeights !== undefined)
    learn.balanced = choice("--class-weights", raw.classWeights, ["balanced", "none"]) === "balanced";
  if (raw.missing !== undefined) learn.missing = missingOf(raw.missing);
  const read: FitOptions["read"] = {};
  if (raw.decimal !== undefined) read.decimal = choice("--decimal", raw.decimal, [".", ","]);
  if (raw.missingValues !== undefined) read.missingValues = [...MISSING_VALUES, ...names(raw.missingValues)];
  if (raw.types !== undefined) {
    const typed = pairs("--types", raw.types, "zip=category,seen=date");
    read.types = Object.fromEntries(typed.map(([name, type]) => [name, choice(`--types ${name}`, type, TYPES)]));
  }
  return { learn, read };
}
