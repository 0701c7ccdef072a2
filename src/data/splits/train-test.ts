import type { Generator } from "../../engine/index.ts";
import { ConfigError, checkOptions, DataError } from "../../util/index.ts";
import type { Dataset } from "../dataset.ts";
import { Subset } from "../datasets/index.ts";
import { checkLabels, encode, type Split, shuffled } from "./common.ts";
import { inTime } from "./time.ts";

/** Options of `trainTestSplit`. At most one of `stratify`, `groups` and `time`. */
export interface TrainTestSplitOptions {
  /** Share of the test part, above 0 and below 1, or a number of samples (of groups, with `groups`). Default 0.25. */
  testSize?: number;
  /** Default true; false takes the last samples for the test part. */
  shuffle?: boolean;
  /** The class of each sample: each has its share in both parts. */
  stratify?: ArrayLike<unknown>;
  /** The group of each sample: no group is in both parts. */
  groups?: ArrayLike<unknown>;
  /** When each sample is: all tested on come after all trained on. Samples of one time stay together. */
  time?: ArrayLike<number>;
  /** Default the one that `manualSeed` seeds. */
  generator?: Generator;
}

/**
 * A dataset divided in two, scikit-learn's `train_test_split`: `⌈testSize · length⌉` samples are for testing.
 *
 * @throws {ConfigError} for options that exclude each other or a part without samples; {DataError} for a class of one
 *   sample
 * @example
 * const classes = Array.from({ length: 64 }, (_, i) => i % 3);
 * const [trainSet, testSet] = data.trainTestSplit(new data.TensorDataset(X, y), { testSize: 0.25, stratify: classes });
 * @source https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.train_test_split.html
 */
export function trainTestSplit<Item>(dataset: Dataset<Item>, options: TrainTestSplitOptions = {}): Split<Item> {
  checkOptions("trainTestSplit", options, ["testSize", "shuffle", "stratify", "groups", "time", "generator"]);
  const { stratify, groups, time, generator, shuffle = true } = options;
  const given = [stratify, groups, time].filter((each) => each !== undefined).length;
  if (given > 1 || (!shuffle && given === 1 && time === undefined)) {
    const got = given > 1 ? "more than one of stratify, groups and time" : "shuffle: false with stratify or groups";
    throw new ConfigError("trainTestSplit", got, "expected one way to divide", "Leave one out.");
  }
  const { length } = dataset;
  const all = Int32Array.from({ length }, (_, i) => i);
  const parts = (test: (i: number) => boolean, order: Int32Array): Split<Item> => [
    new Subset(
      dataset,
      order.filter((i) => !test(i)),
    ),
    new Subset(
      dataset,
      order.filter((i) => test(i)),
    ),
  ];
  if (groups !== undefined) {
    checkLabels("trainTestSplit", "groups", groups, length);
    const { codes, counts } = encode(groups);
    const order = shuffled(counts.length === 0 ? all : Int32Array.from(counts.keys()), generator);
    const chosen = new Set(order.subarray(0, testCount(counts.length, options.testSize, "groups")));
    return parts((i) => chosen.has(codes[i] as number), all);
  }
  const count = testCount(length, options.testSize, "samples");
  if (time !== undefined) {
    const order = inTime("trainTestSplit", length, time);
    let start = length - count;
    while (start > 0 && time[order[start] as number] === time[order[start - 1] as number]) start--;
    if (start === 0) {
      const got = "all samples that would be trained on have the time of one that is tested on";
      throw new DataError("trainTestSplit", got, "expected earlier samples", "Take a smaller test part.");
    }
    return [new Subset(dataset, order.subarray(0, start)), new Subset(dataset, order.subarray(start))];
  }
  if (stratify !== undefined) {
    const chosen = new Set(stratified(stratify, length, count, generator));
    return parts((i) => chosen.has(i), shuffled(all, generator));
  }
  const order = shuffle ? shuffled(all, generator) : all;
  return [new Subset(dataset, order.subarray(0, length - count)), new Subset(dataset, order.subarray(length - count))];
}

function testCount(total: number, testSize = 0.25, what: string): number {
  const count = testSize < 1 ? Math.ceil(testSize * total) : testSize;
  if (testSize > 0 && Number.isInteger(count) && count >= 1 && count < total) return count;
  throw new ConfigError(
    "trainTestSplit",
    `testSize is ${testSize} of ${total} ${what}`,
    "expected a share between 0 and 1, or a count that leaves something to train on",
    "Take 0.2.",
  );
}

/** `count` positions, from each class its share: rounded down, the largest remainders up. */
function stratified(
  labels: ArrayLike<unknown>,
  length: number,
  count: number,
  generator: Generator | undefined,
): number[] {
  checkLabels("trainTestSplit", "labels", labels, length);
  const { codes, names, counts } = encode(labels);
  const single = counts.indexOf(1);
  if (single >= 0) {
    const got = `class ${String(names[single])} has 1 sample`;
    throw new DataError(
      "trainTestSplit",
      got,
      "expected at least 2, one a part",
      "Drop the class, or do not stratify.",
    );
  }
  if (count < counts.length || length - count < counts.length) {
    const got = `parts of ${length - count} and ${count} samples for ${counts.length} classes`;
    throw new ConfigError("trainTestSplit", got, "expected room for each class in both", "Change testSize.");
  }
  const shares = counts.map((each) => (each * count) / length);
  const taken = shares.map(Math.floor);
  const byRemainder = shares.map((share, i) => [share - Math.floor(share), i] as const).sort((a, b) => b[0] - a[0]);
  const left = count - taken.reduce((a, b) => a + b, 0);
  for (const [, i] of byRemainder.slice(0, left)) taken[i] = (taken[i] as number) + 1;
  return taken.flatMap((size, code) => {
    const own = Int32Array.from(codes.keys()).filter((i) => codes[i] === code);
    return Array.from(shuffled(own, generator).subarray(0, size));
  });
}
