import { Generator } from "../../engine/index.ts";
import { type AnyModule, utils } from "../../nn/index.ts";
import { noGrad } from "../../ops/index.ts";
import type { Optimizer } from "../../optim/index.ts";
import type { Parameter, Tensor } from "../../tensor/index.ts";
import type { Metric } from "../metrics/metric.ts";
import { type MicroBatch, trainStep } from "../step.ts";
import type { Objective } from "../task.ts";
import type { BatchSource } from "./batches.ts";

/** Thrown between backward and step, before anything has changed; the batch is then still there. */
export class NonfiniteStep {
  readonly what: "loss" | "gradient";
  constructor(what: "loss" | "gradient") {
    this.what = what;
  }
}

/** What a runner works with. */
export interface RunnerParts {
  model: AnyModule;
  optimizer: Optimizer;
  objective: Objective;
  maxNorm: number;
  accumulate: number;
  metrics: readonly Metric[];
  /** Those whose draws a replay needs. */
  generators: readonly Generator[];
  onGradients: readonly (() => void)[];
}

/**
 * The hot path: one optimizer step over one batch or several. What it measured stands in its fields; nothing is
 * allocated for a step but what the step itself needs.
 */
export class StepRunner {
  /** Mean over the step's samples. */
  loss = 0;
  /** Before clipping. */
  gradNorm = 0;
  samples = 0;
  /** The batch (the last piece of the step) and what the generators were before its forward pass. */
  batch: unknown = null;
  /** Loss of the last piece. */
  pieceLoss = 0;
  readonly before: readonly Generator[];
  readonly generators: readonly Generator[];
  readonly #parts: RunnerParts;
  readonly #parameters: readonly Parameter[];
  readonly #buffers: readonly Tensor[];
  readonly #bufferCopies: readonly Tensor[];
  #held = -1;
  #all = false;
  #lossSum = 0;
  #lossTensor: Tensor | null = null;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#parameters = [...parts.model.parameters()];
    this.generators = parts.generators;
    this.before = parts.generators.map(() => new Generator());
    // A forward pass with NaN would leave it in running means for ever.
    this.#buffers = [...parts.model.buffers()];
    this.#bufferCopies = noGrad(() => this.#buffers.map((each) => each.clone().keep()));
  }

  /**
   * Runs a step that begins with `batch`; further pieces come from `source`.
   *
   * @throws {NonfiniteStep} when the loss or the norm of the gradients is NaN or infinite; the weights, and the
   *   model's buffers, are then as they were
   */
  run(batch: unknown, source: BatchSource<unknown>): void {
    this.#lossSum = 0;
    this.samples = 0;
    this.#copyBuffers(this.#buffers, this.#bufferCopies);
    this.#begin(batch);
    const { optimizer, accumulate } = this.#parts;
    try {
      trainStep(
        optimizer,
        accumulate === 1 ? this.#objective : this.#pieces(source),
        this.#between,
        this.#measuresAll(),
      );
    } catch (error) {
      this.#copyBuffers(this.#bufferCopies, this.#buffers);
      throw error;
    }
    this.#finishPiece();
    this.loss = this.#lossSum / this.samples;
  }

  /** Whether the norm is that of everything the optimizer holds. Groups and parameters may be added during a run. */
  #measuresAll(): boolean {
    let held = 0;
    for (const { params } of this.#parts.optimizer.paramGroups) held += params.length;
    if (held !== this.#held) {
      this.#held = held;
      const own = new Set<Tensor>(this.#parameters);
      this.#all = this.#parts.optimizer.paramGroups.every(({ params }) => params.every((each) => own.has(each)));
    }
    return this.#all;
  }

  /** Puts the model's buffers back to what they were before the step. */
  keepBuffers(): () => void {
    return () => this.#copyBuffers(this.#bufferCopies, this.#buffers);
  }

  #begin(batch: unknown): void {
    this.batch = batch;
    const { generators } = this.#parts;
    for (let i = 0; i < generators.length; i++) (this.before[i] as Generator).copyFrom(generators[i] as Generator);
  }

  readonly #objective = (): Tensor => {
    this.#lossTensor = this.#parts.objective.of(this.batch);
    return this.#lossTensor;
  };

  // Between backward and step: after this, the step will be applied.
  readonly #between = (): Tensor => {
    for (const hook of this.#parts.onGradients) hook();
    const norm = utils.clipGradNorm_(this.#parameters, this.#parts.maxNorm);
    if (this.#parts.accumulate === 1) this.#readLoss();
    this.gradNorm = norm.item();
    if (!Number.isFinite(this.gradNorm)) throw new NonfiniteStep("gradient");
    return norm;
  };

  #readLoss(): void {
    const loss = (this.#lossTensor as Tensor).item();
    this.pieceLoss = loss;
    if (!Number.isFinite(loss)) throw new NonfiniteStep("loss");
    const samples = this.#parts.objective.samples(this.batch);
    this.#lossSum += loss * samples;
    this.samples += samples;
  }

  *#pieces(source: BatchSource<unknown>): IterableIterator<MicroBatch> {
    const objective = (): Tensor => {
      const loss = this.#objective();
      this.#readLoss();
      return loss;
    };
    for (let i = 0; i < this.#parts.accumulate; i++) {
      if (i > 0) {
        // The piece before must be whole as long as its batch is there to be looked at.
        this.#checkGradients();
        this.#finishPiece();
        const next = source.next();
        if (next === null) return;
        this.#begin(next);
      }
      yield { objective, samples: this.#parts.objective.samples(this.batch) };
    }
  }

  #checkGradients(): void {
    for (const parameter of this.#parameters) {
      const { gradient } = parameter;
      if (gradient !== null && gradient.storage.backend.firstNonfinite(gradient) >= 0)
        throw new NonfiniteStep("gradient");
    }
  }

  #finishPiece(): void {
    const { metrics, objective } = this.#parts;
    objective.measure(metrics, this.batch);
    objective.forget();
  }

  #copyBuffers(from: readonly Tensor[], to: readonly Tensor[]): void {
    if (from.length === 0) return;
    noGrad(() => {
      from.forEach((buffer, i) => {
        (to[i] as Tensor).copy_(buffer);
      });
    });
  }
}
