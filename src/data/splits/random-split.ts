import { defaultGenerator, type Generator } from "../../engine/index.ts";
import { ConfigError, checkedOptions } from "../../util/index.ts";
import type { Dataset } from "../dataset.ts";
import { Subset } from "../datasets/index.ts";

/**
 * A dataset divided at random; PyTorch's division for the same seed.
 *
 * Fractions give `⌊fraction · length⌋` samples each; what is left over goes round to the first parts, one each.
 *
 * @param lengths numbers of samples that add up to the dataset's, or fractions that add up to 1
 * @param options.generator default the one that `manualSeed` seeds
 * @throws {ConfigError} when they add up to something else
 * @example
 * const [training, validation] = data.randomSplit(new data.TensorDataset(X, y), [0.8, 0.2]);
 * @source https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.random_split
 */
export function randomSplit<Item, const L extends readonly number[]>(
  dataset: Dataset<Item>,
  lengths: L,
  options: { generator?: Generator } = {},
): { [K in keyof L]: Subset<Item> } {
  checkedOptions("randomSplit", options, { generator: "object" });
  const total = dataset.length;
  const sizes = sizesOf(total, lengths);
  if (sizes === null) {
    throw new ConfigError(
      "randomSplit",
      `the lengths are ${lengths.join(", ")}`,
      `expected whole numbers that add up to ${total}, or fractions that add up to 1`,
      "Check the last one.",
    );
  }
  const indices = (options.generator ?? defaultGenerator).randperm(total);
  let end = 0;
  return sizes.map((size) => {
    end += size;
    return new Subset(dataset, indices.subarray(end - size, end));
  }) as { [K in keyof L]: Subset<Item> };
}

function sizesOf(total: number, lengths: readonly number[]): number[] | null {
  const sum = lengths.reduce((a, b) => a + b, 0);
  if (lengths.some((each) => !(each >= 0))) return null;
  if (Math.abs(sum - 1) > 1e-9) return sum === total && lengths.every(Number.isInteger) ? [...lengths] : null;
  const sizes = lengths.map((each) => Math.floor(total * each));
  const rest = total - sizes.reduce((a, b) => a + b, 0);
  return sizes.map((size, i) => size + Math.floor(rest / sizes.length) + (i < rest % sizes.length ? 1 : 0));
}
