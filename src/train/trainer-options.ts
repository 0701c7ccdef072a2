import type { Generator } from "../engine/index.ts";
import type { AnyModule, Module } from "../nn/index.ts";
import type { lrScheduler, Optimizer } from "../optim/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { ConfigError, checkOptions, nearest } from "../util/index.ts";
import type { Callback } from "./callback.ts";
import { positive, wholeNumber } from "./config.ts";
import type { Display, DisplayMode } from "./display/index.ts";
import type { EarlyStoppingOptions } from "./early-stopping.ts";
import type { Logger } from "./loggers/index.ts";
import type { RunStore } from "./loop/run-store.ts";
import type { Json, Metric } from "./metrics/metric.ts";
import type { Trainer } from "./trainer.ts";

/** A batch of supervised data: inputs and what they should give. */
export type SupervisedBatch = readonly [input: Tensor, target: Tensor, ...rest: Tensor[]];

/** The mean loss of a batch, a scalar. */
export type LossFunction = (prediction: Tensor, target: Tensor) => Tensor;

/** A loss as it is passed in: `F.mseLoss`, `new nn.CrossEntropyLoss()`. */
export type LossLike = LossFunction | Module<[Tensor, Tensor], Tensor>;

/** A schedule that looks at the judged figure (the validation loss) at each of its steps: ReduceLROnPlateau. */
export interface PlateauScheduler {
  step(figure: number): void;
  stateDict(): unknown;
  loadStateDict(state: never): void;
}

/** When `latest` is written. */
export interface CheckpointPolicy {
  /** After every so many optimizer steps; default never. */
  everySteps?: number | null;
  /** After every so many minutes; default 5. */
  everyMinutes?: number | null;
  /** At the end of every so many epochs; default 1. */
  everyEpochs?: number | null;
  /** What a save that fails does to the run: go on with a warning, or stop. Default `"stop"`. */
  onFailure?: "stop" | "warn";
}

/** What happens at the first loss or gradient that is NaN or infinite. The step itself is never applied. */
export interface NonfinitePolicy {
  /** Stop with a post-mortem (default), leave the batch out, or go back to the last checkpoint with a lower rate. */
  action?: "stop" | "skip" | "rollback";
  /** After how many skips or rollbacks in a run it stops all the same. Default 3. */
  limit?: number;
  /** What a rollback multiplies learning rates with. Default 0.1. */
  lrFactor?: number;
}

/**
 * Where batches come from: any iterable, read anew for each epoch. One that holds more than a place (a replay buffer,
 * an environment) has a state of its own, which checkpoints keep, also between epochs. After `loadStateDict` the next
 * iteration goes on with the batch that was to come.
 */
export interface Source<Batch> extends Iterable<Batch> {
  /** A `StateTree`; `done: true` in it says that the epoch has no batch left. */
  stateDict?(): unknown;
  loadStateDict?(state: never): void;
}

/** Batches that are there, or that come by and by: those of a `StreamLoader`, or of any async iterable. */
export type AnySource<Batch> = Source<Batch> | AsyncIterable<Batch>;

/** Figures by name. */
export type Figures = Record<string, number>;

/** Training on batches `[input, target]`. */
export interface SupervisedTask {
  model: Module<[Tensor], Tensor>;
  /** The mean loss of a batch, a scalar: `F.mseLoss`, `new nn.CrossEntropyLoss()` and so on. */
  loss: LossLike;
  objective?: never;
  samples?: never;
}

/** Training on anything else. */
export interface ObjectiveTask<Batch> {
  /** Whose weights are saved; the objective calls it. */
  model: AnyModule;
  /** The forward pass and the mean loss of a batch, a scalar. */
  objective(batch: Batch): Tensor;
  /** Samples in a batch; default the first size of the first tensor in it. */
  samples?(batch: Batch): number;
  loss?: never;
}

/**
 * What a `Trainer` needs: a `loss`, or an `objective` instead; and at least one of `epochs`, `maxSteps` and
 * `maxSeconds`, of which the first one reached ends the run.
 */
export type TrainerOptions<Batch = SupervisedBatch> = CommonOptions & (SupervisedTask | ObjectiveTask<Batch>);

