import { item, reshape } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { GradientError } from "../util/index.ts";

/** The error for a gradient whose element `at` (row-major) is NaN or infinite. */
export function nonfiniteGradient(operation: string, label: string, grad: Tensor, at: number): GradientError {
  const position: number[] = [];
  let rest = at;
  for (let dim = grad.shape.length - 1; dim >= 0; dim--) {
    const size = grad.shape[dim] as number;
    position.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  const value = item(reshape(grad.detach(), [grad.length]).narrow(0, at, 1));
  return new GradientError(
    operation,
    `the gradient of ${label} is ${value} at [${position.join(", ")}]`,
    "expected finite gradients; nothing was changed",
    'Look for NaN in the data, lower the learning rate, clip the gradients, or pass { nonfinite: "skip" }.',
  );
}
