import { tensor } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { DataError } from "../../util/index.ts";
import type { BatchedDataset, Dataset } from "../dataset.ts";

/**
 * Some samples of a dataset, in the order given.
 *
 * Batches are gathered as fast as the dataset itself gathers them: a subset of a `TensorDataset` never makes a
 * single row.
 *
 * @param dataset map-style
 * @param indices positions in it; may repeat
 * @throws {DataError} for a position outside
 * @example
 * const firstHalf = new data.Subset(new data.TensorDataset(X, y), Array.from({ length: 32 }, (_, i) => i));
 * const half = new data.DataLoader(firstHalf, { batchSize: 8 });
 * @source https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.Subset
 */
export class Subset<Item> implements Dataset<Item> {
  readonly dataset: Dataset<Item>;
  readonly indices: Int32Array;
  /** There when the dataset makes batches itself. */
  readonly batch: ((indices: Tensor) => Item) | undefined;
  #map: Tensor | null = null;

  constructor(dataset: Dataset<Item>, indices: ArrayLike<number>) {
    for (let i = 0; i < indices.length; i++) {
      const at = indices[i] as number;
      if (Number.isInteger(at) && at >= 0 && at < dataset.length) continue;
      const got = `indices[${i}] is ${String(at)}`;
      throw new DataError("Subset", got, `expected 0 … ${dataset.length - 1}`, "Count samples from 0.");
    }
    this.dataset = dataset;
    this.indices = Int32Array.from(indices);
    const inner = (dataset as Partial<BatchedDataset<Item, Item>>).batch?.bind(dataset);
    if (inner === undefined) return;
    this.batch = (places) => {
      this.#map ??= tensor(this.indices).keep();
      return inner(this.#map.indexSelect(0, places));
    };
  }

  get length(): number {
    return this.indices.length;
  }

  get(index: number): Item {
    const at = this.indices[index];
    if (at !== undefined) return this.dataset.get(at);
    throw new DataError("Subset.get", `index ${index}`, `expected 0 … ${this.length - 1}`, "Count samples from 0.");
  }
}
