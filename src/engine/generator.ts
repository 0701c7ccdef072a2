import { ConfigError } from "../util/index.ts";
import {
  double,
  fillBernoulli,
  fillExponential,
  fillNormal,
  fillUnit32,
  fillUnit64,
  normalPair,
  stretch,
} from "./distributions.ts";
import type { TypedArray } from "./dtype.ts";
import { fma64 } from "./fused.ts";
import {
  decodeState,
  decodeTorchState,
  encodeState,
  encodeTorchState,
  type GeneratorSnapshot,
} from "./generator-state.ts";
import { MersenneTwister, STATE_WORDS } from "./mersenne-twister.ts";

/** The seed PyTorch's default generator starts from. */
export const DEFAULT_SEED = 67280421310721n;

const TWO_32 = 4294967296;

/** Words drawn at once. */
const WORDS = new Int32Array(STATE_WORDS);

/** `count` of a shuffle's steps from position `from` on, by the drawn words: each swaps with one at or behind it. */
function swap(order: Int32Array, from: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const at = from + i;
    const left = order.length - at;
    const word = (WORDS[i] as number) >>> 0;
    // The remainder by a division, which is exact here and many times faster than % on unsigned numbers.
    const other = at + word - Math.floor(word / left) * left;
    const kept = order[at] as number;
    order[at] = order[other] as number;
    order[other] = kept;
  }
}

/**
 * PyTorch's CPU generator: the same seed gives the same draws, in the same order.
 *
 * Its methods fill typed arrays; tensors call them. Only the low 32 bits of a seed matter, as in PyTorch.
 *
 * @example
 * const generator = new Generator(42);
 * generator.uniform(new Float32Array(2)); // 0.8822692632675171, 0.9150039553642273
 */
export class Generator {
  private readonly engine: MersenneTwister = new MersenneTwister();
  private seedValue = DEFAULT_SEED;
  private nextDouble: number | null = null;
  private nextFloat: number | null = null;
  private readonly second: { value: number } = { value: 0 };

  /**
   * @param seed - Whole number, `-2^63 … 2^64 - 1`; a `number` within ±(2^53 - 1).
   * @throws {ConfigError} for any other seed.
   */
  constructor(seed: number | bigint = DEFAULT_SEED) {
    this.manualSeed(seed);
  }

  /**
   * Starts again from `seed`; negative seeds count from 2^64 down.
   *
   * @param seed - Whole number, `-2^63 … 2^64 - 1`; a `number` within ±(2^53 - 1).
   * @throws {ConfigError} for any other seed.
   */
  manualSeed(seed: number | bigint): this {
    const value = checkSeed(seed);
    this.seedValue = value;
    this.engine.seed(Number(value & 0xffffffffn));
    this.nextDouble = null;
    this.nextFloat = null;
    return this;
  }

  /** The seed of the last `manualSeed` or `seed`, `0 … 2^64 - 1`. */
  initialSeed(): bigint {
    return this.seedValue;
  }

  /** Starts again from an unpredictable 64-bit seed and returns it. */
  seed(): bigint {
    const seed = crypto.getRandomValues(new BigUint64Array(1))[0] as bigint;
    this.manualSeed(seed);
    return seed;
  }

  /** All that decides the next draws, as 2,528 bytes for a checkpoint. */
  getState(): Uint8Array {
    return encodeState(this.snapshot());
  }

  /**
   * Continues from bytes of `getState`.
   *
   * @throws {CheckpointError} when the bytes are not a whole, unchanged state; this generator then stays as it was.
   */
  setState(state: Uint8Array): this {
    return this.restore(decodeState(state));
  }

  /** Takes over another generator's state: a copy that costs nothing worth counting, unlike `getState`. */
  copyFrom(other: Generator): this {
    this.seedValue = other.seedValue;
    this.engine.copyFrom(other.engine);
    this.nextDouble = other.nextDouble;
    this.nextFloat = other.nextFloat;
    return this;
  }

  /** The same state as the 5,056 bytes of `torch.Generator.get_state()`. */
  toTorchState(): Uint8Array {
    return encodeTorchState(this.snapshot());
  }

  /**
   * Continues from the bytes of `torch.Generator.get_state()`.
   *
   * @throws {CheckpointError} when they are not; this generator then stays as it was.
   */
  fromTorchState(state: Uint8Array): this {
    return this.restore(decodeTorchState(state));
  }

  /** The next 32 bits, `0 … 2^32 - 1`. */
  random32(): number {
    return this.engine.next();
  }

