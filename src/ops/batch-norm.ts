import { needsGrad, record, type Tensor } from "../tensor/index.ts";
import { checkedOptions, formatShape, type OptionKinds, ShapeError } from "../util/index.ts";
import { scalarRaw } from "./binary.ts";
import { checkFloat, contiguousRaw, empty, emptyLike } from "./common.ts";
import { AFFINE_OPTIONS, type AffineOptions, checkAffine } from "./normalize.ts";

/** Options of `batchNorm`. */
export interface BatchNormOptions extends AffineOptions {
  /** Normalise with the batch's own moments and let the running ones follow; default false. */
  training?: boolean;
  /** Share of the batch in the running moments; default 0.1. */
  momentum?: number;
}

const OPTIONS: OptionKinds<BatchNormOptions> = { ...AFFINE_OPTIONS, training: "boolean", momentum: "number" };

// running = (1 − momentum)·running + momentum·fresh, in place.
function follow(running: Tensor, fresh: Tensor, momentum: number, factor: number): void {
  const { backend } = running.storage;
  backend.binaryScalar("mul", running, 1 - momentum, false, running);
  backend.binary("add", running, scalarRaw("mul", fresh, momentum * factor), running);
  running.storage.version++;
}

/**
 * `(x − mean) / √(variance + eps) · weight + bias` for each channel over all samples and positions.
 *
 * In training, mean and (biased) variance are the batch's, and the running ones, where given, move by `momentum` towards
 * its mean and unbiased variance, in place. Otherwise the running ones are used.
 *
 * @param input `[N, C]` or `[N, C, ...]`
 * @param runningMean `[C]`, or null (in training)
 * @param runningVar `[C]`, or null (in training)
 * @throws {ShapeError} in training with a single value for each channel: it would be its own mean
 * @example
 * const out = F.batchNorm(rand([8, 3, 5, 5]), null, null, { training: true }); // each channel of mean 0 and variance 1
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.batch_norm.html
 */
export function batchNorm(
  input: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options: BatchNormOptions = {},
): Tensor {
  checkedOptions("batchNorm", options, OPTIONS);
  const { weight = null, bias = null, training = false, momentum = 0.1, eps = 1e-5 } = options;
  const channels = check(input, runningMean, runningVar, training);
  for (const [name, given] of [
    ["weight", weight],
    ["bias", bias],
  ] as const) {
    checkAffine("batchNorm", name, input, given, [channels]);
  }
  const { backend } = input.storage;
  const x = contiguousRaw(input, "batchNorm");
  const out = emptyLike(x, "batchNorm");
  const mean = training ? empty([channels], input.dtype, "batchNorm") : (runningMean as Tensor);
  const variance = training ? empty([channels], input.dtype, "batchNorm") : (runningVar as Tensor);
  if (training) {
    const count = input.length / channels;
    backend.batchMoments(x, mean, variance);
    if (runningMean !== null) follow(runningMean, mean, momentum, 1);
    if (runningVar !== null) follow(runningVar, variance, momentum, count / (count - 1));
  }
  backend.batchNorm(x, mean, variance, weight, bias, eps, out);
  if (!needsGrad(input, weight, bias)) return out;
  const inputs = [input, weight, bias].filter((tensor) => tensor !== null);
  const saved = [x, mean, variance, ...(weight === null ? [] : [weight])];
  return record("batchNorm", out, inputs, saved, (grad) => {
    const byInput = input.requiresGrad ? emptyLike(x, "batchNorm") : null;
    const byWeight = weight?.requiresGrad ? emptyLike(weight, "batchNorm") : null;
    const byBias = bias?.requiresGrad ? emptyLike(bias, "batchNorm") : null;
    backend.batchNormGrad(grad, x, mean, variance, weight, eps, training, byInput, byWeight, byBias);
    return [byInput, ...(weight === null ? [] : [byWeight]), ...(bias === null ? [] : [byBias])];
  });
}

function check(input: Tensor, runningMean: Tensor | null, runningVar: Tensor | null, training: boolean): number {
  checkFloat("batchNorm", input);
  if (input.shape.length < 2) {
    throw new ShapeError(
      "batchNorm",
      `input has shape ${formatShape(input.shape)}`,
      "expected [N, C] or [N, C, ...]",
      "Give it a batch dimension: x.unsqueeze(0).",
    );
  }
  const channels = input.shape[1] as number;
  for (const [name, given] of [
    ["runningMean", runningMean],
    ["runningVar", runningVar],
  ] as const) {
    checkAffine("batchNorm", name, input, given, [channels]);
    if (given !== null || training) continue;
    throw new ShapeError(
      "batchNorm",
      `${name} is null and training false`,
      "expected running moments to normalise with",
      "Pass them, or { training: true } to use the batch's own.",
    );
  }
  if (training && input.length <= channels) {
    throw new ShapeError(
      "batchNorm",
      `input has shape ${formatShape(input.shape)}, ${input.length === 0 ? "no value" : "a single value"} for each channel`,
      "expected more than one when training, since one is its own mean",
      "Use batches of 2 or more (dropLast: true in the loader), or call model.eval().",
    );
  }
  return channels;
}
