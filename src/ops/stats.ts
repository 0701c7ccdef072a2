import { needsGrad, record, type Tensor } from "../tensor/index.ts";
import { ConfigError, checkedOptions, normalizeDims, type OptionKinds, type Shape } from "../util/index.ts";
import { binaryRaw, mul, pow, scalarRaw, sub } from "./binary.ts";
import { checkFloat, empty } from "./common.ts";
import { amax, amin, type Dims, expandReduced, mean, REDUCE, type ReduceOptions, sum, withKeptDims } from "./reduce.ts";
import { abs, sign, square, unaryRaw } from "./unary.ts";

/** Options of `variance` and `std`. */
export interface VarianceOptions extends ReduceOptions {
  /** Degrees of freedom taken off the count; 1 (Bessel's) unless given. */
  correction?: number;
}

const VARIANCE: OptionKinds<VarianceOptions> = { keepdim: "boolean", correction: "number" };

function countOf(shape: Shape, dims: readonly number[]): number {
  return dims.reduce((count, dim) => count * (shape[dim] as number), 1);
}

/**
 * Σ(x − mean)² / max(0, n − correction), over dimensions. `torch.var` (`var` is a word of JavaScript).
 *
 * @example
 * variance(tensor([1, 2, 3])).item(); // 1
 * variance(tensor([1, 3]), 0, { correction: 0 }).item(); // 1
 */
export function variance(input: Tensor, dims?: Dims, options: VarianceOptions = {}): Tensor {
  checkFloat("variance", input);
  const { correction = 1, ...reduce } = checkedOptions("variance", options, VARIANCE);
  const over = normalizeDims("variance", dims, input.shape.length);
  const freedom = Math.max(0, countOf(input.shape, over) - correction);
  const centred = sub(input, mean(input, over, { keepdim: true }));
  return mul(sum(square(centred), over, reduce), 1 / freedom);
}

/**
 * Square root of `variance`.
 *
 * @example
 * std(tensor([1, 2, 3])).item(); // 1
 */
export function std(input: Tensor, dims?: Dims, options: VarianceOptions = {}): Tensor {
  return sqrtWithSafeGrad(variance(input, dims, options));
}

// √x whose derivative at 0 is 0, as PyTorch's std and norm have it.
function sqrtWithSafeGrad(input: Tensor): Tensor {
  const out = unaryRaw("sqrt", input);
  if (!needsGrad(input)) return out;
  return record("sqrt", out, [input], [out], (grad) => {
    const quotient = binaryRaw("div", scalarRaw("mul", grad, 0.5), out);
    const backend = out.storage.backend;
    const atZero = empty(out.shape, "bool", "eq");
    backend.compareScalar("eq", out, 0, atZero);
    const zero = scalarRaw("mul", out, 0);
    const result = empty(out.shape, out.dtype, "where");
    backend.where(atZero, zero, quotient, result);
    return result;
  });
}

/**
 * The p-norm (Σ|x|ᵖ)^(1/p) over dimensions: p = Infinity is the largest magnitude, 0 counts nonzeros.
 *
 * @param p default 2
 * @example
 * norm(tensor([3, 4])).item(); // 5
 * norm(tensor([3, -4]), 1).item(); // 7
 */
export function norm(input: Tensor, p = 2, dims?: Dims, options: ReduceOptions = {}): Tensor {
  checkFloat("norm", input);
  checkedOptions("norm", options, REDUCE);
  if (Number.isNaN(p))
    throw new ConfigError("norm", "p is NaN", "expected a number or Infinity", "Use 2 for Euclid's.");
  if (p === 2) return sqrtWithSafeGrad(sum(square(input), dims, options));
  if (p === 1) return sum(abs(input), dims, options);
  if (p === Infinity) return amax(abs(input), dims, options);
  if (p === -Infinity) return amin(abs(input), dims, options);
  if (p === 0) return sum(square(sign(input)), dims, options);
  return pow(sum(pow(abs(input), p), dims, options), 1 / p);
}

/**
 * ln Σ eˣ over dimensions, without overflow.
 *
 * @throws {ShapeError} when a dimension is out of range or stands twice
 * @source https://docs.pytorch.org/docs/stable/generated/torch.logsumexp.html
 * @example
 * logsumexp(tensor([1000, 1000]), 0).item(); // 1000.6931
 */
export function logsumexp(input: Tensor, dims: number | readonly number[], options: ReduceOptions = {}): Tensor {
  checkFloat("logsumexp", input);
  checkedOptions("logsumexp", options, REDUCE);
  const over = normalizeDims("logsumexp", dims, input.shape.length);
  const reduced = empty(
    input.shape.filter((_, i) => !over.includes(i)),
    input.dtype,
    "logsumexp",
  );
  input.storage.backend.logSumExp(input, over, reduced);
  const out = options.keepdim === true ? withKeptDims(reduced, input.shape, over) : reduced;
  out.isView = false;
  return record("logsumexp", out, [input], [input, out], (grad) => {
    const weights = unaryRaw("exp", binaryRaw("sub", input, expandReduced(out, input, over)));
    return binaryRaw("mul", weights, expandReduced(grad, input, over));
  });
}

/**
 * `logsumexp` under an older name.
 *
 * @example
 * logSumExp(tensor([0, 0]), 0).item(); // 0.6931
 */
export const logSumExp: typeof logsumexp = logsumexp;
