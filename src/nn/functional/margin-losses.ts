import {
  add,
  clamp,
  data,
  fromTypedArray,
  gather,
  mean,
  mul,
  ne,
  neg,
  reshape,
  square,
  sub,
  sum,
  where,
} from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { ConfigError, checkedOptions, formatShape, type OptionKinds, ShapeError } from "../../util/index.ts";
import { checkFactor, checkLike, checkNumber } from "./check-losses.ts";
import { asRows, classWeights, readTargets } from "./class-targets.ts";
import { checkPair, checkReduction, REDUCTION_OPTIONS, type ReductionOptions, reduceLosses } from "./reduction.ts";
import { softplusExact } from "./softplus-stable.ts";

/** Options of losses with a margin. */
export interface MarginOptions extends ReductionOptions {
  /** How far apart is far enough. */
  margin?: number;
}

/** What each holds. */
export const MARGIN_OPTIONS: OptionKinds<MarginOptions> = { ...REDUCTION_OPTIONS, margin: "number" };

/** Options of `multiMarginLoss`. */
export interface MultiMarginLossOptions extends MarginOptions {
  /** The exponent of each shortfall, 1 (default) or 2. */
  p?: 1 | 2;
  /** `[C]`: a factor for each true class. */
  weight?: Tensor;
}

/** What each holds. */
export const MULTI_MARGIN_LOSS_OPTIONS: OptionKinds<MultiMarginLossOptions> = {
  ...MARGIN_OPTIONS,
  p: "number",
  weight: "object",
};

/** Options of `multilabelSoftMarginLoss`. */
export interface MultilabelSoftMarginLossOptions extends ReductionOptions {
  /** `[C]`: a factor for each class. */
  weight?: Tensor;
}

/** What each holds. */
export const MULTILABEL_SOFT_MARGIN_LOSS_OPTIONS: OptionKinds<MultilabelSoftMarginLossOptions> = {
  ...REDUCTION_OPTIONS,
  weight: "object",
};

const positive = (x: Tensor): Tensor => clamp(x, { min: 0 });

/**
 * The better one of a pair shall score higher: `max(0, −y·(x1 − x2) + margin)`.
 *
 * @param input1 scores, any shape
 * @param input2 of the same shape and dtype
 * @param target 1 where `input1` shall be higher, −1 where `input2`; of the same shape and dtype
 * @param options.margin default 0
 * @throws {ShapeError} when the shapes differ
 * @example
 * const out = F.marginRankingLoss(tensor([2, 1]), tensor([1, 1]), tensor([1, -1]), { margin: 0.5 }); // 0.25
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.margin_ranking_loss.html
 */
export function marginRankingLoss(input1: Tensor, input2: Tensor, target: Tensor, options: MarginOptions = {}): Tensor {
  checkedOptions("marginRankingLoss", options, MARGIN_OPTIONS);
  const { margin = 0 } = options;
  const reduction = checkReduction("marginRankingLoss", options.reduction);
  checkNumber("marginRankingLoss", "margin", margin);
  checkPair("marginRankingLoss", input1, target);
  checkLike("marginRankingLoss", "input2", input2, input1);
  return reduceLosses(positive(add(mul(neg(target), sub(input1, input2)), margin)), reduction);
}

/**
 * Distances small where y = 1, at least the margin where y = −1: `x`, or `max(0, margin − x)`. (Any other y counts
 * as both, as in PyTorch.)
 *
 * @param input distances, any shape
 * @param target 1 or −1, of the same shape and dtype
 * @param options.margin default 1
 * @throws {ShapeError} when the shapes differ
 * @example
 * const out = F.hingeEmbeddingLoss(tensor([0.5, 1.5]), tensor([1, -1]), { margin: 2 }); // 0.5
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.hinge_embedding_loss.html
 */
export function hingeEmbeddingLoss(input: Tensor, target: Tensor, options: MarginOptions = {}): Tensor {
  checkedOptions("hingeEmbeddingLoss", options, MARGIN_OPTIONS);
  const { margin = 1 } = options;
  const reduction = checkReduction("hingeEmbeddingLoss", options.reduction);
  checkNumber("hingeEmbeddingLoss", "margin", margin);
  checkPair("hingeEmbeddingLoss", input, target);
  const y = target.detach();
  const apart = where(ne(y, 1), positive(sub(margin, input)), 0);
  return reduceLosses(add(apart, where(ne(y, -1), input, 0)), reduction);
}

/**
 * Logistic loss of two classes: `ln(1 + e^(−y·x))`, without PyTorch's overflow.
 *
 * @param input scores, any shape
 * @param target 1 or −1, of the same shape and dtype
 * @throws {ShapeError} when the shapes differ
 * @example
 * const out = F.softMarginLoss(tensor([2, -1]), tensor([1, -1])); // 0.2201
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.soft_margin_loss.html
 */
export function softMarginLoss(input: Tensor, target: Tensor, options: ReductionOptions = {}): Tensor {
  checkedOptions("softMarginLoss", options, REDUCTION_OPTIONS);
  const reduction = checkReduction("softMarginLoss", options.reduction);
  checkPair("softMarginLoss", input, target);
  return reduceLosses(softplusExact(mul(neg(target), input)), reduction);
}

