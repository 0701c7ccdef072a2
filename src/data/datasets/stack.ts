import type { Tensor } from "../../tensor/index.ts";
import { ConfigError } from "../../util/index.ts";
import type { BatchedDataset, Dataset } from "../dataset.ts";

type Datasets = readonly Dataset<unknown>[] | Readonly<Record<string, Dataset<unknown>>>;

/** One sample of each dataset, in the structure of the list or the record. */
export type Stacked<D extends Datasets> = { [K in keyof D]: D[K] extends Dataset<infer Item> ? Item : never };

/**
 * Datasets side by side: sample i is `[first[i], second[i], …]`, or an object with the record's names.
 *
 * @param datasets equally many samples each; a list or a record, not empty
 * @throws {ConfigError} when their lengths differ, or for none
 * @example
 * const both = new data.StackDataset({ features: new data.TensorDataset(X), target: new data.TensorDataset(y) });
 * const { features } = both.get(0);
 * @source https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.StackDataset
 */
export class StackDataset<const D extends Datasets> implements Dataset<Stacked<D>> {
  readonly datasets: D;
  readonly length: number;
  /** There when each dataset makes batches itself. */
  readonly batch: ((indices: Tensor) => Stacked<D>) | undefined;

  constructor(datasets: D) {
    const all = Object.values(datasets) as Dataset<unknown>[];
    const lengths = all.map((each) => each.length);
    if (all.length === 0 || lengths.some((each) => each !== lengths[0])) {
      const got = all.length === 0 ? "no datasets" : `the datasets have ${lengths.join(" and ")} samples`;
      throw new ConfigError("StackDataset", got, "expected equally many samples in each", "Check how they were made.");
    }
    this.datasets = datasets;
    this.length = lengths[0] as number;
    if (all.every((each) => typeof (each as Partial<BatchedDataset<unknown, unknown>>).batch === "function")) {
      this.batch = (indices) => this.#each((each) => (each as BatchedDataset<unknown, unknown>).batch(indices));
    }
  }

  get(index: number): Stacked<D> {
    return this.#each((each) => each.get(index));
  }

  #each(of: (dataset: Dataset<unknown>) => unknown): Stacked<D> {
    const { datasets } = this;
    const made = Array.isArray(datasets)
      ? datasets.map(of)
      : Object.fromEntries(Object.entries(datasets as Record<string, Dataset<unknown>>).map(([k, v]) => [k, of(v)]));
    return made as Stacked<D>;
  }
}
