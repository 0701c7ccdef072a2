import { checkFloat, clamp, div, norm } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { checkedOptions, type OptionKinds } from "../../util/index.ts";
import { checkNumber } from "./check-losses.ts";

/** Options of `normalize`. */
export interface NormalizeOptions {
  /** Which norm; default 2. */
  p?: number;
  /** The dimension of the vectors; default 1. */
  dim?: number;
  /** The least length a vector counts as having, 0 or more; default 1e-12. */
  eps?: number;
}

const NORMALIZE_OPTIONS: OptionKinds<NormalizeOptions> = { p: "number", dim: "number", eps: "number" };

/**
 * Vectors of length 1: `x / max(‖x‖ₚ, eps)` along a dimension.
 *
 * @param input any shape with the dimension `dim`, floating point
 * @returns the input's shape
 * @throws {ShapeError} when there is no such dimension
 * @throws {ConfigError} when eps is negative
 * @example
 * const directions = F.normalize(rand([8, 3])); // rows of length 1
 * const shares = F.normalize(rand([8, 3]), { p: 1 }); // rows that add up to 1
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html
 */
export function normalize(input: Tensor, options: NormalizeOptions = {}): Tensor {
  const { p = 2, dim = 1, eps = 1e-12 } = checkedOptions("normalize", options, NORMALIZE_OPTIONS);
  checkFloat("normalize", input);
  checkNumber("normalize", "eps", eps, 0);
  return div(input, clamp(norm(input, p, dim, { keepdim: true }), { min: eps }));
}
