import { fromTypedArray } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { ConfigError, checkedOptions, DataError, type OptionKinds } from "../../util/index.ts";
import type { ColumnType } from "./column.ts";
import {
  ColumnFit,
  type EncodedColumn,
  type EncodeRules,
  encodeColumn,
  type MissingPolicy,
  readType,
} from "./column-encoder.ts";
import type { Table } from "./table.ts";
import { type EncodedTarget, encodeTarget, TargetFit } from "./target-encoder.ts";

/** Options of a `Preprocessor`. */
export interface PreprocessorOptions {
  /** Columns that the network sees. Default all but the target. */
  inputs?: readonly string[];
  /** The column to predict. */
  target?: string;
  /**
   * Default "auto": texts, booleans, and whole numbers that are two, or number 20 classes at most without gaps from 0 or 1, are
   * classes; other numbers are a regression.
   */
  task?: "auto" | "regression" | "classification";
  /** What to do about missing values, for all columns or by name. Default "refuse". */
  missing?: MissingPolicy | Readonly<Record<string, MissingPolicy>>;
  /** Numbers and dates to mean 0 and standard deviation 1. Default true. */
  standardize?: boolean;
  /** A regression's target too; `inverseTransformTarget` undoes it. Default false. */
  standardizeTarget?: boolean;
  /** A category that the training part did not hold: refused, or all zeros. Default "refuse". */
  unknown?: "refuse" | "zeros";
  /** A date as one number, or as year, month, day, weekday and hour. Default "time". */
  dates?: "time" | "parts";
  /** More categories in a column are refused. Default 1000. */
  maxCategories?: number;
}

const OPTIONS: OptionKinds<PreprocessorOptions> = {
  inputs: "any",
  target: "string",
  task: "string",
  missing: "any",
  standardize: "boolean",
  standardizeTarget: "boolean",
  unknown: "string",
  dates: "string",
  maxCategories: "number",
};

/** A fitted preprocessor as JSON. */
export interface PreprocessorState {
  readonly version: 1;
  readonly rules: EncodeRules;
  readonly columns: readonly EncodedColumn[];
  readonly target: EncodedTarget | null;
}

interface Fits {
  readonly inputs: readonly ColumnFit[];
  readonly target: TargetFit | null;
  readonly source: string;
}

/**
 * From tables to tensors: numbers standardised, (x - mean) / std, categories one-hot, missing values filled in when asked.
 * What it needs to know it learns from the training part alone, and `toJSON` saves it with the model.
 *
 * @throws {DataError} naming file, row and column of what is missing, infinite or unknown
 * @example
 * const table = await data.readCsv({ text: "speed,kind,risk\n7.5,debris,0.9\n1.5,rocket,0.1\n3,debris,0.4\n" });
 * const preprocessor = new data.Preprocessor({ target: "risk" }).fit(table.slice(0, 2));
 * const X = preprocessor.transform(table); // [3, 3]: speed, kind=debris, kind=rocket
 * const y = preprocessor.transformTarget(table); // [3, 1]
 * const again = data.Preprocessor.fromJSON(JSON.parse(JSON.stringify(preprocessor)));
 */
export class Preprocessor {
  readonly options: PreprocessorOptions;
  #fits: Fits | null = null;
  #state: PreprocessorState | null = null;

  constructor(options: PreprocessorOptions = {}) {
    checkedOptions("Preprocessor", options, OPTIONS);
    const { inputs, target } = options;
    if (inputs !== undefined && (inputs.length === 0 || (target !== undefined && inputs.includes(target)))) {
      throw new ConfigError(
        "Preprocessor",
        inputs.length === 0 ? "inputs is empty" : `the target "${target}" is among the inputs`,
        "expected columns other than the target",
        "Change inputs.",
      );
    }
    this.options = options;
  }

  /** Learns from the training part; what was learnt before is forgotten. */
  fit(table: Table): this {
    this.#fits = null;
    this.partialFit(table);
    return this.#finish();
  }

  /** Learns from a training part that comes in batches (`streamParquet(…)`). A median keeps its column in memory. */
  async fitStream(tables: AsyncIterable<Table>): Promise<this> {
    this.#fits = null;
    for await (const table of tables) this.partialFit(table);
    return this.#finish();
  }

