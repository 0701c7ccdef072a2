import { data } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { ConfigError, checkedOptions } from "../../util/index.ts";
import { checkThreshold, type LabelOptions, labelsOf, refuseShapes, targetLabels } from "./labels.ts";
import type { Json, Metric } from "./metric.ts";
import type { MetricOptions } from "./regression.ts";
import { numberField, requireSamples, stateFields } from "./state.ts";

/** A share of samples, kept as (hits, count). */
abstract class Share implements Metric {
  readonly name: string;
  #hits = 0;
  #count = 0;

  constructor(name: string) {
    this.name = name;
  }

  protected abstract count(prediction: Tensor, target: Tensor): number;
  /** Of a state that this metric may load. */
  protected abstract kind(): string;

  reset(): void {
    this.#hits = 0;
    this.#count = 0;
  }

  update(prediction: Tensor, target: Tensor): void {
    this.#hits += this.count(prediction, target);
    this.#count += target.length;
  }

  compute(): number {
    requireSamples(this.name, this.#count);
    return this.#hits / this.#count;
  }

  stateDict(): Json {
    return { kind: this.kind(), hits: this.#hits, count: this.#count };
  }

  loadStateDict(state: unknown): void {
    const fields = stateFields(this.name, this.kind(), state);
    const hits = numberField(this.name, fields, "hits");
    this.#count = numberField(this.name, fields, "count");
    this.#hits = hits;
  }
}

/**
 * The share of samples whose predicted class is the target.
 *
 * @example
 * const accuracy = new train.metrics.Accuracy();
 * accuracy.update(tensor([[0.1, 2.0], [1.5, -1.0]]), tensor([1, 1]));
 * console.log(accuracy.compute()); // 0.5
 */
export class Accuracy extends Share {
  readonly #threshold: number | undefined;

  constructor(options: LabelOptions = {}) {
    checkedOptions("Accuracy", options, { name: "string", threshold: "number" });
    super(options.name ?? "accuracy");
    this.#threshold = checkThreshold("Accuracy", options.threshold);
  }

  protected override kind(): string {
    return "Accuracy";
  }

  protected override count(prediction: Tensor, target: Tensor): number {
    const { predicted, wanted } = labelsOf(this.name, prediction, target, this.#threshold);
    let hits = 0;
    for (let i = 0; i < wanted.length; i++) if (predicted[i] === wanted[i]) hits++;
    return hits;
  }
}

/**
 * The share of samples whose target is among the k classes with the largest scores. Of equal scores the class with
 * the lower number counts as larger, as in `argmax`; a target whose score is NaN is never among them.
 *
 * @example
 * const top = new train.metrics.TopK(2);
 * top.update(tensor([[0.1, 0.7, 0.2]]), tensor([2], { dtype: "int32" }));
 * top.compute(); // 1
 */
export class TopK extends Share {
  readonly k: number;

  /**
   * @param k how many classes may be named, 1 or more
   * @throws {ConfigError} unless k is a whole number of 1 or more
   */
  constructor(k: number, options: MetricOptions = {}) {
    checkedOptions("TopK", options, { name: "string" });
    if (!Number.isInteger(k) || k < 1) {
      throw new ConfigError("TopK", `k is ${k}`, "expected a whole number of 1 or more", "Top 5 is new TopK(5).");
    }
    super(options.name ?? `top${k}`);
    this.k = k;
  }

  protected override kind(): string {
    return `TopK${this.k}`;
  }

  protected override count(prediction: Tensor, target: Tensor): number {
    const [rows, columns] = prediction.shape;
    if (prediction.shape.length !== 2 || columns === undefined || rows !== target.length) {
      refuseShapes(this.name, prediction, target);
    }
    const wanted = targetLabels(this.name, target, columns);
    const scores = data(prediction);
    let hits = 0;
    for (let row = 0; row < wanted.length; row++) {
      const label = wanted[row] as number;
      const own = scores[row * columns + label] as number;
      let ahead = Number.isNaN(own) ? columns : 0;
      for (let column = 0; column < columns; column++) {
        const other = scores[row * columns + column] as number;
        if (other > own || (other === own && column < label)) ahead++;
      }
      if (ahead < this.k) hits++;
    }
    return hits;
  }
}
