import { defaultGenerator, Generator } from "../../engine/index.ts";
import { ConfigError, checkedOptions } from "../../util/index.ts";
import { fromBase64, toBase64 } from "../base64.ts";
import { type EpochOrder, foreignOrigin, nothingToDraw, type OrderOrigin, type Sampler, walk } from "./sampler.ts";

/** @throws {ConfigError} unless it is a count of 1 or more */
export function checkCount(operation: string, name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new ConfigError(operation, `${name} is ${value}`, "expected a whole number of 1 or more", "Pass a count.");
}

/** Options of a `RandomSampler`. */
export interface RandomSamplerOptions {
  /** Each draw from all samples again, so that some come twice. Default false. */
  replacement?: boolean;
  /** Samples an epoch; default as many as the dataset has. Without replacement, more go round again. */
  numSamples?: number;
  /** Whose numbers; default a fresh one each epoch, seeded from the default generator. */
  generator?: Generator | undefined;
}

const DRAWS_AT_ONCE = 32; // PyTorch's, with replacement

/**
 * Positions in a random order, PyTorch's for the same seed.
 *
 * Without replacement an order is a permutation. (At the end of an epoch PyTorch draws one more, of which it takes
 * nothing; with a generator of one's own that shows in the numbers drawn afterwards, so it is drawn here too.)
 *
 * @param dataset whatever has a length, 1 or more
 * @throws {ConfigError} for a number of samples that is no whole number of 1 or more
 * @example
 * const sampler = new data.RandomSampler(new data.TensorDataset(X, y), { replacement: true, numSamples: 1000 });
 * const oversampled = new data.DataLoader(new data.TensorDataset(X, y), { batchSize: 32, sampler });
 * @source https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.RandomSampler
 */
export class RandomSampler implements Sampler {
  readonly dataset: { readonly length: number };
  readonly replacement: boolean;
  readonly generator: Generator | undefined;
  readonly #numSamples: number | undefined;

  constructor(dataset: { readonly length: number }, options: RandomSamplerOptions = {}) {
    checkedOptions<RandomSamplerOptions>("RandomSampler", options, {
      replacement: "boolean",
      numSamples: "number",
      generator: "object",
    });
    this.dataset = dataset;
    this.replacement = options.replacement ?? false;
    this.generator = options.generator;
    this.#numSamples = options.numSamples;
    checkCount("RandomSampler", "numSamples", this.length);
  }

  get length(): number {
    return this.#numSamples ?? this.dataset.length;
  }

  order(): EpochOrder {
    const own = this.generator;
    if (own === undefined) {
      const seed = defaultGenerator.random63();
      const indices = this.#draw(new Generator(seed));
      return { indices, origin: () => ({ seed: String(seed) }), reach: nothingToDraw };
    }
    const state = own.getState();
    return this.#lockstep(this.#draw(own, true), state, 1, own);
  }

  orderAgain(origin: OrderOrigin | null, position: number): EpochOrder {
    if (origin !== null && "state" in origin) {
      const state = fromBase64(origin.state);
      const taken = Math.max(1, Math.ceil(position / this.#block));
      return this.#lockstep(this.#draw(new Generator().setState(state)), state, taken, this.generator);
    }
    if (origin === null || !("seed" in origin) || "shuffleRows" in origin) throw foreignOrigin("RandomSampler");
    const indices = this.#draw(new Generator(BigInt(origin.seed)));
    return { indices, origin: () => origin, reach: nothingToDraw };
  }

  [Symbol.iterator](): IterableIterator<number> {
    return walk(this.order());
  }

  /** Draws are made in blocks of so many. */
  get #block(): number {
    return this.replacement ? DRAWS_AT_ONCE : this.dataset.length;
  }

  #drawBlock(generator: Generator, index: number): Int32Array {
    const { length } = this.dataset;
    if (!this.replacement) return generator.randperm(length);
    const size = Math.max(0, Math.min(DRAWS_AT_ONCE, this.length - index * DRAWS_AT_ONCE));
    return generator.randint(new Int32Array(size), 0, length);
  }

  /** @param shared moves the generator by the first block only */
  #draw(generator: Generator, shared = false): Int32Array {
    const { length } = this;
    const first = this.#drawBlock(generator, 0);
    if (first.length === length) return first;
    const rest = shared ? new Generator().copyFrom(generator) : generator;
    const indices = new Int32Array(length);
    indices.set(first.subarray(0, length));
    for (let at = this.#block, i = 1; at < length; at += this.#block, i++) {
      indices.set(this.#drawBlock(rest, i).subarray(0, length - at), at);
    }
    return indices;
  }

  #lockstep(indices: Int32Array, state: Uint8Array, taken: number, own: Generator | undefined): EpochOrder {
    let blocks = taken;
    const reach = (count: number): void => {
      if (own !== undefined) while (blocks * this.#block < count) this.#drawBlock(own, blocks++);
    };
    return { indices, origin: () => ({ state: toBase64(state) }), reach };
  }
}
