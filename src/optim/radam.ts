import type { Tensor } from "../tensor/index.ts";
import { checkBetas, checkNotNegative } from "./check.ts";
import { Optimizer, type OptimizerOptions } from "./optimizer.ts";
import type { GroupOptions, ParamGroup, Params } from "./param-groups.ts";
import type { Slot } from "./slot.ts";

/** Options of a group under `RAdam`. */
export interface RAdamGroupOptions extends GroupOptions {
  /** Decay of the two running means, each in [0, 1); default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator, 0 or more; default 1e-8. */
  eps: number;
  /** L2 penalty, or decay of the weights with `decoupledWeightDecay`; default 0. */
  weightDecay: number;
  /** Shrink the weights by lr·weightDecay instead of adding to the gradient; default false. */
  decoupledWeightDecay: boolean;
  /** Climb instead of descend; default false. */
  maximize: boolean;
}

/** Options of `RAdam`. */
export interface RAdamOptions extends Partial<RAdamGroupOptions>, OptimizerOptions {}

const DEFAULTS: RAdamGroupOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  decoupledWeightDecay: false,
  maximize: false,
};
const MOMENTS: readonly string[] = ["exp_avg", "exp_avg_sq"];

/**
 * Adam that waits until its second moment is worth dividing by (Liu et al. 2020): with
 * `ρ∞ = 2/(1 − β2) − 1`, `ρ = ρ∞ − 2t·β2ᵗ/(1 − β2ᵗ)`: `p ← p − lr·m̂` while `ρ ≤ 5`, after that
 * `p ← p − lr·r·m̂·√(1 − β2ᵗ)/(√v + ε)` with `r² = (ρ − 4)(ρ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρ)`.
 *
 * @example
 * const optimizer = new optim.RAdam(model.parameters(), { lr: 1e-3 });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.RAdam.html
 */
export class RAdam extends Optimizer<RAdamGroupOptions> {
  /**
   * @param params parameters, or groups with options of their own
   * @param options.lr default 1e-3
   * @throws {ConfigError} for an option outside its domain
   */
  constructor(params: Params<RAdamGroupOptions>, options: RAdamOptions = {}) {
    super(params, DEFAULTS, options);
  }

  protected checkGroup(operation: string, group: RAdamGroupOptions): void {
    checkBetas(operation, group.betas);
    checkNotNegative(operation, "eps", group.eps);
    checkNotNegative(operation, "weightDecay", group.weightDecay);
  }

  protected stateNames(): readonly string[] {
    return MOMENTS;
  }

  protected updateParameter(slot: Slot, grad: Tensor, group: ParamGroup<RAdamGroupOptions>): void {
    const { hyper } = slot;
    const { lr, weightDecay, decoupledWeightDecay } = group;
    const [beta1, beta2] = group.betas;
    const t = slot.steps + 1;
    const correction = 1 - beta2 ** t;
    const most = 2 / (1 - beta2) - 1;
    const length = most - (2 * t * beta2 ** t) / correction;
    const rectified = length > 5;
    const ratio = ((length - 4) * (length - 2) * most) / ((most - 4) * (most - 2) * length);
    const rate = lr / (1 - beta1 ** t);
    hyper[0] = beta1;
    hyper[1] = beta2;
    hyper[2] = 0;
    hyper[3] = rectified ? rate * Math.sqrt(ratio) * Math.sqrt(correction) : rate;
    hyper[4] = rectified ? 1 : 0; // before that the denominator is 1
    hyper[5] = rectified ? group.eps : 1;
    hyper[6] = decoupledWeightDecay ? 0 : weightDecay;
    hyper[7] = decoupledWeightDecay ? 1 - lr * weightDecay : 1;
    hyper[8] = group.maximize ? 1 : 0;
    this.updateWith("adamLike", slot, grad);
  }
}
