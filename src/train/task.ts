import type { Module } from "../nn/index.ts";
import { noGrad } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { ConfigError } from "../util/index.ts";
import type { Metric } from "./metrics/metric.ts";
import { tensorsIn } from "./state-tree.ts";
import type { LossFunction, LossLike, ObjectiveTask, SupervisedBatch, SupervisedTask } from "./trainer-options.ts";

/** What a run minimises: the one thing in which training a classifier and training an agent differ for the loop. */
export abstract class Objective<Batch = unknown> {
  /** The loss as it was passed in; undefined where the objective is a function of its own. */
  readonly like: LossLike | undefined = undefined;

  /** The forward pass and the mean loss of a batch, a scalar. */
  abstract of(batch: Batch): Tensor;

  /** Samples in a batch. */
  abstract samples(batch: Batch): number;

  /** Feeds metrics with what the last `of` predicted. */
  measure(_metrics: readonly Metric[], _batch: Batch): void {}

  /** Lets go of what the last `of` made. */
  forget(): void {}

  /** The loss of a batch without recording, and what metrics make of it. */
  evaluate(batch: Batch, metrics: readonly Metric[]): number {
    return noGrad(() => {
      const loss = this.of(batch).item();
      this.measure(metrics, batch);
      this.forget();
      return loss;
    });
  }
}

/** `loss(model(input), target)`. */
export class SupervisedObjective extends Objective<SupervisedBatch> {
  override readonly like: LossLike;
  readonly model: Module<[Tensor], Tensor>;
  readonly loss: LossFunction;
  #prediction: Tensor | null = null;

  constructor(model: Module<[Tensor], Tensor>, like: LossLike) {
    super();
    this.model = model;
    this.like = like;
    this.loss = typeof like === "function" ? like : (prediction, target) => like.forward(prediction, target);
  }

  of(batch: SupervisedBatch): Tensor {
    const prediction = this.model.forward(batch[0]);
    this.#prediction = prediction;
    return this.loss(prediction, batch[1]);
  }

  samples(batch: SupervisedBatch): number {
    return batch[0].shape[0] ?? 1;
  }

  override measure(metrics: readonly Metric[], batch: SupervisedBatch): void {
    const prediction = this.#prediction;
    if (prediction === null || metrics.length === 0) return;
    noGrad(() => {
      for (const metric of metrics) metric.update(prediction.detach(), batch[1]);
    });
  }

  override forget(): void {
    this.#prediction = null;
  }
}

/** Any function of a batch. */
class FreeObjective extends Objective {
  readonly #options: ObjectiveTask<unknown>;

  constructor(options: ObjectiveTask<unknown>) {
    super();
    this.#options = options;
  }

  of(batch: unknown): Tensor {
    return this.#options.objective(batch);
  }

  samples(batch: unknown): number {
    return this.#options.samples?.(batch) ?? tensorsIn(batch)[0]?.shape[0] ?? 1;
  }
}

/** A model, and what says what is minimised: exactly one of `loss` and `objective`. */
export type AnyTask = SupervisedTask | ObjectiveTask<unknown>;

/** @throws {ConfigError} unless there is a loss, or else an objective */
export function objectiveOf(at: string, task: AnyTask): Objective {
  const { loss, objective } = task;
  if ((loss === undefined) === (objective === undefined)) {
    throw new ConfigError(
      at,
      loss === undefined ? "neither loss nor objective" : "both loss and objective",
      "expected one of them",
      "Pass loss for batches [input, target]; pass objective to compute the loss of a batch yourself.",
    );
  }
  return task.loss === undefined ? new FreeObjective(task) : new SupervisedObjective(task.model, task.loss);
}