/** Options that do not depend on what is trained. */
export interface CommonOptions {
  optimizer: Optimizer;
  /**
   * Figures that judge the model, instead of a validation loader; called wherever a validation is due, with the model
   * in eval mode. `monitor` and `mode` say which of them decides; without `monitor` there must be a `valLoss`.
   */
  evaluate?(trainer: Trainer): Figures | Promise<Figures>;
  /**
   * Figures of the training itself (ε, mean Q, an episode's return), read when a line is logged or shown and at the end
   * of an epoch. Always the same names; NaN for what is not known yet.
   */
  figures?(): Figures;
  /** Passes over the training data, 1 or more. */
  epochs?: number;
  /** Optimizer steps, 1 or more. */
  maxSteps?: number;
  /** Seconds of training, over all resumed parts; looked at after each step. */
  maxSeconds?: number;
  /** Batches whose mean gradient makes one optimizer step. Default 1. */
  accumulate?: number;
  /** Global gradient norm above which gradients are scaled down; default 1.0, null to leave them alone. */
  clipGradNorm?: number | null;
  /** Stepped after every epoch, or see `schedulerEvery`. */
  scheduler?: lrScheduler.LRScheduler | PlateauScheduler;
  /** Default `"epoch"`. A plateau schedule is always stepped after each validation. */
  schedulerEvery?: "epoch" | "step";
  /** Validate every so many optimizer steps instead of after every epoch. */
  validateEverySteps?: number | null;
  /** Figures of the validation data. */
  metrics?: readonly Metric[];
  /** Figures of the training data, as the weights were at each batch. */
  trainMetrics?: readonly Metric[];
  callbacks?: readonly Callback[];
  /** Stops when the monitored figure has not improved for a while; a number is the patience. */
  earlyStopping?: EarlyStoppingOptions | number | null;
  /**
   * Which figure says what is best: `valLoss`, `trainLoss`, a metric, one of `evaluate`. Default the validation loss,
   * else the training loss.
   */
  monitor?: string;
  /** Whether small or large is best. Default `"min"`. */
  mode?: "min" | "max";
  /** Put the weights of the best evaluation back at the end. Default true. */
  restoreBest?: boolean;
  /** Where checkpoints and the metrics log go: a folder's path, or an open `RunFolder`. Default nowhere. */
  run?: RunStore | string | null;
  checkpoint?: CheckpointPolicy;
  nonfinite?: NonfinitePolicy | "stop" | "skip" | "rollback";
  /** Where the post-mortem of a non-finite step goes when there is no run. */
  postMortemPath?: string;
  /** A line in the metrics log for every so many steps; default 10, null for none. */
  logEverySteps?: number | null;
  /** Where figures go besides: TensorBoard, CSV. They are flushed at the end of each epoch; closing them is yours. */
  loggers?: readonly Logger[];
  /** How it shows its progress. Default a live line in a terminal, else plain lines. */
  display?: DisplayMode | Display;
  /** Where plain lines go instead; null for silence. */
  log?: ((line: string) => void) | null;
  /** What made the run, for its folder, and for the comparison when it is resumed. */
  config?: { readonly [key: string]: Json };
  /** Generators that neither model nor loaders hold in a public property. */
  generators?: Readonly<Record<string, Generator>>;
}

const KNOWN: Record<keyof CommonOptions | keyof ObjectiveTask<never> | keyof SupervisedTask, true> = {
  model: true,
  optimizer: true,
  loss: true,
  objective: true,
  samples: true,
  evaluate: true,
  figures: true,
  epochs: true,
  maxSteps: true,
  maxSeconds: true,
  accumulate: true,
  clipGradNorm: true,
  scheduler: true,
  schedulerEvery: true,
  validateEverySteps: true,
  metrics: true,
  trainMetrics: true,
  callbacks: true,
  earlyStopping: true,
  monitor: true,
  mode: true,
  restoreBest: true,
  run: true,
  checkpoint: true,
  nonfinite: true,
  postMortemPath: true,
  logEverySteps: true,
  display: true,
  log: true,
  config: true,
  generators: true,
  loggers: true,
};

