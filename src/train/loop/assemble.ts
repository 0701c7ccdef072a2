import type { BestWeights } from "../best-weights.ts";
import { withHook } from "../callback.ts";
import { collectGenerators } from "../generators.ts";
import type { Trainer } from "../trainer.ts";
import type { AnySource } from "../trainer-options.ts";
import type { RunParts } from "./checkpoint.ts";
import { describeSetup } from "./setup.ts";
import { StepRunner } from "./step-runner.ts";

/** The parts of a run that have a state. */
export function partsOf(
  trainer: Trainer,
  best: BestWeights,
  trainLoader: AnySource<unknown>,
  valLoader: AnySource<unknown> | undefined,
): RunParts {
  const { options, settings, model, optimizer, callbacks } = trainer;
  const { metrics = [], trainMetrics = [], scheduler, loss, config } = options;
  const generators = collectGenerators({ model, loss }, { ...options.generators, trainLoader, valLoader });
  const made = { model, optimizer, settings, scheduler, loss, metrics, trainMetrics, callbacks, config };
  const setup = describeSetup({ ...made, trainLoader, valLoader });
  return { model, optimizer, scheduler, callbacks, generators, best, setup };
}

/** What runs a trainer's steps. */
export function runnerOf(trainer: Trainer): StepRunner {
  const { options, settings, model, optimizer, objective, callbacks } = trainer;
  const drawn = collectGenerators({ model, loss: options.loss }, options.generators); // by a step
  return new StepRunner({
    model,
    optimizer,
    objective,
    maxNorm: settings.clipGradNorm,
    accumulate: settings.accumulate,
    metrics: options.trainMetrics ?? [],
    generators: [...drawn.values()],
    onGradients: withHook(callbacks, "onGradients").map((each) => () => each.onGradients(trainer)),
  });
}
