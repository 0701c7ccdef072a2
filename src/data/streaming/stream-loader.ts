import { defaultGenerator, type Generator } from "../../engine/index.ts";
import { cat } from "../../ops/index.ts";
import { openGeneration, type Tensor } from "../../tensor/index.ts";
import { CheckpointError, ConfigError, checkedOptions } from "../../util/index.ts";
import { type BatchIterator, type Cursor, closeBatch, guard, unguard } from "../batch-iterator.ts";
import { checkLoaderState, type LoaderState } from "../loader-state.ts";
import { checkCount } from "../samplers/random.ts";
import type { StreamBatch, StreamingDataset, StreamPart } from "./streaming-dataset.ts";
import { WindowOrder } from "./window-order.ts";
import { WindowQueue } from "./window-queue.ts";
import { releaseWindow, sourceRows, type Window, type WindowOrigin, WindowReader } from "./window-reader.ts";

/** Options of a `StreamLoader`. */
export interface StreamLoaderOptions {
  /** Samples a batch, 1 or more. Default 1. */
  batchSize?: number;
  /** Another order in each epoch: the source's blocks, and the rows within each window. Default false. */
  shuffle?: boolean;
  /** Rows of a window: more mix better and take more memory (about three windows are held). Default 65536. */
  shuffleRows?: number;
  /** Leave out a last batch that is smaller than the others. Default false. */
  dropLast?: boolean;
  /** Whose numbers shuffle; default the one that `manualSeed` seeds. */
  generator?: Generator;
  /** Windows read ahead, 1 or more. Default 1. */
  prefetch?: number;
}

/**
 * Batches of rows that need not fit into memory, epoch after epoch, read ahead in the background.
 *
 * Shuffling permutes the blocks of the source, takes them in windows of about `shuffleRows` rows, and permutes the rows
 * of each window; all of it follows from one seed an epoch. So each row comes exactly once, a place in an epoch is found
 * by arithmetic, and going on from it costs the reading of one window: also with another batch size.
 *
 * Read it with `for await`, or give it to a `Trainer`. What a batch made is freed as a `DataLoader` does it.
 *
 * @param dataset the columns of a source
 * @throws {ConfigError} for a batch size, window or prefetch that is no whole number of 1 or more
 * @example
 * const source = data.memoryRows({ a: [1, 2, 3, 4], y: [0, 1, 0, 1] });
 * const dataset = new data.StreamingDataset(source, [["a"], ["y"]]);
 * for await (const [xBatch, yBatch] of new data.StreamLoader(dataset, { batchSize: 2, shuffle: true })) {
 *   // …
 * }
 */
export class StreamLoader<P extends readonly StreamPart[]> implements Iterable<StreamBatch<P>> {
  readonly dataset: StreamingDataset<P>;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly shuffleRows: number;
  readonly dropLast: boolean;
  readonly generator: Generator | undefined;
  readonly prefetch: number;
  #last: StreamIterator<P> | null = null;
  #resume: LoaderState | null = null;

  constructor(dataset: StreamingDataset<P>, options: StreamLoaderOptions = {}) {
    checkedOptions<StreamLoaderOptions>("StreamLoader", options, {
      batchSize: "number",
      shuffle: "boolean",
      shuffleRows: "number",
      dropLast: "boolean",
      generator: "object",
      prefetch: "number",
    });
    this.dataset = dataset;
    this.batchSize = checkCount("StreamLoader", "batchSize", options.batchSize ?? 1);
    this.shuffle = options.shuffle ?? false;
    this.shuffleRows = checkCount("StreamLoader", "shuffleRows", options.shuffleRows ?? 65536);
    this.dropLast = options.dropLast ?? false;
    this.generator = options.generator;
    this.prefetch = checkCount("StreamLoader", "prefetch", options.prefetch ?? 1);
  }

  /** Batches an epoch; NaN when the source does not know its rows. */
  get length(): number {
    const whole = (this.dataset.length ?? Number.NaN) / this.batchSize;
    return this.dropLast ? Math.floor(whole) : Math.ceil(whole);
  }

