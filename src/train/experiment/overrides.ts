import { ConfigError, nearest } from "../../util/index.ts";
import type { Json } from "../json.ts";
import type { Experiment, PlainValues } from "./experiment.ts";

/** `{ "optimizer.lr": 3e-4 }`: dotted paths and what they become. */
export type Overrides = Readonly<Record<string, Json>>;

// Fields whose plain values may be overridden; new options may be added to these two.
const OPEN = ["optimizer", "scheduler", "trainer"];

/**
 * Reads `path=value`, as `--set` takes it. The value is JSON, or else text.
 *
 * @throws {ConfigError} when there is no `=`
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
 */
export function override(experiment: Experiment, overrides: Overrides): Experiment {
  const copy: Record<string, unknown> = { ...experiment };
  for (const [path, value] of Object.entries(overrides)) {
    const parts = path.split(".");
    let holder = copy;
    parts.slice(0, -1).forEach((part, depth) => {
      const inner = holder[part];
      if (typeof inner !== "object" || inner === null || Array.isArray(inner)) {
        if (inner === undefined && depth === 0 && part === "optimizer") holder[part] = { name: "Adam" };
        else if (inner === undefined) throw unknown(path, part, holder);
        else throw notPlain(path, parts.slice(0, depth + 1).join("."));
      } else {
        holder[part] = { ...inner };
      }
      holder = holder[part] as Record<string, unknown>;
    });
    const last = parts[parts.length - 1] as string;
    const before = holder[last];
    if (before === undefined && !(parts.length === 2 && OPEN.includes(parts[0] as string)) && path !== "seed") {
      throw unknown(path, last, holder);
    }
    if (typeof before === "function") throw notPlain(path, path);
    if (before !== undefined && before !== null && value !== null && typeof before !== typeof value) {
      throw new ConfigError(
        "--set",
        `${path} becomes ${JSON.stringify(value)}`,
        `expected a ${typeof before}, as it is now (${JSON.stringify(before)})`,
        "Check the value; text with quotes in it needs quoting in the shell.",
      );
    }
    holder[last] = value;
  }
  return copy as unknown as Experiment;
}

function unknown(path: string, part: string, holder: Record<string, unknown>): ConfigError {
  const known = Object.keys(holder).filter((key) => typeof holder[key] !== "function");
  const near = nearest(part, known);
  return new ConfigError(
    "--set",
    `there is no "${part}" in ${path}`,
    `expected one of ${known.join(", ")}`,
    near === null ? "Name a field of the experiment." : `Did you mean "${near}"?`,
  );
}

function notPlain(path: string, where: string): ConfigError {
  return new ConfigError(
    "--set",
    `${where} (in ${path}) is made by a function of the experiment`,
    "expected a plain value",
    "Move the number into config and read it in the function.",
  );
}

/** The plain values of an experiment: what is written down with a run. */
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
