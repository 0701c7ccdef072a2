import { defaultGenerator, type Generator } from "../../engine/index.ts";
import { add, argmax, checkFloat, div, fromTypedArray, ones, softmax, sub, zerosLike } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { checkedOptions, normalizeDim, type OptionKinds } from "../../util/index.ts";
import { checkNumber } from "./check-losses.ts";

/** Options of `gumbelSoftmax`. */
export interface GumbelSoftmaxOptions {
  /** Temperature, above 0: the lower, the nearer to one-hot; default 1. */
  tau?: number;
  /** Give one-hot vectors, with the gradient of the soft ones; default false. */
  hard?: boolean;
  /** The dimension of the classes; default −1. */
  dim?: number;
  /** Whose numbers are drawn; default the one `manualSeed` seeds. */
  generator?: Generator;
}

const GUMBEL_SOFTMAX_OPTIONS: OptionKinds<GumbelSoftmaxOptions> = {
  tau: "number",
  hard: "boolean",
  dim: "number",
  generator: "object",
};

/**
 * A differentiable draw of a class (Jang et al. 2017): `softmax((logits + g) / tau)`, `g = −ln E` with E exponential.
 *
 * Draws PyTorch's stream, one exponential number an element.
 *
 * @param logits unnormalised log probabilities, any shape, floating point
 * @returns the logits' shape; with `hard` one-hot
 * @throws {ConfigError} when tau is not above 0
 * @throws {ShapeError} when there is no dimension `dim`
 * @example
 * const draws = F.gumbelSoftmax(rand([8, 3]), { tau: 0.5, hard: true }); // rows with one 1
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.gumbel_softmax.html
 */
export function gumbelSoftmax(logits: Tensor, options: GumbelSoftmaxOptions = {}): Tensor {
  const {
    tau = 1,
    hard = false,
    dim = -1,
    generator,
  } = checkedOptions("gumbelSoftmax", options, GUMBEL_SOFTMAX_OPTIONS);
  checkFloat("gumbelSoftmax", logits);
  checkNumber("gumbelSoftmax", "tau", tau, 0, true);
  const along = normalizeDim("gumbelSoftmax", dim, logits.shape.length);
  const draws = logits.dtype === "float64" ? new Float64Array(logits.length) : new Float32Array(logits.length);
  (generator ?? defaultGenerator).exponential(draws);
  for (let i = 0; i < draws.length; i++) draws[i] = -Math.log(draws[i] as number);
  const noise = fromTypedArray(draws, logits.shape, { dtype: logits.dtype });
  const soft = softmax(div(add(logits, noise), tau), along);
  if (!hard) return soft;
  const oneHot = zerosLike(soft.detach());
  const index = argmax(soft.detach(), along, { keepdim: true });
  oneHot.storage.backend.scatter(oneHot, along, index, ones(index.shape, { dtype: soft.dtype }), false);
  return add(sub(oneHot, soft.detach()), soft);
}
