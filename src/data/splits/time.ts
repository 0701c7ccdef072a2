import { ConfigError, checkOptions, DataError } from "../../util/index.ts";
import type { Dataset } from "../dataset.ts";
import { Subset } from "../datasets/index.ts";
import { checkLabels, checkSplits, type Split } from "./common.ts";

/** Options of `timeSeriesSplit`. */
export interface TimeSeriesSplitOptions {
  /** Default 5. */
  numSplits?: number;
  /** Samples of each test part; default `⌊length / (numSplits + 1)⌋`. */
  testSize?: number;
  /** Training samples at most: the latest; default all before. */
  maxTrainSize?: number;
  /** Samples left out between the two parts. Default 0. */
  gap?: number;
  /** When each sample is; default they are in order of time. */
  time?: ArrayLike<number>;
}

/** Positions in order of time; equal times stay as they are. */
export function inTime(operation: string, length: number, time: ArrayLike<number> | undefined): Int32Array {
  const order = Int32Array.from({ length }, (_, i) => i);
  if (time === undefined) return order;
  checkLabels(operation, "times", time, length);
  const missing = Array.prototype.findIndex.call(time, (each) => Number.isNaN(each));
  if (missing >= 0) {
    const got = `the time of sample ${missing} is NaN`;
    throw new DataError(operation, got, "expected a time for each sample", "Drop that sample.");
  }
  return order.sort((a, b) => (time[a] as number) - (time[b] as number) || a - b);
}

/**
 * Splits in which everything trained on comes before everything tested on; each test part follows the one before.
 *
 * @throws {ConfigError} when there are not enough samples for so many splits
 * @example
 * for (const [past, future] of data.timeSeriesSplit(new data.TensorDataset(X, y), { numSplits: 3 })) {
 *   past.length; // 16, 32, 48
 * }
 * @source https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.TimeSeriesSplit.html
 */
export function timeSeriesSplit<Item>(dataset: Dataset<Item>, options: TimeSeriesSplitOptions = {}): Split<Item>[] {
  checkOptions("timeSeriesSplit", options, ["numSplits", "testSize", "maxTrainSize", "gap", "time"]);
  const numSplits = checkSplits("timeSeriesSplit", options.numSplits ?? 5);
  const { length } = dataset;
  const { gap = 0, maxTrainSize = length, testSize = Math.floor(length / (numSplits + 1)) } = options;
  const counts = [gap, maxTrainSize, testSize].every((each) => Number.isInteger(each) && each >= 0);
  if (!counts || testSize < 1 || maxTrainSize < 1 || length - gap - numSplits * testSize <= 0) {
    throw new ConfigError(
      "timeSeriesSplit",
      `${length} samples, ${numSplits} splits, testSize ${testSize}, gap ${gap}, maxTrainSize ${maxTrainSize}`,
      "expected whole numbers that leave something to train on in the first split",
      "Take fewer splits, or smaller test parts.",
    );
  }
  const order = inTime("timeSeriesSplit", length, options.time);
  return Array.from({ length: numSplits }, (_, i) => {
    const start = length - (numSplits - i) * testSize;
    const end = start - gap;
    return [
      new Subset(dataset, order.subarray(Math.max(0, end - maxTrainSize), end)),
      new Subset(dataset, order.subarray(start, start + testSize)),
    ];
  });
}
