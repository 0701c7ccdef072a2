import { manualSeed } from "../../engine/index.ts";
import type { AnyModule } from "../../nn/index.ts";
import { ConfigError } from "../../util/index.ts";
import { DiagnosisCallback } from "../diagnosis/index.ts";
import type { Json } from "../json.ts";
import { Trainer } from "../trainer.ts";
import {
  type CommonOptions,
  checkDisplay,
  type Figures,
  type LossLike,
  type ObjectiveTask,
} from "../trainer-options.ts";
import { optimizerByName, schedulerByName } from "./by-name.ts";
import { checkData, checkTask } from "./check-returned.ts";
import type { Experiment, ExperimentContext, ExperimentData, PlainValues, Task } from "./experiment.ts";
import { plainValues } from "./overrides.ts";

/** An experiment made ready to train. */
export interface BuiltExperiment {
  trainer: Trainer;
  /** What it trains on; of a task its source and validation, whose batches are what its objective takes. */
  data: ExperimentData;
  /** What it trains; null when that is `loss(model(input), target)`. */
  task: Task | null;
  context: ExperimentContext;
}

/** What a caller adds to the experiment's own trainer options. */
export interface BuildOptions {
  run?: CommonOptions["run"];
  display?: CommonOptions["display"];
  /** Written into the run's config beside the experiment's plain values. */
  record?: Readonly<Record<string, Json>>;
}

/**
 * Makes everything an experiment describes, in the order seed, data, model, task, optimizer, scheduler, trainer.
 *
 * @throws {ConfigError} for names and options that are not known
 * @example
 * const experiment = train.defineExperiment({
 *   config: { hidden: 8 },
 *   data: () => ({ train: loader }),
 *   model: ({ config }) => new nn.Sequential(new nn.Linear(4, config.hidden), new nn.Linear(config.hidden, 1)),
 *   loss: F.mseLoss,
 *   optimizer: { name: "Adam", lr: 1e-3 },
 *   trainer: { epochs: 1, log: null },
 * });
 * const { trainer, data } = await train.buildExperiment(experiment);
 * await trainer.fit(data.train);
 */
export async function buildExperiment<C extends PlainValues = PlainValues>(
  experiment: Experiment<C>,
  options: BuildOptions = {},
): Promise<BuiltExperiment> {
  const seed = experiment.seed ?? 0;
  if (!Number.isSafeInteger(seed)) {
    throw new ConfigError("experiment", `seed is ${seed}`, "expected a whole number", "Choose one below 2^53.");
  }
  manualSeed(seed);
  const context: ExperimentContext<C> = { config: structuredClone(experiment.config ?? {}) as C, seed };
  checkDisplay(experiment.trainer.display); // also where the command line has its own
  const supervised = experiment.data === undefined ? undefined : checkData(await experiment.data(context));
  const model = experiment.model(context);
  const task = experiment.task === undefined ? null : checkTask(await experiment.task(model, context));
  const { optimizer: asked = { name: "Adam", lr: 1e-3 } } = experiment;
  const schedule = experiment.scheduler ?? undefined; // (null, by --set scheduler=null, is none)
  const optimizer =
    typeof asked === "function" ? asked(model.parameters(), context) : optimizerByName(asked, model.parameters());
  const scheduler = typeof schedule === "function" ? schedule(optimizer, context) : schedule;
  const callbacks = [...(task?.callbacks ?? []), ...(experiment.trainer.callbacks ?? [])];
  const diagnosed = callbacks.some((each) => each instanceof DiagnosisCallback);
  const trainer = new Trainer({
    ...experiment.trainer,
    // Says what is wrong while the run goes on; it changes no bit of the training.
    callbacks: diagnosed ? callbacks : [...callbacks, new DiagnosisCallback()],
    optimizer,
    ...(task === null ? { model, loss: experiment.loss as LossLike } : taskOptions(model, task)),
    ...(scheduler === undefined
      ? {}
      : { scheduler: "name" in scheduler ? schedulerByName(scheduler as never, optimizer) : (scheduler as never) }),
    ...(options.run === undefined ? {} : { run: options.run }),
    ...(options.display === undefined ? {} : { display: options.display }),
    config: { ...(options.record ?? {}), ...savedPreprocessor(supervised), experiment: plainValues(experiment) },
  });
  return { trainer, data: task === null ? (supervised as ExperimentData) : dataOf(task), task, context };
}

/** What a task says, as options of the Trainer (an instance of a class will do: its methods keep their `this`). */
function taskOptions(model: AnyModule, task: Task): ObjectiveTask<unknown> & Partial<CommonOptions> {
  return {
    model,
    objective: (batch) => task.objective(batch),
    ...(task.samples === undefined ? {} : { samples: (batch) => task.samples?.(batch) as number }),
    ...(task.evaluate === undefined ? {} : { evaluate: (trainer) => task.evaluate?.(trainer) as Figures }),
    ...(task.figures === undefined ? {} : { figures: () => task.figures?.() as Figures }),
    ...(task.generators === undefined ? {} : { generators: task.generators }),
  };
}

/** What `predict` needs of the data, so that it asks for no training file. */
function savedPreprocessor(data: ExperimentData | undefined): Record<string, Json> {
  if (data?.preprocessor === undefined) return {};
  return { preprocessor: JSON.parse(JSON.stringify(data.preprocessor)) as Json };
}

function dataOf({ source, validation }: Task): ExperimentData {
  const data = { train: source, ...(validation === undefined ? {} : { validation }) };
  return data as ExperimentData; // the Trainer of a task takes its batches
}