/**
 * Several classes at once: the mean over classes of `−w·(y·ln σ(x) + (1 − y)·ln(1 − σ(x)))`.
 *
 * @param input scores `[C]` or `[N, C]` (the last dimension is the classes)
 * @param target 0 or 1, of the same shape and dtype
 * @throws {ShapeError} when the shapes differ
 * @example
 * const out = F.multilabelSoftMarginLoss(tensor([[2, -1, 0]]), tensor([[1, 0, 1]])); // 0.3778
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_soft_margin_loss.html
 */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  options: MultilabelSoftMarginLossOptions = {},
): Tensor {
  checkedOptions("multilabelSoftMarginLoss", options, MULTILABEL_SOFT_MARGIN_LOSS_OPTIONS);
  const name = "multilabelSoftMarginLoss";
  const reduction = checkReduction(name, options.reduction);
  checkPair(name, input, target);
  if (input.shape.length === 0) throw noClasses(name);
  const terms = add(mul(target, softplusExact(neg(input))), mul(sub(1, target), softplusExact(input)));
  if (options.weight !== undefined) checkFactor(name, "weight", options.weight, input);
  const weighted = options.weight === undefined ? terms : mul(terms, options.weight);
  return reduceLosses(mean(weighted, -1), reduction);
}

/**
 * The true class shall lead by the margin: `Σ_{i ≠ y} w[y]·max(0, margin − x[y] + x[i])ᵖ / C`.
 *
 * @param input scores `[C]` or `[N, C]`
 * @param target int32 classes `[]` or `[N]`
 * @param options.margin default 1
 * @throws {DataError} for a class that does not exist
 * @throws {ShapeError} when there is not one target for each row
 * @example
 * const out = F.multiMarginLoss(tensor([[2, 0, 0], [0, 1, 3]]), tensor([0, 2], { dtype: "int32" })); // 0
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.multi_margin_loss.html
 */
export function multiMarginLoss(input: Tensor, target: Tensor, options: MultiMarginLossOptions = {}): Tensor {
  checkedOptions("multiMarginLoss", options, MULTI_MARGIN_LOSS_OPTIONS);
  const name = "multiMarginLoss";
  const { p = 1, margin = 1 } = options;
  const reduction = checkReduction(name, options.reduction);
  checkNumber(name, "margin", margin);
  if (p !== 1 && p !== 2) throw new ConfigError(name, `p is ${p}`, "expected 1 or 2", "Choose one of them.");
  if (input.shape.length > 2) {
    throw new ShapeError(name, `input has shape ${formatShape(input.shape)}`, "expected [C] or [N, C]", "Reshape it.");
  }
  const scores = asRows(name, input);
  const weight = classWeights(name, options.weight, scores.rows);
  // −2³¹ is no class: nothing is ignored here.
  const targets = readTargets(name, scores, target, weight, -2147483648);
  const { rows } = scores;
  const classes = rows.shape[1] as number;
  const others = ne(range(classes), targets.index);
  const short = positive(add(sub(rows, gather(rows, 1, targets.index)), margin));
  const counted = where(others, p === 1 ? short : square(short), 0);
  const losses = mul(sum(mul(counted, targets.weight), 1), 1 / classes);
  return reduceLosses(reshape(losses, scores.shape), reduction);
}

/**
 * Every true class shall lead every other by 1: `Σ_{j true, i not} max(0, 1 − x[j] + x[i]) / C`.
 *
 * @param input scores `[C]` or `[N, C]`
 * @param target int32 of the same shape: the true classes of a row, then −1 (what follows it does not count)
 * @throws {DataError} for a class that does not exist
 * @example
 * const out = F.multilabelMarginLoss(tensor([[0.1, 0.2, 0.8]]), tensor([[2, 0, -1]], { dtype: "int32" })); // 0.5
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_margin_loss.html
 */
export function multilabelMarginLoss(input: Tensor, target: Tensor, options: ReductionOptions = {}): Tensor {
  checkedOptions("multilabelMarginLoss", options, REDUCTION_OPTIONS);
  const name = "multilabelMarginLoss";
  const reduction = checkReduction(name, options.reduction);
  if (input.shape.length === 0 || input.shape.length > 2) throw noClasses(name);
  const classes = input.shape[input.shape.length - 1] as number;
  const rows = reshape(input, [-1, classes]);
  const count = rows.shape[0] as number;
  const pairs = truePairs(name, input, target, count, classes);
  // [N, j, i]: how much true class j falls short of leading i.
  const lead = sub(reshape(rows, [count, classes, 1]), reshape(rows, [count, 1, classes]));
  const counted = where(pairs, positive(sub(1, lead)), 0);
  const losses = mul(sum(counted, [1, 2]), 1 / classes);
  return reduceLosses(input.shape.length === 1 ? reshape(losses, []) : losses, reduction);
}

// bool [N, j, i]: j is a true class and i is none.
function truePairs(name: string, input: Tensor, target: Tensor, count: number, classes: number): Tensor {
  const everyClass = { rows: reshape(input.detach(), [input.length, 1]), shape: input.shape };
  readTargets(name, { ...everyClass, rows: everyClass.rows.expand([input.length, classes]) }, target, null, -1);
  const wanted = data(target);
  const isTrue = new Uint8Array(count * classes);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < classes; i++) {
      const at = wanted[row * classes + i] as number;
      if (at === -1) break;
      isTrue[row * classes + at] = 1;
    }
  }
  const pairs = new Uint8Array(count * classes * classes);
  for (let at = 0; at < pairs.length; at++) {
    const [row, j, i] = [Math.floor(at / classes / classes), Math.floor(at / classes) % classes, at % classes];
    pairs[at] = isTrue[row * classes + j] === 1 && isTrue[row * classes + i] === 0 ? 1 : 0;
  }
  return fromTypedArray(pairs, [count, classes, classes], { dtype: "bool" });
}

function range(classes: number): Tensor {
  return fromTypedArray(
    Int32Array.from({ length: classes }, (_, i) => i),
    [classes],
    { dtype: "int32" },
  );
}

function noClasses(name: string): ShapeError {
  return new ShapeError(name, "input has no dimension of classes", "expected [C] or [N, C]", "Give a score a class.");
}
