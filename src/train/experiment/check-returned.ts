import { ConfigError, nearest } from "../../util/index.ts";
import type { ExperimentData, Task } from "./experiment.ts";

// What the functions of an experiment return is looked at before anything is made of it.

const DATA = ["train", "validation", "test", "columns", "transform", "preprocessor"];

/** @throws {ConfigError} unless an experiment's data are as `ExperimentData` says, with a name for every column */
export function checkData(data: unknown): ExperimentData {
  const at = "experiment.data";
  const found = plainObject(at, data, "{ train, validation }");
  for (const name of Object.keys(found)) {
    if (!DATA.includes(name)) throw unknownField(at, name, DATA, "Remove it.");
  }
  for (const name of ["train", "validation", "test"] as const) {
    const source = found[name];
    if (isSource(source) || (source === undefined && name !== "train")) continue;
    const got = `${name} is ${source === undefined ? "missing" : `a ${typeof source}`}`;
    throw new ConfigError(at, got, "expected batches: a DataLoader or anything iterable", `Return { ${name} }.`);
  }
  const { columns, transform, train } = found as unknown as ExperimentData;
  const width = transform === undefined ? widthOf(train) : null;
  if (columns !== undefined && width !== null && columns.length !== width) {
    throw new ConfigError(
      at,
      `columns has ${columns.length} names`,
      `expected ${width}, one for each column of the input`,
      "Name them all, in order; predict looks for them in a file.",
    );
  }
  return found as unknown as ExperimentData;
}

const TASK = [
  "source",
  "objective",
  "samples",
  "evaluate",
  "report",
  "figures",
  "validation",
  "callbacks",
  "generators",
];

/** @throws {ConfigError} unless a task has what it takes (an instance of a class may have more) */
export function checkTask(task: unknown): Task {
  const at = "experiment.task";
  if (typeof task !== "object" || task === null) throw notObject(at, task, "{ source, objective }");
  if (Object.getPrototypeOf(task) === Object.prototype) {
    for (const name of Object.keys(task)) if (!TASK.includes(name)) throw unknownField(at, name, TASK, "Remove it.");
  }
  const { source, objective } = task as Partial<Task>;
  if (!isSource(source)) {
    throw new ConfigError(at, "source is no source of batches", "expected anything iterable", "Give it a source.");
  }
  if (typeof objective !== "function") {
    throw new ConfigError(at, `objective is ${typeof objective}`, "expected a function of a batch", "Give it one.");
  }
  return task as Task;
}

function isSource(value: unknown): boolean {
  return typeof value === "object" && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
}

function plainObject(at: string, value: unknown, like: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw notObject(at, value, like);
}

function notObject(at: string, value: unknown, like: string): ConfigError {
  const got = value === null ? "null" : Array.isArray(value) ? "an array" : `${typeof value}`;
  return new ConfigError(at, `the function returned ${got}`, `expected ${like}`, "Return such an object.");
}

/** Columns of the inputs; null where nothing tells without reading. */
function widthOf(source: unknown): number | null {
  const { dataset } = source as { dataset?: { tensors?: readonly unknown[] } };
  const first =
    dataset?.tensors?.[0] ?? (Array.isArray(source) ? (source[0] as unknown[] | undefined)?.[0] : undefined);
  const { shape } = (first ?? {}) as { shape?: readonly number[] };
  return shape?.length === 2 ? (shape[1] as number) : null;
}

/** A field that an object of an experiment does not have. */
export function unknownField(
  operation: string,
  name: string,
  known: readonly string[],
  otherwise: string,
): ConfigError {
  const near = nearest(name, known);
  return new ConfigError(
    operation,
    `there is no field "${name}"`,
    `expected ${known.join(", ")}`,
    near === null ? otherwise : `Did you mean "${near}"?`,
  );
}
