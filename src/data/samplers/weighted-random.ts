import type { Generator } from "../../engine/index.ts";
import { ConfigError, checkedOptions, DataError } from "../../util/index.ts";
import { DrawnAtOnce } from "./drawn-at-once.ts";
import { checkCount } from "./random.ts";

/** Options of a `WeightedRandomSampler`. */
export interface WeightedRandomSamplerOptions {
  /** The same sample may come twice. Default true, as in PyTorch. */
  replacement?: boolean;
  /** Default the one that `manualSeed` seeds. */
  generator?: Generator;
}

/**
 * Positions drawn with given weights, PyTorch's draws for the same seed.
 *
 * With replacement position i comes with probability `wᵢ / Σw` each time; without, the largest `wᵢ / qᵢ` come first,
 * `qᵢ` drawn from Exp(1), which is drawing one after another from what is left.
 *
 * @param weights one for each sample, 0 or more, not all 0; need not add up to 1
 * @param numSamples draws an epoch
 * @throws {DataError} for a negative, infinite or missing weight; {ConfigError} for more draws than there are samples
 *   of a weight above 0, without replacement
 * @example
 * // a rare class as often as the other
 * const weights = Array.from({ length: 64 }, (_, i) => (i % 8 === 0 ? 7 : 1));
 * const sampler = new data.WeightedRandomSampler(weights, 64);
 * const balanced = new data.DataLoader(new data.TensorDataset(X, y), { batchSize: 16, sampler });
 * @source https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.WeightedRandomSampler
 */
export class WeightedRandomSampler extends DrawnAtOnce {
  readonly weights: Float64Array;
  readonly numSamples: number;
  readonly replacement: boolean;

  constructor(weights: ArrayLike<number>, numSamples: number, options: WeightedRandomSamplerOptions = {}) {
    checkedOptions("WeightedRandomSampler", options, { replacement: "boolean", generator: "object" });
    super(options.generator);
    this.weights = Float64Array.from(weights);
    this.numSamples = checkCount("WeightedRandomSampler", "numSamples", numSamples);
    this.replacement = options.replacement ?? true;
    let positive = 0;
    this.weights.forEach((weight, i) => {
      if (!(weight >= 0 && weight < Infinity)) {
        const got = `the weight of sample ${i} is ${weight}`;
        throw new DataError("WeightedRandomSampler", got, "expected 0 or more", "Check how the weights were made.");
      }
      if (weight > 0) positive++;
    });
    const needed = this.replacement ? 1 : numSamples;
    if (positive < needed) {
      throw new ConfigError(
        "WeightedRandomSampler",
        `${positive} samples have a weight above 0`,
        `expected at least ${needed}`,
        this.replacement ? "Give one sample a weight." : "Draw fewer, or with replacement.",
      );
    }
  }

  override get length(): number {
    return this.numSamples;
  }

  protected override draw(generator: Generator): Int32Array {
    return this.replacement ? this.#withReplacement(generator) : this.#largest(generator);
  }

  #withReplacement(generator: Generator): Int32Array {
    const { weights } = this;
    const cumulative = new Float64Array(weights.length);
    let sum = 0;
    for (let i = 0; i < weights.length; i++) cumulative[i] = sum += weights[i] as number;
    for (let i = 0; i < weights.length; i++) cumulative[i] = (cumulative[i] as number) / sum;
    const out = new Int32Array(this.numSamples);
    for (let i = 0; i < out.length; i++) {
      const drawn = generator.randomDouble();
      let low = 0;
      let high = cumulative.length;
      while (low < high) {
        const middle = low + ((high - low) >> 1);
        if ((cumulative[middle] as number) < drawn) low = middle + 1;
        else high = middle;
      }
      out[i] = low;
    }
    return out;
  }

  #largest(generator: Generator): Int32Array {
    const { weights } = this;
    const keys = generator.exponential(new Float64Array(weights.length)).map((q, i) => (weights[i] as number) / q);
    const all = Int32Array.from(keys, (_, i) => i);
    all.sort((a, b) => (keys[b] as number) - (keys[a] as number) || a - b);
    return all.slice(0, this.numSamples);
  }
}
