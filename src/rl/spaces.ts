import type { Generator } from "../engine/index.ts";
import { ConfigError, formatShape, ShapeError, sizeOf } from "../util/index.ts";

/**
 * A set of values that actions or observations come from.
 *
 * @source https://gymnasium.farama.org/api/spaces/
 */
export interface Space<Value> {
  /** A value drawn at random; of a discrete space only among those whose `mask` is not 0. */
  sample(generator: Generator, mask?: Uint8Array | null): Value;
  contains(value: unknown): value is Value;
  /** As errors and setups name it: `Discrete(2)`. */
  toString(): string;
}

/**
 * The whole numbers `0 … n - 1`.
 *
 * @param n how many, 1 or more
 * @throws {ConfigError} for any other n
 * @example
 * const space = new rl.Discrete(3);
 * console.log(space.contains(2), space.contains(3)); // true false
 */
export class Discrete implements Space<number> {
  readonly n: number;

  constructor(n: number) {
    if (!Number.isInteger(n) || n < 1) {
      throw new ConfigError(
        "Discrete",
        `n is ${n}`,
        "expected a whole number of 1 or more",
        "Pass how many there are.",
      );
    }
    this.n = n;
  }

  /** @throws {ConfigError} when the mask allows none, or has another length */
  sample(generator: Generator, mask: Uint8Array | null = null): number {
    if (mask === null) return generator.random32() % this.n;
    let allowed = 0;
    for (let i = 0; i < mask.length; i++) if (mask[i] !== 0) allowed++;
    if (allowed === 0 || mask.length !== this.n) {
      throw new ConfigError(
        "Discrete.sample",
        `the mask has ${mask.length} entries and allows ${allowed} of ${this.n} actions`,
        `expected ${this.n} entries, at least one of them not 0`,
        "An environment must allow an action in every state that does not end the episode.",
      );
    }
    let left = generator.random32() % allowed;
    let i = 0;
    while (mask[i] === 0 || left-- > 0) i++;
    return i;
  }

  contains(value: unknown): value is number {
    return Number.isInteger(value) && (value as number) >= 0 && (value as number) < this.n;
  }

  toString(): string {
    return `Discrete(${this.n})`;
  }
}

/**
 * Arrays of a shape whose elements lie between `low` and `high`, both included; the ends may be infinite.
 *
 * @param low one number for all elements, or one for each
 * @param high the same
 * @param shape sizes of each dimension; default `[low.length]`
 * @throws {ConfigError} when an end is NaN or `low > high`; {ShapeError} when the ends do not fit the shape
 * @example
 * const space = new rl.Box(-1, 1, [4]);
 * console.log(space.contains(new Float32Array(4)), space.contains(new Float32Array(3))); // true false
 */
export class Box implements Space<Float32Array> {
  readonly low: Float32Array;
  readonly high: Float32Array;
  readonly shape: readonly number[];
  readonly size: number;

  constructor(low: number | ArrayLike<number>, high: number | ArrayLike<number>, shape?: readonly number[]) {
    const found = shape ?? (typeof low === "number" ? (typeof high === "number" ? [1] : [high.length]) : [low.length]);
    this.shape = [...found];
    this.size = sizeOf(found);
    this.low = ends(low, this.size, found);
    this.high = ends(high, this.size, found);
    for (let i = 0; i < this.size; i++) {
      const [least, most] = [this.low[i] as number, this.high[i] as number];
      if (least <= most) continue;
      throw new ConfigError(
        "Box",
        `element ${i} lies between ${least} and ${most}`,
        "expected low <= high",
        "Swap the ends.",
      );
    }
  }

  /** Uniform where both ends are finite, exponential from one finite end, normal without any. */
  sample(generator: Generator): Float32Array {
    const out = new Float32Array(this.size);
    const one = new Float64Array(1);
    for (let i = 0; i < this.size; i++) {
      const [low, high] = [this.low[i] as number, this.high[i] as number];
      if (Number.isFinite(low) && Number.isFinite(high)) out[i] = low + (high - low) * generator.randomDouble();
      else if (Number.isFinite(low)) out[i] = low + (generator.exponential(one)[0] as number);
      else if (Number.isFinite(high)) out[i] = high - (generator.exponential(one)[0] as number);
      else out[i] = generator.normal(one)[0] as number;
    }
    return out;
  }

  contains(value: unknown): value is Float32Array {
    if (!(value instanceof Float32Array) || value.length !== this.size) return false;
    for (let i = 0; i < value.length; i++) {
      const x = value[i] as number;
      if (!(x >= (this.low[i] as number) && x <= (this.high[i] as number))) return false; // NaN too
    }
    return true;
  }

  toString(): string {
    return `Box(${formatShape(this.shape)})`;
  }
}

function ends(value: number | ArrayLike<number>, size: number, shape: readonly number[]): Float32Array {
  if (typeof value === "number") return new Float32Array(size).fill(value);
  if (value.length === size) return Float32Array.from(value);
  throw new ShapeError(
    "Box",
    `an end has ${value.length} elements`,
    `expected one number, or ${size} for shape ${formatShape(shape)}`,
    "Pass one for each element.",
  );
}
