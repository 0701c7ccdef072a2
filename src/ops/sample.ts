import { defaultGenerator, type Generator, isFloat, newTypedArray } from "../engine/index.ts";
import { Tensor } from "../tensor/index.ts";
import {
  broadcastShapes,
  checkedOptions,
  DataError,
  DtypeError,
  formatShape,
  type Shape,
  ShapeError,
} from "../util/index.ts";
import { add, mul } from "./binary.ts";
import { checkFloat } from "./common.ts";
import { fromTypedArray, make } from "./create.ts";
import { checkWritable, cutHistory } from "./inplace.ts";
import { RANDOM, type RandomOptions } from "./random.ts";
import { data } from "./read.ts";
import { noGrad } from "./scopes.ts";

/** Options of `multinomial`. */
export interface MultinomialOptions {
  /** Whether a position may be drawn more than once; default false. */
  replacement?: boolean;
  /** Whose numbers to draw; default the one `manualSeed` seeds. */
  generator?: Generator;
}

/** Options of `normal_` and `uniform_`. */
export interface FillRandomOptions {
  /** Whose numbers to draw; default the one `manualSeed` seeds. */
  generator?: Generator;
}

type Floats = Float32Array | Float64Array;

/**
 * Positions drawn with the probabilities (up to a factor) in each row. PyTorch's draws on a CPU, bit for bit.
 *
 * @param input `[categories]` or `[rows, categories]`, 0 or more, a positive sum in each row
 * @param numSamples how many for each row; without replacement at most the number of nonzero categories
 * @param options.replacement whether one may be drawn again
 * @returns int32 `[numSamples]` or `[rows, numSamples]`
 * @throws {DataError} for a negative, infinite or NaN weight, a row of zeros, or fewer categories than samples
 * @source https://docs.pytorch.org/docs/stable/generated/torch.multinomial.html
 * @example
 * multinomial(tensor([0.1, 0.7, 0.2]), 5, { replacement: true }); // mostly 1
 */
export function multinomial(input: Tensor, numSamples: number, options: MultinomialOptions = {}): Tensor {
  checkedOptions("multinomial", options, { replacement: "boolean", generator: "object" });
  checkFloat("multinomial", input);
  const rank = input.shape.length;
  if (rank < 1 || rank > 2 || !Number.isInteger(numSamples) || numSamples < 1) {
    throw new ShapeError(
      "multinomial",
      `input has shape ${formatShape(input.shape)}, numSamples is ${numSamples}`,
      "expected [categories] or [rows, categories], and a whole number of 1 or more",
      "Pass one row of weights for each draw.",
    );
  }
  const n = input.shape[rank - 1] as number;
  const weights = data(input) as Floats;
  const replacement = options.replacement === true;
  for (let start = 0; start < weights.length; start += n) {
    checkWeights(
      weights.subarray(start, start + n),
      rank === 1 ? "" : ` of row ${start / n}`,
      replacement ? 1 : numSamples,
    );
  }
  const generator = options.generator ?? defaultGenerator;
  const rows = n === 0 ? 0 : weights.length / n;
  const out = new Int32Array(rows * numSamples);
  if (replacement && numSamples > 1) drawAgain(weights, n, numSamples, generator, out);
  else drawOnce(weights, n, numSamples, generator, out);
  return fromTypedArray(out, rank === 1 ? [numSamples] : [rows, numSamples]);
}

function checkWeights(row: Floats, where: string, least: number): void {
  let positive = 0;
  row.forEach((weight, i) => {
    if (weight > 0) positive++;
    if (weight >= 0 && weight < Infinity) return;
    throw new DataError(
      "multinomial",
      `weight ${i}${where} is ${weight}`,
      "expected finite numbers of 0 or more",
      "Use softmax() or exp() on logits.",
    );
  });
  if (positive >= least) return;
  throw new DataError(
    "multinomial",
    `${positive} weights${where} are above 0`,
    `expected at least ${least}, as many as positions are drawn`,
    "Draw fewer, or with { replacement: true }.",
  );
}

// The largest of weight / Exp(1): the race that PyTorch runs where no position comes twice.
function drawOnce(weights: Floats, n: number, count: number, generator: Generator, out: Int32Array): void {
  const race = generator.exponential(weights.slice());
  for (let i = 0; i < race.length; i++) race[i] = (weights[i] as number) / (race[i] as number);
  for (let start = 0, to = 0; start < race.length; start += n, to += count) {
    const row = race.subarray(start, start + n);
    const order = Array.from(row.keys()).sort((a, b) => (row[b] as number) - (row[a] as number));
    for (let i = 0; i < count; i++) out[to + i] = order[i] as number;
  }
}

// A float64 draw looked up in the running sums, which are in the weights' own precision.
function drawAgain(weights: Floats, n: number, count: number, generator: Generator, out: Int32Array): void {
  for (let start = 0, to = 0; start < weights.length; start += n, to += count) {
    const sums = weights.slice(start, start + n);
    for (let i = 1; i < n; i++) sums[i] = (sums[i] as number) + (sums[i - 1] as number);
    const total = sums[n - 1] as number;
    for (let i = 0; i < n; i++) sums[i] = (sums[i] as number) / total;
    sums[n - 1] = 1;
    for (let i = 0; i < count; i++) {
      const draw = generator.randomDouble();
      let low = 0;
      for (let high = n; low < high; ) {
        const middle = (low + high) >> 1;
        if ((sums[middle] as number) < draw) low = middle + 1;
        else high = middle;
      }
      out[to + i] = low;
    }
  }
}

