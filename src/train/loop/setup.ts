import type { AnyModule } from "../../nn/index.ts";
import type { Optimizer } from "../../optim/index.ts";
import { CheckpointError, ConfigError, formatShape, nearest } from "../../util/index.ts";
import type { Callback } from "../callback.ts";
import { type Json, pack } from "../json.ts";
import type { Settings } from "../trainer-options.ts";
import { describeLayers, describeLoss, describeSchedule, nameOf } from "./describe.ts";

/** What a run is made of, as plain values: saved with it, and compared when it is resumed. */
export type Setup = { [path: string]: Json };

interface Made {
  model: AnyModule;
  optimizer: Optimizer;
  settings: Settings;
  scheduler: object | undefined;
  /** Undefined for an objective. */
  loss: object | undefined;
  metrics: readonly { name: string }[];
  trainMetrics: readonly { name: string }[];
  callbacks: readonly Callback[];
  trainLoader: unknown;
  valLoader: unknown;
  config: { readonly [key: string]: Json } | undefined;
}

// Setups of runs from before there was a version hold less; what they do not hold cannot differ.
const VERSION = 2;
const SINCE_2 = ["version", "layers", "loss.text", "scheduler.", "data.", "config.program"];

// Values that are no part of what a run is: where its program lies, and what --set has replaced in it (what came of
// that is compared itself). They are kept whole.
const APART = ["overrides", "file", "fileFromRun"];

function loaderSetup(prefix: string, loader: unknown): Setup {
  if (typeof loader !== "object" || loader === null) return { [prefix]: loader === undefined ? null : "iterable" };
  const { batchSize, shuffle, dropLast, dataset } = loader as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries({ batchSize, shuffle, dropLast, samples: (dataset as { length?: number } | undefined)?.length })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [`${prefix}.${name}`, value as Json]),
  );
}

function flatten(prefix: string, value: Json, out: Setup): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    for (const [key, item] of Object.entries(value)) flatten(`${prefix}.${key}`, item, out);
  } else {
    out[prefix] = value;
  }
}

/** One value for each path that can differ. */
export function describeSetup(made: Made): Setup {
  const { settings, optimizer } = made;
  const setup: Setup = { version: VERSION };
  for (const [name, value] of made.model.stateDict())
    setup[`model.${name}`] = `${value.dtype} ${formatShape(value.shape)}`;
  Object.assign(setup, describeLayers(made.model));
  setup.optimizer = nameOf(optimizer);
  optimizer.paramGroups.forEach((group, i) => {
    const { params, lr, initialLr, ...options } = group as typeof group & Record<string, unknown>;
    const prefix = optimizer.paramGroups.length === 1 ? "optimizer" : `optimizer.${i}`;
    // Schedules change lr: what was asked for is initialLr, where there is one.
    setup[`${prefix}.lr`] = pack(initialLr ?? lr);
    for (const [name, value] of Object.entries(options)) setup[`${prefix}.${name}`] = pack(value);
  });
  Object.assign(setup, describeSchedule(made.scheduler), describeLoss(made.loss));
  const { checkpoint: _, restoreBest: __, ...rest } = settings;
  for (const [name, value] of Object.entries(rest)) flatten(name, pack(value), setup);
  setup.metrics = made.metrics.map(({ name }) => name);
  setup.trainMetrics = made.trainMetrics.map(({ name }) => name);
  // (those without a state may come and go)
  setup.callbacks = made.callbacks.flatMap((each) => (each.stateDict === undefined ? [] : [each.name ?? ""]));
  Object.assign(setup, loaderSetup("trainLoader", made.trainLoader), loaderSetup("valLoader", made.valLoader));
  for (const [name, value] of Object.entries(made.config ?? {})) {
    if (APART.includes(name)) setup[`config.${name}`] = pack(value);
    else flatten(`config.${name}`, pack(value), setup);
  }
  return setup;
}

/** One thing that is not as it was when the checkpoint was saved. */
export interface Difference {
  path: string;
  saved: Json;
  now: Json;
  /** `free`: goes on and says so; `named`: only when allowed by name; `never`: cannot go on. */
  kind: "free" | "named" | "never";
}

const FREE = ["epochs", "maxSteps", "maxSeconds", "logEverySteps", "nonfinite"];
// Free too, but only an experiment's words hold them.
const FREE_WORDS = ["name", "checkpoint", "restoreBest", "display", "log", "postMortemPath"];

const WORDS = "config.experiment.";

/**
 * A path as it is, and as its experiment has it: `optimizer.lr` for `config.experiment.optimizer.lr`, `scheduler.tMax`
 * for the schedule behind a warmup. The last one is the shortest.
 */
