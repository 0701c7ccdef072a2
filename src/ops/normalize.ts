import type { RowNorm } from "../engine/index.ts";
import { needsGrad, record, type Tensor } from "../tensor/index.ts";
import {
  ConfigError,
  checkedOptions,
  formatShape,
  type OptionKinds,
  type Shape,
  ShapeError,
  sizeOf,
} from "../util/index.ts";
import { checkFloat, checkSameBackend, contiguousRaw, empty, emptyLike } from "./common.ts";

/** Options that every normalisation takes. */
export interface AffineOptions {
  /** Multiplies what was normalised. */
  weight?: Tensor | null;
  /** Is added at last. */
  bias?: Tensor | null;
  /** Added to the variance; default 1e-5. */
  eps?: number;
}

/** Options of `rmsNorm`. */
export interface RmsNormOptions {
  /** Multiplies what was normalised. */
  weight?: Tensor | null;
  /** Added to the mean square; default the dtype's machine epsilon, as in PyTorch. */
  eps?: number | null;
}

/** What each holds. */
export const AFFINE_OPTIONS: OptionKinds<AffineOptions> = { weight: "object?", bias: "object?", eps: "number" };
const RMS_OPTIONS: OptionKinds<RmsNormOptions> = { weight: "object?", eps: "number?" };

/** @throws when a weight or bias is not of this shape, or not of the input's dtype */
export function checkAffine(operation: string, name: string, input: Tensor, given: Tensor | null, shape: Shape): void {
  if (given === null) return;
  checkSameBackend(operation, input, given);
  if (given.dtype === input.dtype && formatShape(given.shape) === formatShape(shape)) return;
  throw new ShapeError(
    operation,
    `${name} is ${given.dtype} ${formatShape(given.shape)}`,
    `expected ${input.dtype} ${formatShape(shape)} (input ${formatShape(input.shape)})`,
    "Make the layer for this input's size and dtype.",
  );
}

function apply(operation: string, input: Tensor, weight: Tensor | null, bias: Tensor | null, norm: RowNorm): Tensor {
  const rows = norm.size === 0 ? 0 : input.length / norm.size;
  const out = emptyLike(input, operation);
  const mean = norm.centered ? empty([rows], input.dtype, operation) : null;
  const rstd = empty([rows], input.dtype, operation);
  const { backend } = input.storage;
  // The parameters are read in order, whatever their shape: they are vectors to the kernel.
  const x = contiguousRaw(input, operation);
  backend.normalizeRows(x, weight, bias, norm, out, mean, rstd);
  if (!needsGrad(input, weight, bias)) return out;
  const inputs = [input, weight, bias].filter((tensor) => tensor !== null);
  const saved = [x, rstd, ...(weight === null ? [] : [weight]), ...(mean === null ? [] : [mean])];
  return record(operation, out, inputs, saved, (grad) => {
    const byInput = input.requiresGrad ? emptyLike(input, operation) : null;
    const byWeight = weight?.requiresGrad ? empty(weight.shape, weight.dtype, operation) : null;
    const byBias = bias?.requiresGrad ? empty(bias.shape, bias.dtype, operation) : null;
    backend.normalizeRowsGrad(grad, x, weight, norm, mean, rstd, byInput, byWeight, byBias);
    return [byInput, ...(weight === null ? [] : [byWeight]), ...(bias === null ? [] : [byBias])];
  });
}

function checkTrailing(operation: string, input: Tensor, normalizedShape: Shape): void {
  checkFloat(operation, input);
  const own = input.shape.slice(input.shape.length - normalizedShape.length);
  if (normalizedShape.length > 0 && formatShape(own) === formatShape(normalizedShape)) return;
  throw new ShapeError(
    operation,
    `input has shape ${formatShape(input.shape)}`,
    `expected one that ends in the normalizedShape ${formatShape(normalizedShape)}`,
    "Check the size of the layer before it.",
  );
}

/** A size, or the sizes of the last dimensions. */
export type NormalizedShape = number | Shape;

const shapeOf = (given: NormalizedShape): Shape => (typeof given === "number" ? [given] : given);

/**
 * `(x − mean) / √(variance + eps) · weight + bias` over the last dimensions (biased variance).
 *
 * @param input `[..., *normalizedShape]`
 * @throws {ShapeError} when the input does not end in `normalizedShape`, or weight or bias do not have it
 * @example
 * const out = F.layerNorm(rand([8, 5]), [5]); // each row of mean 0 and variance 1
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.layer_norm.html
 */
