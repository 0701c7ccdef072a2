import type { Tensor } from "../../tensor/index.ts";
import { ConfigError, checkedOptions } from "../../util/index.ts";
import { ConfusionCounts, type ConfusionOptions } from "./confusion-matrix.ts";
import type { Json, Metric } from "./metric.ts";
import { requireSamples, stateFields } from "./state.ts";

/** How the figures of the classes become one. */
export type Average = "binary" | "macro" | "micro" | "weighted" | "none";

const AVERAGES: readonly Average[] = ["binary", "macro", "micro", "weighted", "none"];

/** Options of Precision, Recall and F1. */
export interface PrecisionRecallOptions extends ConfusionOptions {
  /**
   * `binary` (default): of class 1, for two classes. `macro`: mean over the classes that occur; `weighted`: the same,
   * weighted by their targets; `micro`: all classes counted together; `none`: each class by its number.
   */
  average?: Average;
  /** The figure of a class for which it is 0/0. Default 0, as scikit-learn; NaN leaves the class out of means. */
  zeroDivision?: number;
}

/** True positives, and all that were predicted and wanted, of one class or of several together. */
interface Tally {
  hits: number;
  predicted: number;
  wanted: number;
}

abstract class ClassFigure implements Metric {
  readonly name: string;
  readonly #average: Average;
  readonly #zeroDivision: number;
  readonly #counts: ConfusionCounts;

  constructor(name: string, options: PrecisionRecallOptions) {
    checkedOptions<PrecisionRecallOptions>(name, options, {
      name: "string",
      threshold: "number",
      classes: "number",
      average: "string",
      zeroDivision: "number",
    });
    const { average = "binary", zeroDivision = 0 } = options;
    if (!AVERAGES.includes(average)) {
      throw new ConfigError(name, `average is "${average}"`, `expected ${AVERAGES.join(", ")}`, "Choose one of them.");
    }
    this.name = options.name ?? name;
    this.#average = average;
    this.#zeroDivision = zeroDivision;
    this.#counts = new ConfusionCounts(this.name, options);
  }

  /** Numerator and denominator of the figure. */
  protected abstract fraction(tally: Tally): [number, number];

  reset(): void {
    this.#counts.reset();
  }

  update(prediction: Tensor, target: Tensor): void {
    this.#counts.update(prediction, target);
  }

  #figure(tally: Tally): number {
    const [above, below] = this.fraction(tally);
    return below === 0 ? this.#zeroDivision : above / below;
  }

  #tallies(): Tally[] {
    const { classes } = this.#counts;
    return Array.from({ length: classes }, (_, own) => {
      const tally = { hits: this.#counts.at(own, own), predicted: 0, wanted: 0 };
      for (let other = 0; other < classes; other++) {
        tally.predicted += this.#counts.at(other, own);
        tally.wanted += this.#counts.at(own, other);
      }
      return tally;
    });
  }

  compute(): number | Record<string, number> {
    requireSamples(this.name, this.#counts.samples);
    const tallies = this.#tallies();
    if (this.#average === "none") {
      return Object.fromEntries(tallies.map((tally, label) => [String(label), this.#figure(tally)]));
    }
    if (this.#average === "binary") {
      if (tallies.length === 2) return this.#figure(tallies[1] as Tally);
      throw new ConfigError(
        this.name,
        `there are ${tallies.length} classes`,
        'expected two for average "binary"',
        'Use average "macro", "micro", "weighted" or "none".',
      );
    }
    if (this.#average === "micro") {
      const hits = tallies.reduce((sum, tally) => sum + tally.hits, 0);
      return this.#figure({ hits, predicted: this.#counts.samples, wanted: this.#counts.samples });
    }
    let sum = 0;
    let weights = 0;
    for (const tally of tallies) {
      if (tally.predicted + tally.wanted === 0) continue; // a class that did not occur
      const figure = this.#figure(tally);
      if (Number.isNaN(figure)) continue;
      const weight = this.#average === "macro" ? 1 : tally.wanted;
      sum += figure * weight;
      weights += weight;
    }
    return weights === 0 ? this.#zeroDivision : sum / weights;
  }

  stateDict(): Json {
    return { kind: "ClassFigure", ...this.#counts.toJSON() };
  }

  loadStateDict(state: unknown): void {
    this.#counts.load(stateFields(this.name, "ClassFigure", state));
  }
}

/**
 * How many of those predicted as a class are of it.
 *
 * true positives / all predicted
 *
 * @example
 * const precision = new train.metrics.Precision();
 * precision.update(tensor([[0.9], [0.8], [0.1]]), tensor([[1], [0], [1]]));
 * precision.compute(); // 0.5
 */
export class Precision extends ClassFigure {
  constructor(options: PrecisionRecallOptions = {}) {
    super("precision", options);
  }

  protected override fraction({ hits, predicted }: Tally): [number, number] {
    return [hits, predicted];
  }
}

/**
 * How many of a class were found.
 *
 * true positives / all of the class
 *
 * @example
 * const recall = new train.metrics.Recall();
 * recall.update(tensor([[0.9], [0.8], [0.1]]), tensor([[1], [0], [1]]));
 * recall.compute(); // 0.5
 */
export class Recall extends ClassFigure {
  constructor(options: PrecisionRecallOptions = {}) {
    super("recall", options);
  }

  protected override fraction({ hits, wanted }: Tally): [number, number] {
    return [hits, wanted];
  }
}

/**
 * The harmonic mean of precision and recall.
 *
 * 2 · true positives / (all predicted + all of the class)
 *
 * @example
 * const f1 = new train.metrics.F1({ average: "macro" });
 * f1.update(tensor([[2, 0, 1], [0, 1, 3], [0, 2, 1]]), tensor([0, 2, 2]));
 * console.log(f1.compute());
 */
export class F1 extends ClassFigure {
  constructor(options: PrecisionRecallOptions = {}) {
    super("f1", options);
  }

  protected override fraction({ hits, predicted, wanted }: Tally): [number, number] {
    return [2 * hits, predicted + wanted];
  }
}
