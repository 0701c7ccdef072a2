import { defaultGenerator, type Generator, newTypedArray } from "../engine/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { ConfigError, checkedOptions, DataError, type OptionKinds, type Shape } from "../util/index.ts";
import { checkFloat } from "./common.ts";
import { type CreateOptions, make } from "./create.ts";
import { data } from "./read.ts";

/** Options of the random functions. */
export interface RandomOptions extends CreateOptions {
  /** Whose numbers to draw; default the one `manualSeed` seeds. */
  generator?: Generator;
}

/** What each of `RandomOptions` holds. */
export const RANDOM: OptionKinds<RandomOptions> = { dtype: "string", requiresGrad: "boolean", generator: "object" };

// Each draws PyTorch's CPU stream: the same seed and calls give the same numbers.

function draw(out: Tensor, fill: (values: Float32Array | Float64Array) => void): Tensor {
  const values = newTypedArray(out.dtype, out.length) as Float32Array | Float64Array;
  fill(values);
  out.storage.backend.write(out.storage, 0, values);
  return out;
}

/**
 * Uniform in [0, 1).
 *
 * @example
 * manualSeed(42);
 * rand([2]); // [0.8823, 0.9150], as in PyTorch
 */
export function rand(shape: Shape, options: RandomOptions = {}): Tensor {
  const out = make("rand", shape, options, undefined, RANDOM);
  checkFloat("rand", out);
  return draw(out, (values) => (options.generator ?? defaultGenerator).uniform(values));
}

/**
 * Normal with mean 0 and standard deviation 1.
 *
 * @example
 * randn([64, 10], { generator: new Generator(1) });
 */
export function randn(shape: Shape, options: RandomOptions = {}): Tensor {
  const out = make("randn", shape, options, undefined, RANDOM);
  checkFloat("randn", out);
  return draw(out, (values) => (options.generator ?? defaultGenerator).normal(values));
}

/**
 * Whole numbers, uniform in `low … high − 1`.
 *
 * @param options.dtype default int32 (PyTorch: int64)
 * @example
 * randint(0, 10, [5]); // whole numbers from 0 to 9
 */
export function randint(low: number, high: number, shape: Shape, options: RandomOptions = {}): Tensor {
  const out = make("randint", shape, options, "int32", RANDOM);
  const values = new Int32Array(out.length);
  (options.generator ?? defaultGenerator).randint(values, low, high);
  const elements = newTypedArray(out.dtype, out.length);
  elements.set(values);
  out.storage.backend.write(out.storage, 0, elements);
  return out;
}

/**
 * The numbers `0 … n − 1` in random order; int32.
 *
 * @example
 * indexSelect(x, 0, randperm(4)); // the rows in random order
 */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  if (!Number.isInteger(n) || n < 0) {
    throw new ConfigError("randperm", `n is ${n}`, "expected a whole number of 0 or more", "Pass the length.");
  }
  const out = make("randperm", [n], options, "int32", RANDOM);
  const values = (options.generator ?? defaultGenerator).randperm(n);
  const elements = newTypedArray(out.dtype, n);
  elements.set(values);
  out.storage.backend.write(out.storage, 0, elements);
  return out;
}

/**
 * 1 with the probability that stands in each element of `input`, else 0; of its shape and dtype.
 *
 * @example
 * bernoulli(full([3], 0.9)); // mostly 1
 */
export function bernoulli(input: Tensor, options: { generator?: Generator } = {}): Tensor {
  checkFloat("bernoulli", input);
  checkedOptions("bernoulli", options, { generator: "object" });
  const generator = options.generator ?? defaultGenerator;
  const probabilities = data(input);
  const at = probabilities.findIndex((p) => !(p >= 0 && p <= 1));
  if (at >= 0) {
    throw new DataError(
      "bernoulli",
      `probability ${probabilities[at]} (element ${at})`,
      "expected 0 … 1",
      "Use sigmoid() on logits.",
    );
  }
  const out = make("bernoulli", input.shape, { dtype: input.dtype });
  return draw(out, (values) => generator.bernoulliFrom(values, probabilities as Float32Array | Float64Array));
}

/**
 * 1 with probability `p`, else 0.
 *
 * @example
 * bernoulliScalar([3], 0.9); // mostly 1
 */
export function bernoulliScalar(shape: Shape, p: number, options: RandomOptions = {}): Tensor {
  const out = make("bernoulli", shape, options, undefined, RANDOM);
  return draw(out, (values) => (options.generator ?? defaultGenerator).bernoulli(values, p));
}

/**
 * Uniform in [0, 1), of a tensor's shape and dtype.
 *
 * @example
 * randLike(x).shape; // x.shape
 */
export const randLike = (input: Tensor, options: RandomOptions = {}): Tensor =>
  rand(input.shape, { dtype: input.dtype, ...options });
/**
 * Standard normal, of a tensor's shape and dtype.
 *
 * @example
 * x.add(randnLike(x).mul(0.1)); // with noise
 */
export const randnLike = (input: Tensor, options: RandomOptions = {}): Tensor =>
  randn(input.shape, { dtype: input.dtype, ...options });
/**
 * Whole numbers in `low … high − 1`, of a tensor's shape and dtype.
 *
 * @example
 * randintLike(x, 0, 10).shape; // x.shape
 */
export const randintLike = (input: Tensor, low: number, high: number, options: RandomOptions = {}): Tensor =>
  randint(low, high, input.shape, { dtype: input.dtype, ...options });