function spellings(path: string): string[] {
  const inside = /^scheduler(?:\.\d+)+\.(.+)$/.exec(path);
  if (inside !== null) return [path, `scheduler.${inside[1]}`];
  if (!path.startsWith(WORDS)) return [path];
  const word = path.slice(WORDS.length);
  return word.startsWith("trainer.") ? [path, word, word.slice("trainer.".length)] : [path, word];
}

const shortest = (path: string): string => spellings(path).at(-1) as string;

/** Whether a path is what a name says, or inside it; `scheduler.` is all that is inside, without the whole. */
function isUnder(path: string, name: string): boolean {
  return path === name || path.startsWith(name.endsWith(".") ? name : `${name}.`);
}

function kindOf(path: string): Difference["kind"] {
  if (path.startsWith("model.") || path === "optimizer") return "never";
  if (path === "trainLoader.samples" || path === "trainLoader.shuffle") return "never";
  if (path === "config.program") return "free";
  const free = path.startsWith(WORDS) ? [...FREE, ...FREE_WORDS] : FREE;
  return spellings(path).some((each) => free.some((name) => isUnder(each, name))) ? "free" : "named";
}

const isApart = (path: string): boolean => APART.some((name) => isUnder(path, `config.${name}`));

export function differences(saved: Setup, now: Setup): Difference[] {
  const out: Difference[] = [];
  const unknown = saved.version === undefined ? SINCE_2 : ["version"];
  for (const path of new Set([...Object.keys(saved), ...Object.keys(now)])) {
    if (isApart(path) || unknown.some((name) => path.startsWith(name))) continue;
    const [was, is] = [saved[path] ?? null, now[path] ?? null];
    if (JSON.stringify(was) !== JSON.stringify(is)) out.push({ path, saved: was, now: is, kind: kindOf(path) });
  }
  return out;
}

/** `lr: 0.001 → 0.0003`. */
export function formatDifference({ path, saved, now }: Difference): string {
  const what = path === "config.program" ? "the experiment's file (config.program)" : path;
  return `${what}: ${JSON.stringify(saved)} → ${JSON.stringify(now)}`;
}

/** Whether `allow` names a path: itself, or something above it (`optimizer` allows `optimizer.lr`). */
export function isAllowed(path: string, allow: readonly string[]): boolean {
  return allow.some((name) => spellings(path).some((each) => isUnder(each, name)));
}

/** @throws {ConfigError} for a name to allow that neither setup has */
export function checkAllowed(allow: readonly string[], saved: Setup, now: Setup): void {
  if (allow.length === 0) return;
  const known = new Set(["data", "scheduler", "callbacks"]);
  for (const path of [...Object.keys(saved), ...Object.keys(now)]) {
    for (const each of spellings(path)) {
      for (let end = each.length; end > 0; end = each.lastIndexOf(".", end - 1)) known.add(each.slice(0, end));
    }
  }
  const name = allow.find((each) => !known.has(each.replace(/\.$/, "")));
  if (name === undefined) return;
  const near = nearest(name, [...known]);
  throw new ConfigError(
    "Trainer.resume",
    `there is no "${name}" to allow`,
    "expected a name that a refusal lists, such as optimizer.lr",
    near === null ? "Leave it out: without it, a refusal lists the names there are." : `Did you mean "${near}"?`,
  );
}

/** @throws {CheckpointError} listing what cannot be continued */
export function checkDifferences(found: readonly Difference[], allow: readonly string[]): void {
  const never = found.filter(({ kind }) => kind === "never");
  const named = found.filter(({ path, kind }) => kind === "named" && !isAllowed(path, allow));
  if (never.length + named.length === 0) return;
  const list = toldOf([...never, ...named])
    .map(formatDifference)
    .join("; ");
  throw new CheckpointError(
    "Trainer.resume",
    `the run was made otherwise: ${list}`,
    "expected the setup of the checkpoint",
    never.length > 0
      ? "Weights, optimizer and data must be the same to continue; start a new run from the saved weights instead."
      : howToAllow(named.map(({ path }) => shortest(path))),
  );
}

/** The differences that have something to say: an experiment's words only where nothing else says the same. */
export function toldOf(found: readonly Difference[]): Difference[] {
  const told = new Set(found.flatMap(({ path }) => (path.startsWith(WORDS) ? [] : [shortest(path)])));
  return found.filter(({ path }) => !path.startsWith(WORDS) || !told.has(shortest(path)));
}

function howToAllow(paths: readonly string[]): string {
  const names = [...new Set(paths.map((path) => (path.startsWith("data.") ? "data" : path)))];
  const list = names.map((name) => `"${name}"`).join(", ");
  const options = names.map((name) => `--allow ${name}`).join(" ");
  return `Put it back, or allow it by name: { allow: [${list}] }, on the command line ${options}.`;
}
