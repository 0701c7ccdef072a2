import type { Module } from "../../nn/index.ts";
import type { lrScheduler, Optimizer } from "../../optim/index.ts";
import type { Parameter, Tensor } from "../../tensor/index.ts";
import { ConfigError } from "../../util/index.ts";
import type { Json } from "../json.ts";
import type { LossLike, PlateauScheduler, SupervisedBatch, TrainerOptions } from "../trainer-options.ts";

/** Plain values that `--set` can change. */
export interface PlainValues {
  [name: string]: Json;
}

/** What the functions of an experiment are given. */
export interface ExperimentContext<C extends PlainValues = PlainValues> {
  /** The experiment's own `config`, with what was overridden. */
  config: C;
  seed: number;
}

/** The data of an experiment. */
export interface ExperimentData {
  train: Iterable<SupervisedBatch>;
  validation?: Iterable<SupervisedBatch>;
  /** For `evaluate`; default the validation data. */
  test?: Iterable<SupervisedBatch>;
  /** Names of the input's columns, in order: what `predict` looks for in a CSV file. */
  columns?: readonly string[];
  /** Turns a row of numbers from a file, in the order of `columns`, into an input row; default as it is. */
  transform?: (row: number[]) => number[];
}

/** An optimizer by name, with its options: `{ name: "Adam", lr: 1e-3 }`. */
export interface OptimizerConfig {
  name: string;
  [option: string]: Json;
}

/** A schedule by name, with its arguments by name: `{ name: "CosineAnnealingLR", tMax: 50, warmupSteps: 5 }`. */
export interface SchedulerConfig {
  name: string;
  /** Linear warmup before it. */
  warmupSteps?: number;
  [option: string]: Json | undefined;
}

/** Options of the Trainer that an experiment may set. */
export type ExperimentTrainer = Omit<TrainerOptions, "model" | "optimizer" | "loss" | "scheduler" | "run" | "config">;

/**
 * A training run as a value: what `innerloop train file.ts` runs. Functions are called in the order seed, data, model,
 * optimizer, scheduler, so that the random numbers come in PyTorch's usual order.
 */
export interface Experiment<C extends PlainValues = PlainValues> {
  /** Names the run's folder, `runs/<name>`. Default: the file's name. */
  name?: string;
  /** Default 0. */
  seed?: number;
  /** Free parameters of the functions below; each can be overridden: `--set config.hidden=128`. */
  config?: C;
  data: (context: ExperimentContext<C>) => ExperimentData | Promise<ExperimentData>;
  model: (context: ExperimentContext<C>) => Module<[Tensor], Tensor>;
  loss: LossLike;
  /** Default `{ name: "Adam", lr: 1e-3 }`. */
  optimizer?: OptimizerConfig | ((parameters: Iterable<Parameter>, context: ExperimentContext<C>) => Optimizer);
  scheduler?:
    | SchedulerConfig
    | ((optimizer: Optimizer, context: ExperimentContext<C>) => lrScheduler.LRScheduler | PlateauScheduler);
  trainer: ExperimentTrainer;
}

const KNOWN = ["name", "seed", "config", "data", "model", "loss", "optimizer", "scheduler", "trainer"];

/**
 * Types and checks an experiment: the default export of a file for `innerloop train`.
 *
 * @throws {ConfigError} for a field that is not known or missing
 * @example
 * const experiment = train.defineExperiment({
 *   seed: 42,
 *   config: { hidden: 16 },
 *   data: () => ({ train: trainLoader, validation: valLoader }),
 *   model: ({ config }) =>
 *     new nn.Sequential(new nn.Linear(4, config.hidden), new nn.ReLU(), new nn.Linear(config.hidden, 1)),
 *   loss: F.mseLoss,
 *   optimizer: { name: "AdamW", lr: 3e-3 },
 *   trainer: { epochs: 3, log: null },
 * });
 */
export function defineExperiment<C extends PlainValues = PlainValues>(experiment: Experiment<C>): Experiment<C> {
  for (const name of Object.keys(experiment)) {
    if (KNOWN.includes(name)) continue;
    throw new ConfigError(
      "defineExperiment",
      `there is no field "${name}"`,
      `expected ${KNOWN.join(", ")}`,
      hint(name),
    );
  }
  for (const name of ["data", "model", "loss", "trainer"] as const) {
    if (experiment[name] !== undefined) continue;
    throw new ConfigError("defineExperiment", `${name} is missing`, "expected it", `Add ${name} to the experiment.`);
  }
  return experiment;
}

function hint(name: string): string {
  const near = nearest(name, KNOWN);
  return near === null ? "Remove it, or put it into config." : `Did you mean "${near}"?`;
}

/** The name among `known` that differs from `name` in the fewest letters; null when none is near. */
export function nearest(name: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const each of known) {
    const distance = editDistance(name.toLowerCase(), each.toLowerCase());
    if (distance < least) [best, least] = [each, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
