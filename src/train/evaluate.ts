import type { AnyModule, Module } from "../nn/index.ts";
import { cat, noGrad } from "../ops/index.ts";
import { closeGeneration, openGeneration, Tensor } from "../tensor/index.ts";
import { DataError } from "../util/index.ts";
import { everyBatch, noSamples } from "./loop/batches.ts";
import { SampleMean } from "./loop/mean.ts";
import type { Metric } from "./metrics/metric.ts";
import type { Objective } from "./task.ts";
import type { AnySource, Figures } from "./trainer-options.ts";

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

/** `evaluate` of batches that come by and by: no more of them are held than the source holds itself. */
export async function evaluateStream(
  model: AnyModule,
  objective: Objective,
  loader: AnySource<unknown>,
  metrics: readonly Metric[],
): Promise<Figures> {
  const mean = new SampleMean();
  for (const metric of metrics) metric.reset();
  for await (const batch of everyBatch("loader", loader)) {
    // (batch by batch: others may use the model while data are waited for)
    mean.add(
      inEvalMode(model, () => objective.evaluate(batch, metrics)),
      objective.samples(batch),
    );
  }
  if (mean.state.samples === 0) throw noSamples("Trainer.validate");
  return { loss: mean.value, ...figuresOf(metrics) };
}

/** A batch that a model can be given: its input, or a tuple that begins with it. */
export type InputBatch = Tensor | readonly [Tensor, ...Tensor[]];

/** What the model made of a batch, and the batch itself. */
export interface PredictedBatch<Batch> {
  readonly output: Tensor;
  readonly batch: Batch;
}

const inputOf = (batch: InputBatch): Tensor => (batch instanceof Tensor ? batch : batch[0]);

/** The model's output for one batch after another; each is freed when the next is asked for. */
export async function* predictBatches<Batch extends InputBatch>(
  model: Module<[Tensor], Tensor>,
  source: AnySource<Batch>,
): AsyncGenerator<PredictedBatch<Batch>, undefined> {
  let none = true;
  for await (const batch of everyBatch("source", source)) {
    none = false;
    const generation = openGeneration(true);
    try {
      yield { output: inEvalMode(model, () => noGrad(() => model.forward(inputOf(batch)))), batch };
    } finally {
      closeGeneration(generation);
    }
  }
  if (none) throw noBatch();
}

function noBatch(): DataError {
  return new DataError("Trainer.predict", "no batch", "expected at least one", "Pass data.");
}

/** `predict` of batches that come by and by. */
export async function predictStream(model: Module<[Tensor], Tensor>, source: AnySource<InputBatch>): Promise<Tensor> {
  const parts: Tensor[] = [];
  for await (const { output } of predictBatches(model, source)) parts.push(output.keep());
  return joined(parts);
}

function joined(parts: readonly Tensor[]): Tensor {
  if (parts.length === 0) throw noBatch();
  const all = noGrad(() => cat(parts, 0)).keep();
  if (parts.length > 1) for (const part of parts) part.release();
  return all;
}

/** The model's output for every row, joined; a root. @throws {DataError} when there is no batch */
export function predict(model: Module<[Tensor], Tensor>, inputs: Tensor | Iterable<InputBatch>): Tensor {
  return inEvalMode(model, () => {
    if (inputs instanceof Tensor) return noGrad(() => model.forward(inputs)).keep();
    const parts: Tensor[] = [];
    for (const batch of inputs) parts.push(noGrad(() => model.forward(inputOf(batch))).keep());
    return joined(parts);
  });
}
