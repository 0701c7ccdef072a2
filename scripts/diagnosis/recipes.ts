import { rand } from "../../src/ops/index.ts";
import { lrScheduler, type Optimizer } from "../../src/optim/index.ts";
import type { Tensor } from "../../src/tensor/index.ts";
import {
  type Activation,
  changeHidden,
  dataOf,
  inputsOf,
  type Job,
  type Method,
  mlp,
  type Network,
  optimizerOf,
  outputsOf,
  pick,
  pickWhole,
  type Recipe,
  TASKS,
  type TaskName,
} from "./job.ts";

const METHODS: readonly Method[] = ["adam", "sgd", "momentum"];
/** Learning rates that suit these jobs, which the recipes multiply. */
const GOOD: Record<Method, number> = { adam: 5e-3, sgd: 0.15, momentum: 0.02 };

interface Plan {
  task: TaskName;
  method: Method;
  activation: Activation;
  hidden: number[];
  samples: number;
  noise: number;
  batch: number;
  epochs: number;
  /** Times the good one. */
  rate: number;
  schedule: "cosine" | "step" | "constant" | "cut";
  clip?: number;
  stopAt?: number;
}

/** A sound run, varied by its seed; the recipes change one thing in it. */
function soundPlan(seed: number): Plan {
  const task = TASKS[pickWhole(seed, 0, 1, 5) - 1] as TaskName;
  const method = METHODS[pickWhole(seed, 1, 1, 3) - 1] as Method;
  const width = pickWhole(seed, 2, 16, 64);
  return {
    task,
    method,
    activation: pickWhole(seed, 3, 1, 2) === 1 ? "relu" : "tanh",
    hidden: pickWhole(seed, 4, 1, 2) === 1 ? [width] : [width, width],
    samples: pickWhole(seed, 5, 600, 1000),
    noise: task === "rings" || task === "blobs" ? pick(seed, 6, 0.005, 0.03) : pick(seed, 6, 0.03, 0.3),
    batch: [16, 32, 64][pickWhole(seed, 7, 1, 3) - 1] as number,
    epochs: pickWhole(seed, 8, 25, 60),
    rate: pick(seed, 9, 0.5, 1.5),
    schedule: pickWhole(seed, 10, 1, 3) === 1 ? "step" : "cosine",
  };
}

function scheduleOf(plan: Plan, optimizer: Optimizer): lrScheduler.LRScheduler | undefined {
  switch (plan.schedule) {
    case "constant":
      return undefined;
    case "cosine":
      return new lrScheduler.CosineAnnealingLR(optimizer, plan.epochs);
    case "cut": // meant for a run three times as long
      return new lrScheduler.CosineAnnealingLR(optimizer, plan.epochs * 3);
    case "step":
      return new lrScheduler.StepLR(optimizer, Math.ceil(plan.epochs / 3), { gamma: 0.1 });
  }
}

function build(plan: Plan, change?: (model: Network) => void): Job {
  const model = mlp([inputsOf(plan.task), ...plan.hidden, outputsOf(plan.task)], plan.activation);
  change?.(model);
  const optimizer = optimizerOf(model, plan.method, GOOD[plan.method] * plan.rate);
  const scheduler = scheduleOf(plan, optimizer);
  return {
    model,
    optimizer,
    epochs: plan.epochs,
    ...dataOf(plan.task, plan.samples, plan.noise, plan.batch),
    ...(scheduler === undefined ? {} : { scheduler }),
    ...(plan.clip === undefined ? {} : { clip: plan.clip }),
    ...(plan.stopAt === undefined ? {} : { stopAt: plan.stopAt }),
  };
}

/** Every 97th batch has inputs a thousand times too large, as a broken sensor gives them. */
function* outliers(loader: Job["loader"], count: { batches: number }): Generator<readonly [Tensor, Tensor]> {
  for (const [input, target] of loader) yield [++count.batches % 97 === 0 ? input.mul(1000) : input, target];
}

function withOutliers(loader: Job["loader"]): Job["loader"] {
  const count = { batches: 0 };
  return { [Symbol.iterator]: () => outliers(loader, count) };
}

function recipe(label: string, name: string, make: (seed: number, plan: Plan) => Job): Recipe {
  return { label, name, make: (seed: number) => make(seed, soundPlan(seed)) };
}