  /** The next 64 bits, `0 … 2^64 - 1`: two 32-bit draws, the high word first (fast code calls `random32` twice). */
  random64(): bigint {
    const high = this.engine.next();
    return (BigInt(high) << 32n) | BigInt(this.engine.next());
  }

  /** `torch.empty((), dtype=torch.int64).random_()`: the low 63 bits of a 64-bit draw. */
  random63(): bigint {
    return this.random64() & 0x7fffffffffffffffn;
  }

  /** The next float64 in [0, 1): the low 53 bits of a 64-bit draw. */
  randomDouble(): number {
    return double(this.engine);
  }

  /**
   * Fills with uniform draws; `out = low + (high - low) · u`, rounded once.
   *
   * @param low - Smallest value, finite.
   * @param high - Upper end, excluded up to rounding; not below `low`.
   * @throws {ConfigError} when the ends are not finite, or `low > high`.
   */
  uniform<T extends Float32Array | Float64Array>(out: T, low: number = 0, high: number = 1): T {
    const limit = out instanceof Float32Array ? 3.4028234663852886e38 : Number.MAX_VALUE;
    if (!(Math.abs(low) <= limit && Math.abs(high) <= limit && low <= high && high - low <= limit)) {
      throw new ConfigError(
        "uniform",
        `low is ${low} and high is ${high}`,
        "expected finite numbers with low <= high and a finite difference",
        "Swap or shrink the ends.",
      );
    }
    if (out instanceof Float32Array) fillUnit32(this.engine, out, 0);
    else fillUnit64(this.engine, out, 0);
    stretch(out, low, high);
    return out;
  }

  /**
   * Fills with normal draws; `out = mean + std · z`. Sixteen or more follow PyTorch's block fill,
   * fewer its scalar path, which keeps the second number of each pair for the next scalar draw.
   *
   * @param std - Finite, 0 or more.
   * @throws {ConfigError} when `mean` or `std` is not finite, or `std` negative.
   */
  normal<T extends Float32Array | Float64Array>(out: T, mean: number = 0, std: number = 1): T {
    if (!(Number.isFinite(mean) && Number.isFinite(std) && std >= 0)) {
      throw new ConfigError(
        "normal",
        `mean is ${mean} and std is ${std}`,
        "expected finite numbers with std >= 0",
        "Check how they were computed.",
      );
    }
    if (out.length >= 16) {
      fillNormal(this.engine, out, mean, std);
      return out;
    }
    for (let i = 0; i < out.length; i++) {
      let z = this.nextDouble;
      if (z === null) {
        z = normalPair(this.engine, this.second);
        this.nextDouble = this.second.value;
      } else {
        this.nextDouble = null;
      }
      out[i] = mean === 0 ? z * std : fma64(z, std, mean);
    }
    return out;
  }

  /**
   * Fills with whole numbers from `low` up to, not including, `high`.
   *
   * @param low - Whole number, at least -2^31.
   * @param high - Whole number above `low`, at most 2^31.
   * @throws {ConfigError} otherwise.
   */
  randint<T extends Int32Array | Float32Array | Float64Array>(out: T, low: number, high: number): T {
    if (!(Number.isInteger(low) && Number.isInteger(high) && low < high && low >= -2147483648 && high <= 2147483648)) {
      throw new ConfigError(
        "randint",
        `low is ${low} and high is ${high}`,
        "expected whole numbers, low below high, both within 32 bits",
        "high itself is never drawn: randint(0, n) gives 0 … n - 1.",
      );
    }
    const range = high - low;
    const engine = this.engine;
    if (range === TWO_32) {
      // PyTorch takes 64 bits here; modulo 2^32 leaves the second word.
      for (let i = 0; i < out.length; i++) {
        engine.next();
        out[i] = engine.next() + low;
      }
      return out;
    }
    // (both unsigned, and said so, for an integer division)
    for (let i = 0; i < out.length; i++) out[i] = ((engine.next() >>> 0) % (range >>> 0)) + low;
    return out;
  }

