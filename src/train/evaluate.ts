import type { AnyModule, Module } from "../nn/index.ts";
import { cat, noGrad } from "../ops/index.ts";
import { Tensor } from "../tensor/index.ts";
import { DataError } from "../util/index.ts";
import { noSamples } from "./loop/batches.ts";
import { SampleMean } from "./loop/mean.ts";
import type { Metric } from "./metrics/metric.ts";
import type { Objective } from "./task.ts";
import type { Figures } from "./trainer-options.ts";

/** Runs `fn` with the model in eval mode, and puts each module's own mode back. */
export function inEvalMode<T>(model: AnyModule, fn: () => T): T {
  const modes = [...model.modules()].map((module) => [module, module.training] as const);
  model.eval();
  try {
    return fn();
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
}

/** What metrics computed, flat: a metric with several figures gives `name/figure`. */
export function figuresOf(metrics: readonly Metric[]): Figures {
  const out: Figures = {};
  for (const metric of metrics) {
    const value = metric.compute();
    if (typeof value === "number") out[metric.name] = value;
    else for (const [name, figure] of Object.entries(value)) out[`${metric.name}/${name}`] = figure;
  }
  return out;
}

/** Mean loss (`loss`) and metrics over a loader's samples, in eval mode. @throws {DataError} without samples */
export function evaluate(
  model: AnyModule,
  objective: Objective,
  loader: Iterable<unknown>,
  metrics: readonly Metric[],
): Figures {
  return inEvalMode(model, () => {
    const mean = new SampleMean();
    for (const metric of metrics) metric.reset();
    for (const batch of loader) mean.add(objective.evaluate(batch, metrics), objective.samples(batch));
    if (mean.state.samples === 0) throw noSamples("Trainer.validate");
    return { loss: mean.value, ...figuresOf(metrics) };
  });
}

/** The model's output for every row, joined; a root. @throws {DataError} when there is no batch */
export function predict(
  model: Module<[Tensor], Tensor>,
  inputs: Tensor | Iterable<Tensor | readonly [Tensor, ...Tensor[]]>,
): Tensor {
  return inEvalMode(model, () => {
    if (inputs instanceof Tensor) return noGrad(() => model.forward(inputs)).keep();
    const parts: Tensor[] = [];
    for (const batch of inputs) {
      const input = batch instanceof Tensor ? batch : batch[0];
      parts.push(noGrad(() => model.forward(input)).keep());
    }
    if (parts.length === 0) throw new DataError("Trainer.predict", "no batch", "expected at least one", "Pass data.");
    const joined = noGrad(() => cat(parts, 0)).keep();
    if (parts.length > 1) for (const part of parts) part.release();
    return joined;
  });
}
