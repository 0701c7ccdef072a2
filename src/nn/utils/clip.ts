import { empty, emptyLike } from "../../ops/index.ts";
import { Tensor } from "../../tensor/index.ts";
import { ConfigError, checkedOptions, GradientError, type OptionKinds } from "../../util/index.ts";

/** Options of `clipGradNorm_`. */
export interface ClipGradNormOptions {
  /** Which norm, above 0; Infinity for the largest element; default 2. */
  normType?: number;
  /** Throw when the norm is NaN or infinite; default false. */
  errorIfNonfinite?: boolean;
}

/** What each holds. */
export const CLIP_GRAD_NORM_OPTIONS: OptionKinds<ClipGradNormOptions> = {
  normType: "number",
  errorIfNonfinite: "boolean",
};

// Filled and emptied by each call: clipping happens once a step and shall not leave arrays behind.
const gradients: Tensor[] = [];

function collect(parameters: Iterable<Tensor> | Tensor): void {
  gradients.length = 0;
  if (parameters instanceof Tensor) {
    if (parameters.gradient !== null) gradients.push(parameters.gradient);
    return;
  }
  for (const parameter of parameters) if (parameter.gradient !== null) gradients.push(parameter.gradient);
}

/** @throws {ConfigError} unless it is a number above 0, or Infinity. */
export function checkNormType(operation: string, normType: number): void {
  if (typeof normType === "number" && normType > 0) return;
  throw new ConfigError(operation, `normType is ${normType}`, "expected a number above 0", "Pass 2, 1 or Infinity.");
}

/**
 * Scales all gradients so that their joint norm is at most `maxNorm`:
 * `g ← g · min(1, maxNorm / (‖g‖ + 1e-6))`, the norm accumulated in float64.
 *
 * A norm that is NaN or infinite leaves the gradients as they are (PyTorch would spread NaN to all of
 * them); the optimizer's step then refuses and names the parameter.
 *
 * @param maxNorm 0 or more; Infinity only measures
 * @returns the norm before clipping, a scalar; 0 without gradients
 * @throws {ConfigError} when maxNorm or normType is out of range
 * @throws {GradientError} with `errorIfNonfinite`, when the norm is not finite
 * @example
 * loss.backward();
 * const norm = nn.utils.clipGradNorm_(model.parameters(), 1).item(); // before clipping
 * optimizer.step();
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
 */
export function clipGradNorm_(
  parameters: Iterable<Tensor> | Tensor,
  maxNorm: number,
  options: ClipGradNormOptions = {},
): Tensor {
  checkedOptions("clipGradNorm_", options, CLIP_GRAD_NORM_OPTIONS);
  const { normType = 2, errorIfNonfinite = false } = options;
  if (!(typeof maxNorm === "number" && maxNorm >= 0)) {
    throw new ConfigError(
      "clipGradNorm_",
      `maxNorm is ${maxNorm}`,
      "expected 0 or more",
      "Pass the largest norm to allow.",
    );
  }
  checkNormType("clipGradNorm_", normType);
  collect(parameters);
  const first = gradients[0];
  const norm = first === undefined ? empty([]) : empty([], { dtype: first.dtype });
  const { backend } = first?.storage ?? norm.storage;
  backend.clipNorm(gradients, maxNorm, normType, norm);
  for (let i = 0; i < gradients.length; i++) (gradients[i] as Tensor).storage.version++;
  gradients.length = 0;
  if (errorIfNonfinite && backend.firstNonfinite(norm) >= 0) {
    throw new GradientError(
      "clipGradNorm_",
      `the norm of the gradients is ${norm.item()}`,
      "expected a finite one",
      "Look for NaN in the data, or lower the learning rate; without errorIfNonfinite the optimizer decides.",
    );
  }
  return norm;
}

/**
 * Brings every element of every gradient into `[−clipValue, clipValue]`.
 *
 * @param clipValue 0 or more
 * @throws {ConfigError} when it is negative or NaN
 * @example
 * loss.backward();
 * nn.utils.clipGradValue_(model.parameters(), 0.5);
 * optimizer.step();
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html
 */
export function clipGradValue_(parameters: Iterable<Tensor> | Tensor, clipValue: number): void {
  if (!(typeof clipValue === "number" && clipValue >= 0)) {
    throw new ConfigError(
      "clipGradValue_",
      `clipValue is ${clipValue}`,
      "expected 0 or more",
      "Pass the largest value to allow.",
    );
  }
  collect(parameters);
  for (const grad of gradients) {
    if (grad.packed) {
      grad.storage.backend.clamp(grad, -clipValue, clipValue, grad);
    } else {
      const clipped = emptyLike(grad);
      grad.storage.backend.clamp(grad, -clipValue, clipValue, clipped);
      grad.storage.backend.copy(clipped, grad);
    }
    grad.storage.version++;
  }
  gradients.length = 0;
}
