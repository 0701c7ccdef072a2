import type { MissingPolicy } from "../../data/index.ts";
import { ConfigError } from "../../util/index.ts";

/** What kind of target: a number, one of two classes, or one of several. */
export type TabularTask = "regression" | "binary" | "multiclass";

/** What to learn from a table, and how; all but the target has a default that follows from the table. */
export interface TabularOptions {
  /** The column to predict. */
  target: string;
  /** Default by the target's values: see `Preprocessor`. `classification` is two classes or more. */
  task?: TabularTask | "classification";
  /** Exactly these input columns. Default all that can tell something. */
  columns?: readonly string[];
  /** Columns to leave out. */
  ignore?: readonly string[];
  /** What stands for missing values, for all columns or by name. Default: they are refused. */
  missing?: MissingPolicy | Readonly<Record<string, MissingPolicy>>;
  /** Dates as one number, or in parts. Default "time". */
  dates?: "time" | "parts";
  /** Share of the rows that validate, above 0. Default 0.2. */
  holdout?: number;
  /** Share of the rows that test, 0 for none. Default 0.1. */
  test?: number;
  /** Rows with one value of this column are never in two parts. */
  group?: string;
  /** The latest rows by this column test, those before them validate. */
  time?: string;
  /** A column that says `train`, `validation` or `test` for each row. */
  split?: string;
  /** Units of each hidden layer; an empty list is a linear model. Default by rows and features. */
  hidden?: readonly number[];
  /** Share of hidden units left out in training. Default 0. */
  dropout?: number;
  /** The most epochs. Default by rows. */
  epochs?: number;
  /** The highest learning rate. Default 0.003. */
  lr?: number;
  /** Rows of a batch. Default by rows. */
  batchSize?: number;
  /** Epochs without a better validation loss before it stops. Default a fifth of the epochs, 10 at least. */
  patience?: number;
  /** AdamW's. Default 0.01. */
  weightDecay?: number;
  /** Of a regression. Default "mse". */
  loss?: "mse" | "huber";
  /** Weighs each class by the inverse of its share. Default false. */
  balanced?: boolean;
  /** Seconds after which training ends. */
  maxSeconds?: number;
  /** Of split, first weights and order. Default 0. */
  seed?: number;
}

/** A check of one number. */
function within(
  name: string,
  value: number | undefined,
  low: number,
  high: number,
  words: string,
  whole = false,
): void {
  if (value === undefined) return;
  if (value >= low && value <= high && (!whole || Number.isInteger(value))) return;
  throw new ConfigError("fit", `${name} is ${value}`, `expected ${words}`, "Change it, or leave it out.");
}

/** @throws {ConfigError} for numbers outside their range and options that exclude each other */
export function checkTabularOptions(options: TabularOptions): void {
  const { holdout = 0.2, test = 0.1, hidden = [] } = options;
  within("holdout", options.holdout, 1e-6, 0.9, "a share above 0, up to 0.9");
  within("test", options.test, 0, 0.9, "a share from 0 to 0.9");
  if (holdout + test > 0.95) {
    const got = `holdout ${holdout} and test ${test} leave ${+(1 - holdout - test).toFixed(6)} of the rows to train on`;
    throw new ConfigError("fit", got, "expected 0.05 or more", "Take smaller shares.");
  }
  for (const units of hidden) within("hidden", units, 1, 65_536, "whole numbers of 1 or more", true);
  within("dropout", options.dropout, 0, 0.95, "a share from 0 to 0.95");
  within("epochs", options.epochs, 1, 1e9, "a whole number of 1 or more", true);
  within("lr", options.lr, Number.MIN_VALUE, 1e6, "a number above 0, up to a million");
  within("batchSize", options.batchSize, 1, 1e9, "a whole number of 1 or more", true);
  within("patience", options.patience, 1, 1e9, "a whole number of 1 or more", true);
  within("weightDecay", options.weightDecay, 0, 1e6, "a number of 0 or more");
  within("maxSeconds", options.maxSeconds, Number.MIN_VALUE, 1e9, "a number above 0, up to 1e9");
  within("seed", options.seed, 0, Number.MAX_SAFE_INTEGER, "a whole number from 0 to 2^53 - 1", true);
  const splits = (["group", "time", "split"] as const).filter((name) => options[name] !== undefined);
  if (splits.length > 1) {
    const got = `both ${splits.join(" and ")}`;
    throw new ConfigError("fit", got, "expected one of them", "Each says on its own how the rows are split.");
  }
}

/** @throws {ConfigError} for options of another task: they would do nothing */
export function refuseOtherTask({ loss, balanced }: TabularOptions, task: TabularTask): void {
  if (task === "regression" && balanced === true) {
    const got = "classes are to be weighed, and the target is a number";
    const fix = "Leave class weights out; or, if the numbers are classes, say so: task classification.";
    throw new ConfigError("fit", got, "expected a target with classes", fix);
  }
  if (task !== "regression" && loss !== undefined) {
    const fix =
      "Leave the loss out: classes are learnt with cross-entropy; or, if they are numbers, say so: task regression.";
    throw new ConfigError(
      "fit",
      `loss is ${loss}, and the target holds classes`,
      "expected a number as the target",
      fix,
    );
  }
}
