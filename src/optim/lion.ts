import type { Tensor } from "../tensor/index.ts";
import { checkBetas, checkNotNegative } from "./check.ts";
import { Optimizer, type OptimizerOptions } from "./optimizer.ts";
import type { GroupOptions, ParamGroup, Params } from "./param-groups.ts";
import type { Slot } from "./slot.ts";

/** Options of a group under `Lion`. */
export interface LionGroupOptions extends GroupOptions {
  /** Share of the mean in the step, and its decay, each in [0, 1); default [0.9, 0.99]. */
  betas: readonly [number, number];
  /** Decay of the weights, times lr; default 0. */
  weightDecay: number;
  /** Climb instead of descend; default false. */
  maximize: boolean;
}

/** Options of `Lion`. */
export interface LionOptions extends Partial<LionGroupOptions>, OptimizerOptions {}

const MEAN: readonly string[] = ["exp_avg"];

/**
 * Evolved sign momentum (Chen et al. 2023): `p ← p·(1 − lr·λ) − lr·sign(β1·m + (1 − β1)·g)`,
 * `m ← β2·m + (1 − β2)·g`. Every weight moves by `lr`: take a third to a tenth of Adam's, and more weight decay.
 *
 * @example
 * const optimizer = new optim.Lion(model.parameters(), { lr: 1e-4, weightDecay: 0.1 });
 * @source https://arxiv.org/abs/2302.06675
 */
export class Lion extends Optimizer<LionGroupOptions> {
  /**
   * @param params parameters, or groups with options of their own
   * @param options.lr default 1e-4
   * @throws {ConfigError} for an option outside its domain
   */
  constructor(params: Params<LionGroupOptions>, options: LionOptions = {}) {
    super(params, { lr: 1e-4, betas: [0.9, 0.99], weightDecay: 0, maximize: false }, options);
  }

  protected checkGroup(operation: string, group: LionGroupOptions): void {
    checkBetas(operation, group.betas);
    checkNotNegative(operation, "weightDecay", group.weightDecay);
  }

  protected stateNames(): readonly string[] {
    return MEAN;
  }

  protected updateParameter(slot: Slot, grad: Tensor, group: ParamGroup<LionGroupOptions>): void {
    const { hyper } = slot;
    hyper[0] = group.lr;
    hyper[1] = group.betas[0];
    hyper[2] = group.betas[1];
    hyper[3] = 1 - group.lr * group.weightDecay;
    hyper[4] = group.maximize ? 1 : 0;
    this.updateWith("lion", slot, grad);
  }
}