  /** Adds a batch of the training part; the first `transform` closes the fit, and a later batch begins another. */
  partialFit(table: Table): this {
    this.#fits ??= this.#begin(table);
    this.#state = null;
    for (const fit of this.#fits.inputs) fit.add(table);
    this.#fits.target?.add(table);
    return this;
  }

  fitTransform(table: Table): Tensor {
    return this.fit(table).transform(table);
  }

  /**
   * The inputs of a table. The target need not be there.
   *
   * @returns [numRows, featureNames.length], float32
   */
  transform(table: Table): Tensor {
    const { columns, rules } = this.#fitted();
    const width = this.featureNames.length;
    const out = new Float32Array(table.numRows * width);
    let offset = 0;
    for (const column of columns) {
      encodeColumn(column, table, rules, out, width, offset);
      offset += column.features.length;
    }
    return fromTypedArray(out, [table.numRows, width]);
  }

  /**
   * The targets of a table.
   *
   * @returns [numRows, 1] float32 for a regression; [numRows] int32 class positions, as `F.crossEntropy` takes them
   */
  transformTarget(table: Table): Tensor {
    const values = encodeTarget(this.#target(), table);
    return fromTypedArray(values, this.classes === null ? [table.numRows, 1] : [table.numRows]);
  }

  /** Predicted values in the target's own unit: the standardisation undone. */
  inverseTransformTarget(values: ArrayLike<number>): Float64Array {
    const { mean, std } = this.#target();
    return Float64Array.from(values, (value) => value * std + mean);
  }

  /** The features' names, in order: `speed`, `kind=debris`, `seen.year`. */
  get featureNames(): string[] {
    return this.#fitted().columns.flatMap(({ features }) => features);
  }

  /** Names of the input columns. */
  get inputs(): string[] {
    return this.#fitted().columns.map(({ name }) => name);
  }

  /** What the task turned out to be; null without a target. */
  get task(): "regression" | "classification" | null {
    const { target } = this.#fitted();
    return target === null ? null : target.classes === null ? "regression" : "classification";
  }

  /** The classes, in the order of their positions; null for a regression. */
  get classes(): readonly string[] | null {
    return this.#fitted().target?.classes ?? null;
  }

  /**
   * How to read a further file so that it fits: columns and types.
   *
   * @param withTarget whether the target is read too. Default false, as for a prediction.
   */
  readOptions(withTarget = false): { columns: string[]; types: Record<string, ColumnType> } {
    const { columns, target } = this.#fitted();
    const fields = withTarget && target !== null ? [...columns, target] : columns;
    return {
      columns: fields.map(({ name }) => name),
      types: Object.fromEntries(fields.map((field) => [field.name, readType(field)])),
    };
  }

  toJSON(): PreprocessorState {
    return this.#fitted();
  }

  /** @throws {DataError} when it is none */
  static fromJSON(state: PreprocessorState): Preprocessor {
    if (state?.version !== 1 || !Array.isArray(state.columns)) {
      const got = `the state is ${JSON.stringify(state)?.slice(0, 60)}`;
      throw new DataError("Preprocessor.fromJSON", got, "expected what toJSON gave", "Check the file it came from.");
    }
    const preprocessor = new Preprocessor(state.target === null ? {} : { target: state.target.name });
    preprocessor.#state = state;
    return preprocessor;
  }

  #begin(table: Table): Fits {
    const { target, missing = "refuse", inputs } = this.options;
    const names = inputs ?? table.columnNames.filter((name) => name !== target);
    const rules = this.#rules();
    const byName = typeof missing === "object" && !("fill" in missing) ? missing : null;
    if (byName !== null) for (const name of Object.keys(byName)) table.column(name);
    const policy = (name: string): MissingPolicy =>
      byName === null ? (missing as MissingPolicy) : ((byName as Record<string, MissingPolicy>)[name] ?? "refuse");
    const { task = "auto", standardizeTarget = false } = this.options;
    return {
      inputs: names.map((name) => new ColumnFit(table.column(name), policy(name), rules)),
      target: target === undefined ? null : new TargetFit(table.column(target), task, standardizeTarget),
      source: table.places.source,
    };
  }

  #rules(): EncodeRules {
    const { standardize = true, dates = "time", unknown = "refuse", maxCategories = 1000 } = this.options;
    return { standardize, dates, unknown, maxCategories };
  }

  #finish(): this {
    if (this.#fits === null) {
      throw new DataError("Preprocessor", "there were no rows", "expected a training part", "Check the split.");
    }
    const { inputs, target, source } = this.#fits;
    this.#state = {
      version: 1,
      rules: this.#rules(),
      columns: inputs.map((fit) => fit.finish(source)),
      target: target?.finish(source) ?? null,
    };
    this.#fits = null;
    return this;
  }

  #fitted(): PreprocessorState {
    if (this.#state === null && this.#fits !== null) this.#finish();
    if (this.#state !== null) return this.#state;
    throw new ConfigError("Preprocessor", "it is not fitted", "expected fit() first", "Fit it on the training part.");
  }

  #target(): EncodedTarget {
    const { target } = this.#fitted();
    if (target !== null) return target;
    throw new ConfigError("Preprocessor", "it has no target", "expected one", 'Name it: { target: "risk" }.');
  }
}
