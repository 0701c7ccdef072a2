import { Generator } from "../../engine/index.ts";
import { ConfigError, checkedOptions } from "../../util/index.ts";
import { checkCount } from "./random.ts";
import { type EpochOrder, foreignOrigin, nothingToDraw, type OrderOrigin, type Sampler, walk } from "./sampler.ts";

/** Options of a `DistributedSampler`. */
export interface DistributedSamplerOptions {
  /** Processes that share the data. */
  numReplicas: number;
  /** Which of them this one is, `0 … numReplicas - 1`. */
  rank: number;
  /** Another order in each epoch, see `setEpoch`. Default true. */
  shuffle?: boolean;
  /** The same in all processes. Default 0. */
  seed?: number;
  /** Leave out what does not divide evenly, instead of giving some samples twice. Default false. */
  dropLast?: boolean;
}

/**
 * One process's share of the samples: every `numReplicas`-th of an order that all processes draw alike from
 * `seed + epoch`. All shares have the same size.
 *
 * @param dataset whatever has a length, the same in all processes
 * @throws {ConfigError} for a rank outside `0 … numReplicas - 1`
 * @example
 * const dataset = new data.TensorDataset(X, y);
 * const sampler = new data.DistributedSampler(dataset, { numReplicas: 2, rank: 0 });
 * const share = new data.DataLoader(dataset, { batchSize: 8, sampler });
 * for (let epoch = 0; epoch < 2; epoch++) {
 *   sampler.setEpoch(epoch);
 *   for (const [xBatch, yBatch] of share) {
 *     // …
 *   }
 * }
 * @source https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.distributed.DistributedSampler
 */
export class DistributedSampler implements Sampler {
  readonly dataset: { readonly length: number };
  readonly numReplicas: number;
  readonly rank: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly dropLast: boolean;
  #epoch = 0;

  constructor(dataset: { readonly length: number }, options: DistributedSamplerOptions) {
    checkedOptions<DistributedSamplerOptions>("DistributedSampler", options, {
      numReplicas: "number",
      rank: "number",
      shuffle: "boolean",
      seed: "number",
      dropLast: "boolean",
    });
    this.dataset = dataset;
    this.numReplicas = checkCount("DistributedSampler", "numReplicas", options.numReplicas);
    this.rank = options.rank;
    this.shuffle = options.shuffle ?? true;
    this.seed = options.seed ?? 0;
    this.dropLast = options.dropLast ?? false;
    checkCount("DistributedSampler", "dataset.length", dataset.length);
    if (!Number.isInteger(this.rank) || this.rank < 0 || this.rank >= this.numReplicas) {
      const expected = `expected 0 … ${this.numReplicas - 1}`;
      throw new ConfigError("DistributedSampler", `rank is ${this.rank}`, expected, "Ranks count from 0.");
    }
  }

  /** The epoch whose order comes next. */
  get epoch(): number {
    return this.#epoch;
  }

  /** To be called before each epoch, in all processes: otherwise every epoch has the same order. */
  setEpoch(epoch: number): void {
    this.#epoch = epoch;
  }

  get length(): number {
    const { numReplicas, dropLast } = this;
    const each = this.dataset.length / numReplicas;
    return dropLast ? Math.floor(each) : Math.ceil(each);
  }

  order(): EpochOrder {
    return this.#orderOf(this.#epoch);
  }

  orderAgain(origin: OrderOrigin | null): EpochOrder {
    if (origin === null || !("epoch" in origin)) throw foreignOrigin("DistributedSampler");
    this.#epoch = origin.epoch;
    return this.#orderOf(origin.epoch);
  }

  [Symbol.iterator](): IterableIterator<number> {
    return walk(this.order());
  }

  #orderOf(epoch: number): EpochOrder {
    const { length } = this.dataset;
    const all = this.shuffle ? new Generator(this.seed + epoch).randperm(length) : null;
    const indices = new Int32Array(this.length);
    for (let i = 0; i < indices.length; i++) {
      // Beyond the end it begins again: shares are of one size.
      const at = (this.rank + i * this.numReplicas) % length;
      indices[i] = all === null ? at : (all[at] as number);
    }
    return { indices, origin: () => ({ epoch }), reach: nothingToDraw };
  }
}
