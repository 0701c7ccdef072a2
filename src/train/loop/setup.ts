import type { AnyModule } from "../../nn/index.ts";
import type { Optimizer } from "../../optim/index.ts";
import { CheckpointError, formatShape } from "../../util/index.ts";
import type { Callback } from "../callback.ts";
import { type Json, pack } from "../json.ts";
import type { Settings } from "../trainer-options.ts";

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

// Functions have no class worth a name; their own often says which loss they are.
function nameOf(thing: object | undefined): string | null {
  if (thing === undefined) return null;
  return typeof thing === "function" ? thing.name : thing.constructor.name;
}

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
  const setup: Setup = {};
  for (const [name, value] of made.model.stateDict())
    setup[`model.${name}`] = `${value.dtype} ${formatShape(value.shape)}`;
  setup.optimizer = nameOf(optimizer);
  optimizer.paramGroups.forEach((group, i) => {
    const { params, lr, initialLr, ...options } = group as typeof group & Record<string, unknown>;
    const prefix = optimizer.paramGroups.length === 1 ? "optimizer" : `optimizer.${i}`;
    // Schedules change lr: what was asked for is initialLr, where there is one.
    setup[`${prefix}.lr`] = pack(initialLr ?? lr);
    for (const [name, value] of Object.entries(options)) setup[`${prefix}.${name}`] = pack(value);
  });
  setup.scheduler = nameOf(made.scheduler);
  setup.loss = nameOf(made.loss);
  const { checkpoint: _, restoreBest: __, ...rest } = settings;
  for (const [name, value] of Object.entries(rest)) flatten(name, pack(value), setup);
  setup.metrics = made.metrics.map(({ name }) => name);
  setup.trainMetrics = made.trainMetrics.map(({ name }) => name);
  // (those without a state may come and go)
  setup.callbacks = made.callbacks.flatMap((each) => (each.stateDict === undefined ? [] : [each.name ?? ""]));
  Object.assign(setup, loaderSetup("trainLoader", made.trainLoader), loaderSetup("valLoader", made.valLoader));
  if (made.config !== undefined) flatten("config", pack(made.config), setup);
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

function kindOf(path: string): Difference["kind"] {
  if (path.startsWith("model.") || path === "optimizer") return "never";
  if (path === "trainLoader.samples" || path === "trainLoader.shuffle") return "never";
  return FREE.some((name) => path === name || path.startsWith(`${name}.`)) ? "free" : "named";
}

export function differences(saved: Setup, now: Setup): Difference[] {
  const out: Difference[] = [];
  for (const path of new Set([...Object.keys(saved), ...Object.keys(now)])) {
    const [was, is] = [saved[path] ?? null, now[path] ?? null];
    if (JSON.stringify(was) !== JSON.stringify(is)) out.push({ path, saved: was, now: is, kind: kindOf(path) });
  }
  return out;
}

/** `lr: 0.001 → 0.0003`. */
export function formatDifference({ path, saved, now }: Difference): string {
  return `${path}: ${JSON.stringify(saved)} → ${JSON.stringify(now)}`;
}

/** Whether `allow` names a path: itself, or something above it (`optimizer` allows `optimizer.lr`). */
export function isAllowed(path: string, allow: readonly string[]): boolean {
  return allow.some((name) => path === name || path.startsWith(`${name}.`));
}

/** @throws {CheckpointError} listing what cannot be continued */
export function checkDifferences(found: readonly Difference[], allow: readonly string[]): void {
  const never = found.filter(({ kind }) => kind === "never");
  const named = found.filter(({ path, kind }) => kind === "named" && !isAllowed(path, allow));
  if (never.length + named.length === 0) return;
  const list = [...never, ...named].map(formatDifference).join("; ");
  throw new CheckpointError(
    "Trainer.resume",
    `the run was made otherwise: ${list}`,
    "expected the setup of the checkpoint",
    never.length > 0
      ? "Weights, optimizer and data must be the same to continue; start a new run from the saved weights instead."
      : `Put it back, or allow it by name: { allow: [${named.map(({ path }) => `"${path}"`).join(", ")}] }.`,
  );
}
