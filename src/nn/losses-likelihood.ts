import type { Tensor } from "../tensor/index.ts";
import {
  BINARY_CROSS_ENTROPY_OPTIONS,
  BINARY_CROSS_ENTROPY_WITH_LOGITS_OPTIONS,
  type BinaryCrossEntropyOptions,
  type BinaryCrossEntropyWithLogitsOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
} from "./functional/binary-losses.ts";
import {
  GAUSSIAN_NLL_LOSS_OPTIONS,
  type GaussianNLLLossOptions,
  gaussianNllLoss,
  KL_DIV_OPTIONS,
  type KLDivOptions,
  klDiv,
  POISSON_NLL_LOSS_OPTIONS,
  type PoissonNLLLossOptions,
  poissonNllLoss,
} from "./functional/likelihood-losses.ts";
import { Loss } from "./losses.ts";

/**
 * Binary cross-entropy of probabilities; see `F.binaryCrossEntropy`. `weight` is a buffer.
 *
 * @example
 * const criterion = new nn.BCELoss();
 * const out = criterion.forward(tensor([0.9, 0.2]), tensor([1, 0])); // 0.1643
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.BCELoss.html
 */
export class BCELoss extends Loss<BinaryCrossEntropyOptions> {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: BinaryCrossEntropyOptions = {}) {
    super(options, BINARY_CROSS_ENTROPY_OPTIONS);
    this.registerBuffer("weight", options.weight ?? null);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, this.options);
  }
}

/**
 * Binary cross-entropy of scores; see `F.binaryCrossEntropyWithLogits`. `weight` and `pos_weight` are buffers.
 *
 * @example
 * const criterion = new nn.BCEWithLogitsLoss({ posWeight: tensor([3]) });
 * const out = criterion.forward(tensor([2, -1]), tensor([1, 0])); // 0.347
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
 */
export class BCEWithLogitsLoss extends Loss<BinaryCrossEntropyWithLogitsOptions> {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: BinaryCrossEntropyWithLogitsOptions = {}) {
    super(options, BINARY_CROSS_ENTROPY_WITH_LOGITS_OPTIONS);
    this.registerBuffer("weight", options.weight ?? null);
    this.registerBuffer("pos_weight", options.posWeight ?? null);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropyWithLogits(input, target, this.options);
  }
}

/**
 * Negative log likelihood of a normal distribution; see `F.gaussianNllLoss`.
 *
 * @example
 * const criterion = new nn.GaussianNLLLoss();
 * const out = criterion.forward(tensor([1, 2]), tensor([1.5, 4]), tensor([0.5, 2])); // 0.625
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.GaussianNLLLoss.html
 */
export class GaussianNLLLoss extends Loss<GaussianNLLLossOptions, [Tensor, Tensor, Tensor]> {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: GaussianNLLLossOptions = {}) {
    super(options, GAUSSIAN_NLL_LOSS_OPTIONS);
  }

  forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    return gaussianNllLoss(input, target, variance, this.options);
  }
}

/**
 * Negative log likelihood of counts; see `F.poissonNllLoss`.
 *
 * @example
 * const criterion = new nn.PoissonNLLLoss();
 * const out = criterion.forward(tensor([0, 1]), tensor([1, 3])); // 0.3591
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.PoissonNLLLoss.html
 */
export class PoissonNLLLoss extends Loss<PoissonNLLLossOptions> {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: PoissonNLLLossOptions = {}) {
    super(options, POISSON_NLL_LOSS_OPTIONS);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return poissonNllLoss(input, target, this.options);
  }
}

/**
 * Divergence of the target from log probabilities; see `F.klDiv`.
 *
 * @example
 * const criterion = new nn.KLDivLoss({ reduction: "batchmean" });
 * const out = criterion.forward(tensor([[0.5, 0.5]]).log(), tensor([[0.9, 0.1]])); // 0.3681
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.KLDivLoss.html
 */
export class KLDivLoss extends Loss<KLDivOptions> {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: KLDivOptions = {}) {
    super(options, KL_DIV_OPTIONS);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return klDiv(input, target, this.options);
  }
}
