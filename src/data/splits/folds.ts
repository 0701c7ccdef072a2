import { checkedOptions, DataError } from "../../util/index.ts";
import type { Dataset } from "../dataset.ts";
import { checkLabels, checkSplits, encode, FOLDS, type FoldOptions, type Split, shuffled, splitsOf } from "./common.ts";

function tooFew(operation: string, got: string, numSplits: number): DataError {
  return new DataError(operation, got, `expected at least ${numSplits}, one a fold`, "Take fewer folds, or more data.");
}

/** Numbers by value, anything else by its text. */
function compare(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function range(length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => i);
}

/**
 * Each sample is in the test part once: as many splits as folds, the first `length % numSplits` folds larger by one.
 *
 * @throws {DataError} for fewer samples than folds
 * @example
 * for (const [train, test] of data.kFold(new data.TensorDataset(X, y), { numSplits: 4, shuffle: true })) {
 *   train.length; // 48
 * }
 * @source https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.KFold.html
 */
export function kFold<Item>(dataset: Dataset<Item>, options: FoldOptions = {}): Split<Item>[] {
  checkedOptions("kFold", options, FOLDS);
  const numSplits = checkSplits("kFold", options.numSplits ?? 5);
  const { length } = dataset;
  if (length < numSplits) throw tooFew("kFold", `the dataset has ${length} samples`, numSplits);
  const order = options.shuffle === true ? shuffled(range(length), options.generator) : range(length);
  const foldOf = new Int32Array(length);
  const larger = length % numSplits;
  const size = Math.floor(length / numSplits);
  for (let i = 0; i < length; i++) {
    const fold = i < larger * (size + 1) ? Math.floor(i / (size + 1)) : Math.floor((i - larger) / size);
    foldOf[order[i] as number] = fold;
  }
  return splitsOf(dataset, foldOf, numSplits);
}

/**
 * Folds in which each class has its share: the numbers of a class in two folds differ by 1 at most.
 *
 * @param labels the class of each sample: numbers, texts
 * @throws {DataError} for a class with fewer samples than folds
 * @example
 * const classes = Array.from({ length: 64 }, (_, i) => (i % 4 === 0 ? "rare" : "common"));
 * const splits = data.stratifiedKFold(new data.TensorDataset(X, y), classes, { numSplits: 4 });
 * @source https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.StratifiedKFold.html
 */
export function stratifiedKFold<Item>(
  dataset: Dataset<Item>,
  labels: ArrayLike<unknown>,
  options: FoldOptions = {},
): Split<Item>[] {
  const operation = "stratifiedKFold";
  checkedOptions(operation, options, FOLDS);
  const numSplits = checkSplits(operation, options.numSplits ?? 5);
  checkLabels(operation, "labels", labels, dataset.length);
  const { codes, names, counts } = encode(labels);
  counts.forEach((count, code) => {
    if (count < numSplits) throw tooFew(operation, `class ${String(names[code])} has ${count} samples`, numSplits);
  });
  // scikit-learn's: the sorted classes are dealt out to the folds one by one; that says how many of each go where.
  const dealt = counts.map(() => new Int32Array(numSplits));
  codes
    .slice()
    .sort()
    .forEach((code, i) => {
      (dealt[code] as Int32Array)[i % numSplits] = ((dealt[code] as Int32Array)[i % numSplits] as number) + 1;
    });
  const foldOf = new Int32Array(codes.length);
  dealt.forEach((each, code) => {
    const inOrder = Int32Array.from(Array.from(each, (count, fold) => new Array<number>(count).fill(fold)).flat());
    const folds = options.shuffle === true ? shuffled(inOrder, options.generator) : inOrder;
    let next = 0;
    codes.forEach((own, i) => {
      if (own === code) foldOf[i] = folds[next++] as number;
    });
  });
  return splitsOf(dataset, foldOf, numSplits);
}

/**
 * Folds that keep groups together: what belongs to one patient, satellite or file is never in both parts.
 *
 * The largest group first, each goes to the fold that is the smallest so far.
 *
 * @param groups the group of each sample: numbers, texts
 * @throws {DataError} for fewer groups than folds
 * @example
 * const patients = Array.from({ length: 64 }, (_, i) => Math.floor(i / 8));
 * const splits = data.groupKFold(new data.TensorDataset(X, y), patients, { numSplits: 4 });
 * @source https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.GroupKFold.html
 */
export function groupKFold<Item>(
  dataset: Dataset<Item>,
  groups: ArrayLike<unknown>,
  options: { numSplits?: number } = {},
): Split<Item>[] {
  checkedOptions("groupKFold", options, { numSplits: "number" });
  const numSplits = checkSplits("groupKFold", options.numSplits ?? 5);
  checkLabels("groupKFold", "groups", groups, dataset.length);
  const { codes, names, counts } = encode(groups);
  if (counts.length < numSplits) throw tooFew("groupKFold", `there are ${counts.length} groups`, numSplits);
  const sizes = new Array<number>(numSplits).fill(0);
  const foldOfGroup = new Int32Array(counts.length);
  // Of groups of one size the last by name comes first, as in scikit-learn.
  const inOrder = Array.from(names.keys()).sort((a, b) => compare(names[b], names[a]));
  const bySize = inOrder.map((group) => ({ count: counts[group] as number, group })).sort((a, b) => b.count - a.count);
  for (const { count, group } of bySize) {
    const smallest = sizes.indexOf(Math.min(...sizes));
    foldOfGroup[group] = smallest;
    sizes[smallest] = (sizes[smallest] as number) + count;
  }
  return splitsOf(
    dataset,
    codes.map((group) => foldOfGroup[group] as number),
    numSplits,
  );
}
