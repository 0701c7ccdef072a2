import { LBFGS, type Optimizer } from "../optim/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { ConfigError, nearest } from "../util/index.ts";
import { type Callback, HOOKS, STEP_HOOKS } from "./callback.ts";
import type { Objective } from "./task.ts";
import type { CommonOptions, ObjectiveTask, SupervisedTask } from "./trainer-options.ts";

type Options = CommonOptions & (SupervisedTask | ObjectiveTask<never>);

const has = (value: unknown, ...methods: string[]): boolean =>
  typeof value === "object" &&
  value !== null &&
  methods.every((name) => typeof (value as Record<string, unknown>)[name] === "function");

function refuse(got: string, expected: string, fix: string): ConfigError {
  return new ConfigError("Trainer", got, expected, fix);
}

const inWords = (value: unknown): string =>
  typeof value === "object" && value !== null ? `an object (${value.constructor?.name ?? "plain"})` : String(value);

/** @throws {ConfigError} for a model, an optimizer, a schedule, metrics, callbacks or loggers that are none, or do not fit each other */
export function checkParts(options: Options): void {
  const { model, optimizer, scheduler } = options;
  if (!has(model, "parameters", "forward")) {
    throw refuse(`model is ${inWords(model)}`, "expected an nn.Module", "Pass the model.");
  }
  if (!has(optimizer, "step", "zeroGrad") || !Array.isArray((optimizer as Optimizer).paramGroups)) {
    const fix = "Pass for example new optim.Adam(model.parameters(), { lr: 1e-3 }).";
    throw refuse(`optimizer is ${inWords(optimizer)}`, "expected an optimizer", fix);
  }
  if (optimizer instanceof LBFGS) {
    const fix = "Call optimizer.step(closure) in a loop of your own, or train with optim.AdamW.";
    throw refuse("the optimizer is LBFGS, whose step computes the loss several times", "expected another", fix);
  }
  const held = new Set<Tensor>(optimizer.paramGroups.flatMap(({ params }) => [...params]));
  const own = [...model.parameters()];
  if (own.length > 0 && held.size > 0 && !own.some((each) => held.has(each))) {
    const fix = "Make the optimizer of this very model: new optim.Adam(model.parameters()).";
    throw refuse("the optimizer holds none of the model's parameters", "expected at least one", fix);
  }
  if (scheduler != null) checkScheduler(scheduler, optimizer);
  checkList("metrics", options.metrics, ["update", "compute", "reset"], "new train.metrics.MAE()");
  checkList("trainMetrics", options.trainMetrics, ["update", "compute", "reset"], "new train.metrics.MAE()");
  checkList("loggers", options.loggers, ["logScalars", "flush"], 'new train.loggers.CsvLogger("figures.csv")');
  checkList("callbacks", options.callbacks, [], "new train.EarlyStopping({ patience: 5 })");
  for (const each of options.callbacks ?? []) checkHooks(each);
}

function checkScheduler(scheduler: object, optimizer: Optimizer): void {
  const fix = "Make it of the optimizer that the Trainer is given.";
  if (!has(scheduler, "step", "stateDict", "loadStateDict")) {
    throw refuse(`scheduler is ${inWords(scheduler)}`, "expected a schedule", fix);
  }
  const its = (scheduler as { optimizer?: unknown }).optimizer;
  if (its === undefined || its === optimizer) return;
  throw refuse("the schedule belongs to another optimizer", "expected one of this optimizer", fix);
}

function checkList(name: string, list: unknown, methods: readonly string[], example: string): void {
  if (list === undefined) return;
  const fix = `Write ${name}: [${example}].`;
  if (!Array.isArray(list)) throw refuse(`${name} is ${inWords(list)}`, "expected an array", fix);
  const wrong = list.findIndex((each) => !has(each, ...methods));
  if (wrong < 0) return;
  const expected = methods.length === 0 ? "expected an object" : `expected an object with ${methods.join(", ")}`;
  throw refuse(`${name}[${wrong}] is ${inWords(list[wrong])}`, expected, fix);
}

