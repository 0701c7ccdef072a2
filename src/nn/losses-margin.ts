import type { Tensor } from "../tensor/index.ts";
import {
  cosineEmbeddingLoss,
  TRIPLET_MARGIN_LOSS_OPTIONS,
  TRIPLET_MARGIN_WITH_DISTANCE_LOSS_OPTIONS,
  type TripletMarginLossOptions,
  type TripletMarginWithDistanceLossOptions,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
} from "./functional/embedding-losses.ts";
import {
  hingeEmbeddingLoss,
  MARGIN_OPTIONS,
  type MarginOptions,
  MULTI_MARGIN_LOSS_OPTIONS,
  MULTILABEL_SOFT_MARGIN_LOSS_OPTIONS,
  type MultilabelSoftMarginLossOptions,
  type MultiMarginLossOptions,
  marginRankingLoss,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
  multiMarginLoss,
  softMarginLoss,
} from "./functional/margin-losses.ts";
import { REDUCTION_OPTIONS, type ReductionOptions } from "./functional/reduction.ts";
import { Loss } from "./losses.ts";

/**
 * The better one of a pair shall score higher; see `F.marginRankingLoss`.
 *
 * @example
 * const criterion = new nn.MarginRankingLoss({ margin: 0.5 });
 * const out = criterion.forward(tensor([2, 1]), tensor([1, 1]), tensor([1, -1])); // 0.25
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.MarginRankingLoss.html
 */
export class MarginRankingLoss extends Loss<MarginOptions, [Tensor, Tensor, Tensor]> {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: MarginOptions = {}) {
    super(options, MARGIN_OPTIONS);
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return marginRankingLoss(input1, input2, target, this.options);
  }
}

/**
 * Distances small or at least the margin; see `F.hingeEmbeddingLoss`.
 *
 * @example
 * const criterion = new nn.HingeEmbeddingLoss({ margin: 2 });
 * const out = criterion.forward(tensor([0.5, 1.5]), tensor([1, -1])); // 0.5
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.HingeEmbeddingLoss.html
 */
export class HingeEmbeddingLoss extends Loss<MarginOptions> {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: MarginOptions = {}) {
    super(options, MARGIN_OPTIONS);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return hingeEmbeddingLoss(input, target, this.options);
  }
}

/**
 * Logistic loss of two classes; see `F.softMarginLoss`.
 *
 * @example
 * const criterion = new nn.SoftMarginLoss();
 * const out = criterion.forward(tensor([2, -1]), tensor([1, -1])); // 0.2201
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.SoftMarginLoss.html
 */
export class SoftMarginLoss extends Loss {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: ReductionOptions = {}) {
    super(options, REDUCTION_OPTIONS);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return softMarginLoss(input, target, this.options);
  }
}

/**
 * Several classes at once; see `F.multilabelSoftMarginLoss`. `weight` is a buffer.
 *
 * @example
 * const criterion = new nn.MultiLabelSoftMarginLoss();
 * const out = criterion.forward(tensor([[2, -1, 0]]), tensor([[1, 0, 1]])); // 0.3778
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiLabelSoftMarginLoss.html
 */
export class MultiLabelSoftMarginLoss extends Loss<MultilabelSoftMarginLossOptions> {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: MultilabelSoftMarginLossOptions = {}) {
    super(options, MULTILABEL_SOFT_MARGIN_LOSS_OPTIONS);
    this.registerBuffer("weight", options.weight ?? null);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multilabelSoftMarginLoss(input, target, this.options);
  }
}

/**
 * The true class shall lead by the margin; see `F.multiMarginLoss`. `weight` is a buffer.
 *
 * @example
 * const criterion = new nn.MultiMarginLoss();
 * const out = criterion.forward(tensor([[2, 0, 0], [0, 1, 3]]), tensor([0, 2], { dtype: "int32" })); // 0
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiMarginLoss.html
 */
export class MultiMarginLoss extends Loss<MultiMarginLossOptions> {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: MultiMarginLossOptions = {}) {
    super(options, MULTI_MARGIN_LOSS_OPTIONS);
    this.registerBuffer("weight", options.weight ?? null);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multiMarginLoss(input, target, this.options);
  }
}

/**
 * Every true class shall lead every other; see `F.multilabelMarginLoss`.
 *
 * @example
 * const criterion = new nn.MultiLabelMarginLoss();
 * const out = criterion.forward(tensor([[0.1, 0.2, 0.8]]), tensor([[2, 0, -1]], { dtype: "int32" })); // 0.5
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiLabelMarginLoss.html
 */
export class MultiLabelMarginLoss extends Loss {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: ReductionOptions = {}) {
    super(options, REDUCTION_OPTIONS);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multilabelMarginLoss(input, target, this.options);
  }
}

/**
 * Similar vectors to the same direction, others apart; see `F.cosineEmbeddingLoss`.
 *
 * @example
 * const criterion = new nn.CosineEmbeddingLoss({ margin: 0.2 });
 * const out = criterion.forward(tensor([[1, 0], [1, 1]]), tensor([[1, 1], [0, 1]]), tensor([1, -1])); // 0.4
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.CosineEmbeddingLoss.html
 */
export class CosineEmbeddingLoss extends Loss<MarginOptions, [Tensor, Tensor, Tensor]> {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: MarginOptions = {}) {
    super(options, MARGIN_OPTIONS);
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return cosineEmbeddingLoss(input1, input2, target, this.options);
  }
}

/**
 * Nearer to the positive than to the negative; see `F.tripletMarginLoss`.
 *
 * @example
 * const criterion = new nn.TripletMarginLoss({ margin: 2 });
 * const out = criterion.forward(tensor([[0, 0]]), tensor([[1, 0]]), tensor([[0, 2]])); // 1
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.TripletMarginLoss.html
 */
export class TripletMarginLoss extends Loss<TripletMarginLossOptions, [Tensor, Tensor, Tensor]> {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: TripletMarginLossOptions = {}) {
    super(options, TRIPLET_MARGIN_LOSS_OPTIONS);
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginLoss(anchor, positive, negative, this.options);
  }
}

/**
 * The same with a distance of your own; see `F.tripletMarginWithDistanceLoss`.
 *
 * @example
 * const far = (a: Tensor, b: Tensor) => F.cosineSimilarity(a, b).neg().add(1);
 * const criterion = new nn.TripletMarginWithDistanceLoss({ distanceFunction: far });
 * const value = criterion.forward(x, x.mul(2), x.neg());
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.TripletMarginWithDistanceLoss.html
 */
export class TripletMarginWithDistanceLoss extends Loss<
  TripletMarginWithDistanceLossOptions,
  [Tensor, Tensor, Tensor]
> {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: TripletMarginWithDistanceLossOptions = {}) {
    super(options, TRIPLET_MARGIN_WITH_DISTANCE_LOSS_OPTIONS);
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginWithDistanceLoss(anchor, positive, negative, this.options);
  }
}
