import { checkCount } from "./random.ts";
import type { CustomBatchSampler, CustomSampler } from "./sampler.ts";

/**
 * Positions in groups of `batchSize`.
 *
 * @param sampler a sampler, or anything iterable with a length
 * @param batchSize 1 or more
 * @param dropLast leave out a last group that is smaller
 * @example
 * const order = new data.SequentialSampler({ length: 5 });
 * [...new data.BatchSampler(order, 2, false)]; // [[0, 1], [2, 3], [4]]
 * @source https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.BatchSampler
 */
export class BatchSampler implements CustomBatchSampler {
  readonly sampler: CustomSampler;
  readonly batchSize: number;
  readonly dropLast: boolean;

  constructor(sampler: CustomSampler, batchSize: number, dropLast: boolean) {
    this.sampler = sampler;
    this.batchSize = checkCount("BatchSampler", "batchSize", batchSize);
    this.dropLast = dropLast;
  }

  get length(): number {
    const whole = this.sampler.length / this.batchSize;
    return this.dropLast ? Math.floor(whole) : Math.ceil(whole);
  }

  *[Symbol.iterator](): IterableIterator<number[]> {
    let batch: number[] = [];
    for (const index of this.sampler) {
      batch.push(index);
      if (batch.length < this.batchSize) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !this.dropLast) yield batch;
  }
}
