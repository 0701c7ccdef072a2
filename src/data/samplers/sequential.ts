import { type EpochOrder, foreignOrigin, nothingToDraw, type OrderOrigin, type Sampler, walk } from "./sampler.ts";

/**
 * Positions in their own order: `0, 1, 2, …`.
 *
 * @param dataset whatever has a length
 * @source https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.SequentialSampler
 * @example
 * [...new data.SequentialSampler(3)]; // [0, 1, 2]
 */
export class SequentialSampler implements Sampler {
  readonly dataset: { readonly length: number };

  constructor(dataset: { readonly length: number }) {
    this.dataset = dataset;
  }

  get length(): number {
    return this.dataset.length;
  }

  order(): EpochOrder {
    const indices = new Int32Array(this.length);
    for (let i = 0; i < indices.length; i++) indices[i] = i;
    return { indices, origin: () => null, reach: nothingToDraw };
  }

  orderAgain(origin: OrderOrigin | null): EpochOrder {
    if (origin !== null) throw foreignOrigin("SequentialSampler");
    return this.order();
  }

  [Symbol.iterator](): IterableIterator<number> {
    return walk(this.order());
  }
}
