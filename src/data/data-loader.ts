import { defaultGenerator, type Generator } from "../engine/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { ConfigError, checkOptions as checkNames, DataError } from "../util/index.ts";
import type { BatchIterator } from "./batch-iterator.ts";
import { defaultCollate } from "./collate.ts";
import type { Dataset } from "./dataset.ts";
import type { IterableDataset } from "./datasets/index.ts";
import { LoaderIterator } from "./loader-iterator.ts";
import { checkLoaderState, type LoaderState } from "./loader-state.ts";
import {
  BatchSampler,
  type CustomBatchSampler,
  type CustomSampler,
  type EpochOrder,
  RandomSampler,
  SequentialSampler,
} from "./samplers/index.ts";
import { customAgain, customBatches, customOrder, isSampler } from "./samplers/sampler.ts";
import { StreamedIterator } from "./streamed-iterator.ts";

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
  /** Which samples in which order, instead of `shuffle`: a sampler, or anything iterable with a length. */
  sampler?: CustomSampler;
  /** Which samples in which batches, instead of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  batchSampler?: CustomBatchSampler;
  /** Makes a batch of samples; default stacks tensors. */
  collateFn?: (samples: Item[]) => Batch;
}

const OPTIONS: readonly string[] = [
  "batchSize",
  "shuffle",
  "dropLast",
  "generator",
  "sampler",
  "batchSampler",
  "collateFn",
];

/** Options without batches: each sample comes by itself, as the dataset gives it. */
export interface SingleSampleOptions<Item> extends Omit<DataLoaderOptions<Item, unknown>, "batchSize" | "collateFn"> {
  batchSize: null;
  collateFn?: never;
  batchSampler?: never;
  dropLast?: false;
}

/** The same, with a function that each sample goes through. */
export interface ConvertedSampleOptions<Item, Batch> extends Omit<SingleSampleOptions<Item>, "collateFn"> {
  collateFn: (sample: Item) => Batch;
}

type AnyDataset<Item> = Dataset<Item> | IterableDataset<Item>;

/** What the default collation makes of a sample: an element of it gains a first dimension. */
export type Collated<Item> = Item extends number | boolean
  ? Tensor
  : Item extends Tensor
    ? Tensor
    : {
        [K in keyof Item]: Collated<Item[K]>;
      };

function isMapStyle<Item>(dataset: Dataset<Item> | IterableDataset<Item>): dataset is Dataset<Item> {
  return typeof (dataset as Partial<Dataset<Item>>).get === "function";
}

/**
 * Batches of a dataset, epoch after epoch.
 *
 * Each iteration draws PyTorch's random numbers: the same seed gives the same order. Everything made
 * while a batch is worked on is freed when the next one is asked for, or when the loop ends, also by
 * `break` or an error; what is to stay (a running loss of at most 64 elements stays by itself) is
 * `keep()`-ed.
 *
 * With `batchSize: null` samples come one by one, as the dataset gives them (or `collateFn` makes them of one).
 *
 * @param dataset map-style, at least one sample; or iterable, and then without `shuffle` and samplers
 * @throws {ConfigError} for a batch size that is no whole number of 1 or more, and for options that exclude each
 *   other; {DataError} for no samples
 * @example
 * const loader = new data.DataLoader(new data.TensorDataset(X, y), { batchSize: 32, shuffle: true });
 * for (const [xBatch, yBatch] of loader) {
 *   // …
 * }
 * @source https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader
 */
export class DataLoader<Item, Batch = Collated<Item>> implements Iterable<Batch> {
  readonly dataset: Dataset<Item> | IterableDataset<Item>;
  /** Samples a batch; null without batches, and when a `batchSampler` of one's own decides. */
  readonly batchSize: number | null;
  /** False with the option `batchSize: null`: samples come one by one, without a dimension for the batch. */
  readonly batched: boolean;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  readonly generator: Generator | undefined;
  /** Null for an iterable dataset, and beside a `batchSampler` of one's own. */
  readonly sampler: CustomSampler | null;
  readonly batchSampler: CustomBatchSampler | undefined;
  readonly collateFn: ((samples: Item[]) => Batch) | undefined;
  // A `batchSampler` of one's own, which alone knows where batches end.
  readonly #custom: CustomBatchSampler | null;
  // Not by a WeakRef: what one has pointed to lives until the event loop turns, and a synchronous program makes an
  // iterator for every epoch. One dropped half read is found unreachable once the next has been made.
  #last: BatchIterator<Batch> | null = null;
  #resume: LoaderState | null = null;

