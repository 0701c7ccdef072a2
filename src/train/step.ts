import type { Optimizer } from "../optim/index.ts";
import type { Tensor } from "../tensor/index.ts";

/** What one step did. */
export interface StepResult {
  /** The objective's value for this batch, before the update. */
  loss: Tensor;
  /** The gradient norm that `clip` measured, before clipping; null without one. */
  gradNorm: Tensor | null;
  /** False when the optimizer refused the update (a gradient that is not finite). */
  applied: boolean;
}

/**
 * The inner loop: the four steps that every outer loop in innerloop runs, and nothing else.
 *
 * @param optimizer holds the parameters
 * @param objective the forward pass and the loss of one batch, a scalar
 * @param clip changes the gradients between backward and step, and returns their norm before
 */
export function trainStep(optimizer: Optimizer, objective: () => Tensor, clip?: () => Tensor): StepResult {
  optimizer.zeroGrad(); //             1. clear
  const loss = objective(); //         2. forward
  loss.backward(); //                  3. backward
  const gradNorm = clip?.() ?? null; //   between backward and step, never elsewhere
  const applied = optimizer.step(); // 4. step
  return { loss, gradNorm, applied };
}
