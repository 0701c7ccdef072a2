import { defaultGenerator, type Generator } from "../engine/index.ts";
import { tensor } from "../ops/index.ts";
import { closeGeneration, type Generation, openGeneration, type Tensor } from "../tensor/index.ts";
import { ConfigError, DataError } from "../util/index.ts";
import { defaultCollate } from "./collate.ts";
import type { BatchedDataset, Dataset } from "./dataset.ts";
import { type EpochOrder, randomOrder, sequentialOrder } from "./sampler.ts";

/** Options of a `DataLoader`. */
export interface DataLoaderOptions<Item, Batch> {
  /** Samples a batch, 1 or more. Default 1, as in PyTorch. */
  batchSize?: number;
  /** A new random order in each epoch. Default false. */
  shuffle?: boolean;
  /** Leave out a last batch that is smaller than the others. Default false. */
  dropLast?: boolean;
  /** Whose numbers shuffle; default the one that `manualSeed` seeds. */
  generator?: Generator;
  /** Makes a batch of samples; default stacks tensors. */
  collateFn?: (samples: Item[]) => Batch;
}

/** What the default collation makes of a sample: an element of it gains a first dimension. */
export type Collated<Item> = Item extends number | boolean ? Tensor : Item extends Tensor ? Tensor : {
  [K in keyof Item]: Collated<Item[K]>;
};

/**
 * Batches of a dataset, epoch after epoch.
 *
 * Each iteration draws PyTorch's random numbers: the same seed gives the same order. Everything made
 * while a batch is worked on is freed when the next one is asked for, or when the loop ends, also by
 * `break` or an error; what is to stay (a running loss of at most 64 elements stays by itself) is
 * `keep()`-ed.
 *
 * @param dataset map-style, at least one sample
 * @throws {ConfigError} for a batch size that is no whole number of 1 or more; {DataError} for no samples
 * @example
 * const loader = new data.DataLoader(new data.TensorDataset(X, y), { batchSize: 32, shuffle: true });
 * for (const [xBatch, yBatch] of loader) {
 *   // …
 * }
 * @source https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader
 */
export class DataLoader<Item, Batch = Collated<Item>> implements Iterable<Batch> {
  readonly dataset: Dataset<Item>;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  readonly generator: Generator | undefined;
  readonly collateFn: ((samples: Item[]) => Batch) | undefined;

  constructor(dataset: Dataset<Item>, options: DataLoaderOptions<Item, Batch> = {}) {
    const batchSize = options.batchSize ?? 1;
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new ConfigError(
        "DataLoader",
        `batchSize is ${batchSize}`,
        "expected a whole number of 1 or more",
        "Common sizes are 32 to 256.",
      );
    }
    if (!Number.isInteger(dataset.length) || dataset.length < 1) {
      throw new DataError(
        "DataLoader",
        `the dataset has ${dataset.length} samples`,
        "expected at least 1",
        "Check the filter or split before it.",
      );
    }
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.shuffle = options.shuffle ?? false;
    this.dropLast = options.dropLast ?? false;
    this.generator = options.generator;
    this.collateFn = options.collateFn;
  }

  /** Batches an epoch. */
  get length(): number {
    const whole = this.dataset.length / this.batchSize;
    return this.dropLast ? Math.floor(whole) : Math.ceil(whole);
  }

  [Symbol.iterator](): IterableIterator<Batch> {
    // PyTorch draws a seed for its worker processes first; it is unused, but the numbers after depend on it.
    (this.generator ?? defaultGenerator).random63();
    return new LoaderIterator(this);
  }
}

/** What a finalizer can still reach of an iterator that was dropped half read. */
interface Cursor {
  generation: Generation | null;
  order: Tensor | null;
}

const abandoned: FinalizationRegistry<Cursor> = new FinalizationRegistry(endBatch);

function endBatch(cursor: Cursor): void {
  if (cursor.generation !== null) closeGeneration(cursor.generation);
  cursor.generation = null;
  cursor.order?.release();
  cursor.order = null;
}

class LoaderIterator<Item, Batch> implements IterableIterator<Batch> {
  readonly #loader: DataLoader<Item, Batch>;
  readonly #cursor: Cursor = { generation: null, order: null };
  #epoch: EpochOrder | null = null;
  #next = 0;
  #done = false;

  constructor(loader: DataLoader<Item, Batch>) {
    this.#loader = loader;
    abandoned.register(this, this.#cursor, this.#cursor);
  }

  [Symbol.iterator](): IterableIterator<Batch> {
    return this;
  }

  next(): IteratorResult<Batch> {
    const cursor = this.#cursor;
    if (cursor.generation !== null) {
      closeGeneration(cursor.generation);
      cursor.generation = null;
    }
    if (this.#done) return this.return();
    const loader = this.#loader;
    const epoch = (this.#epoch ??= this.#start());
    const start = this.#next;
    const end = Math.min(start + loader.batchSize, loader.dataset.length);
    const partial = end - start < loader.batchSize;
    // The sampler has run out before a smaller last batch is handed over, or (dropLast) instead of it.
    if (partial) epoch.finish();
    if (start === end || (partial && loader.dropLast)) {
      this.#end();
      return { done: true, value: undefined };
    }
    cursor.generation = openGeneration(true);
    try {
      const value = this.#batch(epoch.indices, start, end);
      this.#next = end;
      if (partial) this.#done = true;
      return { done: false, value };
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  return(): IteratorResult<Batch> {
    this.#end();
    return { done: true, value: undefined };
  }

  #start(): EpochOrder {
    const { dataset, shuffle, generator } = this.#loader;
    return shuffle ? randomOrder(dataset.length, generator) : sequentialOrder(dataset.length);
  }

  #batch(indices: Int32Array, start: number, end: number): Batch {
    const { dataset, collateFn } = this.#loader;
    if (collateFn === undefined && "batch" in dataset) {
      // The whole epoch's order goes to the engine once; a batch is a window on it.
      const order = (this.#cursor.order ??= tensor(indices).keep());
      return (dataset as BatchedDataset<Item, Batch>).batch(order.narrow(0, start, end - start));
    }
    const samples: Item[] = [];
    for (let i = start; i < end; i++) samples.push(dataset.get(indices[i] as number));
    return collateFn === undefined ? (defaultCollate(samples) as Batch) : collateFn(samples);
  }

  #end(): void {
    this.#done = true;
    endBatch(this.#cursor);
    abandoned.unregister(this.#cursor);
  }
}
