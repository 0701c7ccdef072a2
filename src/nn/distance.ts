import type { Tensor } from "../tensor/index.ts";
import {
  type CosineSimilarityOptions,
  cosineSimilarity,
  type PairwiseDistanceOptions,
  pairwiseDistance,
} from "./functional/distance.ts";
import { Module } from "./module.ts";

/** The cosine of the angle between vectors; see `F.cosineSimilarity`. */
export class CosineSimilarity extends Module<[Tensor, Tensor], Tensor> {
  readonly #options: CosineSimilarityOptions;

  constructor(options: CosineSimilarityOptions = {}) {
    super();
    this.#options = { ...options };
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return cosineSimilarity(x1, x2, this.#options);
  }
}

/** The norm of the difference of vectors; see `F.pairwiseDistance`. */
export class PairwiseDistance extends Module<[Tensor, Tensor], Tensor> {
  readonly #options: PairwiseDistanceOptions;

  constructor(options: PairwiseDistanceOptions = {}) {
    super();
    this.#options = { ...options };
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwiseDistance(x1, x2, this.#options);
  }
}
