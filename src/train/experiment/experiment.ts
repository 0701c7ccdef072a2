import type { Preprocessor } from "../../data/index.ts";
import type { Generator } from "../../engine/index.ts";
import type { Module } from "../../nn/index.ts";
import type { lrScheduler, Optimizer } from "../../optim/index.ts";
import type { Parameter, Tensor } from "../../tensor/index.ts";
import { ConfigError } from "../../util/index.ts";
import type { Callback } from "../callback.ts";
import type { Json } from "../json.ts";
import type { Trainer } from "../trainer.ts";
import type {
  AnySource,
  CommonOptions,
  Figures,
  LossLike,
  PlateauScheduler,
  Source,
  SupervisedBatch,
} from "../trainer-options.ts";
import { unknownField } from "./check-returned.ts";

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

/** What a task says of its model. */
export interface TaskReport {
  /** For people, in lines. */
  text: string;
  /** The same for programs (`--json`). */
  values: { readonly [name: string]: Json };
}

/** What is trained when it is not `loss(model(input), target)`: an agent, an autoencoder, anything with a loss. */
export interface Task<Batch = unknown> {
  /** Where its batches come from. */
  source: Source<Batch>;
  /** The forward pass and the mean loss of a batch, a scalar. */
  objective(batch: Batch): Tensor;
  /** Samples in a batch; default the first size of the first tensor in it. */
  samples?(batch: Batch): number;
  /** Judges the model wherever a validation is due: the Trainer's option of that name. */
  evaluate?(trainer: Trainer): Figures | Promise<Figures>;
  /** What `innerloop evaluate` shows, where figures by their names would not say enough: a table, with units. */
  report?(trainer: Trainer): TaskReport | Promise<TaskReport>;
  /** Figures of the training itself: the Trainer's option of that name. */
  figures?(): Figures;
  /** For a mean objective over other data instead of `evaluate`. */
  validation?: Iterable<Batch>;
  /** Run before those of the experiment's `trainer`. */
  callbacks?: readonly Callback[];
  /** Generators that neither model nor source hold in a public property. */
  generators?: Readonly<Record<string, Generator>>;
}

/** The data of an experiment. */
export interface ExperimentData {
  train: AnySource<SupervisedBatch>;
  validation?: AnySource<SupervisedBatch>;
  /** For `evaluate`; default the validation data. */
  test?: AnySource<SupervisedBatch>;
  /** Names of the input's columns, in order: what `predict` looks for in a CSV file. */
  columns?: readonly string[];
  /** Turns a row of numbers from a file, in the order of `columns`, into an input row; default as it is. */
  transform?: (row: number[]) => number[];
  /** From tables to tensors, fitted: saved with the run, and what `predict` goes by instead of `columns` and `transform`. */
  preprocessor?: Preprocessor;
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
export type ExperimentTrainer = Omit<CommonOptions, "optimizer" | "scheduler" | "run" | "config">;

/**
 * A training run as a value: what `innerloop train file.ts` runs. It has `data` and a `loss`, or else a `task`. Functions
 * are called in the order seed, data, model, task, optimizer, scheduler, so that the random numbers come in PyTorch's
 * usual order.
 */
export interface Experiment<C extends PlainValues = PlainValues> {
  /** Names the run's folder, `runs/<name>`. Default: the file's name. */
  name?: string;
  /** Default 0. */
  seed?: number;
  /** Free parameters of the functions below; each can be overridden: `--set config.hidden=128`. */
  config?: C;
  data?: (context: ExperimentContext<C>) => ExperimentData | Promise<ExperimentData>;
  model: (context: ExperimentContext<C>) => Module<[Tensor], Tensor>;
  loss?: LossLike;
  /** Instead of `data` and `loss`: what is trained, and on what. */
  task?: (model: Module<[Tensor], Tensor>, context: ExperimentContext<C>) => Task | Promise<Task>;
  /** Default `{ name: "Adam", lr: 1e-3 }`. */
  optimizer?: OptimizerConfig | ((parameters: Iterable<Parameter>, context: ExperimentContext<C>) => Optimizer);
  scheduler?:
    | SchedulerConfig
    | ((optimizer: Optimizer, context: ExperimentContext<C>) => lrScheduler.LRScheduler | PlateauScheduler);
  trainer: ExperimentTrainer;
}

const KNOWN = ["name", "seed", "config", "data", "model", "loss", "task", "optimizer", "scheduler", "trainer"];

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
    throw unknownField("defineExperiment", name, KNOWN, "Remove it, or put it into config.");
  }
  const supervised = experiment.task === undefined;
  for (const name of ["data", "model", "loss", "trainer"] as const) {
    const own = name === "data" || name === "loss";
    if (own && !supervised && experiment[name] !== undefined) {
      throw new ConfigError(
        "defineExperiment",
        `both ${name} and task`,
        "expected data and loss, or else a task",
        "A task brings its own source and objective: remove one of the two.",
      );
    }
    if (experiment[name] !== undefined || (own && !supervised)) continue;
    throw new ConfigError("defineExperiment", `${name} is missing`, "expected it", `Add ${name} to the experiment.`);
  }
  return experiment;
}
