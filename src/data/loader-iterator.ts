import { tensor } from "../ops/index.ts";
import { openGeneration } from "../tensor/index.ts";
import { type BatchIterator, type Cursor, closeBatch, guard, unguard } from "./batch-iterator.ts";
import type { DataLoader } from "./data-loader.ts";
import type { BatchedDataset, Dataset } from "./dataset.ts";
import type { LoaderState } from "./loader-state.ts";
import type { EpochOrder } from "./samplers/index.ts";

/** A pass over a map-style dataset, in the order that the sampler gives. */
export class LoaderIterator<Item, Batch> implements BatchIterator<Batch> {
  readonly #loader: DataLoader<Item, Batch>;
  readonly #dataset: Dataset<Item>;
  readonly #cursor: Cursor;
  #epoch: EpochOrder | null = null;
  #previous = 0;
  #next = 0;
  // The last batch has been handed over, and the sampler has run out.
  #last = false;
  #done = false;

  constructor(loader: DataLoader<Item, Batch>, dataset: Dataset<Item>, resumed: LoaderState | null) {
    this.#loader = loader;
    this.#dataset = dataset;
    if (resumed !== null && (resumed.order !== null || resumed.position > 0)) {
      this.#epoch = loader.orderAgain(resumed);
      this.#previous = this.#next = resumed.position;
    }
    this.#cursor = guard(this);
  }

  [Symbol.iterator](): BatchIterator<Batch> {
    return this;
  }

  stateDict(): LoaderState {
    const { shuffle } = this.#loader;
    const done = this.#done || this.#last;
    const order = this.#epoch?.origin() ?? null;
    return { position: this.#next, done, length: this.#dataset.length, shuffle, order };
  }

  lastIndices(): Int32Array {
    return this.#epoch?.indices.slice(this.#previous, this.#next) ?? new Int32Array(0);
  }

  endBatch(): void {
    closeBatch(this.#cursor);
  }

  next(): IteratorResult<Batch> {
    this.endBatch();
    if (this.#done || this.#last) return this.return();
    const loader = this.#loader;
    this.#epoch ??= loader.beginOrder();
    const epoch = this.#epoch;
    const start = this.#next;
    const total = epoch.indices.length;
    const wanted = epoch.ends === undefined ? start + loader.samplesAtOnce : endAfter(epoch.ends, start);
    // The sampler has run out before a smaller last batch is handed over, or (dropLast) instead of it.
    const partial = wanted > total;
    const end = partial ? total : wanted;
    epoch.reach(partial ? total + 1 : end);
    if (start === end || (partial && loader.dropLast)) return this.return();
    this.#cursor.generation = openGeneration(true);
    try {
      const value = this.#batch(epoch.indices, start, end);
      this.#previous = start;
      this.#next = end;
      if (partial) this.#last = true;
      return { done: false, value };
    } catch (error) {
      this.return();
      throw error;
    }
  }

  return(): IteratorResult<Batch> {
    this.#done = true;
    unguard(this.#cursor);
    return { done: true, value: undefined };
  }

  #batch(indices: Int32Array, start: number, end: number): Batch {
    const loader = this.#loader;
    const dataset = this.#dataset as Dataset<Item> & Partial<BatchedDataset<Item, Batch>>;
    if (loader.batched && loader.collateFn === undefined && dataset.batch !== undefined) {
      // The whole epoch's order goes to the engine once; a batch is a window on it.
      this.#cursor.order ??= tensor(indices).keep();
      return dataset.batch(this.#cursor.order.narrow(0, start, end - start));
    }
    const samples: Item[] = [];
    for (let i = start; i < end; i++) samples.push(dataset.get(indices[i] as number));
    return loader.collate(samples);
  }
}

/** The end of the batch that begins at `start`; beyond everything after the last. */
function endAfter(ends: Int32Array, start: number): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] as number) <= start) low = middle + 1;
    else high = middle;
  }
  return ends[low] ?? Number.POSITIVE_INFINITY;
}
