import type { Tensor } from "../tensor/index.ts";
import { checkNotNegative, checkShare } from "./check.ts";
import { Optimizer, type OptimizerOptions } from "./optimizer.ts";
import type { GroupOptions, ParamGroup, Params } from "./param-groups.ts";
import type { Slot } from "./slot.ts";

/** Options of a group under `Adadelta`. */
export interface AdadeltaGroupOptions extends GroupOptions {
  /** Decay of the two running means, in [0, 1]; default 0.9. */
  rho: number;
  /** Added under both roots, 0 or more; default 1e-6. */
  eps: number;
  /** L2 penalty, added to the gradient; default 0. */
  weightDecay: number;
  /** Climb instead of descend; default false. */
  maximize: boolean;
}

/** Options of `Adadelta`. */
export interface AdadeltaOptions extends Partial<AdadeltaGroupOptions>, OptimizerOptions {}

const MEANS: readonly string[] = ["square_avg", "acc_delta"];

/**
 * Steps measured by the steps before (Zeiler 2012): `v ← ρ·v + (1 − ρ)·g²`, `Δ = √(a + ε)/√(v + ε) · g`,
 * `a ← ρ·a + (1 − ρ)·Δ²`, `p ← p − lr·Δ`.
 *
 * @example
 * const optimizer = new optim.Adadelta(model.parameters());
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.Adadelta.html
 */
export class Adadelta extends Optimizer<AdadeltaGroupOptions> {
  /**
   * @param params parameters, or groups with options of their own
   * @param options.lr default 1
   * @throws {ConfigError} for an option outside its domain
   */
  constructor(params: Params<AdadeltaGroupOptions>, options: AdadeltaOptions = {}) {
    super(params, { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false }, options);
  }

  protected checkGroup(operation: string, group: AdadeltaGroupOptions): void {
    checkShare(operation, "rho", group.rho);
    checkNotNegative(operation, "eps", group.eps);
    checkNotNegative(operation, "weightDecay", group.weightDecay);
  }

  protected stateNames(): readonly string[] {
    return MEANS;
  }

  protected updateParameter(slot: Slot, grad: Tensor, group: ParamGroup<AdadeltaGroupOptions>): void {
    const { hyper } = slot;
    hyper[0] = group.lr;
    hyper[1] = group.rho;
    hyper[2] = group.eps;
    hyper[3] = group.weightDecay;
    hyper[4] = group.maximize ? 1 : 0;
    this.updateWith("adadelta", slot, grad);
  }
}
