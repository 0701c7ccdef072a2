import type { Tensor } from "../tensor/index.ts";
import {
  type BinaryCrossEntropyOptions,
  type BinaryCrossEntropyWithLogitsOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
} from "./functional/binary-losses.ts";
import {
  type GaussianNLLLossOptions,
  gaussianNllLoss,
  type KLDivOptions,
  klDiv,
  type PoissonNLLLossOptions,
  poissonNllLoss,
} from "./functional/likelihood-losses.ts";
import { Loss } from "./losses.ts";

/** Binary cross-entropy of probabilities; see `F.binaryCrossEntropy`. `weight` is a buffer. */
export class BCELoss extends Loss<BinaryCrossEntropyOptions> {
  constructor(options: BinaryCrossEntropyOptions = {}) {
    super(options);
    this.registerBuffer("weight", options.weight ?? null);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, this.options);
  }
}

/** Binary cross-entropy of scores; see `F.binaryCrossEntropyWithLogits`. `weight` and `pos_weight` are buffers. */
export class BCEWithLogitsLoss extends Loss<BinaryCrossEntropyWithLogitsOptions> {
  constructor(options: BinaryCrossEntropyWithLogitsOptions = {}) {
    super(options);
    this.registerBuffer("weight", options.weight ?? null);
    this.registerBuffer("pos_weight", options.posWeight ?? null);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropyWithLogits(input, target, this.options);
  }
}

/** Negative log likelihood of a normal distribution; see `F.gaussianNllLoss`. */
export class GaussianNLLLoss extends Loss<GaussianNLLLossOptions, [Tensor, Tensor, Tensor]> {
  constructor(options: GaussianNLLLossOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    return gaussianNllLoss(input, target, variance, this.options);
  }
}

/** Negative log likelihood of counts; see `F.poissonNllLoss`. */
export class PoissonNLLLoss extends Loss<PoissonNLLLossOptions> {
  constructor(options: PoissonNLLLossOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return poissonNllLoss(input, target, this.options);
  }
}

/** Divergence of the target from log probabilities; see `F.klDiv`. */
export class KLDivLoss extends Loss<KLDivOptions> {
  constructor(options: KLDivOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return klDiv(input, target, this.options);
  }
}
