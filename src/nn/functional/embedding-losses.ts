import { add, checkFloat, clamp, eq, minimum, sub, where } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { checkedOptions, formatShape, type OptionKinds, ShapeError } from "../../util/index.ts";
import { checkElements, checkLike, checkNumber } from "./check-losses.ts";
import { pairwiseDistance, smoothCosine } from "./distance.ts";
import type { MarginOptions } from "./margin-losses.ts";
import { MARGIN_OPTIONS } from "./margin-losses.ts";
import { checkReduction, reduceLosses } from "./reduction.ts";

/** Options of `tripletMarginLoss`. */
export interface TripletMarginLossOptions extends MarginOptions {
  /** Which norm measures the distance; default 2. */
  p?: number;
  /** Added to each difference; default 1e-6. */
  eps?: number;
  /** Take the positive's distance to the negative where that is smaller; default false. */
  swap?: boolean;
}

/** What each holds. */
export const TRIPLET_MARGIN_LOSS_OPTIONS: OptionKinds<TripletMarginLossOptions> = {
  ...MARGIN_OPTIONS,
  p: "number",
  eps: "number",
  swap: "boolean",
};

/** Options of `tripletMarginWithDistanceLoss`. */
export interface TripletMarginWithDistanceLossOptions extends MarginOptions {
  /** Gives the distances of two batches; default `pairwiseDistance`. */
  distanceFunction?: (x1: Tensor, x2: Tensor) => Tensor;
  /** Take the positive's distance to the negative where that is smaller; default false. */
  swap?: boolean;
}

/** What each holds. */
export const TRIPLET_MARGIN_WITH_DISTANCE_LOSS_OPTIONS: OptionKinds<TripletMarginWithDistanceLossOptions> = {
  ...MARGIN_OPTIONS,
  distanceFunction: "function",
  swap: "boolean",
};

/**
 * Similar vectors to the same direction, others apart: `1 − cos` where y = 1, `max(0, cos − margin)` where y = −1.
 *
 * @param input1 `[D]` or `[N, D]`
 * @param input2 of the same shape and dtype
 * @param target 1 or −1: `[]` or `[N]`, of the input's dtype
 * @param options.margin −1 … 1, usually 0 … 0.5; default 0
 * @throws {ShapeError} when the shapes do not fit
 * @throws {DataError} for a target below −1 or above 1
 * @example
 * const a = tensor([[1, 0], [1, 1]]);
 * const out = F.cosineEmbeddingLoss(a, tensor([[1, 1], [0, 1]]), tensor([1, -1]), { margin: 0.2 }); // 0.4
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cosine_embedding_loss.html
 */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options: MarginOptions = {},
): Tensor {
  checkedOptions("cosineEmbeddingLoss", options, MARGIN_OPTIONS);
  const name = "cosineEmbeddingLoss";
  const { margin = 0 } = options;
  const reduction = checkReduction(name, options.reduction);
  checkNumber(name, "margin", margin);
  checkVectors(name, input1, 2);
  checkLike(name, "input2", input2, input1);
  checkLike(name, "target", target, input1, input1.shape.slice(0, -1));
  checkElements(name, "target", target, -1, 1, "Pass 1 for similar pairs, −1 for others.");
  const cosine = smoothCosine(input1, input2);
  const y = target.detach();
  const together = where(eq(y, 1), sub(1, cosine), 0);
  const apart = where(eq(y, -1), clamp(sub(cosine, margin), { min: 0 }), 0);
  return reduceLosses(add(together, apart), reduction);
}

/**
 * Nearer to the positive than to the negative by the margin: `max(0, ‖a − p‖ − ‖a − n‖ + margin)`.
 *
 * @param anchor `[D]` or `[N, D]`
 * @param positive of the same shape and dtype
 * @param negative of the same shape and dtype
 * @param options.margin default 1
 * @throws {ShapeError} when the shapes differ
 * @example
 * const out = F.tripletMarginLoss(tensor([[0, 0]]), tensor([[1, 0]]), tensor([[0, 2]]), { margin: 2 }); // 1
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_loss.html
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginLossOptions = {},
): Tensor {
  checkedOptions("tripletMarginLoss", options, TRIPLET_MARGIN_LOSS_OPTIONS);
  const { p = 2, eps = 1e-6, ...others } = options;
  checkNumber("tripletMarginLoss", "eps", eps, 0);
  const distanceFunction = (x1: Tensor, x2: Tensor): Tensor => pairwiseDistance(x1, x2, { p, eps });
  return triplet("tripletMarginLoss", anchor, positive, negative, { ...others, distanceFunction });
}

/**
 * `tripletMarginLoss` with a distance of your own: `max(0, d(a, p) − d(a, n) + margin)`.
 *
 * @param anchor `[D]` or `[N, D]`
 * @param positive of the same shape and dtype
 * @param negative of the same shape and dtype
 * @param options.margin default 1
 * @throws {ShapeError} when the shapes differ
 * @example
 * const far = (a: Tensor, b: Tensor) => F.cosineSimilarity(a, b).neg().add(1);
 * const loss = F.tripletMarginWithDistanceLoss(x, x.mul(2), x.neg(), { distanceFunction: far });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_with_distance_loss.html
 */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginWithDistanceLossOptions = {},
): Tensor {
  checkedOptions("tripletMarginWithDistanceLoss", options, TRIPLET_MARGIN_WITH_DISTANCE_LOSS_OPTIONS);
  return triplet("tripletMarginWithDistanceLoss", anchor, positive, negative, options);
}

function triplet(
  name: string,
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginWithDistanceLossOptions,
): Tensor {
  const { margin = 1, swap = false, distanceFunction = pairwiseDistance } = options;
  const reduction = checkReduction(name, options.reduction);
  checkNumber(name, "margin", margin);
  checkVectors(name, anchor, Infinity);
  checkLike(name, "positive", positive, anchor);
  checkLike(name, "negative", negative, anchor);
  const near = distanceFunction(anchor, positive);
  const direct = distanceFunction(anchor, negative);
  const far = swap ? minimum(direct, distanceFunction(positive, negative)) : direct;
  return reduceLosses(clamp(add(sub(near, far), margin), { min: 0 }), reduction);
}

function checkVectors(name: string, input: Tensor, most: number): void {
  checkFloat(name, input);
  const rank = input.shape.length;
  if (rank >= 1 && rank <= most) return;
  throw new ShapeError(
    name,
    `input has shape ${formatShape(input.shape)}`,
    "expected vectors: [D] or [N, D]",
    "Reshape the input to a row for each vector.",
  );
}