  /**
   * A random permutation of `0 … n - 1`. (From 214,748,364 elements on PyTorch 2 shuffles in another
   * way than PyTorch 1; this is the latter's.)
   *
   * @param n - Whole number, `0 … 2^31 - 1`.
   * @throws {ConfigError} otherwise.
   */
  randperm(n: number): Int32Array {
    if (!Number.isInteger(n) || n < 0 || n > 2147483647) {
      throw new ConfigError("randperm", `n is ${n}`, "expected a whole number from 0 to 2^31 - 1", "Pass a count.");
    }
    const out = new Int32Array(n);
    const engine = this.engine;
    for (let i = 0; i < n; i++) out[i] = i;
    for (let start = 0; start < n - 1; start += STATE_WORDS) {
      const count = Math.min(STATE_WORDS, n - 1 - start);
      engine.take(WORDS, count);
      swap(out, start, count);
    }
    return out;
  }

  /**
   * Fills with 1 (probability `p`) and 0; PyTorch's `bernoulli_(p)` in builds without MKL.
   *
   * @param p - Probability, 0 to 1.
   * @throws {ConfigError} otherwise.
   */
  bernoulli<T extends TypedArray>(out: T, p: number): T {
    checkProbability(p);
    fillBernoulli(this.engine, out, p);
    return out;
  }

  /**
   * Fills with 1 where a draw is below the probability at the same place; PyTorch's `torch.bernoulli(probs)`.
   * Float32 probabilities take 24-bit draws, float64 ones 53-bit draws.
   *
   * @param probs - Probabilities, 0 to 1, as many as `out` has elements.
   * @throws {ConfigError} otherwise.
   */
  bernoulliFrom<T extends TypedArray>(out: T, probs: Float32Array | Float64Array): T {
    if (probs.length !== out.length) {
      const got = `probs has ${probs.length} elements and out ${out.length}`;
      throw new ConfigError("bernoulli", got, "expected equally many", "Pass one probability an element.");
    }
    for (const p of probs) checkProbability(p);
    const draws = probs instanceof Float32Array ? new Float32Array(probs.length) : new Float64Array(probs.length);
    this.uniform(draws);
    for (let i = 0; i < out.length; i++) out[i] = (draws[i] as number) < (probs[i] as number) ? 1 : 0;
    return out;
  }

  /**
   * Fills with exponential draws; density `λ · exp(-λ · x)`.
   *
   * @param lambda - Rate, positive and finite.
   * @throws {ConfigError} otherwise.
   */
  exponential<T extends Float32Array | Float64Array>(out: T, lambda: number = 1): T {
    if (!(lambda > 0 && lambda < Infinity)) {
      throw new ConfigError("exponential", `lambda is ${lambda}`, "expected a positive rate", "Pass 1 / mean.");
    }
    fillExponential(this.engine, out, lambda);
    return out;
  }

  private snapshot(): GeneratorSnapshot {
    return {
      seed: this.seedValue,
      words: this.engine.state,
      position: this.engine.position,
      fresh: this.engine.fresh,
      nextDouble: this.nextDouble,
      nextFloat: this.nextFloat,
    };
  }

  private restore(snapshot: GeneratorSnapshot): this {
    this.seedValue = snapshot.seed;
    this.engine.restore(snapshot.words, snapshot.position, snapshot.fresh);
    this.nextDouble = snapshot.nextDouble;
    this.nextFloat = snapshot.nextFloat;
    return this;
  }
}

function checkProbability(p: number): void {
  if (p >= 0 && p <= 1) return;
  throw new ConfigError("bernoulli", `p is ${p}`, "expected a probability from 0 to 1", "Pass the chance of a 1.");
}

function checkSeed(seed: number | bigint): bigint {
  if (typeof seed === "bigint" ? seed >= -(2n ** 63n) && seed < 2n ** 64n : Number.isSafeInteger(seed)) {
    return BigInt.asUintN(64, BigInt(seed));
  }
  throw new ConfigError(
    "manualSeed",
    `seed is ${String(seed)}`,
    "expected a whole number from -2^63 to 2^64 - 1",
    "Pass a whole number, or a bigint beyond 2^53.",
  );
}

/**
 * The generator every draw uses unless it is given its own.
 *
 * @example
 * const state = defaultGenerator.getState();
 * rand([3]);
 * defaultGenerator.setState(state); // the next draws are the same again
 */
export const defaultGenerator: Generator = new Generator(DEFAULT_SEED);

/**
 * Seeds the default generator and returns it: the same seed, the same run as PyTorch on a CPU.
 *
 * @param seed - Whole number, `-2^63 … 2^64 - 1`.
 * @throws {ConfigError} for any other seed.
 * @example
 * manualSeed(42);
 * rand([2]); // [0.8823, 0.9150], as in PyTorch
 */
export function manualSeed(seed: number | bigint): Generator {
  return defaultGenerator.manualSeed(seed);
}
