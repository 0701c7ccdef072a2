import { type AnyModule, functional, Module } from "../../nn/index.ts";
import { type Json, pack } from "../json.ts";
import { createSha256 } from "../storage/sha256.ts";
import type { Setup } from "./setup.ts";

// What parts of a run are, as plain values that can be compared: settings of objects, the text of functions.

/** The name of a class, or of a function. */
export function nameOf(thing: object | undefined): string | null {
  if (thing === undefined) return null;
  return typeof thing === "function" ? thing.name : thing.constructor.name;
}

const OURS: ReadonlySet<unknown> = new Set(Object.values(functional));
/** A text up to this length is shown as it is, a longer one as its hash. */
const SHOWN = 80;

/**
 * The text of a function that is none of innerloop's own, without comments and spaces; null for others. What it
 * refers to outside itself is not in it.
 */
export function textOf(fn: unknown): string | null {
  if (typeof fn !== "function" || OURS.has(fn)) return null;
  const text = String(fn)
    .replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "")
    .replace(/\s+/g, "");
  if (text.length <= SHOWN) return text;
  const hash = createSha256();
  hash.update(new TextEncoder().encode(text));
  return `sha256:${hash.hex().slice(0, 16)}`;
}

/** Each layer by name, as `toString()` shows it: an activation has no weights that would tell it from another. */
export function describeLayers(model: AnyModule): Setup {
  const setup: Setup = {};
  for (const [name, module] of model.namedModules()) {
    if (name === "") continue;
    setup[`layers.${name}`] = `${module.constructor.name}(${module.extraRepr()})`;
  }
  return setup;
}

/** A loss by what it is called, and what it is set to or says. */
export function describeLoss(loss: object | undefined): Setup {
  const text = loss instanceof Module ? String(loss) : textOf(loss);
  return { loss: nameOf(loss), ...(text === null ? {} : { "loss.text": text }) };
}

// Where a schedule stands, and what follows from the learning rates, which are compared by themselves.
const MOVING = ["lastEpoch", "stepCount", "lastLr", "baseLrs", "targetLrs", "tCur", "tI"];
const SEEN = ["best", "numBadEpochs", "cooldownCounter"];

const described = new WeakMap<object, Setup>();

/**
 * What a schedule is set to, as it was when this was asked first: a schedule of somebody's own may move any of its
 * fields.
 */
export function describeSchedule(scheduler: object | undefined): Setup {
  if (scheduler === undefined) return { scheduler: null };
  const known = described.get(scheduler);
  if (known !== undefined) return known;
  const setup: Setup = {};
  describeInto("scheduler", scheduler, setup);
  described.set(scheduler, setup);
  return setup;
}

function describeInto(path: string, scheduler: object, setup: Setup): void {
  setup[path] = nameOf(scheduler);
  const { stateDict, schedulers, lrLambdas, scaleFn } = scheduler as Record<string, unknown>;
  const state = typeof stateDict === "function" ? ((stateDict.call(scheduler) as object | null) ?? {}) : {};
  for (const [name, value] of Object.entries(state)) {
    if (isSetting(name)) setup[`${path}.${name}`] = pack(value);
  }
  const functions = [...(Array.isArray(lrLambdas) ? lrLambdas : []), ...(scaleFn === undefined ? [] : [scaleFn])];
  if (functions.length > 0) setup[`${path}.text`] = functions.map(textOf);
  if (!Array.isArray(schedulers)) return;
  schedulers.forEach((each: object, i) => {
    describeInto(`${path}.${i}`, each, setup);
  });
}

function isSetting(name: string): boolean {
  return name !== "schedulers" && !MOVING.includes(name) && !SEEN.includes(name);
}

/**
 * A schedule's saved state, in which the settings that may differ are as they are now: it goes on from where it was,
 * by what it is set to now.
 *
 * @param isAllowed whether a path of the setup (`scheduler.tMax`) may differ
 */
export function mergedSchedule(
  saved: Json,
  now: Json,
  isAllowed: (path: string) => boolean,
  path: string = "scheduler",
): Json {
  if (!isObject(saved) || !isObject(now)) return saved;
  const out: { [key: string]: Json } = { ...saved };
  for (const [name, value] of Object.entries(now)) {
    if (isSetting(name) && isAllowed(`${path}.${name}`)) out[name] = value;
  }
  const [before, after] = [saved.schedulers, now.schedulers];
  if (Array.isArray(before) && Array.isArray(after)) {
    out.schedulers = before.map((each, i) => mergedSchedule(each, after[i] ?? null, isAllowed, `${path}.${i}`));
  }
  return out;
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
