import type { Tensor } from "../tensor/index.ts";
import { checkFinite, checkNotNegative } from "./check.ts";
import { Optimizer, type OptimizerOptions } from "./optimizer.ts";
import type { GroupOptions, ParamGroup, Params } from "./param-groups.ts";
import type { Slot } from "./slot.ts";

/** Options of a group under `ASGD`. */
export interface ASGDGroupOptions extends GroupOptions {
  /** Decay λ, 0 or more; default 1e-4. */
  lambd: number;
  /** Power of the step's decay; default 0.75. */
  alpha: number;
  /** Step at which averaging begins; default 1e6. */
  t0: number;
  /** L2 penalty, added to the gradient; default 0. */
  weightDecay: number;
  /** Climb instead of descend; default false. */
  maximize: boolean;
}

/** Options of `ASGD`. */
export interface ASGDOptions extends Partial<ASGDGroupOptions>, OptimizerOptions {}

const AVERAGE: readonly string[] = ["ax"];

/**
 * Averaged stochastic gradient descent (Polyak and Juditsky 1992): `ηₜ = lr/(1 + λ·lr·(t − 1))^α`,
 * `p ← p·(1 − λ·ηₜ) − ηₜ·g`, and in the state `ax`, the average of `p` from step `t0` on.
 *
 * A changed `lr` counts at once; PyTorch's `eta` follows one step later.
 *
 * @example
 * const optimizer = new optim.ASGD(model.parameters(), { lr: 1e-2, t0: 100 });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.ASGD.html
 */
export class ASGD extends Optimizer<ASGDGroupOptions> {
  /**
   * @param params parameters, or groups with options of their own
   * @param options.lr default 1e-2
   * @throws {ConfigError} for an option outside its domain
   */
  constructor(params: Params<ASGDGroupOptions>, options: ASGDOptions = {}) {
    super(params, { lr: 1e-2, lambd: 1e-4, alpha: 0.75, t0: 1e6, weightDecay: 0, maximize: false }, options);
  }

  protected checkGroup(operation: string, group: ASGDGroupOptions): void {
    checkNotNegative(operation, "lambd", group.lambd);
    checkFinite(operation, "alpha", group.alpha);
    checkNotNegative(operation, "t0", group.t0);
    checkNotNegative(operation, "weightDecay", group.weightDecay);
  }

  protected stateNames(): readonly string[] {
    return AVERAGE;
  }

  protected updateParameter(slot: Slot, grad: Tensor, group: ParamGroup<ASGDGroupOptions>): void {
    const { hyper, steps } = slot;
    const { lr, lambd } = group;
    const eta = steps === 0 ? lr : lr / (1 + lambd * lr * steps) ** group.alpha;
    hyper[0] = eta;
    hyper[1] = 1 - lambd * eta;
    hyper[2] = 1 / Math.max(1, steps - group.t0);
    hyper[3] = group.weightDecay;
    hyper[4] = group.maximize ? 1 : 0;
    this.updateWith("asgd", slot, grad);
  }
}
