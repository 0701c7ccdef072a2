import { data, empty, narrow } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { checkedOptions, type OptionKinds } from "../../util/index.ts";
import { checkNormType } from "./clip.ts";

/** Options of `gradNorms`. */
export interface GradNormsOptions {
  /** Which norm, above 0; Infinity for the largest element; default 2. */
  normType?: number;
}

/** What each holds. */
export const GRAD_NORMS_OPTIONS: OptionKinds<GradNormsOptions> = { normType: "number" };

/**
 * The norm of each parameter's gradient, for logging: which layer explodes, which one has stopped learning.
 *
 * Accumulated in float64; one number a parameter is read from the backend at the end. Parameters without a gradient
 * are left out.
 *
 * @param namedParameters pairs of name and parameter, as `model.namedParameters()` gives
 * @returns norms by name, in that order
 * @throws {ConfigError} when normType is out of range
 * @example
 * F.mseLoss(model.forward(X), y).backward();
 * const norms = nn.utils.gradNorms(model.namedParameters());
 * const first = norms.get("0.weight");
 */
export function gradNorms(
  namedParameters: Iterable<readonly [string, Tensor]>,
  options: GradNormsOptions = {},
): Map<string, number> {
  checkedOptions("gradNorms", options, GRAD_NORMS_OPTIONS);
  const { normType = 2 } = options;
  checkNormType("gradNorms", normType);
  const found: (readonly [string, Tensor])[] = [];
  for (const [name, { gradient }] of namedParameters) if (gradient !== null) found.push([name, gradient]);
  const first = found[0];
  if (first === undefined) return new Map();
  const norms = empty([found.length], { dtype: first[1].dtype });
  found.forEach(([, gradient], i) => {
    gradient.storage.backend.clipNorm([gradient], Infinity, normType, narrow(norms, 0, i, 1));
  });
  const values = data(norms);
  return new Map(found.map(([name], i) => [name, values[i] as number]));
}
