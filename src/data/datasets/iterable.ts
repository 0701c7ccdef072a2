import { ConfigError } from "../../util/index.ts";

/** Samples that come one after another, from a program or a stream, and cannot be asked for by number. */
export interface IterableDataset<Item> extends Iterable<Item> {
  /** Samples an epoch, where that is known. */
  readonly length?: number;
  /** The samples from the `start`-th on: makes a resume cheap. Without it they are passed over one by one. */
  from?(start: number): Iterator<Item>;
}

/**
 * Iterable datasets one after another.
 *
 * @param datasets at least one
 * @throws {ConfigError} for none
 * @example
 * const chained = new data.ChainDataset([[1, 2, 3], [4, 5]]);
 * [...new data.DataLoader(chained, { batchSize: 4 })].length; // 2
 * @source https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.ChainDataset
 */
export class ChainDataset<Item> implements IterableDataset<Item> {
  readonly datasets: readonly IterableDataset<Item>[];

  constructor(datasets: readonly IterableDataset<Item>[]) {
    this.datasets = datasets;
    if (datasets.length > 0) return;
    throw new ConfigError("ChainDataset", "no datasets", "expected at least one", "Pass a list of datasets.");
  }

  /** The sum; NaN unless each tells its own. */
  get length(): number {
    return this.datasets.reduce((sum, each) => sum + (each.length ?? Number.NaN), 0);
  }

  *[Symbol.iterator](): IterableIterator<Item> {
    for (const each of this.datasets) yield* each;
  }
}
