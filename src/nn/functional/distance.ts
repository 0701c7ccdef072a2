import { add, checkFloat, checkSameBackend, clamp, div, mul, norm, sqrt, square, sub, sum } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { ConfigError, checkedOptions, type OptionKinds } from "../../util/index.ts";
import { checkNumber } from "./check-losses.ts";

/** Options of `pairwiseDistance`. */
export interface PairwiseDistanceOptions {
  /** Which norm; default 2. */
  p?: number;
  /** Added to each difference, so that the derivative exists where both are equal; default 1e-6. */
  eps?: number;
  /** Keep the last dimension with size 1; default false. */
  keepdim?: boolean;
}

/** What each holds. */
export const PAIRWISE_DISTANCE_OPTIONS: OptionKinds<PairwiseDistanceOptions> = {
  p: "number",
  eps: "number",
  keepdim: "boolean",
};

/**
 * The p-norm of `x1 − x2 + eps` along the last dimension.
 *
 * @param x1 `[D]` or `[N, D]`
 * @param x2 that broadcasts to it
 * @throws {ConfigError} when p is NaN
 * @example
 * const out = F.pairwiseDistance(tensor([[1, 0], [1, 1]]), tensor([[2, 0], [3, 0]]), { p: 1 }); // [1, 3]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.pairwise_distance.html
 */
export function pairwiseDistance(x1: Tensor, x2: Tensor, options: PairwiseDistanceOptions = {}): Tensor {
  checkedOptions("pairwiseDistance", options, PAIRWISE_DISTANCE_OPTIONS);
  const { p = 2, eps = 1e-6, keepdim = false } = options;
  checkSameBackend("pairwiseDistance", x1, x2);
  checkFloat("pairwiseDistance", x1);
  checkNumber("pairwiseDistance", "eps", eps);
  if (Number.isNaN(p))
    throw new ConfigError("pairwiseDistance", "p is NaN", "expected a number", "Use 2 for Euclid's.");
  return norm(add(sub(x1, x2), eps), p, -1, { keepdim });
}

/** Options of `cosineSimilarity`. */
export interface CosineSimilarityOptions {
  /** The dimension of the vectors; default 1. */
  dim?: number;
  /** The least length a vector counts as having; default 1e-8. */
  eps?: number;
}

/** What each holds. */
export const COSINE_SIMILARITY_OPTIONS: OptionKinds<CosineSimilarityOptions> = { dim: "number", eps: "number" };

/**
 * The cosine of the angle between vectors: `x1·x2 / (max(‖x1‖, eps)·max(‖x2‖, eps))`.
 *
 * @param x1 any shape with the dimension `dim`
 * @param x2 that broadcasts to it
 * @throws {ConfigError} for an option that is none, or of the wrong kind
 * @example
 * const out = F.cosineSimilarity(tensor([[1, 0], [1, 1]]), tensor([[2, 0], [0, 1]])); // [1, 0.7071]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cosine_similarity.html
 */
export function cosineSimilarity(x1: Tensor, x2: Tensor, options: CosineSimilarityOptions = {}): Tensor {
  checkedOptions("cosineSimilarity", options, COSINE_SIMILARITY_OPTIONS);
  const { dim = 1, eps = 1e-8 } = options;
  checkSameBackend("cosineSimilarity", x1, x2);
  checkFloat("cosineSimilarity", x1);
  const unit = (x: Tensor): Tensor => div(x, clamp(norm(x, 2, dim, { keepdim: true }), { min: eps }));
  return sum(mul(unit(x1), unit(x2)), dim);
}

/** PyTorch writes 1e-12 as a float. */
const EPSILON = Math.fround(1e-12);

/** The cosine as `cosineEmbeddingLoss` takes it, along the last dimension: 1e-12 under each root instead of a bound. */
export function smoothCosine(x1: Tensor, x2: Tensor): Tensor {
  const length = (x: Tensor): Tensor => sqrt(add(sum(square(x), -1), EPSILON));
  return div(sum(mul(x1, x2), -1), mul(length(x1), length(x2)));
}
