import {
  add,
  binaryRaw,
  checkFloat,
  div,
  eq,
  exp,
  gt,
  log,
  mul,
  reshape,
  scalarRaw,
  square,
  sub,
  unaryRaw,
  where,
} from "../../ops/index.ts";
import { record, type Tensor } from "../../tensor/index.ts";
import { checkedOptions, formatShape, type OptionKinds, ShapeError, sameShape } from "../../util/index.ts";
import { checkDtype, checkElements, checkNumber } from "./check-losses.ts";
import {
  checkPair,
  checkReduction,
  REDUCTION_OPTIONS,
  type Reduction,
  type ReductionOptions,
  reduceLosses,
} from "./reduction.ts";
import { raiseTo } from "./softplus-stable.ts";

/** Options of `klDiv`. */
export interface KLDivOptions {
  /** Default mean over all elements; `batchmean` divides the sum by the first size: the divergence itself. */
  reduction?: Reduction | "batchmean";
  /** Whether the target holds logarithms too; default false. */
  logTarget?: boolean;
}

/** What each holds. */
export const KL_DIV_OPTIONS: OptionKinds<KLDivOptions> = { reduction: "string", logTarget: "boolean" };

/** Options of `gaussianNllLoss`. */
export interface GaussianNLLLossOptions extends ReductionOptions {
  /** Add the constant ½·ln 2π; default false. */
  full?: boolean;
  /** The least variance, above 0; default 1e-6. */
  eps?: number;
}

/** What each holds. */
export const GAUSSIAN_NLL_LOSS_OPTIONS: OptionKinds<GaussianNLLLossOptions> = {
  ...REDUCTION_OPTIONS,
  full: "boolean",
  eps: "number",
};

/** Options of `poissonNllLoss`. */
export interface PoissonNLLLossOptions extends ReductionOptions {
  /** Whether the input is the logarithm of the rate; default true. */
  logInput?: boolean;
  /** Add Stirling's approximation of ln y! where y > 1; default false. */
  full?: boolean;
  /** Added to the rate before its logarithm, with `logInput: false`; above 0, default 1e-8. */
  eps?: number;
}

/** What each holds. */
export const POISSON_NLL_LOSS_OPTIONS: OptionKinds<PoissonNLLLossOptions> = {
  ...REDUCTION_OPTIONS,
  logInput: "boolean",
  full: "boolean",
  eps: "number",
};

// t·ln t, and 0 at 0.
function xLogX(x: Tensor): Tensor {
  const out = where(eq(x.detach(), 0), 0, binaryRaw("mul", x, unaryRaw("log", x)));
  return record("xlogx", out, [x], [x], (grad) => binaryRaw("mul", grad, scalarRaw("add", unaryRaw("log", x), 1)));
}

/**
 * Kullback and Leibler's divergence of the target from the input: `y·(ln y − x)`, 0 where y is 0.
 *
 * @param input log probabilities, any shape
 * @param target probabilities (or their logarithms with `logTarget`) of the same shape and dtype
 * @throws {ShapeError} when the shapes differ
 * @example
 * const out = F.klDiv(tensor([[0.5, 0.5]]).log(), tensor([[0.9, 0.1]]), { reduction: "batchmean" }); // 0.3681
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html
 */
export function klDiv(input: Tensor, target: Tensor, options: KLDivOptions = {}): Tensor {
  checkedOptions("klDiv", options, KL_DIV_OPTIONS);
  const { reduction = "mean", logTarget = false } = options;
  const wanted = reduction === "batchmean" ? "sum" : checkReduction("klDiv", reduction);
  checkPair("klDiv", input, target);
  const losses = logTarget ? mul(exp(target), sub(target, input)) : sub(xLogX(target), mul(target, input));
  const reduced = reduceLosses(losses, wanted);
  return reduction === "batchmean" && input.shape.length > 0 ? div(reduced, input.shape[0] as number) : reduced;
}

/**
 * Negative log likelihood of a normal distribution: `½·(ln v + (x − y)²/v)` with `v = max(variance, eps)`.
 *
 * As in PyTorch the lower bound does not stop the gradient by the variance.
 *
 * @param input means, any shape
 * @param target of the same shape and dtype
 * @param variance 0 or more: of the input's shape, or with its last size 1 or left out
 * @throws {ShapeError} when the shapes do not fit
 * @throws {DataError} for a negative variance
 * @example
 * const out = F.gaussianNllLoss(tensor([1, 2]), tensor([1.5, 4]), tensor([0.5, 2])); // 0.625
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.gaussian_nll_loss.html
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor,
  options: GaussianNLLLossOptions = {},
): Tensor {
  checkedOptions("gaussianNllLoss", options, GAUSSIAN_NLL_LOSS_OPTIONS);
  const name = "gaussianNllLoss";
  const { full = false, eps = 1e-6 } = options;
  const reduction = checkReduction(name, options.reduction);
  checkNumber(name, "eps", eps, 0, true);
  checkPair(name, input, target);
  const fitting = fitVariance(name, input, variance);
  checkElements(name, "variance", fitting, 0, Infinity, "Give the model a softplus or exp output for it.");
  const v = raiseTo(fitting, eps);
  const terms = add(log(v), div(square(sub(input, target)), v));
  const losses = mul(terms, 0.5);
  return reduceLosses(full ? add(losses, 0.5 * Math.log(2 * Math.PI)) : losses, reduction);
}

function fitVariance(name: string, input: Tensor, variance: Tensor): Tensor {
  checkFloat(name, variance);
  checkDtype(name, "variance", variance, input);
  const { shape } = input;
  const short = shape.slice(0, -1);
  if (sameShape(variance.shape, shape) || (shape.length > 0 && sameShape(variance.shape, [...short, 1]))) {
    return variance;
  }
  if (shape.length > 0 && sameShape(variance.shape, short)) return reshape(variance, [...short, 1]);
  throw new ShapeError(
    name,
    `variance has shape ${formatShape(variance.shape)}, input ${formatShape(shape)}`,
    "expected one for each element, or one for each row",
    "Pass it in the input's shape, or with its last size 1.",
  );
}

/**
 * Negative log likelihood of counts: `eˣ − y·x`, or `x − y·ln(x + eps)` without `logInput`.
 *
 * @param input logarithms of the rates (or rates), any shape
 * @param target counts of the same shape and dtype
 * @throws {ShapeError} when the shapes differ
 * @example
 * const out = F.poissonNllLoss(tensor([0, 1]), tensor([1, 3])); // 0.3591
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.poisson_nll_loss.html
 */
export function poissonNllLoss(input: Tensor, target: Tensor, options: PoissonNLLLossOptions = {}): Tensor {
  checkedOptions("poissonNllLoss", options, POISSON_NLL_LOSS_OPTIONS);
  const name = "poissonNllLoss";
  const { logInput = true, full = false, eps = 1e-8 } = options;
  const reduction = checkReduction(name, options.reduction);
  checkNumber(name, "eps", eps, 0, true);
  checkPair(name, input, target);
  const losses = logInput ? sub(exp(input), mul(target, input)) : sub(input, mul(target, log(add(input, eps))));
  return reduceLosses(full ? add(losses, stirling(target)) : losses, reduction);
}

// y·ln y − y + ½·ln 2πy where y > 1, else 0. The logarithm is taken of 1 elsewhere, so that no gradient is NaN.
function stirling(target: Tensor): Tensor {
  const large = gt(target.detach(), 1);
  const y = where(large, target, 1);
  const value = add(sub(mul(y, log(y)), y), mul(log(mul(y, 2 * Math.PI)), 0.5));
  return where(large, value, 0);
}
