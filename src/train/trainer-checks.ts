import { ConfigError } from "../util/index.ts";
import type { Callback } from "./callback.ts";
import type { Objective } from "./task.ts";
import type { CommonOptions } from "./trainer-options.ts";

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