/** Refuses hooks that nobody would call, and those that nobody would wait for. */
function checkHooks(callback: Callback): void {
  const names = new Set([
    ...Object.keys(callback),
    ...Object.getOwnPropertyNames(Object.getPrototypeOf(callback) as object),
  ]);
  for (const name of names) {
    if (!/^on[A-Z]/.test(name) || (HOOKS as readonly string[]).includes(name)) continue;
    const near = nearest(name, HOOKS);
    if (near === null) continue; // a method of its own
    throw refuse(`a callback has ${name}`, `expected hooks of ${HOOKS.join(", ")}`, `Did you mean "${near}"?`);
  }
  for (const name of STEP_HOOKS) {
    if (callback[name]?.constructor.name !== "AsyncFunction") continue;
    const fix = "Do what takes time in onEpochEnd or onCheckpoint, which are awaited.";
    throw refuse(`${name} is an async function`, "expected one that returns at once: steps do not wait", fix);
  }
}

/** What a run is told at its start, because it may be meant so and may be a mistake. */
export function startNotes(options: Options, validates: boolean): string[] {
  const notes: string[] = [];
  const held = new Set<Tensor>(options.optimizer.paramGroups.flatMap(({ params }) => [...params]));
  const named = [...options.model.namedParameters()];
  const untrained = named.filter(([, each]) => each.requiresGrad && !held.has(each)).map(([name]) => name);
  const own = new Set<Tensor>(named.map(([, each]) => each));
  const foreign = [...held].filter((each) => !own.has(each)).length;
  const some = (names: readonly string[]): string => names.slice(0, 3).join(", ") + (names.length > 3 ? ", …" : "");
  if (untrained.length > 0) {
    notes.push(
      `not trained, because the optimizer does not hold them: ${untrained.length} of ${named.length} parameters (${some(untrained)})`,
    );
  }
  if (foreign > 0) {
    notes.push(`the optimizer holds ${foreign} parameters that are not the model's: checkpoints do not have them`);
  }
  const { metrics = [] } = options;
  if (!validates && metrics.length > 0) {
    notes.push(
      `${some(metrics.map(({ name }) => name))}: nothing to compute without validation data (trainMetrics are of the training data)`,
    );
  }
  return notes;
}

/** @throws {ConfigError} unless batches can be read from it */
export function checkSource(operation: string, name: string, source: unknown): void {
  if (typeof source === "object" && source !== null && (Symbol.iterator in source || Symbol.asyncIterator in source))
    return;
  throw new ConfigError(
    operation,
    `${name} is ${inWords(source)}`,
    "expected batches",
    "Pass a DataLoader, or anything iterable.",
  );
}

/** @throws {ConfigError} for callbacks with state that cannot be told apart in a checkpoint */
export function checkNames(callbacks: readonly Callback[]): void {
  const names = new Set<string>();
  for (const each of callbacks) {
    if (each.stateDict === undefined) continue;
    if (each.name === undefined || names.has(each.name)) {
      throw new ConfigError(
        "Trainer",
        each.name === undefined ? "a callback with a stateDict has no name" : `two callbacks are named "${each.name}"`,
        "expected a name of its own for each callback with state",
        "Give it one: it is the key of its state in a checkpoint.",
      );
    }
    names.add(each.name);
  }
}

/** @throws {ConfigError} for metrics that could not be read, or would be mixed up */
export function checkMetrics({ metrics = [], trainMetrics = [] }: CommonOptions, objective: Objective): void {
  if (metrics.length + trainMetrics.length > 0 && objective.like === undefined) {
    throw new ConfigError(
      "Trainer",
      "metrics, and an objective of its own",
      "expected a loss: metrics compare predictions with targets",
      "Return the figures from evaluate or figures.",
    );
  }
  const shared = metrics.find((each) => trainMetrics.includes(each));
  const twice = [metrics, trainMetrics]
    .map((list) => list.map(({ name }) => name))
    .find((list) => new Set(list).size < list.length);
  if (shared === undefined && twice === undefined) return;
  throw new ConfigError(
    "Trainer",
    shared !== undefined
      ? `one object "${shared.name}" is in metrics and trainMetrics`
      : `two metrics have one name (${twice})`,
    "expected separate objects with different names",
    "A metric gathers one set of data: make another one.",
  );
}