/** How many runs of each recipe there are. */
export const RECIPES: readonly (Recipe & { runs: number })[] = [
  {
    runs: 40,
    ...recipe("healthy", "sound, annealed", (_, plan) => build(plan)),
  },
  {
    runs: 12,
    // 2/5 of the target's variance is noise that nothing can learn
    ...recipe("healthy", "sound, noisy targets", (seed, plan) =>
      build({ ...plan, task: "sum", samples: 800, noise: pick(seed, 20, 0.6, 0.9), hidden: [8], schedule: "cosine" }),
    ),
  },
  {
    runs: 8,
    ...recipe("healthy", "sound, small constant rate", (_, plan) =>
      build({
        ...plan,
        task: "sum",
        method: "adam",
        rate: 0.6,
        noise: 0.05,
        batch: 64,
        epochs: 60,
        schedule: "constant",
      }),
    ),
  },
  {
    runs: 8,
    ...recipe("divergence", "rate far too high, no clipping", (seed, plan) =>
      build({
        ...plan,
        method: plan.method === "adam" ? "sgd" : plan.method,
        rate: pick(seed, 21, 6, 60),
        schedule: "constant",
        clip: Infinity,
      }),
    ),
  },
  {
    runs: 8,
    ...recipe("divergence", "Adam's rate far too high", (seed, plan) =>
      build({ ...plan, method: "adam", activation: "relu", rate: pick(seed, 22, 200, 1000), schedule: "constant" }),
    ),
  },
  {
    runs: 16,
    ...recipe("oscillation", "rate too high, clipped", (seed, plan) =>
      build({
        ...plan,
        method: "momentum",
        activation: "tanh",
        batch: 64,
        rate: pick(seed, 23, 28, 50),
        schedule: "constant",
      }),
    ),
  },
  {
    runs: 16,
    ...recipe("tooSlow", "rate far too low", (seed, plan) =>
      build({
        ...plan,
        rate: plan.method === "adam" ? pick(seed, 24, 0.002, 0.006) : pick(seed, 24, 0.001, 0.004),
        schedule: "constant",
      }),
    ),
  },
  {
    runs: 10,
    ...recipe("underfitting", "a line for waves or rings", (seed, plan) =>
      build({ ...plan, task: pickWhole(seed, 25, 1, 2) === 1 ? "waves" : "rings", hidden: [], schedule: "cosine" }),
    ),
  },
  {
    runs: 6,
    ...recipe("underfitting", "one or two hidden units", (seed, plan) =>
      build({ ...plan, task: pickWhole(seed, 25, 1, 2) === 1 ? "waves" : "rings", hidden: [1], activation: "tanh" }),
    ),
  },
  {
    runs: 16,
    ...recipe("overfitting", "few noisy samples, a large network", (seed, plan) =>
      build({
        ...plan,
        samples: pickWhole(seed, 26, 20, 40),
        noise: plan.task === "rings" || plan.task === "blobs" ? 0.25 : 0.8,
        method: "adam",
        batch: 16,
        hidden: [64, 64],
        rate: 1.5,
        epochs: pickWhole(seed, 27, 100, 150),
      }),
    ),
  },
  {
    runs: 16,
    ...recipe("vanishingGradients", "many sigmoid layers", (seed, plan) =>
      build({
        ...plan,
        activation: "sigmoid",
        method: plan.method === "adam" ? "momentum" : plan.method,
        hidden: Array.from({ length: pickWhole(seed, 28, 6, 12) }, () => 16),
      }),
    ),
  },
  {
    runs: 16,
    ...recipe("explodingGradients", "deep, weights too large, clipped", (seed, plan) =>
      build(
        {
          ...plan,
          activation: pickWhole(seed, 29, 1, 2) === 1 ? "relu" : "none",
          hidden: Array.from({ length: pickWhole(seed, 30, 6, 9) }, () => 32),
          method: plan.method === "adam" ? "momentum" : plan.method,
          rate: plan.rate * 0.05,
        },
        (model) => changeHidden(model, 2, (weight) => weight.mul_(pick(seed, 31, 4, 6))),
      ),
    ),
  },
  {
    runs: 8,
    ...recipe("explodingGradients", "a few samples a thousand times too large, clipped", (_, plan) => {
      const job = build({ ...plan, task: plan.task === "waves" ? "sum" : plan.task, activation: "relu" });
      return { ...job, loader: withOutliers(job.loader) };
    }),
  },
  {
    runs: 16,
    ...recipe("deadUnits", "biases far below 0", (seed, plan) =>
      build({ ...plan, activation: "relu", hidden: [32, 32] }, (model) =>
        // some layers keep a few units, some none
        changeHidden(model, 1, (bias) =>
          bias.sub_(
            rand(bias.shape)
              .lt(pick(seed, 36, 0.8, 1.2))
              .to("float32")
              .mul(pick(seed, 32, 4, 12)),
          ),
        ),
      ),
    ),
  },
  {
    runs: 16,
    ...recipe("plateau", "constant rate, flat with half of the run to go", (seed, plan) =>
      build({
        ...plan,
        task: pickWhole(seed, 33, 1, 2) === 1 ? "sum" : "teacher",
        activation: "tanh",
        noise: 0.2,
        batch: 16,
        samples: 600,
        rate: plan.method === "adam" ? 4 : 2,
        epochs: 120,
        stopAt: 70,
        schedule: "constant",
      }),
    ),
  },
  {
    runs: 16,
    ...recipe("notAnnealed", "constant or cut-off schedule, too high at the end", (seed, plan) =>
      build({
        ...plan,
        task: pickWhole(seed, 34, 1, 2) === 1 ? "sum" : "teacher",
        noise: 0.1,
        batch: 16,
        rate: plan.method === "adam" ? 5 : 3,
        epochs: 50,
        schedule: pickWhole(seed, 35, 1, 3) === 1 ? "cut" : "constant",
      }),
    ),
  },
];
