import { defaultGenerator, type Generator } from "../../engine/index.ts";
import { ConfigError, DataError, type OptionKinds } from "../../util/index.ts";
import type { Dataset } from "../dataset.ts";
import { Subset } from "../datasets/index.ts";

/** What is learnt from, and what is tested on. */
export type Split<Item> = readonly [train: Subset<Item>, test: Subset<Item>];

/** How folds are drawn. */
export interface FoldOptions {
  /** Folds, 2 or more. Default 5. */
  numSplits?: number;
  /** Draw them at random. Default false. */
  shuffle?: boolean;
  /** With `shuffle`: default the one that `manualSeed` seeds. */
  generator?: Generator;
}

/** What each of `FoldOptions` holds. */
export const FOLDS: OptionKinds<FoldOptions> = { numSplits: "number", shuffle: "boolean", generator: "object" };

/** @throws {ConfigError} unless it is a count of 2 or more */
export function checkSplits(operation: string, numSplits: number): number {
  if (Number.isInteger(numSplits) && numSplits >= 2) return numSplits;
  throw new ConfigError(operation, `numSplits is ${numSplits}`, "expected a whole number of 2 or more", "Take 5.");
}

/** @throws {DataError} unless there is one for each sample */
export function checkLabels(operation: string, what: string, labels: ArrayLike<unknown>, length: number): void {
  if (labels.length === length) return;
  const got = `${labels.length} ${what} for ${length} samples`;
  throw new DataError(operation, got, "expected one for each sample", "Pass them in the dataset's order.");
}

/** Numbers `0, 1, …` for the different labels, in the order in which they come. */
export function encode(labels: ArrayLike<unknown>): { codes: Int32Array; names: unknown[]; counts: number[] } {
  const known = new Map<unknown, number>();
  const counts: number[] = [];
  const codes = new Int32Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const code = known.get(labels[i]) ?? known.size;
    known.set(labels[i], code);
    codes[i] = code;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return { codes, names: [...known.keys()], counts };
}

/** A copy in a random order. */
export function shuffled(values: Int32Array, generator: Generator | undefined): Int32Array {
  return (generator ?? defaultGenerator).randperm(values.length).map((at) => values[at] as number);
}

/** One split a fold: the samples whose fold it is are the test part. */
export function splitsOf<Item>(dataset: Dataset<Item>, foldOf: Int32Array, numSplits: number): Split<Item>[] {
  const all = Int32Array.from(foldOf, (_, i) => i);
  return Array.from({ length: numSplits }, (_, fold) => [
    new Subset(
      dataset,
      all.filter((i) => foldOf[i] !== fold),
    ),
    new Subset(
      dataset,
      all.filter((i) => foldOf[i] === fold),
    ),
  ]);
}
