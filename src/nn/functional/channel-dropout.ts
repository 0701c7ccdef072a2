import { defaultGenerator } from "../../engine/index.ts";
import { binaryRaw, checkFloat, fromTypedArray, scalarRaw } from "../../ops/index.ts";
import { record, type Tensor } from "../../tensor/index.ts";
import { checkedOptions, formatShape, ShapeError } from "../../util/index.ts";
import { checkProbability } from "../check.ts";
import type { DropoutOptions } from "./dropout.ts";
import { DROPOUT_OPTIONS } from "./dropout.ts";

function drop(operation: string, input: Tensor, p: number, options: DropoutOptions, batchRank: number): Tensor {
  checkProbability(operation, p);
  checkFloat(operation, input);
  const batched = input.shape.length >= batchRank;
  if (input.shape.length < 2) {
    throw new ShapeError(
      operation,
      `input has shape ${formatShape(input.shape)}`,
      "expected [N, C, ...]",
      "Use dropout() for vectors.",
    );
  }
  if (options.training === false || p === 0 || input.length === 0) return input;
  if (p === 1) {
    return record(operation, scalarRaw("mul", input, 0), [input], null, (grad) => scalarRaw("mul", grad, 0));
  }
  const shape = input.shape.map((size, dim) => (dim < (batched ? 2 : 1) ? size : 1));
  const count = shape.reduce((product, size) => product * size, 1);
  const draws = input.dtype === "float64" ? new Float64Array(count) : new Float32Array(count);
  (options.generator ?? defaultGenerator).bernoulli(draws, 1 - p);
  const scale = input.dtype === "float64" ? 1 / (1 - p) : 1 / Math.fround(1 - p);
  for (let i = 0; i < count; i++) draws[i] = (draws[i] as number) * scale;
  const mask = fromTypedArray(draws, shape, { dtype: input.dtype });
  return record(operation, binaryRaw("mul", input, mask), [input], [mask], (grad) => binaryRaw("mul", grad, mask));
}

/**
 * Zeros whole channels of sequences with probability p and multiplies the others by 1/(1 − p).
 *
 * Draws PyTorch's mask: one 53-bit number for each channel of each sample.
 *
 * @param input `[N, C, L]` or `[C, L]`
 * @param p chance of a zero, 0 … 1; default 0.5
 * @throws {ConfigError} for an option that is none, or of the wrong kind
 * @example
 * const out = F.dropout1d(rand([8, 3, 10]), 0.2); // whole sequences of 10 are zero or multiplied by 1.25
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.dropout1d.html
 */
export function dropout1d(input: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  checkedOptions("dropout1d", options, DROPOUT_OPTIONS);
  return drop("dropout1d", input, p, options, 3);
}

/**
 * Zeros whole channels with probability p and multiplies the others by 1/(1 − p), since neighbouring pixels say nearly
 * the same.
 *
 * Draws PyTorch's mask: one 53-bit number for each channel of each sample.
 *
 * @param input `[N, C, H, W]`; `[N, C, L]` has its second dimension taken for the channels, as in PyTorch
 * @param p chance of a zero, 0 … 1; default 0.5
 * @throws {ConfigError} for an option that is none, or of the wrong kind
 * @example
 * const out = F.dropout2d(rand([8, 3, 4, 4]), 0.2); // whole images of 4 × 4 are zero or multiplied by 1.25
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.dropout2d.html
 */
export function dropout2d(input: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  checkedOptions("dropout2d", options, DROPOUT_OPTIONS);
  return drop("dropout2d", input, p, options, 2);
}
