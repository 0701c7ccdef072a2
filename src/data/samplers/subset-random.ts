import type { Generator } from "../../engine/index.ts";
import { checkedOptions } from "../../util/index.ts";
import { DrawnAtOnce } from "./drawn-at-once.ts";

/**
 * The given positions in a random order, PyTorch's for the same seed.
 *
 * @param indices positions in the dataset
 * @param options.generator default the one that `manualSeed` seeds
 * @example
 * const sampler = new data.SubsetRandomSampler([0, 2, 4, 6]);
 * const even = new data.DataLoader(new data.TensorDataset(X, y), { batchSize: 2, sampler });
 * @source https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.SubsetRandomSampler
 */
export class SubsetRandomSampler extends DrawnAtOnce {
  readonly indices: Int32Array;

  constructor(indices: ArrayLike<number>, options: { generator?: Generator } = {}) {
    checkedOptions("SubsetRandomSampler", options, { generator: "object" });
    super(options.generator);
    this.indices = Int32Array.from(indices);
  }

  override get length(): number {
    return this.indices.length;
  }

  protected override draw(generator: Generator): Int32Array {
    return generator.randperm(this.length).map((at) => this.indices[at] as number);
  }
}
