import type { Tensor } from "../tensor/index.ts";
import { checkedOptions, type OptionKinds } from "../util/index.ts";
import {
  CROSS_ENTROPY_OPTIONS,
  type CrossEntropyOptions,
  crossEntropy,
  NLL_LOSS_OPTIONS,
  type NLLLossOptions,
  nllLoss,
} from "./functional/class-losses.ts";
import {
  HUBER_LOSS_OPTIONS,
  type HuberLossOptions,
  huberLoss,
  l1Loss,
  mseLoss,
  SMOOTH_L1_LOSS_OPTIONS,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from "./functional/pointwise-losses.ts";
import { checkReduction, REDUCTION_OPTIONS, type Reduction, type ReductionOptions } from "./functional/reduction.ts";
import { Module } from "./module.ts";

/** What every loss's options can hold; `KLDivLoss` knows one reduction more. */
interface LossOptions {
  reduction?: string;
}

/**
 * A loss with its options: takes a prediction and a target, or what `I` says.
 *
 * @example
 * class LogCosh extends nn.Loss {
 *   constructor() {
 *     super({});
 *   }
 *   forward(input: Tensor, target: Tensor): Tensor {
 *     const d = input.sub(target);
 *     return d.exp().add(d.neg().exp()).div(2).log().mean();
 *   }
 * }
 */
export abstract class Loss<
  O extends LossOptions = ReductionOptions,
  I extends Tensor[] = [Tensor, Tensor],
> extends Module<I, Tensor> {
  readonly #options: O;

  /**
   * @param kinds what the options of the class hold; a loss of your own may leave it out
   * @throws {ConfigError} for an unknown reduction or option
   */
  constructor(options: O, kinds?: OptionKinds<O>) {
    if (kinds !== undefined) checkedOptions(`nn.${new.target.name}`, options, kinds);
    super();
    const { reduction } = options;
    checkReduction(`nn.${new.target.name}`, reduction === "batchmean" ? "sum" : (reduction as Reduction | undefined));
    this.#options = { ...options };
  }

  /** As given to the constructor. */
  get options(): Readonly<O> {
    return this.#options;
  }
}

/**
 * Mean squared error; see `F.mseLoss`.
 *
 * @example
 * const criterion = new nn.MSELoss();
 * const out = criterion.forward(tensor([1, 2]), tensor([1.5, 4])); // 2.125
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
 */
export class MSELoss extends Loss {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: ReductionOptions = {}) {
    super(options, REDUCTION_OPTIONS);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this.options);
  }
}

/**
 * Mean absolute error; see `F.l1Loss`.
 *
 * @example
 * const criterion = new nn.L1Loss({ reduction: "sum" });
 * const out = criterion.forward(tensor([1, 2]), tensor([1.5, 4])); // 2.5
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.L1Loss.html
 */
export class L1Loss extends Loss {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: ReductionOptions = {}) {
    super(options, REDUCTION_OPTIONS);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, this.options);
  }
}

/**
 * A parabola near 0 that goes on as a line; see `F.huberLoss`.
 *
 * @example
 * const criterion = new nn.HuberLoss({ delta: 0.5 });
 * const out = criterion.forward(tensor([1, 2]), tensor([1.5, 4])); // 0.5
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.HuberLoss.html
 */
export class HuberLoss extends Loss<HuberLossOptions> {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: HuberLossOptions = {}) {
    super(options, HUBER_LOSS_OPTIONS);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return huberLoss(input, target, this.options);
  }
}

/**
 * Absolute error, rounded off near 0; see `F.smoothL1Loss`.
 *
 * @example
 * const criterion = new nn.SmoothL1Loss({ beta: 0.5 });
 * const out = criterion.forward(tensor([1, 2]), tensor([1.5, 4])); // 1
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.SmoothL1Loss.html
 */
export class SmoothL1Loss extends Loss<SmoothL1LossOptions> {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: SmoothL1LossOptions = {}) {
    super(options, SMOOTH_L1_LOSS_OPTIONS);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, this.options);
  }
}

/**
 * Cross-entropy of scores and classes; see `F.crossEntropy`. The class weights are a buffer, `weight`.
 *
 * @example
 * const criterion = new nn.CrossEntropyLoss({ weight: tensor([1, 2, 1]) });
 * const out = criterion.forward(tensor([[2, 0, 0], [0, 1, 3]]), tensor([0, 2], { dtype: "int32" })); // 0.2047
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
 */
export class CrossEntropyLoss extends Loss<CrossEntropyOptions> {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: CrossEntropyOptions = {}) {
    super(options, CROSS_ENTROPY_OPTIONS);
    this.registerBuffer("weight", options.weight ?? null);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, this.options);
  }
}

/**
 * Negative log likelihood of classes; see `F.nllLoss`. The class weights are a buffer, `weight`.
 *
 * @example
 * const criterion = new nn.NLLLoss();
 * const logs = tensor([[2, 0, 0], [0, 1, 3]]).logSoftmax(1);
 * const out = criterion.forward(logs, tensor([0, 2], { dtype: "int32" })); // 0.2047
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html
 */
export class NLLLoss extends Loss<NLLLossOptions> {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: NLLLossOptions = {}) {
    super(options, NLL_LOSS_OPTIONS);
    this.registerBuffer("weight", options.weight ?? null);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return nllLoss(input, target, this.options);
  }
}
