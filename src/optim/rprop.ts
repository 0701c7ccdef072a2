import type { Tensor } from "../tensor/index.ts";
import { checkNumbers } from "./check.ts";
import { Optimizer, type OptimizerOptions } from "./optimizer.ts";
import type { GroupOptions, ParamGroup, Params } from "./param-groups.ts";
import type { Slot } from "./slot.ts";

/** Options of a group under `Rprop`. */
export interface RpropGroupOptions extends GroupOptions {
  /** Factors [η⁻, η⁺] of a step's size, 0 < η⁻ < 1 < η⁺; default [0.5, 1.2]. */
  etas: readonly [number, number];
  /** Smallest and largest step; default [1e-6, 50]. */
  stepSizes: readonly [number, number];
  /** Climb instead of descend; default false. */
  maximize: boolean;
}

/** Options of `Rprop`. */
export interface RpropOptions extends Partial<RpropGroupOptions>, OptimizerOptions {}

const STATE: readonly string[] = ["prev", "step_size"];

/**
 * Resilient backpropagation (Riedmiller and Braun 1993): only the gradient's sign counts. Each weight's step grows
 * by η⁺ while the sign stays and shrinks by η⁻ (and waits once) when it turns; `lr` is the first step's size.
 *
 * For whole batches. The sign of `gₜ·gₜ₋₁` is taken of the two signs; PyTorch's product underflows below 1e-23.
 *
 * @example
 * const optimizer = new optim.Rprop(model.parameters(), { lr: 1e-2 });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.Rprop.html
 */
export class Rprop extends Optimizer<RpropGroupOptions> {
  /**
   * @param params parameters, or groups with options of their own
   * @param options.lr default 1e-2
   * @throws {ConfigError} for an option outside its domain
   */
  constructor(params: Params<RpropGroupOptions>, options: RpropOptions = {}) {
    super(params, { lr: 1e-2, etas: [0.5, 1.2], stepSizes: [1e-6, 50], maximize: false }, options);
  }

  protected checkGroup(operation: string, group: RpropGroupOptions): void {
    const { etas, stepSizes } = group;
    const between = (minus: number, plus: number): boolean => minus > 0 && minus < 1 && plus > 1 && plus < Infinity;
    checkNumbers(operation, "etas", etas, 2, between, "two numbers with 0 < first < 1 < second");
    const ordered = (least: number, most: number): boolean => least >= 0 && least <= most && most < Infinity;
    checkNumbers(operation, "stepSizes", stepSizes, 2, ordered, "two numbers with 0 ≤ first ≤ second");
  }

  protected stateNames(): readonly string[] {
    return STATE;
  }

  protected updateParameter(slot: Slot, grad: Tensor, group: ParamGroup<RpropGroupOptions>): void {
    const size = slot.tensors[1] as Tensor;
    if (slot.fresh) size.storage.backend.fill(size, group.lr); // a schedule may have set it since construction
    const { hyper } = slot;
    hyper[0] = group.etas[0];
    hyper[1] = group.etas[1];
    hyper[2] = group.stepSizes[0];
    hyper[3] = group.stepSizes[1];
    hyper[4] = group.maximize ? 1 : 0;
    this.updateWith("rprop", slot, grad);
  }
}
