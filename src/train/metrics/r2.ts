import { data } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { checkedOptions, formatShape, ShapeError } from "../../util/index.ts";
import type { Json, Metric } from "./metric.ts";
import { type MetricOptions, requireSameShape } from "./regression.ts";
import { numberField, numbersField, requireSamples, samplesOf, stateFields, toJson } from "./state.ts";

/**
 * The coefficient of determination: the share of the target's variance that the prediction explains.
 *
 * 1 − Σ (target − prediction)² / Σ (target − mean)², for each column, then the mean over columns, as scikit-learn's
 * `r2_score`: NaN below two samples; for a constant target 1 when every prediction is exact and 0 otherwise.
 *
 * @example
 * const r2 = new train.metrics.R2();
 * r2.update(tensor([1, 2, 3]), tensor([1, 2, 3]));
 * r2.compute(); // 1
 */
export class R2 implements Metric {
  readonly name: string;
  #count = 0;
  // One each for every column. The spread is merged batch by batch (Chan, Golub and LeVeque 1979): a sum of squares
  // minus a square of sums loses every digit when the mean is far from 0.
  #errors: number[] = [];
  #means: number[] = [];
  #spreads: number[] = [];

  constructor(options: MetricOptions = {}) {
    checkedOptions("R2", options, { name: "string" });
    this.name = options.name ?? "r2";
  }

  reset(): void {
    this.#count = 0;
    this.#errors = [];
    this.#means = [];
    this.#spreads = [];
  }

  update(prediction: Tensor, target: Tensor): void {
    requireSameShape(this.name, prediction, target);
    const samples = samplesOf(target);
    if (samples === 0) return;
    const columns = target.length / samples;
    if (this.#count > 0 && columns !== this.#means.length) {
      throw new ShapeError(
        this.name,
        `target ${formatShape(target.shape)}`,
        `expected ${this.#means.length} values for each sample, as before`,
        "Call reset() before another data set.",
      );
    }
    const predicted = data(prediction);
    const wanted = data(target);
    const merged = this.#count + samples;
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      let error = 0;
      for (let i = column; i < wanted.length; i += columns) {
        const value = wanted[i] as number;
        sum += value;
        error += (value - (predicted[i] as number)) ** 2;
      }
      const mean = sum / samples;
      let spread = 0;
      for (let i = column; i < wanted.length; i += columns) spread += ((wanted[i] as number) - mean) ** 2;
      const before = this.#means[column] ?? 0;
      const shift = mean - before;
      this.#errors[column] = (this.#errors[column] ?? 0) + error;
      this.#spreads[column] = (this.#spreads[column] ?? 0) + spread + (shift ** 2 * this.#count * samples) / merged;
      this.#means[column] = before + (shift * samples) / merged;
    }
    this.#count = merged;
  }

  compute(): number {
    requireSamples(this.name, this.#count);
    if (this.#count < 2) return NaN;
    const scores = this.#errors.map((error, column) => {
      const spread = this.#spreads[column] as number;
      if (spread === 0) return error === 0 ? 1 : 0;
      return 1 - error / spread;
    });
    return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  }

  stateDict(): Json {
    return {
      kind: "R2",
      count: this.#count,
      errors: this.#errors.map(toJson),
      means: this.#means.map(toJson),
      spreads: this.#spreads.map(toJson),
    };
  }

  loadStateDict(state: unknown): void {
    const fields = stateFields(this.name, "R2", state);
    const errors = numbersField(this.name, fields, "errors");
    const means = numbersField(this.name, fields, "means", errors.length);
    const spreads = numbersField(this.name, fields, "spreads", errors.length);
    this.#count = numberField(this.name, fields, "count");
    this.#errors = errors;
    this.#means = means;
    this.#spreads = spreads;
  }
}
