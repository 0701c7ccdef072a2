import type { Tensor } from "../tensor/index.ts";
import { ConfigError, DataError, formatShape, ShapeError } from "../util/index.ts";
import { checkFinite } from "./check-finite.ts";

/** Samples that can be asked for by number. */
export interface Dataset<Item> {
  /** Number of samples. */
  readonly length: number;
  /** One sample, `0 ≤ index < length`. */
  get(index: number): Item;
}

/** A dataset that makes whole batches itself, faster than sample by sample. */
export interface BatchedDataset<Item, Batch> extends Dataset<Item> {
  /** The samples at the positions in `indices` (1-D, int32), joined along a new first dimension. */
  batch(indices: Tensor): Batch;
}

/**
 * Tensors whose first dimension counts samples: sample i is `[tensors[0][i], tensors[1][i], …]`.
 *
 * The tensors become roots (`keep()`): the dataset holds them as long as it lives.
 *
 * @param tensors equal first sizes, at least 1 sample
 * @throws {ShapeError} when first sizes differ; {DataError} for no samples, NaN or infinite values
 *   (naming tensor, row and column)
 * @example
 * const dataset = new data.TensorDataset(X, y);
 * const [x0, y0] = dataset.get(0);
 * @source https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.TensorDataset
 */
export class TensorDataset<const T extends readonly Tensor[]> implements BatchedDataset<T, T> {
  readonly tensors: T;
  readonly length: number;

  constructor(...tensors: T) {
    const first = tensors[0];
    if (first === undefined) {
      throw new ConfigError(
        "TensorDataset",
        "no tensors",
        "expected at least one",
        "Pass inputs and targets: new TensorDataset(X, y).",
      );
    }
    tensors.forEach((tensor, position) => {
      if (tensor.shape.length === 0 || tensor.shape[0] !== first.shape[0]) {
        throw new ShapeError(
          "TensorDataset",
          `tensors have shapes ${tensors.map((each) => formatShape(each.shape)).join(" and ")}`,
          "expected the same number of samples in each first dimension",
          "Check how they were split.",
        );
      }
      checkFinite("TensorDataset", `tensor ${position}`, tensor);
    });
    const length = first.shape[0] as number;
    if (length === 0) {
      throw new DataError("TensorDataset", "0 samples", "expected at least 1", "Check the filter or split before it.");
    }
    for (const tensor of tensors) tensor.keep();
    this.tensors = tensors;
    this.length = length;
  }

  get(index: number): T {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) {
      throw new DataError(
        "TensorDataset.get",
        `index ${index}`,
        `expected 0 … ${this.length - 1}`,
        "Count samples from 0.",
      );
    }
    return this.tensors.map((tensor) => tensor.select(0, index)) as unknown as T;
  }

  batch(indices: Tensor): T {
    return this.tensors.map((tensor) => tensor.indexSelect(0, indices)) as unknown as T;
  }
}
