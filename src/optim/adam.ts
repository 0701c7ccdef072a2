import type { Tensor } from "../tensor/index.ts";
import { checkBetas, checkNotNegative } from "./check.ts";
import { Optimizer, type OptimizerOptions } from "./optimizer.ts";
import { checkedAgainst } from "./options.ts";
import type { GroupOptions, ParamGroup, Params } from "./param-groups.ts";
import type { Slot } from "./slot.ts";

/** Options of a group under `Adam` and `AdamW`. */
export interface AdamGroupOptions extends GroupOptions {
  /** Decay of the two running means, each in [0, 1); default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator, 0 or more; default 1e-8. */
  eps: number;
  /** L2 penalty, added to the gradient (Adam, default 0), or decay of the weights (AdamW, default 0.01). */
  weightDecay: number;
  /** Divide by the largest second moment so far; default false. */
  amsgrad: boolean;
  /** Climb instead of descend; default false. */
  maximize: boolean;
  /** Shrink the weights by lr·weightDecay instead of adding to the gradient: what makes AdamW. */
  decoupledWeightDecay: boolean;
}

/** Options of `Adam` and `AdamW`. */
export interface AdamOptions extends Partial<AdamGroupOptions>, OptimizerOptions {}

const DEFAULTS: AdamGroupOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
  decoupledWeightDecay: false,
};
const { decoupledWeightDecay: _decoupled, ...ADAMW } = { ...DEFAULTS, nonfinite: "throw" };
const MOMENTS: readonly string[] = ["exp_avg", "exp_avg_sq"];
const MOMENTS_AND_MOST: readonly string[] = ["exp_avg", "exp_avg_sq", "max_exp_avg_sq"];

/**
 * Adam (Kingma and Ba 2015): `m ← β1·m + (1 − β1)·g`, `v ← β2·v + (1 − β2)·g²`,
 * `p ← p − lr·m̂ / (√v̂ + ε)` with `m̂ = m/(1 − β1ᵗ)`, `v̂ = v/(1 − β2ᵗ)`.
 *
 * @example
 * const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html
 */
export class Adam extends Optimizer<AdamGroupOptions> {
  /**
   * @param params parameters, or groups with options of their own
   * @param options.lr default 1e-3
   * @throws {ConfigError} for an option outside its domain
   */
  constructor(params: Params<AdamGroupOptions>, options: AdamOptions = {}) {
    super(params, DEFAULTS, options);
  }

  protected checkGroup(operation: string, group: AdamGroupOptions): void {
    checkBetas(operation, group.betas);
    checkNotNegative(operation, "eps", group.eps);
    checkNotNegative(operation, "weightDecay", group.weightDecay);
  }

  protected stateNames(group: AdamGroupOptions): readonly string[] {
    return group.amsgrad ? MOMENTS_AND_MOST : MOMENTS;
  }

  protected updateParameter(slot: Slot, grad: Tensor, group: ParamGroup<AdamGroupOptions>): void {
    this.adaptState(slot, group);
    const { hyper } = slot;
    hyper[0] = group.lr;
    hyper[1] = group.betas[0];
    hyper[2] = group.betas[1];
    hyper[3] = group.eps;
    hyper[4] = group.weightDecay;
    hyper[5] = group.decoupledWeightDecay ? 1 : 0;
    hyper[6] = group.maximize ? 1 : 0;
    hyper[7] = slot.steps + 1;
    this.updateWith("adam", slot, grad);
  }
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019): `p ← p·(1 − lr·λ)` before Adam's step.
 *
 * @example
 * const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3, weightDecay: 0.05 });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html
 */
export class AdamW extends Adam {
  /**
   * @param params parameters, or groups with options of their own
   * @param options.weightDecay default 0.01
   * @throws {ConfigError} for an option outside its domain
   */
  constructor(params: Params<AdamGroupOptions>, options: Omit<AdamOptions, "decoupledWeightDecay"> = {}) {
    checkedAgainst("optim.AdamW", options, ADAMW);
    super(params, { weightDecay: 0.01, ...options, decoupledWeightDecay: true });
  }
}