export function layerNorm(input: Tensor, normalizedShape: NormalizedShape, options: AffineOptions = {}): Tensor {
  checkedOptions("layerNorm", options, AFFINE_OPTIONS);
  const { weight = null, bias = null, eps = 1e-5 } = options;
  const shape = shapeOf(normalizedShape);
  checkTrailing("layerNorm", input, shape);
  checkAffine("layerNorm", "weight", input, weight, shape);
  checkAffine("layerNorm", "bias", input, bias, shape);
  return apply("layerNorm", input, weight, bias, { size: sizeOf(shape), groups: 1, inner: 1, eps, centered: true });
}

/**
 * `x / √(mean(x²) + eps) · weight` over the last dimensions (Zhang and Sennrich 2019).
 *
 * @param input `[..., *normalizedShape]`
 * @throws {ShapeError} when the input does not end in `normalizedShape`, or the weight does not have it
 * @example
 * const out = F.rmsNorm(rand([8, 5]), [5]); // each row of mean square 1
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.rms_norm.html
 */
export function rmsNorm(input: Tensor, normalizedShape: NormalizedShape, options: RmsNormOptions = {}): Tensor {
  checkedOptions("rmsNorm", options, RMS_OPTIONS);
  const { weight = null } = options;
  const eps = options.eps ?? (input.dtype === "float64" ? Number.EPSILON : 2 ** -23);
  const shape = shapeOf(normalizedShape);
  checkTrailing("rmsNorm", input, shape);
  checkAffine("rmsNorm", "weight", input, weight, shape);
  return apply("rmsNorm", input, weight, null, { size: sizeOf(shape), groups: 1, inner: 1, eps, centered: false });
}

function perChannel(
  operation: string,
  input: Tensor,
  numGroups: number,
  channels: number,
  options: AffineOptions,
): Tensor {
  const { weight = null, bias = null, eps = 1e-5 } = options;
  checkAffine(operation, "weight", input, weight, [channels]);
  checkAffine(operation, "bias", input, bias, [channels]);
  const samples = input.shape[0] as number;
  const inner = input.length / Math.max(samples * channels, 1);
  return apply(operation, input, weight, bias, {
    size: (channels / numGroups) * inner,
    groups: numGroups,
    inner: Math.max(inner, 1),
    eps,
    centered: true,
  });
}

/**
 * Layer normalisation of each of `numGroups` groups of channels, with a weight and bias for each channel.
 *
 * @param input `[N, C, ...]`
 * @param numGroups a whole number that divides C
 * @throws {ConfigError} when it does not; {ShapeError} for an input without channels, weight or bias not `[C]`
 * @example
 * const out = F.groupNorm(rand([8, 6, 5, 5]), 3); // each pair of channels of mean 0 and variance 1
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.group_norm.html
 */
export function groupNorm(input: Tensor, numGroups: number, options: AffineOptions = {}): Tensor {
  checkedOptions("groupNorm", options, AFFINE_OPTIONS);
  const channels = channelsOf("groupNorm", input, 2);
  if (!Number.isInteger(numGroups) || numGroups < 1 || channels % numGroups !== 0) {
    throw new ConfigError(
      "groupNorm",
      `numGroups is ${numGroups}, the input has ${channels} channels`,
      "expected a whole number that divides them",
      "Choose a divisor of the number of channels.",
    );
  }
  return perChannel("groupNorm", input, numGroups, channels, options);
}

/**
 * Normalisation of each channel of each sample over its spatial dimensions.
 *
 * @param input `[N, C, L, ...]`
 * @throws {ShapeError} when there is only one element to normalise, or weight or bias are not `[C]`
 * @example
 * const out = F.instanceNorm(rand([8, 6, 5, 5])); // each plane of mean 0 and variance 1
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.instance_norm.html
 */
export function instanceNorm(input: Tensor, options: AffineOptions = {}): Tensor {
  checkedOptions("instanceNorm", options, AFFINE_OPTIONS);
  const channels = channelsOf("instanceNorm", input, 3);
  if (sizeOf(input.shape.slice(2)) === 1) {
    throw new ShapeError(
      "instanceNorm",
      `input has shape ${formatShape(input.shape)}, one spatial element for each channel`,
      "expected more than one, since one is its own mean",
      "Leave the layer out where images have shrunk to a single pixel.",
    );
  }
  return perChannel("instanceNorm", input, channels, channels, options);
}

function channelsOf(operation: string, input: Tensor, least: number): number {
  checkFloat(operation, input);
  if (input.shape.length >= least) return input.shape[1] as number;
  throw new ShapeError(
    operation,
    `input has shape ${formatShape(input.shape)}`,
    `expected at least ${least} dimensions, [N, C${least > 2 ? ", L" : ""}, ...]`,
    "Give it a batch dimension: x.unsqueeze(0).",
  );
}
