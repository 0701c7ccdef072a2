import * as optim from "../../optim/index.ts";
import type { Parameter } from "../../tensor/index.ts";
import { ConfigError, nearest, unknownOption } from "../../util/index.ts";
import type { Json } from "../json.ts";
import type { PlateauScheduler } from "../trainer-options.ts";
import type { OptimizerConfig, SchedulerConfig } from "./experiment.ts";

type AnyScheduler = optim.lrScheduler.LRScheduler | PlateauScheduler;
type MakeOptimizer = new (parameters: Iterable<Parameter>, options: Record<string, Json>) => optim.Optimizer;

const OPTIMIZERS: Readonly<Record<string, unknown>> = {
  Adadelta: optim.Adadelta,
  Adafactor: optim.Adafactor,
  Adagrad: optim.Adagrad,
  Adam: optim.Adam,
  AdamW: optim.AdamW,
  Adamax: optim.Adamax,
  ASGD: optim.ASGD,
  Lion: optim.Lion,
  Muon: optim.Muon,
  NAdam: optim.NAdam,
  RAdam: optim.RAdam,
  RMSprop: optim.RMSprop,
  Rprop: optim.Rprop,
  SGD: optim.SGD,
};

const { lrScheduler } = optim;

// A schedule's class, and which of its named arguments are positional, in order.
const SCHEDULERS: Readonly<Record<string, readonly [make: unknown, ...positional: string[]]>> = {
  ConstantLR: [lrScheduler.ConstantLR],
  CosineAnnealingLR: [lrScheduler.CosineAnnealingLR, "tMax"],
  CosineAnnealingWarmRestarts: [lrScheduler.CosineAnnealingWarmRestarts, "t0"],
  CyclicLR: [lrScheduler.CyclicLR, "baseLr", "maxLr"],
  ExponentialLR: [lrScheduler.ExponentialLR, "gamma"],
  InverseSqrtLR: [lrScheduler.InverseSqrtLR, "warmupSteps"],
  LinearLR: [lrScheduler.LinearLR],
  MultiStepLR: [lrScheduler.MultiStepLR, "milestones"],
  OneCycleLR: [lrScheduler.OneCycleLR, "maxLr"],
  PolynomialLR: [lrScheduler.PolynomialLR],
  ReduceLROnPlateau: [lrScheduler.ReduceLROnPlateau],
  StepLR: [lrScheduler.StepLR, "stepSize"],
  WarmupStableDecayLR: [lrScheduler.WarmupStableDecayLR, "warmupSteps", "stableSteps", "decaySteps"],
};

function unknownName(what: string, name: string, known: readonly string[]): ConfigError {
  const near = nearest(name, known);
  return new ConfigError(
    what,
    `the name is "${name}"`,
    `expected one of ${known.join(", ")}`,
    near === null ? "Choose one, or make it in a function." : `Did you mean "${near}"?`,
  );
}

function needsClosure(): ConfigError {
  return new ConfigError(
    "optimizer",
    'the name is "LBFGS"',
    "expected one that takes one gradient a step",
    "LBFGS evaluates the loss several times a step: call optimizer.step(() => …) in a loop of your own.",
  );
}

/** @throws {ConfigError} for a name that is none, or an option the optimizer does not have */
export function optimizerByName(config: OptimizerConfig, parameters: Iterable<Parameter>): optim.Optimizer {
  const { name, ...options } = config;
  const make = OPTIMIZERS[name] as MakeOptimizer | undefined;
  if (name === "LBFGS") throw needsClosure();
  if (make === undefined) throw unknownName("optimizer", name, Object.keys(OPTIMIZERS));
  return new make(parameters, options);
}

/** @throws {ConfigError} for a name that is none, or a positional argument missing */
export function schedulerByName(config: SchedulerConfig, optimizer: optim.Optimizer): AnyScheduler {
  const { name, ...options } = config;
  const entry = SCHEDULERS[name];
  if (entry === undefined) throw unknownName("scheduler", name, Object.keys(SCHEDULERS));
  const [make, ...positional] = entry;
  const first = positional.map((argument) => {
    const value = options[argument];
    if (value !== undefined) return value;
    const near = nearest(argument, Object.keys(options));
    throw new ConfigError(
      `scheduler.${name}`,
      `${argument} is missing`,
      "expected it",
      near === null ? `Add ${argument} to the scheduler.` : `It has "${near}": did you mean "${argument}"?`,
    );
  });
  // Some schedules have a warmup of their own; before all others there may be one.
  const { warmupSteps, ...rest } = Object.fromEntries(
    Object.entries(options).filter(([key]) => !positional.includes(key)),
  );
  for (const key of Object.keys(rest)) {
    if (nearest(key, ["warmupSteps"]) !== null) throw unknownOption(`scheduler.${name}`, key, ["warmupSteps"]);
  }
  const scheduler = new (make as new (...args: unknown[]) => AnyScheduler)(optimizer, ...first, rest);
  if (warmupSteps === undefined) return scheduler;
  return lrScheduler.warmup(scheduler as never, warmupSteps as number);
}