  constructor(dataset: AnyDataset<Item> & AnyDataset<Batch>, options: SingleSampleOptions<Item>);
  constructor(dataset: AnyDataset<Item>, options: ConvertedSampleOptions<Item, Batch>);
  constructor(dataset: AnyDataset<Item>, options?: DataLoaderOptions<Item, Batch>);
  constructor(
    dataset: AnyDataset<Item>,
    asked: DataLoaderOptions<Item, Batch> | SingleSampleOptions<Item> | ConvertedSampleOptions<Item, Batch> = {},
  ) {
    const options = asked as Omit<DataLoaderOptions<Item, Batch>, "batchSize"> & { batchSize?: number | null };
    checkNames("DataLoader", asked, OPTIONS);
    checkOptions(options, isMapStyle(dataset));
    const { batchSampler, generator } = options;
    const batches = batchSampler instanceof BatchSampler ? batchSampler : null;
    this.batched = options.batchSize !== null;
    const batchSize = batches?.batchSize ?? options.batchSize ?? 1;
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new ConfigError(
        "DataLoader",
        `batchSize is ${batchSize}`,
        "expected a whole number of 1 or more",
        "Common sizes are 32 to 256.",
      );
    }
    if (isMapStyle(dataset) && (!Number.isInteger(dataset.length) || dataset.length < 1)) {
      throw new DataError(
        "DataLoader",
        `the dataset has ${dataset.length} samples`,
        "expected at least 1",
        "Check the filter or split before it.",
      );
    }
    this.dataset = dataset;
    this.#custom = batches === null ? (batchSampler ?? null) : null;
    this.batchSize = this.batched && this.#custom === null ? batchSize : null;
    this.shuffle = options.shuffle ?? false;
    this.dropLast = batches?.dropLast ?? options.dropLast ?? false;
    this.generator = generator;
    this.batchSampler = batchSampler;
    this.collateFn = options.collateFn;
    if (!isMapStyle(dataset) || this.#custom !== null) this.sampler = null;
    else if (this.shuffle) this.sampler = new RandomSampler(dataset, { generator });
    else this.sampler = batches?.sampler ?? options.sampler ?? new SequentialSampler(dataset);
  }

  /** Batches an epoch; NaN when an iterable dataset does not tell its length. */
  get length(): number {
    if (this.#custom !== null) return this.#custom.length;
    const whole = (this.sampler?.length ?? this.dataset.length ?? Number.NaN) / this.samplesAtOnce;
    return this.dropLast ? Math.floor(whole) : Math.ceil(whole);
  }

  /** Samples that are read for a batch; 1 without batches. */
  get samplesAtOnce(): number {
    return this.batchSize ?? 1;
  }

  /** What becomes of the samples of a batch; without batches of the only one. */
  collate(samples: Item[]): Batch {
    const { collateFn } = this;
    if (this.batched) return collateFn === undefined ? (defaultCollate(samples) as Batch) : collateFn(samples);
    const [sample] = samples as [Item];
    return collateFn === undefined ? (sample as unknown as Batch) : (collateFn as (one: unknown) => Batch)(sample);
  }

  [Symbol.iterator](): BatchIterator<Batch> {
    const resumed = this.#resume;
    this.#resume = null;
    // PyTorch draws a seed for its worker processes first; it is unused, but the numbers after depend on it.
    if (resumed === null) (this.generator ?? defaultGenerator).random63();
    const { dataset } = this;
    const iterator = isMapStyle(dataset)
      ? new LoaderIterator(this, dataset, resumed)
      : new StreamedIterator(this, dataset, resumed);
    this.#last = iterator;
    return iterator;
  }

  /**
   * Where the last iteration stands. Together with the states of the generators it continues an epoch in
   * another process: `loadStateDict` there, and the next iteration gives the batches that were to come. Counted in
   * samples: another batch size may go on from there.
   */
  stateDict(): LoaderState {
    const { dataset, shuffle } = this;
    return (
      this.#last?.stateDict() ??
      this.#resume ?? {
        position: 0,
        done: true,
        length: dataset.length ?? null,
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
    const { dataset, shuffle, sampler } = this;
    const most = sampler === null ? (isMapStyle(dataset) ? null : (dataset.length ?? null)) : sampler.length;
    const checked = checkLoaderState(state, dataset.length ?? null, shuffle, most);
    if (!checked.done && isMapStyle(dataset) && checked.position > 0) this.orderAgain(checked);
    this.#resume = checked.done ? null : checked;
    this.#last = null;
  }

  /** Draws the order of a new epoch. */
  beginOrder(): EpochOrder {
    const { length } = this.dataset as Dataset<Item>;
    if (this.sampler === null) return customBatches(this.#custom as CustomBatchSampler, length);
    return isSampler(this.sampler) ? this.sampler.order() : customOrder(this.sampler, length);
  }

  /** The order of a saved epoch. */
  orderAgain({ order, position }: LoaderState): EpochOrder {
    const { sampler } = this;
    if (sampler !== null && isSampler(sampler)) return sampler.orderAgain(order, position);
    return customAgain(order, (this.dataset as Dataset<Item>).length);
  }
}

/** @throws {ConfigError} for options that exclude each other, as PyTorch has it */
function checkOptions<Item, Batch>(
  options: Omit<DataLoaderOptions<Item, Batch>, "batchSize"> & { batchSize?: number | null },
  mapStyle: boolean,
): void {
  const { sampler, batchSampler, shuffle, batchSize, dropLast } = options;
  const refuse = (got: string, fix: string): never => {
    throw new ConfigError("DataLoader", got, "expected only one of them", fix);
  };
  if (!mapStyle) {
    const given = shuffle === true ? "shuffle" : sampler ? "sampler" : batchSampler ? "batchSampler" : null;
    if (given !== null) {
      refuse(`an iterable dataset and ${given}`, "Such a dataset decides the order itself; StreamLoader can shuffle.");
    }
  }
  if (sampler !== undefined && shuffle === true) {
    refuse("sampler and shuffle", "A sampler decides the order: pass a RandomSampler to shuffle.");
  }
  if (batchSize === null && dropLast === true) {
    refuse("batchSize null and dropLast", "Without batches there is no last one to leave out.");
  }
  if (batchSampler === undefined) return;
  if ((batchSize !== undefined && batchSize !== 1) || shuffle === true || sampler !== undefined || dropLast === true) {
    refuse(
      "batchSampler and one of batchSize, shuffle, sampler and dropLast",
      "A batchSampler decides all four: give them to its BatchSampler.",
    );
  }
}
