import type { Tensor } from "../tensor/index.ts";
import { ConfigError } from "../util/index.ts";
import { checkNotNegative } from "./check.ts";
import { Optimizer, type OptimizerOptions } from "./optimizer.ts";
import type { GroupOptions, ParamGroup, Params } from "./param-groups.ts";
import type { Slot } from "./slot.ts";

/** Options of a group under `SGD`. */
export interface SGDGroupOptions extends GroupOptions {
  /** Share of the last direction that is kept, 0 or more; default 0. */
  momentum: number;
  /** Share of the gradient that does not enter the momentum; default 0. */
  dampening: number;
  /** L2 penalty, added to the gradient; default 0. */
  weightDecay: number;
  /** Look ahead along the momentum; default false. */
  nesterov: boolean;
  /** Climb instead of descend; default false. */
  maximize: boolean;
}

/** Options of `SGD`. */
export interface SGDOptions extends Partial<SGDGroupOptions>, OptimizerOptions {}

const MOMENTUM: readonly string[] = ["momentum_buffer"];
const NONE: readonly string[] = [];
const NO_STATE: readonly Tensor[] = [];

/**
 * Stochastic gradient descent, with momentum `μ`, dampening `τ` and weight decay `λ`:
 * `g ← g + λ·p`, `b ← μ·b + (1 − τ)·g` (the first time `b ← g`), `p ← p − lr·b`; with Nesterov `p ← p − lr·(g + μ·b)`.
 *
 * @example
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
 */
export class SGD extends Optimizer<SGDGroupOptions> {
  /**
   * @param params parameters, or groups with options of their own
   * @param options.lr default 1e-3
   * @throws {ConfigError} for an option outside its domain, or Nesterov without momentum or with dampening
   */
  constructor(params: Params<SGDGroupOptions>, options: SGDOptions = {}) {
    super(params, { lr: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, maximize: false }, options);
  }

  protected checkGroup(operation: string, group: SGDGroupOptions): void {
    checkNotNegative(operation, "momentum", group.momentum);
    checkNotNegative(operation, "weightDecay", group.weightDecay);
    if (!Number.isFinite(group.dampening)) {
      throw new ConfigError(
        operation,
        `dampening is ${group.dampening}`,
        "expected a finite number",
        "Correct dampening.",
      );
    }
    if (group.nesterov && (group.momentum <= 0 || group.dampening !== 0)) {
      throw new ConfigError(
        operation,
        `nesterov with momentum ${group.momentum} and dampening ${group.dampening}`,
        "expected a momentum above 0 and no dampening",
        "Pass e.g. { momentum: 0.9, nesterov: true }.",
      );
    }
  }

  protected stateNames(group: SGDGroupOptions): readonly string[] {
    return group.momentum === 0 ? NONE : MOMENTUM;
  }

  protected updateParameter(slot: Slot, grad: Tensor, group: ParamGroup<SGDGroupOptions>): void {
    const { hyper } = slot;
    const moving = group.momentum !== 0;
    if (moving && slot.tensors.length === 0) this.rebuildState(slot, group); // switched on since
    hyper[0] = group.lr;
    hyper[1] = group.momentum;
    hyper[2] = group.dampening;
    hyper[3] = group.weightDecay;
    hyper[4] = group.nesterov ? 1 : 0;
    hyper[5] = group.maximize ? 1 : 0;
    hyper[6] = slot.fresh ? 1 : 0;
    this.updateWith("sgd", slot, grad, moving ? slot.tensors : NO_STATE);
  }
}
