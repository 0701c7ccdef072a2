import type { Tensor } from "../../tensor/index.ts";
import { ConfigError, checkedOptions, DataError } from "../../util/index.ts";
import { checkThreshold, type LabelOptions, labelsOf } from "./labels.ts";
import type { Json, Metric } from "./metric.ts";
import { numberField, numbersField, requireSamples, stateFields } from "./state.ts";

/** Options of metrics that count classes against each other. */
export interface ConfusionOptions extends LabelOptions {
  /** Number of classes. Known from `[n, classes]` scores; plain labels make room for what comes unless it is given. */
  classes?: number;
}

/** Counts of (target, prediction) pairs, which every precision and recall comes from. */
export class ConfusionCounts {
  readonly #name: string;
  readonly #fixed: number | null;
  readonly #threshold: number | undefined;
  #classes: number;
  #counts: Float64Array; // [target × classes + prediction]
  samples = 0;

  constructor(name: string, options: ConfusionOptions) {
    const { classes } = options;
    if (classes !== undefined && (!Number.isInteger(classes) || classes < 2)) {
      throw new ConfigError(
        name,
        `classes is ${classes}`,
        "expected a whole number of 2 or more",
        "Count the classes.",
      );
    }
    this.#name = name;
    this.#threshold = checkThreshold(name, options.threshold);
    this.#fixed = classes ?? null;
    this.#classes = classes ?? 0;
    this.#counts = new Float64Array(this.#classes ** 2);
  }

  get classes(): number {
    return this.#classes;
  }

  at(target: number, prediction: number): number {
    return this.#counts[target * this.#classes + prediction] as number;
  }

  reset(): void {
    this.#classes = this.#fixed ?? 0;
    this.#counts = new Float64Array(this.#classes ** 2);
    this.samples = 0;
  }

  update(prediction: Tensor, target: Tensor): void {
    const { predicted, wanted, classes } = labelsOf(this.#name, prediction, target, this.#threshold);
    let needed = classes ?? 2;
    if (classes === null) {
      for (let i = 0; i < wanted.length; i++) {
        needed = Math.max(needed, (predicted[i] as number) + 1, (wanted[i] as number) + 1);
      }
    }
    if (this.#fixed !== null && needed > this.#fixed) {
      throw new DataError(
        this.#name,
        `the batch has ${needed} classes`,
        `expected ${this.#fixed}, as the option classes says`,
        "Correct the option, or the labels.",
      );
    }
    this.#grow(needed);
    for (let i = 0; i < wanted.length; i++) {
      const at = (wanted[i] as number) * this.#classes + (predicted[i] as number);
      this.#counts[at] = (this.#counts[at] as number) + 1;
    }
    this.samples += wanted.length;
  }

  #grow(classes: number): void {
    if (classes <= this.#classes) return;
    const grown = new Float64Array(classes ** 2);
    for (let row = 0; row < this.#classes; row++) {
      grown.set(this.#counts.subarray(row * this.#classes, (row + 1) * this.#classes), row * classes);
    }
    this.#counts = grown;
    this.#classes = classes;
  }

  toJSON(): { classes: number; counts: number[]; samples: number } {
    return { classes: this.#classes, counts: [...this.#counts], samples: this.samples };
  }

  load(fields: Record<string, unknown>): void {
    const classes = numberField(this.#name, fields, "classes");
    const counts = numbersField(this.#name, fields, "counts", classes ** 2);
    this.samples = numberField(this.#name, fields, "samples");
    this.#classes = classes;
    this.#counts = Float64Array.from(counts);
  }
}

/**
 * How often each class was taken for each other. `matrix()` has targets as rows and predictions as columns, as in
 * scikit-learn; `compute()` gives the same counts under the names `"target→prediction"`.
 *
 * @example
 * const confusion = new train.metrics.ConfusionMatrix();
 * confusion.update(tensor([0.9, 0.2, 0.7]), tensor([1, 0, 0]));
 * console.log(confusion.matrix()); // [[1, 1], [0, 1]]
 */
export class ConfusionMatrix implements Metric {
  readonly name: string;
  readonly #counts: ConfusionCounts;

  constructor(options: ConfusionOptions = {}) {
    checkedOptions("ConfusionMatrix", options, { name: "string", threshold: "number", classes: "number" });
    this.name = options.name ?? "confusion";
    this.#counts = new ConfusionCounts(this.name, options);
  }

  reset(): void {
    this.#counts.reset();
  }

  update(prediction: Tensor, target: Tensor): void {
    this.#counts.update(prediction, target);
  }

  /** Counts: a row for each target class, a column for each predicted one. */
  matrix(): number[][] {
    requireSamples(this.name, this.#counts.samples);
    const each = Array.from({ length: this.#counts.classes }, (_, i) => i);
    return each.map((target) => each.map((prediction) => this.#counts.at(target, prediction)));
  }

  compute(): Record<string, number> {
    const named: Record<string, number> = {};
    for (const [target, row] of this.matrix().entries()) {
      for (const [prediction, count] of row.entries()) named[`${target}→${prediction}`] = count;
    }
    return named;
  }

  stateDict(): Json {
    return { kind: "ConfusionMatrix", ...this.#counts.toJSON() };
  }

  loadStateDict(state: unknown): void {
    this.#counts.load(stateFields(this.name, "ConfusionMatrix", state));
  }
}