/** The options that are numbers and choices, checked and with their defaults. */
export interface Settings {
  epochs: number | null;
  maxSteps: number | null;
  maxSeconds: number | null;
  accumulate: number;
  /** Infinity measures the norm and leaves the gradients alone. */
  clipGradNorm: number;
  schedulerEvery: "epoch" | "step";
  validateEverySteps: number | null;
  monitor: string | null;
  mode: "min" | "max";
  restoreBest: boolean;
  logEverySteps: number | null;
  checkpoint: {
    everySteps: number | null;
    everyMinutes: number | null;
    everyEpochs: number | null;
    onFailure: "stop" | "warn";
  };
  nonfinite: Required<NonfinitePolicy>;
}

const AT = "Trainer";

function count(name: string, value: number | null | undefined): number | null {
  return value == null ? null : wholeNumber(AT, name, value);
}

function choice<T extends string>(name: string, value: T, among: readonly T[]): T {
  if (among.includes(value)) return value;
  const near = nearest(String(value), among);
  throw new ConfigError(
    AT,
    `${name} is ${JSON.stringify(value)}`,
    `expected ${among.join(" or ")}`,
    near === null ? "Choose one of them." : `Did you mean "${near}"?`,
  );
}

/** @throws {ConfigError} for an option that is not known, missing, or outside its domain */
export function checkedSettings(options: CommonOptions): Settings {
  checkOptions(AT, options ?? null, Object.keys(KNOWN));
  const { clipGradNorm = 1, nonfinite = {} } = options;
  const checkpoint = options.checkpoint ?? {};
  const policy: NonfinitePolicy = typeof nonfinite === "string" ? { action: nonfinite } : nonfinite;
  checkOptions(`${AT}.checkpoint`, checkpoint, ["everySteps", "everyMinutes", "everyEpochs", "onFailure"]);
  checkOptions(`${AT}.nonfinite`, policy, ["action", "limit", "lrFactor"]);
  checkDisplay(options.display);
  const seconds = options.maxSeconds == null ? null : positive(AT, "maxSeconds", options.maxSeconds);
  const [epochs, maxSteps] = [count("epochs", options.epochs), count("maxSteps", options.maxSteps)];
  if (epochs === null && maxSteps === null && seconds === null) {
    throw new ConfigError(
      AT,
      "no epochs, maxSteps or maxSeconds",
      "expected at least one",
      "Say when training shall end.",
    );
  }
  const minutes = checkpoint.everyMinutes === undefined ? 5 : checkpoint.everyMinutes;
  return {
    epochs,
    maxSteps,
    maxSeconds: seconds,
    accumulate: count("accumulate", options.accumulate) ?? 1,
    clipGradNorm: clipGradNorm === null ? Infinity : positive(AT, "clipGradNorm", clipGradNorm),
    schedulerEvery: choice("schedulerEvery", options.schedulerEvery ?? "epoch", ["epoch", "step"]),
    validateEverySteps: count("validateEverySteps", options.validateEverySteps),
    monitor: options.monitor ?? null,
    mode: choice("mode", options.mode ?? "min", ["min", "max"]),
    restoreBest: options.restoreBest ?? true,
    logEverySteps: options.logEverySteps === null ? null : count("logEverySteps", options.logEverySteps ?? 10),
    checkpoint: {
      everySteps: count("checkpoint.everySteps", checkpoint.everySteps),
      everyMinutes: minutes === null ? null : positive(AT, "checkpoint.everyMinutes", minutes),
      everyEpochs:
        checkpoint.everyEpochs === null ? null : count("checkpoint.everyEpochs", checkpoint.everyEpochs ?? 1),
      onFailure: choice("checkpoint.onFailure", checkpoint.onFailure ?? "stop", ["stop", "warn"]),
    },
    nonfinite: {
      action: choice("nonfinite", policy.action ?? "stop", ["stop", "skip", "rollback"]),
      limit: wholeNumber(AT, "nonfinite.limit", policy.limit ?? 3),
      lrFactor: positive(AT, "nonfinite.lrFactor", policy.lrFactor ?? 0.1),
    },
  };
}

const MODES: readonly DisplayMode[] = ["auto", "live", "plain", "json", "quiet"];

/** @throws {ConfigError} for a way to show progress that is none */
export function checkDisplay(display: CommonOptions["display"]): void {
  if (display === undefined || (typeof display === "object" && display !== null)) return;
  choice("display", display, MODES);
}
