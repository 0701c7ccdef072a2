import type { Tensor } from "../tensor/index.ts";
import { ConfigError, type Shape, sizeOf } from "../util/index.ts";
import { checkNotNegative } from "./check.ts";
import { Optimizer, type OptimizerOptions } from "./optimizer.ts";
import type { GroupOptions, ParamGroup, Params } from "./param-groups.ts";
import type { Slot } from "./slot.ts";

/** Options of a group under `Adafactor`. */
export interface AdafactorGroupOptions extends GroupOptions {
  /** Power by which the second moment's decay nears 1, 0 or less; default -0.8. */
  beta2Decay: number;
  /** Least size of the root of the second moment (null: the dtype's epsilon) and of the weights; default [null, 1e-3]. */
  eps: readonly [number | null, number];
  /** Root mean square above which a step is scaled down, 1 or more; default 1. */
  d: number;
  /** Decay of the weights, times lr; default 0. */
  weightDecay: number;
  /** Climb instead of descend; default false. */
  maximize: boolean;
}

/** Options of `Adafactor`. */
export interface AdafactorOptions extends Partial<AdafactorGroupOptions>, OptimizerOptions {}

const FACTORS: readonly string[] = ["row_var", "col_var"];
const VARIANCE: readonly string[] = ["variance"];
const EPSILON = { float32: 2 ** -23, float64: 2 ** -52 };

/**
 * Second moments as a row times a column (Shazeer and Stern 2018), of the last two dimensions:
 * `V = R·C / mean(R)`, `u = g / √V`, `p ← p·(1 − lr·λ) − max(ε2, rms(p))·min(lr, 1/√t) · u / max(1, rms(u)/d)`,
 * where `R` and `C` are running means of `g²` over columns and rows with decay `1 − t^β2Decay`.
 *
 * @example
 * const optimizer = new optim.Adafactor(model.parameters());
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.Adafactor.html
 */
export class Adafactor extends Optimizer<AdafactorGroupOptions> {
  /**
   * @param params parameters, or groups with options of their own
   * @param options.lr the largest step relative to the weights' size; default 1e-2
   * @throws {ConfigError} for an option outside its domain
   */
  constructor(params: Params<AdafactorGroupOptions>, options: AdafactorOptions = {}) {
    super(params, { lr: 1e-2, beta2Decay: -0.8, eps: [null, 1e-3], d: 1, weightDecay: 0, maximize: false }, options);
  }

  protected checkGroup(operation: string, group: AdafactorGroupOptions): void {
    const { beta2Decay, eps, d } = group;
    const refuse = (got: string, expected: string, name: string): never => {
      throw new ConfigError(operation, got, `expected ${expected}`, `Correct ${name}.`);
    };
    if (!(beta2Decay <= 0 && beta2Decay > -Infinity)) {
      refuse(`beta2Decay is ${beta2Decay}`, "a finite number of 0 or less", "beta2Decay");
    }
    if (!(d >= 1 && d < Infinity)) refuse(`d is ${d}`, "a finite number of 1 or more", "d");
    if (!Array.isArray(eps) || eps.length !== 2) refuse(`eps is ${String(eps)}`, "two numbers", "eps");
    if (eps[0] !== null) checkNotNegative(operation, "eps[0]", eps[0]);
    checkNotNegative(operation, "eps[1]", eps[1]);
    checkNotNegative(operation, "weightDecay", group.weightDecay);
  }

  protected stateNames(_group: AdafactorGroupOptions, parameter: Tensor): readonly string[] {
    return parameter.shape.length > 1 ? FACTORS : VARIANCE;
  }

  protected override stateShape(name: string, parameter: Tensor): Shape {
    const { shape } = parameter;
    if (name === "row_var") return [...shape.slice(0, -1), 1];
    return name === "col_var" ? [...shape.slice(0, -2), 1, shape.at(-1) as number] : shape;
  }

  protected updateParameter(slot: Slot, grad: Tensor, group: ParamGroup<AdafactorGroupOptions>): void {
    const { hyper, parameter } = slot;
    const { shape } = parameter;
    const t = slot.steps + 1;
    hyper[0] = t ** group.beta2Decay;
    hyper[1] = Math.min(group.lr, 1 / Math.sqrt(t));
    hyper[2] = group.eps[0] ?? EPSILON[parameter.dtype as "float32" | "float64"];
    hyper[3] = group.eps[1];
    hyper[4] = group.d;
    hyper[5] = 1 - group.lr * group.weightDecay;
    hyper[6] = group.maximize ? 1 : 0;
    const factored = shape.length > 1;
    hyper[7] = factored ? sizeOf(shape.slice(0, -2)) : 1;
    hyper[8] = factored ? (shape.at(-2) as number) : 1;
    hyper[9] = factored ? (shape.at(-1) as number) : parameter.length;
    this.updateWith("adafactor", slot, grad);
  }
}
