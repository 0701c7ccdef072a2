import type { Tensor } from "../tensor/index.ts";
import { checkNotNegative } from "./check.ts";
import { Optimizer, type OptimizerOptions } from "./optimizer.ts";
import type { GroupOptions, ParamGroup, Params } from "./param-groups.ts";
import { filledFor, type Slot } from "./slot.ts";

/** Options of a group under `Adagrad`. */
export interface AdagradGroupOptions extends GroupOptions {
  /** How fast the learning rate falls, 0 or more; default 0. */
  lrDecay: number;
  /** L2 penalty, added to the gradient; default 0. */
  weightDecay: number;
  /** What the sum of squares starts from, 0 or more; default 0. */
  initialAccumulatorValue: number;
  /** Added to the denominator, 0 or more; default 1e-10. */
  eps: number;
  /** Climb instead of descend; default false. */
  maximize: boolean;
}

/** Options of `Adagrad`. */
export interface AdagradOptions extends Partial<AdagradGroupOptions>, OptimizerOptions {}

const SUM: readonly string[] = ["sum"];

/**
 * Steps that shrink with all the gradients so far (Duchi et al. 2011): `s ← s + g²`,
 * `p ← p − lr/(1 + (t − 1)·lrDecay) · g / (√s + ε)`.
 *
 * The sum never decays: after one gradient of 1e19 in float32 a weight stands practically still, as in exact arithmetic.
 *
 * @example
 * const optimizer = new optim.Adagrad(model.parameters(), { lr: 1e-2 });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.Adagrad.html
 */
export class Adagrad extends Optimizer<AdagradGroupOptions> {
  /**
   * @param params parameters, or groups with options of their own
   * @param options.lr default 1e-2
   * @throws {ConfigError} for an option outside its domain
   */
  constructor(params: Params<AdagradGroupOptions>, options: AdagradOptions = {}) {
    super(
      params,
      { lr: 1e-2, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10, maximize: false },
      options,
    );
  }

  protected checkGroup(operation: string, group: AdagradGroupOptions): void {
    checkNotNegative(operation, "lrDecay", group.lrDecay);
    checkNotNegative(operation, "weightDecay", group.weightDecay);
    checkNotNegative(operation, "initialAccumulatorValue", group.initialAccumulatorValue);
    checkNotNegative(operation, "eps", group.eps);
  }

  protected stateNames(): readonly string[] {
    return SUM;
  }

  protected override makeState(_name: string, parameter: Tensor, group: AdagradGroupOptions): Tensor {
    return filledFor(parameter, parameter.shape, group.initialAccumulatorValue);
  }

  protected updateParameter(slot: Slot, grad: Tensor, group: ParamGroup<AdagradGroupOptions>): void {
    const { hyper } = slot;
    hyper[0] = group.lr / (1 + slot.steps * group.lrDecay);
    hyper[1] = group.eps;
    hyper[2] = group.weightDecay;
    hyper[3] = group.maximize ? 1 : 0;
    this.updateWith("adagrad", slot, grad);
  }
}
