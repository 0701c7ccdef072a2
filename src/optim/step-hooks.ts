import { ConfigError } from "../util/index.ts";
import type { Closure, StepOptions } from "./optimizer.ts";

/** What `step` was called with. */
export type StepArguments = [closure?: Closure, options?: StepOptions];

/** Called before a step; a list that it returns takes the arguments' place. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook need not return anything
export type StepPreHook<O> = (optimizer: O, args: StepArguments) => StepArguments | undefined | void;

/** Called after a step; `applied` is what `step` returns. */
export type StepPostHook<O> = (optimizer: O, args: StepArguments, applied: boolean) => void;

/** @throws {ConfigError} when `hook` is no function */
export function checkHook(operation: string, hook: unknown): void {
  if (typeof hook === "function") return;
  const fix = "Pass (optimizer, args) => ….";
  throw new ConfigError(operation, `the hook is ${typeof hook}`, "expected a function", fix);
}
