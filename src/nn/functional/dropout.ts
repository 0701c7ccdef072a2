import type { Generator } from "../../engine/index.ts";
import { defaultGenerator } from "../../engine/index.ts";
import { binaryRaw, checkFloat, fromTypedArray, scalarRaw } from "../../ops/index.ts";
import { record, type Tensor } from "../../tensor/index.ts";
import { checkedOptions, type OptionKinds } from "../../util/index.ts";
import { checkProbability } from "../check.ts";

/** Options of `dropout`. */
export interface DropoutOptions {
  /** Default true; false gives the input back. */
  training?: boolean;
  /** Whose numbers decide; default the one `manualSeed` seeds. */
  generator?: Generator;
}

/** What each holds. */
export const DROPOUT_OPTIONS: OptionKinds<DropoutOptions> = { training: "boolean", generator: "object" };

/**
 * Zeros with probability p, the rest multiplied by 1/(1 − p), so that the expectation stays.
 *
 * Draws PyTorch's mask: one 53-bit number an element.
 *
 * @param p chance of a zero, 0 … 1; default 0.5
 * @throws {ConfigError} when p is no probability
 * @example
 * const dropped = F.dropout(ones([8]), 0.5, { training: model.training }); // zeros and twos in training
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
 */
export function dropout(input: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  checkedOptions("dropout", options, DROPOUT_OPTIONS);
  checkProbability("dropout", p);
  if (options.training === false || p === 0 || input.length === 0) return input;
  checkFloat("dropout", input);
  if (p === 1) {
    return record("dropout", scalarRaw("mul", input, 0), [input], null, (grad) => scalarRaw("mul", grad, 0));
  }
  const draws = input.dtype === "float64" ? new Float64Array(input.length) : new Float32Array(input.length);
  (options.generator ?? defaultGenerator).bernoulli(draws, 1 - p);
  const scale = input.dtype === "float64" ? 1 / (1 - p) : 1 / Math.fround(1 - p);
  for (let i = 0; i < draws.length; i++) draws[i] = (draws[i] as number) * scale;
  const mask = fromTypedArray(draws, input.shape, { dtype: input.dtype });
  return record("dropout", binaryRaw("mul", input, mask), [input], [mask], (grad) => binaryRaw("mul", grad, mask));
}
