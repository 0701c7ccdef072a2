import type { Tensor } from "../tensor/index.ts";
import { type CrossEntropyOptions, crossEntropy, type NLLLossOptions, nllLoss } from "./functional/class-losses.ts";
import {
  type HuberLossOptions,
  huberLoss,
  l1Loss,
  mseLoss,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from "./functional/pointwise-losses.ts";
import { checkReduction, type Reduction, type ReductionOptions } from "./functional/reduction.ts";
import { Module } from "./module.ts";

/** What every loss's options can hold; `KLDivLoss` knows one reduction more. */
interface LossOptions {
  reduction?: string;
}

/** A loss with its options: takes a prediction and a target, or what `I` says. */
export abstract class Loss<
  O extends LossOptions = ReductionOptions,
  I extends Tensor[] = [Tensor, Tensor],
> extends Module<I, Tensor> {
  readonly #options: O;

  /** @throws {ConfigError} for an unknown reduction */
  constructor(options: O) {
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

/** Mean squared error; see `F.mseLoss`. */
export class MSELoss extends Loss {
  constructor(options: ReductionOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this.options);
  }
}

/** Mean absolute error; see `F.l1Loss`. */
export class L1Loss extends Loss {
  constructor(options: ReductionOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, this.options);
  }
}

/** A parabola near 0 that goes on as a line; see `F.huberLoss`. */
export class HuberLoss extends Loss<HuberLossOptions> {
  constructor(options: HuberLossOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return huberLoss(input, target, this.options);
  }
}

/** Absolute error, rounded off near 0; see `F.smoothL1Loss`. */
export class SmoothL1Loss extends Loss<SmoothL1LossOptions> {
  constructor(options: SmoothL1LossOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, this.options);
  }
}

/** Cross-entropy of scores and classes; see `F.crossEntropy`. The class weights are a buffer, `weight`. */
export class CrossEntropyLoss extends Loss<CrossEntropyOptions> {
  constructor(options: CrossEntropyOptions = {}) {
    super(options);
    this.registerBuffer("weight", options.weight ?? null);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, this.options);
  }
}

/** Negative log likelihood of classes; see `F.nllLoss`. The class weights are a buffer, `weight`. */
export class NLLLoss extends Loss<NLLLossOptions> {
  constructor(options: NLLLossOptions = {}) {
    super(options);
    this.registerBuffer("weight", options.weight ?? null);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return nllLoss(input, target, this.options);
  }
}
