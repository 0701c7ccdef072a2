import { add, binaryRaw, emptyLike, mul, neg, sub, unaryRaw } from "../../ops/index.ts";
import { record, type Tensor } from "../../tensor/index.ts";
import { checkedOptions, type OptionKinds } from "../../util/index.ts";
import { checkElements, checkFactor } from "./check-losses.ts";
import { checkPair, checkReduction, REDUCTION_OPTIONS, type ReductionOptions, reduceLosses } from "./reduction.ts";
import { complementRaw, evenPartRaw, softplusExact } from "./softplus-stable.ts";

/** Options of `binaryCrossEntropy`. */
export interface BinaryCrossEntropyOptions extends ReductionOptions {
  /** A factor on each element's loss; its shape broadcasts to the input's. */
  weight?: Tensor;
}

/** What each holds. */
export const BINARY_CROSS_ENTROPY_OPTIONS: OptionKinds<BinaryCrossEntropyOptions> = {
  ...REDUCTION_OPTIONS,
  weight: "object",
};

/** Options of `binaryCrossEntropyWithLogits`. */
export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** A factor on the positive part, one for each class: above 1 for recall; broadcasts to the input. */
  posWeight?: Tensor;
}

/** What each holds. */
export const BINARY_CROSS_ENTROPY_WITH_LOGITS_OPTIONS: OptionKinds<BinaryCrossEntropyWithLogitsOptions> = {
  ...BINARY_CROSS_ENTROPY_OPTIONS,
  posWeight: "object",
};

/** No logarithm counts for less than this, as in PyTorch: a wrong certainty costs 100, not infinity. */
const LEAST_LOG = -100;

/** PyTorch writes 1e-12 as a float. */
const EPSILON = Math.fround(1e-12);

function leastLog(log: Tensor): Tensor {
  const out = emptyLike(log);
  log.storage.backend.clamp(log, LEAST_LOG, Infinity, out);
  return out;
}

/**
 * Binary cross-entropy of probabilities: `−w·(y·ln x + (1 − y)·ln(1 − x))`, each logarithm at least −100.
 *
 * Use `binaryCrossEntropyWithLogits` on the scores before the sigmoid where possible: it loses no digits.
 *
 * @param input probabilities 0 … 1, any shape
 * @param target 0 … 1, of the same shape and dtype
 * @throws {DataError} for an input outside 0 … 1
 * @throws {ShapeError} when the shapes differ
 * @example
 * const out = F.binaryCrossEntropy(tensor([0.9, 0.2]), tensor([1, 0])); // 0.1643
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy.html
 */
export function binaryCrossEntropy(input: Tensor, target: Tensor, options: BinaryCrossEntropyOptions = {}): Tensor {
  checkedOptions("binaryCrossEntropy", options, BINARY_CROSS_ENTROPY_OPTIONS);
  const name = "binaryCrossEntropy";
  const reduction = checkReduction(name, options.reduction);
  checkPair(name, input, target);
  const fix = "Apply sigmoid, or use binaryCrossEntropyWithLogits.";
  checkElements(name, "input", input, 0, 1, fix);
  const yes = leastLog(unaryRaw("log", input));
  const no = leastLog(unaryRaw("log1p", unaryRaw("neg", input)));
  const terms = binaryRaw("add", binaryRaw("mul", target, yes), binaryRaw("mul", complementRaw(target), no));
  const losses = record(name, unaryRaw("neg", terms), [input, target], [input, target], (grad) => {
    const spread = emptyLike(input);
    input.storage.backend.clamp(binaryRaw("mul", complementRaw(input), input), EPSILON, Infinity, spread);
    return [
      binaryRaw("mul", grad, binaryRaw("div", binaryRaw("sub", input, target), spread)),
      target.requiresGrad ? binaryRaw("mul", grad, binaryRaw("sub", no, yes)) : null,
    ];
  });
  return reduceLosses(weighted(name, losses, options.weight), reduction);
}

/**
 * Binary cross-entropy of scores: `−w·(p·y·ln σ(x) + (1 − y)·ln(1 − σ(x)))`, computed without overflow.
 *
 * @param input scores before the sigmoid, any shape
 * @param target 0 … 1, of the same shape and dtype
 * @throws {ShapeError} when the shapes differ, or a weight does not broadcast
 * @example
 * const scores = tensor([2, -1]);
 * const loss = F.binaryCrossEntropyWithLogits(scores, tensor([1, 0]), { posWeight: tensor([3, 3]) });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy_with_logits.html
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  options: BinaryCrossEntropyWithLogitsOptions = {},
): Tensor {
  checkedOptions("binaryCrossEntropyWithLogits", options, BINARY_CROSS_ENTROPY_WITH_LOGITS_OPTIONS);
  const name = "binaryCrossEntropyWithLogits";
  const reduction = checkReduction(name, options.reduction);
  checkPair(name, input, target);
  const { posWeight } = options;
  if (posWeight !== undefined) checkFactor(name, "posWeight", posWeight, input);
  const losses = posWeight === undefined ? plain(name, input, target) : withPosWeight(input, target, posWeight);
  return reduceLosses(weighted(name, losses, options.weight), reduction);
}

// max(x, 0) − x·y + ln(1 + e^−|x|): exact also where one of the logarithms is nearly 0.
function plain(name: string, input: Tensor, target: Tensor): Tensor {
  const line = binaryRaw("sub", unaryRaw("relu", input), binaryRaw("mul", input, target));
  const losses = binaryRaw("add", line, evenPartRaw(input));
  return record(name, losses, [input, target], [input, target], (grad) => [
    binaryRaw("mul", grad, binaryRaw("sub", unaryRaw("sigmoid", input), target)),
    target.requiresGrad ? binaryRaw("mul", grad, unaryRaw("neg", input)) : null,
  ]);
}

// p·y·ln(1 + e⁻ˣ) + (1 − y)·ln(1 + eˣ): two terms that are never negative.
function withPosWeight(input: Tensor, target: Tensor, posWeight: Tensor): Tensor {
  const yes = mul(mul(posWeight, target), softplusExact(neg(input)));
  return add(yes, mul(sub(1, target), softplusExact(input)));
}

function weighted(name: string, losses: Tensor, weight: Tensor | undefined): Tensor {
  if (weight === undefined) return losses;
  checkFactor(name, "weight", weight, losses);
  return mul(losses, weight);
}
