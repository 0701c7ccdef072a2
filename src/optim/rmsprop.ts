import type { Tensor } from "../tensor/index.ts";
import { checkNotNegative, checkShare } from "./check.ts";
import { Optimizer, type OptimizerOptions } from "./optimizer.ts";
import type { GroupOptions, ParamGroup, Params } from "./param-groups.ts";
import type { Slot } from "./slot.ts";

/** Options of a group under `RMSprop`. */
export interface RMSpropGroupOptions extends GroupOptions {
  /** Decay of the running means, in [0, 1]; default 0.99. */
  alpha: number;
  /** Added to the denominator, 0 or more; default 1e-8. */
  eps: number;
  /** L2 penalty, added to the gradient; default 0. */
  weightDecay: number;
  /** Share of the last step that is kept, 0 or more; default 0. */
  momentum: number;
  /** Divide by the standard deviation instead of the root mean square; default false. */
  centered: boolean;
  /** Climb instead of descend; default false. */
  maximize: boolean;
}

/** Options of `RMSprop`. */
export interface RMSpropOptions extends Partial<RMSpropGroupOptions>, OptimizerOptions {}

const DEFAULTS: RMSpropGroupOptions = {
  lr: 1e-2,
  alpha: 0.99,
  eps: 1e-8,
  weightDecay: 0,
  momentum: 0,
  centered: false,
  maximize: false,
};
const SQUARE: readonly string[] = ["square_avg"];
const WITH_MOMENTUM: readonly string[] = ["square_avg", "momentum_buffer"];
const CENTERED: readonly string[] = ["square_avg", "grad_avg"];
const CENTERED_WITH_MOMENTUM: readonly string[] = ["square_avg", "momentum_buffer", "grad_avg"];

/**
 * Gradients divided by their running size (Hinton 2012): `v ← α·v + (1 − α)·g²`, `p ← p − lr · g / (√v + ε)`;
 * centered: `√(v − ḡ²)` with the running mean `ḡ`; with momentum `b ← μ·b + g / (√v + ε)`, `p ← p − lr·b`.
 *
 * Centered, `v − ḡ²` is held at 0 or more; in PyTorch rounding can make it negative and the weight NaN.
 *
 * @example
 * const optimizer = new optim.RMSprop(model.parameters(), { lr: 1e-3, momentum: 0.9 });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
 */
export class RMSprop extends Optimizer<RMSpropGroupOptions> {
  /**
   * @param params parameters, or groups with options of their own
   * @param options.lr default 1e-2
   * @throws {ConfigError} for an option outside its domain
   */
  constructor(params: Params<RMSpropGroupOptions>, options: RMSpropOptions = {}) {
    super(params, DEFAULTS, options);
  }

  protected checkGroup(operation: string, group: RMSpropGroupOptions): void {
    checkShare(operation, "alpha", group.alpha);
    checkNotNegative(operation, "eps", group.eps);
    checkNotNegative(operation, "weightDecay", group.weightDecay);
    checkNotNegative(operation, "momentum", group.momentum);
  }

  protected stateNames(group: RMSpropGroupOptions): readonly string[] {
    if (group.momentum > 0) return group.centered ? CENTERED_WITH_MOMENTUM : WITH_MOMENTUM;
    return group.centered ? CENTERED : SQUARE;
  }

  protected updateParameter(slot: Slot, grad: Tensor, group: ParamGroup<RMSpropGroupOptions>): void {
    this.adaptState(slot, group);
    const { hyper } = slot;
    hyper[0] = group.lr;
    hyper[1] = group.alpha;
    hyper[2] = group.eps;
    hyper[3] = group.weightDecay;
    hyper[4] = group.momentum;
    hyper[5] = group.centered ? 1 : 0;
    hyper[6] = group.maximize ? 1 : 0;
    this.updateWith("rmsprop", slot, grad);
  }
}
