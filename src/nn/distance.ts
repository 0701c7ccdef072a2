import type { Tensor } from "../tensor/index.ts";
import { checkedOptions } from "../util/index.ts";
import {
  COSINE_SIMILARITY_OPTIONS,
  type CosineSimilarityOptions,
  cosineSimilarity,
  PAIRWISE_DISTANCE_OPTIONS,
  type PairwiseDistanceOptions,
  pairwiseDistance,
} from "./functional/distance.ts";
import { Module } from "./module.ts";

/**
 * The cosine of the angle between vectors; see `F.cosineSimilarity`.
 *
 * @example
 * const out = new nn.CosineSimilarity().forward(tensor([[1, 0], [1, 1]]), tensor([[2, 0], [0, 1]])); // [1, 0.7071]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.CosineSimilarity.html
 */
export class CosineSimilarity extends Module<[Tensor, Tensor], Tensor> {
  readonly #options: CosineSimilarityOptions;

  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: CosineSimilarityOptions = {}) {
    checkedOptions("nn.CosineSimilarity", options, COSINE_SIMILARITY_OPTIONS);
    super();
    this.#options = { ...options };
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return cosineSimilarity(x1, x2, this.#options);
  }
}

/**
 * The norm of the difference of vectors; see `F.pairwiseDistance`.
 *
 * @example
 * const out = new nn.PairwiseDistance({ p: 1 }).forward(tensor([[1, 0], [1, 1]]), tensor([[2, 0], [3, 0]])); // [1, 3]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.PairwiseDistance.html
 */
export class PairwiseDistance extends Module<[Tensor, Tensor], Tensor> {
  readonly #options: PairwiseDistanceOptions;

  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: PairwiseDistanceOptions = {}) {
    checkedOptions("nn.PairwiseDistance", options, PAIRWISE_DISTANCE_OPTIONS);
    super();
    this.#options = { ...options };
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwiseDistance(x1, x2, this.#options);
  }
}