/**
 * Normal draws, each element with its own mean and standard deviation (which broadcast). PyTorch's draws on a CPU.
 *
 * @param mean a number, or a tensor
 * @param std 0 or more; a number (default 1), or a tensor
 * @throws {DataError} for a negative standard deviation; {ShapeError} where tensors do not broadcast
 * @source https://docs.pytorch.org/docs/stable/generated/torch.normal.html
 * @example
 * normal(tensor([0, 100]), tensor([1, 5])); // one near 0, one near 100
 */
export function normal(mean: Tensor, std?: Tensor | number, options?: FillRandomOptions): Tensor;
export function normal(mean: number, std: Tensor, options?: FillRandomOptions): Tensor;
/**
 * Normal draws with one mean and one standard deviation.
 *
 * @param shape of the result
 * @example
 * normal(100, 15, [2, 3]).shape; // [2, 3]
 */
export function normal(mean: number, std: number, shape: Shape, options?: RandomOptions): Tensor;
export function normal(
  mean: Tensor | number,
  std: Tensor | number = 1,
  third?: Shape | FillRandomOptions,
  fourth: RandomOptions = {},
): Tensor {
  if (typeof mean === "number" && typeof std === "number") {
    checkedOptions("normal", fourth, RANDOM);
    if (!Array.isArray(third)) {
      throw new ShapeError(
        "normal",
        "mean and std are numbers and there is no shape",
        "expected one",
        "Pass it third.",
      );
    }
    const { generator = defaultGenerator, ...made } = fourth;
    const out = make("normal", third as Shape, made);
    checkFloat("normal", out);
    const values = newTypedArray(out.dtype, out.length) as Floats;
    out.storage.backend.write(out.storage, 0, generator.normal(values, mean, std));
    return out;
  }
  const options = (third ?? {}) as FillRandomOptions;
  checkedOptions("normal", options, { generator: "object" });
  return noGrad(() => normalAround(mean, std, options.generator ?? defaultGenerator));
}

function normalAround(mean: Tensor | number, std: Tensor | number, generator: Generator): Tensor {
  for (const each of [mean, std]) if (each instanceof Tensor) checkFloat("normal", each);
  const shapes = [mean, std].map((each) => (each instanceof Tensor ? each.shape : []));
  const shape = broadcastShapes("normal", shapes[0] as Shape, shapes[1] as Shape);
  const negative = std instanceof Tensor ? data(std).findIndex((value) => !(value >= 0)) : std >= 0 ? -1 : 0;
  if (negative >= 0) {
    throw new DataError(
      "normal",
      `standard deviation ${std instanceof Tensor ? data(std)[negative] : std} (element ${negative})`,
      "expected 0 or more",
      "Use exp() or softplus() on what a network gives.",
    );
  }
  const { dtype } = (mean instanceof Tensor ? mean : std) as Tensor;
  const out = make("normal", shape, { dtype });
  const values = newTypedArray(out.dtype, out.length) as Floats;
  // As PyTorch: a number's deviation is in the draw, a tensor's multiplied on.
  generator.normal(values, 0, std instanceof Tensor ? 1 : std);
  out.storage.backend.write(out.storage, 0, values);
  return add(std instanceof Tensor ? mul(out, std) : out, mean);
}

function fill(
  operation: string,
  target: Tensor,
  options: FillRandomOptions,
  draw: (generator: Generator, values: Floats) => void,
): Tensor {
  checkedOptions(operation, options, { generator: "object" });
  if (!isFloat(target.dtype)) {
    throw new DtypeError(operation, `the tensor is ${target.dtype}`, "expected floats", "Make it float32.");
  }
  checkWritable(operation, target, false);
  const values = newTypedArray(target.dtype, target.length) as Floats;
  draw(options.generator ?? defaultGenerator, values);
  const { storage } = target;
  if (target.packed) storage.backend.write(storage, target.offset, values);
  else storage.backend.copy(fromTypedArray(values, target.shape, { dtype: target.dtype }), target);
  storage.version++;
  cutHistory(operation, target);
  return target;
}

/**
 * Every element becomes a normal draw: PyTorch's on a CPU, in row-major order whatever the layout.
 *
 * @param std 0 or more
 * @throws {ConfigError} when `mean` or `std` is not finite, or `std` negative; {GradientError} for a leaf that is recorded
 * @source https://docs.pytorch.org/docs/stable/generated/torch.Tensor.normal_.html
 * @example
 * normal_(empty([2, 3]), 0, 0.02);
 */
export function normal_(target: Tensor, mean = 0, std = 1, options: FillRandomOptions = {}): Tensor {
  return fill("normal_", target, options, (generator, values) => generator.normal(values, mean, std));
}

/**
 * Every element becomes a uniform draw in `[from, to)`: PyTorch's on a CPU, in row-major order whatever the layout.
 *
 * @throws {ConfigError} when the ends are not finite, or `from > to`; {GradientError} for a leaf that is recorded
 * @source https://docs.pytorch.org/docs/stable/generated/torch.Tensor.uniform_.html
 * @example
 * uniform_(empty([2, 3]), -1, 1);
 */
export function uniform_(target: Tensor, from = 0, to = 1, options: FillRandomOptions = {}): Tensor {
  return fill("uniform_", target, options, (generator, values) => generator.uniform(values, from, to));
}
