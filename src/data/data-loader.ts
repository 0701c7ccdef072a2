import { defaultGenerator, type Generator } from "../engine/index.ts";
import { tensor } from "../ops/index.ts";
import { closeGeneration, type Generation, openGeneration, type Tensor } from "../tensor/index.ts";
import { ConfigError, DataError } from "../util/index.ts";
import { defaultCollate } from "./collate.ts";
import type { BatchedDataset, Dataset } from "./dataset.ts";
import { checkLoaderState, type LoaderState, orderAgain, toBase64 } from "./loader-state.ts";
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
export type Collated<Item> = Item extends number | boolean
  ? Tensor
  : Item extends Tensor
    ? Tensor
    : {
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
  // Not by a WeakRef: what one has pointed to lives until the event loop turns, and a synchronous program makes an
  // iterator for every epoch. One dropped half read is found unreachable once the next has been made.
  #last: BatchIterator<Batch> | null = null;
  #resume: LoaderState | null = null;

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

  [Symbol.iterator](): BatchIterator<Batch> {
    const resumed = this.#resume;
    this.#resume = null;
    // PyTorch draws a seed for its worker processes first; it is unused, but the numbers after depend on it.
    if (resumed === null) (this.generator ?? defaultGenerator).random63();
    const iterator = new LoaderIterator(this, resumed);
    this.#last = iterator;
    return iterator;
  }

  /**
   * Where the last iteration stands. Together with the states of the generators it continues an epoch in
   * another process: `loadStateDict` there, and the next iteration gives the batches that were to come.
   */
  stateDict(): LoaderState {
    const { dataset, shuffle } = this;
    return (
      this.#last?.stateDict() ??
      this.#resume ?? {
        position: 0,
        done: true,
        length: dataset.length,
        shuffle,
        order: null,
      }
    );
  }

  /**
   * Lets the next iteration go on from a saved place: the order is drawn again from what it was drawn from, and
   * sought by sample, without reading what has been read. The generators themselves are not touched. A state of
   * an epoch that was read to its end changes nothing: the next iteration begins an epoch.
   *
   * @throws {CheckpointError} when it is no such state, or of another dataset
   */
  loadStateDict(state: LoaderState): void {
    const checked = checkLoaderState(state, this.dataset.length, this.shuffle);
    this.#resume = checked.done ? null : checked;
    this.#last = null;
  }
}

/** One pass over a loader. */
export interface BatchIterator<Batch> extends IterableIterator<Batch> {
  [Symbol.iterator](): BatchIterator<Batch>;
  /** Where it stands, for `DataLoader.loadStateDict`. */
  stateDict(): LoaderState;
  /** The positions in the dataset of the samples in the last batch. */
  lastIndices(): Int32Array;
  /** Frees what was made since the last batch now; the iteration can go on. */
  endBatch(): void;
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

class LoaderIterator<Item, Batch> implements BatchIterator<Batch> {
  readonly #loader: DataLoader<Item, Batch>;
  readonly #cursor: Cursor = { generation: null, order: null };
  #epoch: EpochOrder | null = null;
  #origin: LoaderState["order"] = null;
  #previous = 0;
  #next = 0;
  // The last batch has been handed over, and the sampler has run out.
  #last = false;
  #done = false;

  constructor(loader: DataLoader<Item, Batch>, resumed: LoaderState | null) {
    this.#loader = loader;
    if (resumed !== null && (resumed.order !== null || resumed.position > 0)) {
      this.#epoch = orderAgain(resumed, loader.generator);
      this.#origin = resumed.order;
      this.#previous = this.#next = resumed.position;
    }
    abandoned.register(this, this.#cursor, this.#cursor);
  }

  [Symbol.iterator](): BatchIterator<Batch> {
    return this;
  }

  stateDict(): LoaderState {
    const { dataset, shuffle } = this.#loader;
    const done = this.#done || this.#last;
    return { position: this.#next, done, length: dataset.length, shuffle, order: this.#origin };
  }

  lastIndices(): Int32Array {
    return this.#epoch?.indices.slice(this.#previous, this.#next) ?? new Int32Array(0);
  }

  endBatch(): void {
    const cursor = this.#cursor;
    if (cursor.generation === null) return;
    closeGeneration(cursor.generation);
    cursor.generation = null;
  }

  next(): IteratorResult<Batch> {
    this.endBatch();
    if (this.#done || this.#last) return this.return();
    const loader = this.#loader;
    this.#epoch ??= this.#start();
    const epoch = this.#epoch;
    const start = this.#next;
    const end = Math.min(start + loader.batchSize, loader.dataset.length);
    const partial = end - start < loader.batchSize;
    // The sampler has run out before a smaller last batch is handed over, or (dropLast) instead of it.
    if (partial) epoch.finish();
    if (start === end || (partial && loader.dropLast)) {
      this.#end();
      return { done: true, value: undefined };
    }
    this.#cursor.generation = openGeneration(true);
    try {
      const value = this.#batch(epoch.indices, start, end);
      this.#previous = start;
      this.#next = end;
      if (partial) this.#last = true;
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
    if (!shuffle) return sequentialOrder(dataset.length);
    return randomOrder(dataset.length, generator, (origin) => {
      this.#origin = typeof origin === "bigint" ? { seed: String(origin) } : { state: toBase64(origin.getState()) };
    });
  }

  #batch(indices: Int32Array, start: number, end: number): Batch {
    const { dataset, collateFn } = this.#loader;
    if (collateFn === undefined && "batch" in dataset) {
      // The whole epoch's order goes to the engine once; a batch is a window on it.
      this.#cursor.order ??= tensor(indices).keep();
      const { order } = this.#cursor;
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
