import { data } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { checkedOptions, formatShape, ShapeError } from "../../util/index.ts";
import type { Json, Metric } from "./metric.ts";
import { numberField, requireSamples, stateFields, toJson } from "./state.ts";

/** What every metric takes. */
export interface MetricOptions {
  /** Under which the figure is printed and logged. */
  name?: string;
}

/** @throws {ShapeError} unless both have the same shape: broadcasting here hides `[n]` against `[n, 1]` */
export function requireSameShape(name: string, prediction: Tensor, target: Tensor): void {
  if (prediction.shape.join() === target.shape.join()) return;
  throw new ShapeError(
    name,
    `prediction ${formatShape(prediction.shape)}, target ${formatShape(target.shape)}`,
    "expected equal shapes",
    "Use .squeeze(1) on the prediction or .unsqueeze(1) on the target.",
  );
}

/** A mean over elements, kept as (sum, count) in float64. */
abstract class ElementMean implements Metric {
  readonly name: string;
  readonly #kind: string;
  #sum = 0;
  #count = 0;

  constructor(name: string, kind: string) {
    this.name = name;
    this.#kind = kind;
  }

  /** What one element adds. */
  protected abstract term(difference: number): number;

  reset(): void {
    this.#sum = 0;
    this.#count = 0;
  }

  update(prediction: Tensor, target: Tensor): void {
    requireSameShape(this.name, prediction, target);
    const predicted = data(prediction);
    const wanted = data(target);
    let sum = 0;
    for (let i = 0; i < predicted.length; i++) sum += this.term((predicted[i] as number) - (wanted[i] as number));
    this.#sum += sum;
    this.#count += predicted.length;
  }

  compute(): number {
    requireSamples(this.name, this.#count);
    return this.#sum / this.#count;
  }

  stateDict(): Json {
    return { kind: this.#kind, sum: toJson(this.#sum), count: this.#count };
  }

  loadStateDict(state: unknown): void {
    const fields = stateFields(this.name, this.#kind, state);
    const sum = numberField(this.name, fields, "sum");
    this.#count = numberField(this.name, fields, "count");
    this.#sum = sum;
  }
}

/**
 * Mean absolute error.
 *
 * Σ |prediction − target| / n, over every element.
 *
 * @example
 * const mae = new train.metrics.MAE();
 * for (const [input, target] of valLoader) mae.update(model.forward(input), target);
 * console.log(mae.compute());
 */
export class MAE extends ElementMean {
  constructor(options: MetricOptions = {}) {
    checkedOptions("MAE", options, { name: "string" });
    super(options.name ?? "mae", "MAE");
  }

  protected override term(difference: number): number {
    return Math.abs(difference);
  }
}

/**
 * Mean squared error.
 *
 * Σ (prediction − target)² / n, over every element.
 *
 * @example
 * const mse = new train.metrics.MSE();
 * mse.update(tensor([1, 2]), tensor([1, 4]));
 * mse.compute(); // 2
 */
export class MSE extends ElementMean {
  constructor(options: MetricOptions = {}) {
    checkedOptions("MSE", options, { name: "string" });
    super(options.name ?? "mse", "MSE");
  }

  protected override term(difference: number): number {
    return difference * difference;
  }
}

/**
 * Root of the mean squared error, in the target's own unit.
 *
 * √(Σ (prediction − target)² / n), the root taken once at the end.
 *
 * @example
 * const rmse = new train.metrics.RMSE();
 * rmse.update(tensor([1, 2]), tensor([1, 4]));
 * rmse.compute(); // 1.4142
 */
export class RMSE extends ElementMean {
  constructor(options: MetricOptions = {}) {
    checkedOptions("RMSE", options, { name: "string" });
    super(options.name ?? "rmse", "RMSE");
  }

  protected override term(difference: number): number {
    return difference * difference;
  }

  override compute(): number {
    return Math.sqrt(super.compute());
  }
}
