import type { Tensor } from "../tensor/index.ts";
import {
  cosineEmbeddingLoss,
  type TripletMarginLossOptions,
  type TripletMarginWithDistanceLossOptions,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
} from "./functional/embedding-losses.ts";
import {
  hingeEmbeddingLoss,
  type MarginOptions,
  type MultilabelSoftMarginLossOptions,
  type MultiMarginLossOptions,
  marginRankingLoss,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
  multiMarginLoss,
  softMarginLoss,
} from "./functional/margin-losses.ts";
import type { ReductionOptions } from "./functional/reduction.ts";
import { Loss } from "./losses.ts";

/** The better one of a pair shall score higher; see `F.marginRankingLoss`. */
export class MarginRankingLoss extends Loss<MarginOptions, [Tensor, Tensor, Tensor]> {
  constructor(options: MarginOptions = {}) {
    super(options);
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return marginRankingLoss(input1, input2, target, this.options);
  }
}

/** Distances small or at least the margin; see `F.hingeEmbeddingLoss`. */
export class HingeEmbeddingLoss extends Loss<MarginOptions> {
  constructor(options: MarginOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return hingeEmbeddingLoss(input, target, this.options);
  }
}

/** Logistic loss of two classes; see `F.softMarginLoss`. */
export class SoftMarginLoss extends Loss {
  constructor(options: ReductionOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return softMarginLoss(input, target, this.options);
  }
}

/** Several classes at once; see `F.multilabelSoftMarginLoss`. `weight` is a buffer. */
export class MultiLabelSoftMarginLoss extends Loss<MultilabelSoftMarginLossOptions> {
  constructor(options: MultilabelSoftMarginLossOptions = {}) {
    super(options);
    this.registerBuffer("weight", options.weight ?? null);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multilabelSoftMarginLoss(input, target, this.options);
  }
}

/** The true class shall lead by the margin; see `F.multiMarginLoss`. `weight` is a buffer. */
export class MultiMarginLoss extends Loss<MultiMarginLossOptions> {
  constructor(options: MultiMarginLossOptions = {}) {
    super(options);
    this.registerBuffer("weight", options.weight ?? null);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multiMarginLoss(input, target, this.options);
  }
}

/** Every true class shall lead every other; see `F.multilabelMarginLoss`. */
export class MultiLabelMarginLoss extends Loss {
  constructor(options: ReductionOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multilabelMarginLoss(input, target, this.options);
  }
}

/** Similar vectors to the same direction, others apart; see `F.cosineEmbeddingLoss`. */
export class CosineEmbeddingLoss extends Loss<MarginOptions, [Tensor, Tensor, Tensor]> {
  constructor(options: MarginOptions = {}) {
    super(options);
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return cosineEmbeddingLoss(input1, input2, target, this.options);
  }
}

/** Nearer to the positive than to the negative; see `F.tripletMarginLoss`. */
export class TripletMarginLoss extends Loss<TripletMarginLossOptions, [Tensor, Tensor, Tensor]> {
  constructor(options: TripletMarginLossOptions = {}) {
    super(options);
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginLoss(anchor, positive, negative, this.options);
  }
}

/** The same with a distance of your own; see `F.tripletMarginWithDistanceLoss`. */
export class TripletMarginWithDistanceLoss extends Loss<
  TripletMarginWithDistanceLossOptions,
  [Tensor, Tensor, Tensor]
> {
  constructor(options: TripletMarginWithDistanceLossOptions = {}) {
    super(options);
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginWithDistanceLoss(anchor, positive, negative, this.options);
  }
}
