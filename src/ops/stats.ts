import { needsGrad, record, type Tensor } from "../tensor/index.ts";
import { ConfigError, normalizeDims, type Shape } from "../util/index.ts";
import { binaryRaw, mul, pow, scalarRaw, sub } from "./binary.ts";
import { checkFloat, empty } from "./common.ts";
import { amax, amin, type Dims, expandReduced, mean, type ReduceOptions, sum, withKeptDims } from "./reduce.ts";
import { abs, sign, square, unaryRaw } from "./unary.ts";

/** Options of `variance` and `std`. */
export interface VarianceOptions extends ReduceOptions {
  /** Degrees of freedom taken off the count; 1 (Bessel's) unless given. */
  correction?: number;
}

function countOf(shape: Shape, dims: readonly number[]): number {
  return dims.reduce((count, dim) => count * (shape[dim] as number), 1);
}

/** Σ(x − mean)² / max(0, n − correction), over dimensions. `torch.var` (`var` is a word of JavaScript). */
export function variance(input: Tensor, dims?: Dims, options: VarianceOptions = {}): Tensor {
  checkFloat("variance", input);
  const over = normalizeDims("variance", dims, input.shape.length);
  const freedom = Math.max(0, countOf(input.shape, over) - (options.correction ?? 1));
  const centred = sub(input, mean(input, over, { keepdim: true }));
  return mul(sum(square(centred), over, options), 1 / freedom);
}

/** Square root of `variance`. */
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
 */
export function norm(input: Tensor, p = 2, dims?: Dims, options: ReduceOptions = {}): Tensor {
  checkFloat("norm", input);
  if (Number.isNaN(p))
    throw new ConfigError("norm", "p is NaN", "expected a number or Infinity", "Use 2 for Euclid's.");
  if (p === 2) return sqrtWithSafeGrad(sum(square(input), dims, options));
  if (p === 1) return sum(abs(input), dims, options);
  if (p === Infinity) return amax(abs(input), dims, options);
  if (p === -Infinity) return amin(abs(input), dims, options);
  if (p === 0) return sum(square(sign(input)), dims, options);
  return pow(sum(pow(abs(input), p), dims, options), 1 / p);
}

/** ln Σ eˣ over dimensions, without overflow. */
export function logSumExp(input: Tensor, dims: number | readonly number[], options: ReduceOptions = {}): Tensor {
  checkFloat("logSumExp", input);
  const over = normalizeDims("logSumExp", dims, input.shape.length);
  const reduced = empty(
    input.shape.filter((_, i) => !over.includes(i)),
    input.dtype,
    "logSumExp",
  );
  input.storage.backend.logSumExp(input, over, reduced);
  const out = options.keepdim === true ? withKeptDims(reduced, input.shape, over) : reduced;
  out.isView = false;
  return record("logSumExp", out, [input], [input, out], (grad) => {
    const weights = unaryRaw("exp", binaryRaw("sub", input, expandReduced(out, input, over)));
    return binaryRaw("mul", weights, expandReduced(grad, input, over));
  });
}
