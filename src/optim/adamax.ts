import type { Tensor } from "../tensor/index.ts";
import { checkBetas, checkNotNegative } from "./check.ts";
import { Optimizer, type OptimizerOptions } from "./optimizer.ts";
import type { GroupOptions, ParamGroup, Params } from "./param-groups.ts";
import type { Slot } from "./slot.ts";

/** Options of a group under `Adamax`. */
export interface AdamaxGroupOptions extends GroupOptions {
  /** Decay of the running mean and of the largest gradient, each in [0, 1); default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the gradient's size, 0 or more; default 1e-8. */
  eps: number;
  /** L2 penalty, added to the gradient; default 0. */
  weightDecay: number;
  /** Climb instead of descend; default false. */
  maximize: boolean;
}

/** Options of `Adamax`. */
export interface AdamaxOptions extends Partial<AdamaxGroupOptions>, OptimizerOptions {}

const MOMENTS: readonly string[] = ["exp_avg", "exp_inf"];

/**
 * Adam with the largest gradient instead of the mean square (Kingma and Ba 2015):
 * `u ← max(β2·u, |g| + ε)`, `p ← p − lr/(1 − β1ᵗ) · m / u`.
 *
 * @example
 * const optimizer = new optim.Adamax(model.parameters(), { lr: 2e-3 });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.Adamax.html
 */
export class Adamax extends Optimizer<AdamaxGroupOptions> {
  /**
   * @param params parameters, or groups with options of their own
   * @param options.lr default 2e-3
   * @throws {ConfigError} for an option outside its domain
   */
  constructor(params: Params<AdamaxGroupOptions>, options: AdamaxOptions = {}) {
    super(params, { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, maximize: false }, options);
  }

  protected checkGroup(operation: string, group: AdamaxGroupOptions): void {
    checkBetas(operation, group.betas);
    checkNotNegative(operation, "eps", group.eps);
    checkNotNegative(operation, "weightDecay", group.weightDecay);
  }

  protected stateNames(): readonly string[] {
    return MOMENTS;
  }

  protected updateParameter(slot: Slot, grad: Tensor, group: ParamGroup<AdamaxGroupOptions>): void {
    const { hyper } = slot;
    const beta1 = group.betas[0];
    hyper[0] = group.lr / (1 - beta1 ** (slot.steps + 1));
    hyper[1] = beta1;
    hyper[2] = group.betas[1];
    hyper[3] = group.eps;
    hyper[4] = group.weightDecay;
    hyper[5] = group.maximize ? 1 : 0;
    this.updateWith("adamax", slot, grad);
  }
}
