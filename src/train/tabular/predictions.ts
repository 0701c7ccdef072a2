import type { Preprocessor, Table } from "../../data/index.ts";
import type { Module } from "../../nn/index.ts";
import { fromTypedArray } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { ConfigError } from "../../util/index.ts";
import { predict } from "../evaluate.ts";
import { Accuracy, AUROC, F1, MAE, type Metric, R2, RMSE } from "../metrics/index.ts";
import type { Figures } from "../trainer-options.ts";

/** Rows that go through the network at once. */
const ROWS = 4096;

/** What a network gives for each row of a table, row by row. */
interface Outputs {
  values: Float32Array;
  /** Outputs of a row. */
  width: number;
}

function outputsOf(model: Module<[Tensor], Tensor>, preprocessor: Preprocessor, table: Table): Outputs {
  let values = new Float32Array(0);
  let width = 1;
  for (let row = 0; row < table.numRows; row += ROWS) {
    const part = table.slice(row, row + ROWS);
    const input = preprocessor.transform(part).keep();
    const output = predict(model, input);
    width = output.length / part.numRows;
    if (row === 0) values = new Float32Array(table.numRows * width);
    values.set(output.data as Float32Array, row * width);
    input.release();
    output.release();
  }
  return { values, width };
}

/** Predictions for the rows of a table, as columns. */
export interface Predictions {
  /** Values in the target's unit, or classes. */
  prediction: Float64Array | string[];
  /** Of each class, in the order of `classes`; null for a regression. */
  probabilities: Float64Array[] | null;
}

/**
 * What a trained network says about a table: the target's value, or the likeliest class and the probability of each.
 * Classes have one output each, or two classes one output together.
 *
 * @throws {ConfigError} when the outputs do not fit the preprocessor's target
 */
export function predictTable(model: Module<[Tensor], Tensor>, preprocessor: Preprocessor, table: Table): Predictions {
  const { classes } = preprocessor;
  const { values, width } = outputsOf(model, preprocessor, table);
  if (classes === null) {
    if (width !== 1) throw unfit(width, "one for a number");
    return { prediction: preprocessor.inverseTransformTarget(values), probabilities: null };
  }
  if (width !== classes.length && !(width === 1 && classes.length === 2)) throw unfit(width, `${classes.length}`);
  const probabilities = classes.map(() => new Float64Array(table.numRows));
  const prediction = Array.from({ length: table.numRows }, (_, row) => {
    const own = width === 1 ? [0, values[row] as number] : Array.from(values.subarray(row * width, (row + 1) * width));
    const most = Math.max(...own);
    const exponentials = own.map((value) => Math.exp(value - most));
    const total = exponentials.reduce((a, b) => a + b, 0);
    exponentials.forEach((each, i) => {
      (probabilities[i] as Float64Array)[row] = each / total;
    });
    return classes[own.indexOf(most)] as string;
  });
  return { prediction, probabilities };
}

function unfit(width: number, expected: string): ConfigError {
  return new ConfigError(
    "predict",
    `the network has ${width} outputs`,
    `expected ${expected}`,
    "Check model and target.",
  );
}

/**
 * How good a network is on a table that has the target: RMSE, MAE (in the target's unit) and R²; or accuracy, F1 (of the
 * second of two classes; else the mean over the classes) and AUROC.
 *
 * @throws {DataError} for a target that is missing, or no class of the training part
 */
export function scoreTable(model: Module<[Tensor], Tensor>, preprocessor: Preprocessor, table: Table): Figures {
  const scorer = new Scorer(model, preprocessor);
  scorer.add(table);
  return scorer.figures();
}

/** `scoreTable` of tables that come one after the other (AUROC keeps a number and a class of each row). */
export async function scoreTables(
  model: Module<[Tensor], Tensor>,
  preprocessor: Preprocessor,
  tables: AsyncIterable<Table>,
): Promise<Figures> {
  const scorer = new Scorer(model, preprocessor);
  for await (const table of tables) scorer.add(table);
  return scorer.figures();
}

class Scorer {
  readonly #model: Module<[Tensor], Tensor>;
  readonly #preprocessor: Preprocessor;
  readonly #binary: boolean;
  #metrics: Metric[] | null = null;

  constructor(model: Module<[Tensor], Tensor>, preprocessor: Preprocessor) {
    this.#model = model;
    this.#preprocessor = preprocessor;
    this.#binary = preprocessor.classes?.length === 2;
  }

  add(table: Table): void {
    const { values, width } = outputsOf(this.#model, this.#preprocessor, table);
    this.#metrics ??= this.#metricsFor(width);
    const output = fromTypedArray(values, [table.numRows, width]).keep();
    const target = this.#preprocessor.transformTarget(table).keep();
    for (const metric of this.#metrics) {
      metric.update(output, this.#binary && width === 1 ? target.unsqueeze(1) : target);
    }
    output.release();
    target.release();
  }

  #metricsFor(width: number): Metric[] {
    if (this.#preprocessor.classes === null) return [new RMSE(), new MAE(), new R2()];
    const threshold = width === 1 ? { threshold: 0 } : {};
    const average = this.#binary ? "binary" : "macro";
    return [new Accuracy(threshold), new F1({ average, ...threshold }), new AUROC()];
  }

  figures(): Figures {
    const metrics = this.#metrics ?? this.#metricsFor(1);
    const figures: Figures = Object.fromEntries(metrics.map((metric) => [metric.name, metric.compute() as number]));
    // (an error of standardised targets is one in units of their spread)
    const unit = this.#preprocessor.toJSON().target?.std ?? 1;
    for (const name of ["rmse", "mae"]) if (figures[name] !== undefined) figures[name] *= unit;
    return figures;
  }
}