  /** For a loop that waits for `ready()` before each `next()`, as the Trainer's does. */
  [Symbol.iterator](): BatchIterator<StreamBatch<P>> {
    const resumed = this.#resume;
    this.#resume = null;
    let order: LoaderState["order"] = resumed?.order ?? null;
    if (resumed === null) {
      const generator = this.generator ?? defaultGenerator;
      generator.random63(); // as a DataLoader's iterator does
      if (this.shuffle) order = { seed: String(generator.random63()), shuffleRows: this.shuffleRows };
    }
    this.#last = new StreamIterator(this, order, resumed?.position ?? 0);
    return this.#last;
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<StreamBatch<P>> {
    const batches = this[Symbol.iterator]();
    try {
      for (;;) {
        batches.endBatch();
        await batches.ready?.();
        const { done, value } = batches.next();
        if (done === true) return;
        yield value;
      }
    } finally {
      batches.return?.();
    }
  }

  /** Where the last iteration stands, in samples: plain values for a checkpoint. */
  stateDict(): LoaderState {
    const length = this.dataset.length ?? null;
    const { shuffle } = this;
    return this.#last?.stateDict() ?? this.#resume ?? { position: 0, done: true, length, shuffle, order: null };
  }

  /**
   * Lets the next iteration go on from a saved place, reading one window. The epoch keeps the order it had, also when
   * `shuffleRows` has been changed since.
   *
   * @throws {CheckpointError} when it is no such state, or of other data
   */
  loadStateDict(state: LoaderState): void {
    const length = this.dataset.length ?? null;
    const checked = checkLoaderState(state, length, this.shuffle, length);
    if (checked.order !== null && !("shuffleRows" in checked.order)) {
      throw new CheckpointError(
        "StreamLoader.loadStateDict",
        "the saved order is none of a stream",
        "expected the state of a StreamLoader",
        "Build the loader as it was when the state was saved.",
      );
    }
    this.#resume = checked.done ? null : checked;
    this.#last = null;
  }
}

class StreamIterator<P extends readonly StreamPart[]> implements BatchIterator<StreamBatch<P>> {
  readonly #loader: StreamLoader<P>;
  readonly #order: LoaderState["order"];
  readonly #queue: WindowQueue;
  readonly #cursor: Cursor;
  // Taken from the queue and not used up; `#offset` rows of the first are gone.
  readonly #held: Window[] = [];
  #offset: number;
  #rows = 0;
  #position: number;
  #last = false;
  #done = false;
  // Where the rows of the last batch come from.
  readonly #origins: { origin: WindowOrigin; start: number; count: number }[] = [];

  constructor(loader: StreamLoader<P>, order: LoaderState["order"], position: number) {
    const { dataset } = loader;
    this.#loader = loader;
    this.#order = order;
    this.#position = position;
    const drawn = order as { seed: string; shuffleRows: number } | null;
    const shuffle = drawn === null ? null : { seed: BigInt(drawn.seed), shuffleRows: drawn.shuffleRows };
    const windows = new WindowOrder(dataset.source, shuffle, position);
    const { window, offset } = windows.locate(position);
    this.#offset = offset;
    this.#rows = -offset;
    this.#queue = new WindowQueue(new WindowReader(dataset), windows, window, loader.prefetch);
    this.#cursor = guard(this);
  }

  [Symbol.iterator](): BatchIterator<StreamBatch<P>> {
    return this;
  }

  stateDict(): LoaderState {
    const { dataset, shuffle } = this.#loader;
    const done = this.#done || this.#last;
    return { position: this.#position, done, length: dataset.length ?? null, shuffle, order: this.#order };
  }

  lastIndices(): Int32Array {
    return Int32Array.from(this.#origins.flatMap(({ origin, start, count }) => sourceRows(origin, start, count)));
  }

  endBatch(): void {
    closeBatch(this.#cursor);
  }

  ready(batches = 1): Promise<void> | null {
    if (this.#done || this.#last) return null;
    const rows = batches * this.#loader.batchSize;
    try {
      if (this.#collect(rows)) return null;
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#wait(rows);
  }

  async #wait(rows: number): Promise<void> {
    while (!this.#done && !this.#collect(rows)) await this.#queue.arrival();
  }

  /** Takes windows until they hold so many rows. Returns whether they do, or nothing more will come. */
  #collect(rows: number): boolean {
    while (this.#rows < rows) {
      const window = this.#queue.take();
      if (window === null) return this.#queue.exhausted;
      this.#held.push(window);
      this.#rows += window.rows;
    }
    return true;
  }

  next(): IteratorResult<StreamBatch<P>> {
    this.endBatch();
    if (this.#done || this.#last) return this.return();
    const { batchSize, dropLast } = this.#loader;
    try {
      if (!this.#collect(batchSize)) throw notReady();
      const rows = Math.min(batchSize, this.#rows);
      const partial = rows < batchSize;
      if (rows <= 0 || (partial && dropLast)) return this.return();
      this.#cursor.generation = openGeneration(true);
      const value = this.#batch(rows);
      this.#position += rows;
      if (partial) this.#last = true;
      return { done: false, value };
    } catch (error) {
      this.return();
      throw error;
    }
  }

  return(): IteratorResult<StreamBatch<P>> {
    this.#done = true;
    unguard(this.#cursor);
    this.#queue.close();
    for (const each of this.#held.splice(0)) releaseWindow(each);
    return { done: true, value: undefined };
  }

  #batch(rows: number): StreamBatch<P> {
    const parts: Tensor[][] = this.#loader.dataset.layout.map(() => []);
    this.#origins.length = 0;
    for (let made = 0; made < rows; ) {
      const window = this.#held[0] as Window;
      const take = Math.min(rows - made, window.rows - this.#offset);
      const start = this.#offset;
      // Copies: the window can go as soon as it is used up.
      window.tensors.forEach((each, part) => {
        (parts[part] as Tensor[]).push(each.narrow(0, start, take).clone());
      });
      this.#origins.push({ origin: window.origin, start, count: take });
      made += take;
      this.#offset += take;
      if (this.#offset < window.rows) continue;
      this.#held.shift();
      this.#offset = 0;
      releaseWindow(window);
    }
    this.#rows -= rows;
    return parts.map((each) => (each.length === 1 ? each[0] : cat(each))) as unknown as StreamBatch<P>;
  }
}

function notReady(): ConfigError {
  return new ConfigError(
    "StreamLoader",
    "the next rows have not been read yet",
    "expected a loop that waits for them",
    "Use for await, or wait for the iterator's ready() before each next().",
  );
}
