import { mul_, noGrad, tensor } from "../ops/index.ts";
import type { Optimizer } from "../optim/index.ts";
import type { Tensor } from "../tensor/index.ts";

/** What one step did. */
export interface StepResult {
  /** The objective's value for this batch, before the update; over several pieces their weighted mean. */
  loss: Tensor;
  /** The gradient norm that `clip` measured, before clipping; null without one. */
  gradNorm: Tensor | null;
  /** False when the optimizer refused the update (a gradient that is not finite). */
  applied: boolean;
}

/** One piece of a batch that is too large to be computed at once. */
export interface MicroBatch {
  /** The forward pass and the mean loss over the piece's samples, a scalar. */
  objective: () => Tensor;
  /** Samples in the piece, 1 or more. */
  samples: number;
}

const FINITE = { finite: true } as const;

/**
 * The inner loop: the four steps that every outer loop in innerloop runs, and nothing else.
 *
 * Over pieces, the gradient is that of the mean over all their samples, `Σ nᵢ·∇Lᵢ / Σ nᵢ`: the same as for one
 * large batch, however unevenly it was cut. Pieces are computed one after the other, so a loader may free one
 * before it makes the next.
 *
 * @param optimizer holds the parameters
 * @param objective the forward pass and the loss of one batch, a scalar; or the pieces of a batch, at least one
 * @param clip changes the gradients between backward and step, and returns their norm before
 * @param checked `clip` throws at gradients that are not finite, of every parameter that the optimizer holds: it need
 *   not look at them again
 * @example
 * const { loss: error, gradNorm } = train.trainStep(
 *   optimizer,
 *   () => F.mseLoss(model.forward(X), y),
 *   () => nn.utils.clipGradNorm_(model.parameters(), 1),
 * );
 */
export function trainStep(
  optimizer: Optimizer,
  objective: (() => Tensor) | Iterable<MicroBatch>,
  clip?: () => Tensor,
  checked = false,
): StepResult {
  optimizer.zeroGrad(); //             1. clear
  const loss = typeof objective === "function" ? objective() : accumulate(optimizer, objective); // 2. forward
  if (typeof objective === "function") loss.backward(); //                                          3. backward
  const gradNorm = clip?.() ?? null; //   between backward and step, never elsewhere
  const applied = checked ? optimizer.step(undefined, FINITE) : optimizer.step(); // 4. step
  return { loss, gradNorm, applied };
}

// The total is not known before the last piece has come. So each is weighted against the first, which keeps the
// sums as large as one piece's gradient, and all are divided at the end.
function accumulate(optimizer: Optimizer, pieces: Iterable<MicroBatch>): Tensor {
  let first = 0;
  let samples = 0;
  let sum = 0;
  let last: Tensor | null = null;
  for (const piece of pieces) {
    last = piece.objective();
    if (first === 0) first = piece.samples;
    const weight = piece.samples / first;
    if (weight === 1) last.backward();
    else last.backward({ gradient: tensor(weight, { dtype: last.dtype }).reshape(last.shape) });
    sum += last.item() * piece.samples;
    samples += piece.samples;
  }
  if (last === null) throw new RangeError("trainStep: no pieces"); // the Trainer never gives none
  if (samples !== first) scaleGradients(optimizer, first / samples);
  return tensor(sum / samples, { dtype: last.dtype });
}

function scaleGradients(optimizer: Optimizer, factor: number): void {
  noGrad(() => {
    for (const group of optimizer.paramGroups) {
      for (const parameter of group.params) if (parameter.gradient !== null) mul_(parameter.gradient, factor);
    }
  });
}
