import type { PointwiseLoss } from "../../engine/index.ts";
import { abs, binaryRaw, clamp, empty, emptyLike, lt, mul, square, sub, where } from "../../ops/index.ts";
import { isInitialGradient, needsGrad, record, type Tensor } from "../../tensor/index.ts";
import { ConfigError, checkedOptions, type OptionKinds } from "../../util/index.ts";
import { checkPair, checkReduction, REDUCTION_OPTIONS, type ReductionOptions, reduceLosses } from "./reduction.ts";

// Losses that are a function of prediction − target, element by element. Summed or averaged they are
// one kernel, which gives the value and the derivative at once. PyTorch broadcasts a target of another
// shape and only warns; here it is refused: [N] against [N, 1] would silently average N × N pairs.

/** Options of `huberLoss`. */
export interface HuberLossOptions extends ReductionOptions {
  /** Where the parabola becomes a line, above 0; default 1. */
  delta?: number;
}

/** What each holds. */
export const HUBER_LOSS_OPTIONS: OptionKinds<HuberLossOptions> = { ...REDUCTION_OPTIONS, delta: "number" };

/** Options of `smoothL1Loss`. */
export interface SmoothL1LossOptions extends ReductionOptions {
  /** Where the parabola becomes a line, 0 or more; default 1. */
  beta?: number;
}

/** What each holds. */
export const SMOOTH_L1_LOSS_OPTIONS: OptionKinds<SmoothL1LossOptions> = { ...REDUCTION_OPTIONS, beta: "number" };

/** The loss of each element, from ordinary ops: differentiable by both operands. */
const ELEMENTWISE: Record<PointwiseLoss, (input: Tensor, target: Tensor, parameter: number) => Tensor> = {
  mse: (input, target) => square(sub(input, target)),
  l1: (input, target) => abs(sub(input, target)),
  huber: (input, target, delta) => {
    const z = abs(sub(input, target));
    const near = clamp(z, { max: delta });
    // ½·z² up to delta, then delta·(z − ½·delta): both are near·(z − ½·near).
    return mul(near, sub(z, mul(near, 0.5)));
  },
  smoothL1: (input, target, beta) => {
    const z = abs(sub(input, target));
    if (beta === 0) return z;
    return where(lt(z, beta), mul(square(z), 0.5 / beta), sub(z, 0.5 * beta));
  },
};

function pointwise(
  kind: PointwiseLoss,
  input: Tensor,
  target: Tensor,
  parameter: number,
  options: ReductionOptions,
): Tensor {
  const name = `${kind}Loss`;
  const reduction = checkReduction(name, options.reduction);
  checkPair(name, input, target);
  if (reduction === "none" || needsGrad(target)) {
    return reduceLosses(ELEMENTWISE[kind](input, target, parameter), reduction);
  }
  const scale = reduction === "mean" ? 1 / input.length : 1;
  const loss = empty([], { dtype: input.dtype });
  const { backend } = input.storage;
  if (!needsGrad(input)) {
    backend.pointwiseLoss(kind, input, target, parameter, scale, loss, null);
    return loss;
  }
  const slope = emptyLike(input);
  backend.pointwiseLoss(kind, input, target, parameter, scale, loss, slope);
  return record(name, loss, [input], null, (grad) => (isInitialGradient(grad) ? slope : binaryRaw("mul", slope, grad)));
}

/**
 * Mean squared error: `mean (input − target)²`.
 *
 * @param input any shape, floating point
 * @param target the same shape and dtype; nothing is broadcast
 * @throws {ShapeError} when the shapes differ (PyTorch broadcasts and warns)
 * @example
 * const out = F.mseLoss(tensor([1, 2]), tensor([1.5, 4])); // 2.125
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html
 */
export function mseLoss(input: Tensor, target: Tensor, options: ReductionOptions = {}): Tensor {
  checkedOptions("mseLoss", options, REDUCTION_OPTIONS);
  return pointwise("mse", input, target, 0, options);
}

/**
 * Mean absolute error: `mean |input − target|`; its derivative at 0 is 0.
 *
 * @param target of `input`'s shape and dtype; nothing is broadcast
 * @throws {ShapeError} when the shapes differ
 * @example
 * const out = F.l1Loss(tensor([1, 2]), tensor([1.5, 4]), { reduction: "sum" }); // 2.5
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html
 */
export function l1Loss(input: Tensor, target: Tensor, options: ReductionOptions = {}): Tensor {
  checkedOptions("l1Loss", options, REDUCTION_OPTIONS);
  return pointwise("l1", input, target, 0, options);
}

/**
 * Huber's loss: `½·d²` where `|d| ≤ delta`, else `delta·(|d| − ½·delta)`, with `d = input − target`.
 *
 * @param target of `input`'s shape and dtype; nothing is broadcast
 * @throws {ShapeError} when the shapes differ
 * @throws {ConfigError} when delta is not above 0
 * @example
 * const out = F.huberLoss(tensor([1, 2]), tensor([1.5, 4]), { delta: 0.5 }); // 0.5
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.huber_loss.html
 */
export function huberLoss(input: Tensor, target: Tensor, options: HuberLossOptions = {}): Tensor {
  checkedOptions("huberLoss", options, HUBER_LOSS_OPTIONS);
  const { delta = 1 } = options;
  if (!(delta > 0 && delta < Infinity)) {
    throw new ConfigError(
      "huberLoss",
      `delta is ${delta}`,
      "expected a finite number above 0",
      "Pass e.g. { delta: 1 }.",
    );
  }
  return pointwise("huber", input, target, delta, options);
}

/**
 * Smooth L1: `½·d²/beta` where `|d| < beta`, else `|d| − ½·beta`, with `d = input − target`.
 *
 * @param target of `input`'s shape and dtype; nothing is broadcast
 * @throws {ShapeError} when the shapes differ
 * @throws {ConfigError} when beta is negative
 * @example
 * const out = F.smoothL1Loss(tensor([1, 2]), tensor([1.5, 4]), { beta: 0.5 }); // 1
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.smooth_l1_loss.html
 */
export function smoothL1Loss(input: Tensor, target: Tensor, options: SmoothL1LossOptions = {}): Tensor {
  checkedOptions("smoothL1Loss", options, SMOOTH_L1_LOSS_OPTIONS);
  const { beta = 1 } = options;
  if (!(beta >= 0 && beta < Infinity)) {
    throw new ConfigError(
      "smoothL1Loss",
      `beta is ${beta}`,
      "expected a finite number of 0 or more",
      "Pass e.g. { beta: 1 }.",
    );
  }
  return pointwise("smoothL1", input, target, beta, options);
}
