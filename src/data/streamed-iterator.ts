import { openGeneration } from "../tensor/index.ts";
import { type BatchIterator, type Cursor, closeBatch, guard, unguard } from "./batch-iterator.ts";
import type { DataLoader } from "./data-loader.ts";
import type { IterableDataset } from "./datasets/index.ts";
import type { LoaderState } from "./loader-state.ts";

/** A pass over a dataset that gives its samples itself. */
export class StreamedIterator<Item, Batch> implements BatchIterator<Batch> {
  readonly #loader: DataLoader<Item, Batch>;
  readonly #dataset: IterableDataset<Item>;
  readonly #cursor: Cursor;
  readonly #samples: Iterator<Item>;
  #previous = 0;
  #next = 0;
  #last = false;
  #done = false;

  constructor(loader: DataLoader<Item, Batch>, dataset: IterableDataset<Item>, resumed: LoaderState | null) {
    this.#loader = loader;
    this.#dataset = dataset;
    const position = resumed?.position ?? 0;
    this.#samples = position === 0 ? dataset[Symbol.iterator]() : iterateFrom(dataset, position);
    this.#previous = this.#next = position;
    this.#cursor = guard(this);
  }

  [Symbol.iterator](): BatchIterator<Batch> {
    return this;
  }

  stateDict(): LoaderState {
    const done = this.#done || this.#last;
    return { position: this.#next, done, length: this.#dataset.length ?? null, shuffle: false, order: null };
  }

  lastIndices(): Int32Array {
    return Int32Array.from({ length: this.#next - this.#previous }, (_, i) => this.#previous + i);
  }

  endBatch(): void {
    closeBatch(this.#cursor);
  }

  next(): IteratorResult<Batch> {
    this.endBatch();
    if (this.#done || this.#last) return this.return();
    const { dropLast, samplesAtOnce } = this.#loader;
    // (the samples' own tensors go with the batch)
    this.#cursor.generation = openGeneration(true);
    try {
      const samples: Item[] = [];
      while (samples.length < samplesAtOnce) {
        const { done, value } = this.#samples.next();
        if (done === true) {
          this.#last = true;
          break;
        }
        samples.push(value);
      }
      if (samples.length === 0 || (this.#last && dropLast)) return this.return();
      const value = this.#loader.collate(samples);
      this.#previous = this.#next;
      this.#next += samples.length;
      return { done: false, value };
    } catch (error) {
      this.return();
      throw error;
    }
  }

  return(): IteratorResult<Batch> {
    if (!this.#done && !this.#last) this.#samples.return?.();
    this.#done = true;
    unguard(this.#cursor);
    return { done: true, value: undefined };
  }
}

/** The samples from `position` on: sought where the dataset can, else passed over. */
export function iterateFrom<Item>(dataset: IterableDataset<Item>, position: number): Iterator<Item> {
  if (dataset.from !== undefined) return dataset.from(position);
  const samples = dataset[Symbol.iterator]();
  for (let i = 0; i < position; i++) if (samples.next().done === true) break;
  return samples;
}
