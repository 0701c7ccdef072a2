import type { Tensor } from "../tensor/index.ts";
import { checkBetas, checkNotNegative } from "./check.ts";
import { Optimizer, type OptimizerOptions } from "./optimizer.ts";
import type { GroupOptions, ParamGroup, Params } from "./param-groups.ts";
import type { Slot } from "./slot.ts";

/** Options of a group under `NAdam`. */
export interface NAdamGroupOptions extends GroupOptions {
  /** Decay of the two running means, each in [0, 1); default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator, 0 or more; default 1e-8. */
  eps: number;
  /** L2 penalty, or decay of the weights with `decoupledWeightDecay`; default 0. */
  weightDecay: number;
  /** How fast the momentum grows to β1, 0 or more; default 4e-3. */
  momentumDecay: number;
  /** Shrink the weights by lr·weightDecay instead of adding to the gradient; default false. */
  decoupledWeightDecay: boolean;
  /** Climb instead of descend; default false. */
  maximize: boolean;
}

/** Options of `NAdam`. */
export interface NAdamOptions extends Partial<NAdamGroupOptions>, OptimizerOptions {}

/** `∏ μᵢ` of the first `steps` steps, for the momentum options it was made with. */
interface MuProduct {
  steps: number;
  beta1: number;
  decay: number;
  product: number;
}

const DEFAULTS: NAdamGroupOptions = {
  lr: 2e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  momentumDecay: 4e-3,
  decoupledWeightDecay: false,
  maximize: false,
};
const MOMENTS: readonly string[] = ["exp_avg", "exp_avg_sq"];

/**
 * Adam with Nesterov momentum (Dozat 2016): `μₜ = β1·(1 − ½·0.96^(t·ψ))`,
 * `p ← p − lr·((1 − μₜ)/(1 − ∏μ)·g + μₜ₊₁/(1 − ∏μ·μₜ₊₁)·m) / (√v̂ + ε)`.
 *
 * `∏μ` follows from the number of steps and the present options, so it is not part of the state; PyTorch's differs
 * after `betas` or `momentumDecay` have been changed in the middle of a run.
 *
 * @example
 * const optimizer = new optim.NAdam(model.parameters(), { lr: 2e-3 });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.NAdam.html
 */
export class NAdam extends Optimizer<NAdamGroupOptions> {
  readonly #products: WeakMap<Slot, MuProduct> = new WeakMap();

  /**
   * @param params parameters, or groups with options of their own
   * @param options.lr default 2e-3
   * @throws {ConfigError} for an option outside its domain
   */
  constructor(params: Params<NAdamGroupOptions>, options: NAdamOptions = {}) {
    super(params, DEFAULTS, options);
  }

  protected checkGroup(operation: string, group: NAdamGroupOptions): void {
    checkBetas(operation, group.betas);
    checkNotNegative(operation, "eps", group.eps);
    checkNotNegative(operation, "weightDecay", group.weightDecay);
    checkNotNegative(operation, "momentumDecay", group.momentumDecay);
  }

  protected stateNames(): readonly string[] {
    return MOMENTS;
  }

  protected updateParameter(slot: Slot, grad: Tensor, group: ParamGroup<NAdamGroupOptions>): void {
    const { hyper } = slot;
    const { lr, weightDecay, decoupledWeightDecay } = group;
    const [beta1, beta2] = group.betas;
    const t = slot.steps + 1;
    const product = this.#productAt(slot, t, group);
    const mu = muAt(t, beta1, group.momentumDecay);
    const next = muAt(t + 1, beta1, group.momentumDecay);
    hyper[0] = beta1;
    hyper[1] = beta2;
    hyper[2] = (lr * (1 - mu)) / (1 - product);
    hyper[3] = (lr * next) / (1 - product * next);
    hyper[4] = 1 / Math.sqrt(1 - beta2 ** t);
    hyper[5] = group.eps;
    hyper[6] = decoupledWeightDecay ? 0 : weightDecay;
    hyper[7] = decoupledWeightDecay ? 1 - lr * weightDecay : 1;
    hyper[8] = group.maximize ? 1 : 0;
    this.updateWith("adamLike", slot, grad);
  }

  #productAt(slot: Slot, t: number, group: NAdamGroupOptions): number {
    const beta1 = group.betas[0];
    const decay = group.momentumDecay;
    let cached = this.#products.get(slot);
    if (cached === undefined || cached.steps > t || cached.beta1 !== beta1 || cached.decay !== decay) {
      cached = { steps: 0, beta1, decay, product: 1 };
      this.#products.set(slot, cached);
    }
    while (cached.steps < t) cached.product *= muAt(++cached.steps, beta1, decay);
    return cached.product;
  }
}

function muAt(step: number, beta1: number, decay: number): number {
  return beta1 * (1 - 0.5 * 0.96 ** (step * decay));
}
