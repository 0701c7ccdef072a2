import { manualSeed } from "../../engine/index.ts";
import { ConfigError } from "../../util/index.ts";
import { DiagnosisCallback } from "../diagnosis/index.ts";
import type { Json } from "../json.ts";
import { Trainer } from "../trainer.ts";
import type { TrainerOptions } from "../trainer-options.ts";
import { optimizerByName, schedulerByName } from "./by-name.ts";
import type { Experiment, ExperimentContext, ExperimentData } from "./experiment.ts";
import { plainValues } from "./overrides.ts";

/** An experiment made ready to train. */
export interface BuiltExperiment {
  trainer: Trainer;
  data: ExperimentData;
  context: ExperimentContext;
}

/** What a caller adds to the experiment's own trainer options. */
export interface BuildOptions {
  run?: TrainerOptions["run"];
  display?: TrainerOptions["display"];
  /** Written into the run's config beside the experiment's plain values. */
  record?: Readonly<Record<string, Json>>;
}

/**
 * Makes everything an experiment describes, in the order seed, data, model, optimizer, scheduler, trainer.
 *
 * @throws {ConfigError} for names and options that are not known
 */
export async function buildExperiment(experiment: Experiment, options: BuildOptions = {}): Promise<BuiltExperiment> {
  const seed = experiment.seed ?? 0;
  if (!Number.isSafeInteger(seed)) {
    throw new ConfigError("experiment", `seed is ${seed}`, "expected a whole number", "Choose one below 2^53.");
  }
  manualSeed(seed);
  const context: ExperimentContext = { config: structuredClone(experiment.config ?? {}), seed };
  const data = await experiment.data(context);
  const model = experiment.model(context);
  const { optimizer: asked = { name: "Adam", lr: 1e-3 }, scheduler: schedule } = experiment;
  const optimizer =
    typeof asked === "function" ? asked(model.parameters(), context) : optimizerByName(asked, model.parameters());
  const scheduler = typeof schedule === "function" ? schedule(optimizer, context) : schedule;
  const { callbacks = [] } = experiment.trainer;
  const diagnosed = callbacks.some((each) => each instanceof DiagnosisCallback);
  const trainer = new Trainer({
    ...experiment.trainer,
    // Says what is wrong while the run goes on; it changes no bit of the training.
    callbacks: diagnosed ? callbacks : [...callbacks, new DiagnosisCallback()],
    model,
    optimizer,
    loss: experiment.loss,
    ...(scheduler === undefined
      ? {}
      : { scheduler: "name" in scheduler ? schedulerByName(scheduler as never, optimizer) : (scheduler as never) }),
    ...(options.run === undefined ? {} : { run: options.run }),
    ...(options.display === undefined ? {} : { display: options.display }),
    config: { ...(options.record ?? {}), experiment: plainValues(experiment) },
  });
  return { trainer, data, context };
}
