import { cat, tensor } from "../../ops/index.ts";
import { Tensor } from "../../tensor/index.ts";
import { ConfigError, DataError } from "../../util/index.ts";
import type { BatchedDataset, Dataset } from "../dataset.ts";

type Batched<Item> = BatchedDataset<Item, unknown>;

/**
 * Datasets one after another: sample i of the second is sample `first.length + i` of the whole.
 *
 * Of datasets that make batches of tensors themselves (`TensorDataset`, subsets of it) it gathers batches by kernels.
 *
 * @param datasets at least one, with samples of one structure
 * @throws {ConfigError} for none
 * @example
 * const twice = new data.ConcatDataset([new data.TensorDataset(X, y), new data.TensorDataset(X, y)]);
 * twice.length; // 128
 * @source https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.ConcatDataset
 */
export class ConcatDataset<Item> implements Dataset<Item> {
  readonly datasets: readonly Dataset<Item>[];
  /** How many samples there are up to the end of each. */
  readonly cumulativeSizes: readonly number[];
  /** There when each dataset makes batches itself. */
  readonly batch: ((indices: Tensor) => Item) | undefined;

  constructor(datasets: readonly Dataset<Item>[]) {
    if (datasets.length === 0) {
      throw new ConfigError("ConcatDataset", "no datasets", "expected at least one", "Pass a list of datasets.");
    }
    this.datasets = datasets;
    let total = 0;
    this.cumulativeSizes = datasets.map((each) => (total += each.length));
    const batched = datasets.every((each) => typeof (each as Partial<Batched<Item>>).batch === "function");
    if (batched) this.batch = (indices) => this.#gather(indices);
  }

  get length(): number {
    return this.cumulativeSizes[this.datasets.length - 1] as number;
  }

  get(index: number): Item {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) {
      const expected = `expected 0 … ${this.length - 1}`;
      throw new DataError("ConcatDataset.get", `index ${index}`, expected, "Count samples from 0.");
    }
    const part = this.#partOf(index);
    return (this.datasets[part] as Dataset<Item>).get(index - this.#startOf(part));
  }

  #startOf(part: number): number {
    return part === 0 ? 0 : (this.cumulativeSizes[part - 1] as number);
  }

  #partOf(index: number): number {
    let part = 0;
    while (index >= (this.cumulativeSizes[part] as number)) part++;
    return part;
  }

  // From each dataset its samples at once, then one more gather brings them into the order asked for.
  #gather(indices: Tensor): Item {
    const inside: number[][] = this.datasets.map(() => []);
    const places: number[][] = this.datasets.map(() => []);
    indices.data.forEach((index: number | bigint, place: number) => {
      const part = this.#partOf(Number(index));
      (inside[part] as number[]).push(Number(index) - this.#startOf(part));
      (places[part] as number[]).push(place);
    });
    const parts = this.datasets.flatMap((each, part) => {
      const own = inside[part] as number[];
      return own.length === 0 ? [] : [(each as unknown as Batched<Item>).batch(tensor(Int32Array.from(own)))];
    });
    if (parts.length === 1) return parts[0] as Item;
    const order = new Int32Array(indices.length);
    places.flat().forEach((place, at) => {
      order[place] = at;
    });
    return joined(parts, tensor(order)) as Item;
  }
}

/** Batches of one structure (tensors in arrays and plain objects) joined, in the order of `order`. */
function joined(parts: readonly unknown[], order: Tensor): unknown {
  const first = parts[0];
  if (first instanceof Tensor) return cat(parts as Tensor[]).indexSelect(0, order);
  const inEach = (key: string | number): unknown =>
    joined(
      parts.map((each) => (each as never)[key]),
      order,
    );
  if (Array.isArray(first)) return first.map((_, i) => inEach(i));
  return Object.fromEntries(Object.keys(first as object).map((key) => [key, inEach(key)]));
}
