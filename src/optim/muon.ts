import { clone, contiguous, noGrad } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { ConfigError, formatShape } from "../util/index.ts";
import { checkChoice, checkNotNegative, checkNumbers, checkShare, checkWhole } from "./check.ts";
import { orthogonalize } from "./newton-schulz.ts";
import { Optimizer, type OptimizerOptions } from "./optimizer.ts";
import type { GroupOptions, ParamGroup, Params } from "./param-groups.ts";
import type { Slot } from "./slot.ts";

/** Options of a group under `Muon`. */
export interface MuonGroupOptions extends GroupOptions {
  /** Decay of the weights, times lr; default 0.1. */
  weightDecay: number;
  /** Decay of the running mean of gradients, in [0, 1]; default 0.95. */
  momentum: number;
  /** Look ahead along the momentum; default true. */
  nesterov: boolean;
  /** Coefficients of the Newton-Schulz polynomial; default [3.4445, -4.775, 2.0315]. */
  nsCoefficients: readonly [number, number, number];
  /** Least norm to divide by; default 1e-7. */
  eps: number;
  /** Newton-Schulz iterations, 0 to 99; default 5. */
  nsSteps: number;
  /** `"original"` scales lr by `√max(1, rows/cols)`, `"match_rms_adamw"` by `0.2·√max(rows, cols)`; null: original. */
  adjustLrFn: "original" | "match_rms_adamw" | null;
  /** Climb instead of descend; default false. */
  maximize: boolean;
}

/** Options of `Muon`. */
export interface MuonOptions extends Partial<MuonGroupOptions>, OptimizerOptions {}

const DEFAULTS: MuonGroupOptions = {
  lr: 1e-3,
  weightDecay: 0.1,
  momentum: 0.95,
  nesterov: true,
  nsCoefficients: [3.4445, -4.775, 2.0315],
  eps: 1e-7,
  nsSteps: 5,
  adjustLrFn: null,
  maximize: false,
};
const BUFFER: readonly string[] = ["momentum_buffer"];

/**
 * Momentum, orthogonalised (Jordan 2024): `b ← μ·b + (1 − μ)·g`, `O ≈ UVᵀ` of `(1 − μ)·g + μ·b` by Newton-Schulz,
 * `p ← p·(1 − lr·λ) − lr·scale·O`. For the matrices of hidden layers; give biases, embeddings and the last layer to
 * AdamW.
 *
 * Computes in the parameter's dtype (PyTorch in bfloat16), and adds `maximize`.
 *
 * @example
 * const matrices = [...model.parameters()].filter((p) => p.dim() === 2);
 * const optimizer = new optim.Muon(matrices, { lr: 1e-3 });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.Muon.html
 */
export class Muon extends Optimizer<MuonGroupOptions> {
  /**
   * @param params matrices, or groups of them with options of their own
   * @param options.lr default 1e-3
   * @throws {ConfigError} for a parameter that is no matrix, or an option outside its domain
   */
  constructor(params: Params<MuonGroupOptions>, options: MuonOptions = {}) {
    super(params, DEFAULTS, options);
  }

  protected checkGroup(operation: string, group: MuonGroupOptions): void {
    checkShare(operation, "momentum", group.momentum);
    checkNotNegative(operation, "weightDecay", group.weightDecay);
    checkNotNegative(operation, "eps", group.eps);
    checkWhole(operation, "nsSteps", group.nsSteps, 0);
    if (group.nsSteps >= 100) {
      throw new ConfigError(operation, `nsSteps is ${group.nsSteps}`, "expected less than 100", "The default is 5.");
    }
    const finite = (...numbers: number[]): boolean => numbers.every(Number.isFinite);
    checkNumbers(operation, "nsCoefficients", group.nsCoefficients, 3, finite, "three finite numbers");
    checkChoice(operation, "adjustLrFn", group.adjustLrFn, [null, "original", "match_rms_adamw"]);
  }

  protected override checkParameter(operation: string, parameter: Tensor): void {
    if (parameter.shape.length === 2) return;
    throw new ConfigError(
      operation,
      `a parameter has shape ${formatShape(parameter.shape)}`,
      "expected matrices",
      "Give the other parameters to a second optimizer, such as AdamW.",
    );
  }

  protected stateNames(): readonly string[] {
    return BUFFER;
  }

  protected updateParameter(slot: Slot, grad: Tensor, group: ParamGroup<MuonGroupOptions>): void {
    const { parameter } = slot;
    if (parameter.length === 0) return;
    const { backend } = parameter.storage;
    const buffer = slot.tensors[0] as Tensor;
    const flip = group.maximize ? 1 : 0;
    noGrad(() => {
      const slope = contiguous(grad.detach());
      backend.update("lerp", buffer, slope, [], [1 - group.momentum, flip]);
      let direction = buffer.detach();
      if (group.nesterov) {
        direction = flip ? slope.neg() : clone(slope);
        backend.update("lerp", direction, buffer, [], [group.momentum, 0]);
      }
      const turned = orthogonalize(direction, group.nsCoefficients, group.nsSteps, group.eps);
      const target = parameter.detach();
      target.mul_(1 - group.lr * group.weightDecay);
      target.sub_(turned.mul(adjusted(group, parameter.shape)));
    });
  }
}

function adjusted(group: MuonGroupOptions, shape: readonly number[]): number {
  const [rows, cols] = shape as readonly [number, number];
  if (group.adjustLrFn === "match_rms_adamw") return group.lr * 0.2 * Math.sqrt(Math.max(rows, cols));
  return group.lr * Math.sqrt(Math.max(1, rows / cols));
}
