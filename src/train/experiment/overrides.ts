import { ConfigError, nearest } from "../../util/index.ts";
import type { Json } from "../json.ts";
import type { Experiment, PlainValues } from "./experiment.ts";

/** `{ "optimizer.lr": 3e-4 }`: dotted paths and what they become. */
export type Overrides = Readonly<Record<string, Json>>;

// Fields whose plain values may be overridden; new options may be added to these.
const OPEN = ["optimizer", "scheduler", "trainer", "trainer.checkpoint", "trainer.nonfinite", "trainer.earlyStopping"];
// What a field that is not there begins as when one of its options is set, and what a value alone stands for.
const BEGIN: Readonly<Record<string, { empty: PlainValues; of?: string }>> = {
  optimizer: { empty: { name: "Adam" } },
  trainer: { empty: {} },
  "trainer.checkpoint": { empty: {} },
  "trainer.nonfinite": { empty: {}, of: "action" },
  "trainer.earlyStopping": { empty: {}, of: "patience" },
};
// Options of the Trainer that only a program can make.
const MADE = ["metrics", "trainMetrics", "callbacks", "loggers", "evaluate", "figures", "generators", "run", "config"];
const NULLABLE = ["optimizer", "model", "data", "loss", "task", "trainer", "config", "seed", "name"];

/**
 * Reads `path=value`, as `--set` takes it. The value is JSON, or else text.
 *
 * @throws {ConfigError} when there is no `=`
 * @example
 * train.parseOverride("optimizer.lr=3e-4"); // ["optimizer.lr", 0.0003]
 */
export function parseOverride(text: string): [path: string, value: Json] {
  const at = text.indexOf("=");
  if (at < 1) {
    throw new ConfigError("--set", `"${text}"`, "expected path=value", "Write for example --set optimizer.lr=3e-4.");
  }
  const raw = text.slice(at + 1);
  try {
    return [text.slice(0, at), JSON.parse(raw) as Json];
  } catch {
    return [text.slice(0, at), raw];
  }
}

/**
 * The experiment with values replaced; the original stays as it is.
 *
 * @throws {ConfigError} for a path that leads nowhere (with a suggestion), a function, or another type of value
 * @example
 * const experiment = train.defineExperiment({
 *   config: { hidden: 8 },
 *   data: () => ({ train: loader }),
 *   model: ({ config }) => new nn.Sequential(new nn.Linear(4, config.hidden), new nn.Linear(config.hidden, 1)),
 *   loss: F.mseLoss,
 *   optimizer: { name: "Adam", lr: 1e-3 },
 *   trainer: { epochs: 1, log: null },
 * });
 * const longer = train.override(experiment, { "config.hidden": 32, "trainer.epochs": 5 });
 */
export function override(experiment: Experiment, overrides: Overrides): Experiment {
  const copy: Record<string, unknown> = { ...experiment };
  for (const [path, value] of Object.entries(overrides)) {
    const parts = path.split(".");
    const last = parts.pop() as string;
    let holder = copy;
    let where = "";
    for (const part of parts) {
      const at = where === "" ? part : `${where}.${part}`;
      holder[part] = opened(path, at, part, holder);
      holder = holder[part] as Record<string, unknown>;
      where = at;
    }
    if (where === "trainer" && MADE.includes(last)) throw notPlain(path, path);
    const before = holder[last];
    if (before === undefined && !OPEN.includes(where) && path !== "seed") throw unknown(path, last, where, holder);
    if (typeof before === "function") throw notPlain(path, path);
    checkKind(path, before, value);
    holder[last] = value;
  }
  return copy as unknown as Experiment;
}

/** A copy of what a path goes on in. */
function opened(path: string, at: string, part: string, holder: Record<string, unknown>): Record<string, unknown> {
  const inner = holder[part];
  const begin = BEGIN[at];
  if (typeof inner === "object" && inner !== null && !Array.isArray(inner)) {
    const prototype: unknown = Object.getPrototypeOf(inner);
    if (prototype !== Object.prototype && prototype !== null) throw notPlain(path, at);
    return { ...inner };
  }
  if (begin !== undefined && (inner === undefined || inner === null)) return { ...begin.empty };
  if (begin?.of !== undefined && typeof inner !== "function" && !Array.isArray(inner)) return { [begin.of]: inner };
  if (inner === undefined) throw unknown(path, part, at.slice(0, -part.length - 1), holder);
  if (typeof inner === "function") throw notPlain(path, at);
  throw new ConfigError(
    "--set",
    `${at} is ${JSON.stringify(inner)}, in which there is nothing to set (${path})`,
    "expected a field with fields of its own",
    `Set it as a whole: --set ${at}=….`,
  );
}

function checkKind(path: string, before: unknown, value: Json): void {
  if (value === null && NULLABLE.includes(path)) {
    throw new ConfigError("--set", `${path} becomes null`, "expected a value", "Leave it out to keep what it is.");
  }
  if (before === undefined || before === null || value === null) return;
  if (typeof before === typeof value && Array.isArray(before) === Array.isArray(value)) return;
  // (a number or a word stands for one of the options)
  if (BEGIN[path]?.of !== undefined) return;
  const kind = Array.isArray(before) ? "list" : typeof before;
  throw new ConfigError(
    "--set",
    `${path} becomes ${JSON.stringify(value)}`,
    `expected a ${kind}, as it is now (${JSON.stringify(before)})`,
    "Check the value; text with quotes in it needs quoting in the shell.",
  );
}

function unknown(path: string, part: string, where: string, holder: Record<string, unknown>): ConfigError {
  const known = Object.keys(holder).filter((key) => typeof holder[key] !== "function");
  const near = nearest(part, known);
  const fields = known.length === 0 ? "no fields" : `one of ${known.join(", ")}`;
  return new ConfigError(
    "--set",
    `there is no "${part}" in ${where === "" ? "the experiment" : where} (${path})`,
    `expected ${fields}`,
    near === null ? "Name a field of the experiment." : `Did you mean "${near}"?`,
  );
}

function notPlain(path: string, where: string): ConfigError {
  return new ConfigError(
    "--set",
    `${where}${where === path ? "" : ` (in ${path})`} is made by the experiment's program`,
    "expected a plain value",
    "Move the number into config and read it in the function.",
  );
}

/**
 * The plain values of an experiment: what is written down with a run.
 *
 * @example
 * const experiment = train.defineExperiment({
 *   config: { hidden: 8 },
 *   data: () => ({ train: loader }),
 *   model: ({ config }) => new nn.Sequential(new nn.Linear(4, config.hidden), new nn.Linear(config.hidden, 1)),
 *   loss: F.mseLoss,
 *   optimizer: { name: "Adam", lr: 1e-3 },
 *   trainer: { epochs: 1, log: null },
 * });
 * console.log(train.plainValues(experiment)); // { config: { hidden: 8 }, optimizer: …, trainer: … }
 */
export function plainValues<C extends PlainValues>(experiment: Experiment<C>): PlainValues {
  const plain = (value: unknown): Json | undefined => {
    if (value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "string") {
      return value;
    }
    if (Array.isArray(value)) return value.map((item) => plain(item) ?? null);
    if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
      return Object.fromEntries(
        Object.entries(value as object).flatMap(([key, item]) => {
          const kept = plain(item);
          return kept === undefined ? [] : [[key, kept]];
        }),
      );
    }
    return undefined;
  };
  return plain(experiment) as PlainValues;
}
