import type { Pair, Window2d } from "../engine/index.ts";
import { needsGrad, record, type Tensor } from "../tensor/index.ts";
import { ConfigError, checkedOptions, formatShape, type OptionKinds, ShapeError } from "../util/index.ts";
import { empty } from "./common.ts";
import { checkConv } from "./conv-check.ts";
import { reduceRaw } from "./reduce.ts";
import { checkSpatial, lift, liftPacked, pairOf, resultShape, type SpatialSizes, spatialOf } from "./windows.ts";

/** Options of transposed convolutions; sizes are one number, or one for each spatial dimension. */
export interface ConvTransposeOptions {
  /** Stride of the convolution that this one turns round; default 1. */
  stride?: SpatialSizes;
  /** Its padding: what is cut off the result on every side; default 0. */
  padding?: SpatialSizes;
  /** Rows and columns added behind, of the sizes that the convolution maps to one; less than stride or dilation; default 0. */
  outputPadding?: SpatialSizes;
  /** Default 1. */
  groups?: number;
  /** Distance between the elements a window reaches; default 1. */
  dilation?: SpatialSizes;
}

const OPTIONS: OptionKinds<ConvTransposeOptions> = {
  stride: "numbers",
  padding: "numbers",
  outputPadding: "numbers",
  groups: "number",
  dilation: "numbers",
};

function checkOutputPadding(operation: string, extra: Pair, stride: Pair, dilation: Pair): void {
  for (const dim of [0, 1] as const) {
    if (extra[dim] === 0 || extra[dim] < Math.max(stride[dim], dilation[dim])) continue;
    throw new ConfigError(
      operation,
      `outputPadding is ${extra[dim]}, stride ${stride[dim]} and dilation ${dilation[dim]}`,
      "expected it smaller than the larger of the two",
      "It only chooses among the sizes that a convolution with this stride maps to one.",
    );
  }
}

function convolve(
  operation: string,
  rank: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvTransposeOptions,
): Tensor {
  checkedOptions(operation, options, OPTIONS);
  const groups = options.groups ?? 1;
  checkSpatial(operation, input, rank);
  checkConv(operation, rank, input, weight, bias, { groups }, true);
  const kernel = spatialOf(weight, rank);
  const stride = pairOf(operation, "stride", options.stride ?? 1, rank, 1, 1);
  const padding = pairOf(operation, "padding", options.padding ?? 0, rank, 0, 0);
  const dilation = pairOf(operation, "dilation", options.dilation ?? 1, rank, 1, 1);
  const extra = pairOf(operation, "outputPadding", options.outputPadding ?? 0, rank, 0, 0);
  checkOutputPadding(operation, extra, stride, dilation);
  const window: Window2d = { kernel, stride, padding, dilation };
  const from = spatialOf(input, rank);
  const size = (dim: 0 | 1): number =>
    (from[dim] - 1) * stride[dim] - 2 * padding[dim] + dilation[dim] * (kernel[dim] - 1) + extra[dim] + 1;
  const spatial: Pair = [size(0), size(1)];
  if (spatial[0] < 1 || spatial[1] < 1) {
    throw new ShapeError(
      operation,
      `input ${formatShape(input.shape)} with kernel ${formatShape(weight.shape.slice(2))} gives sizes ` +
        formatShape(rank === 1 ? [spatial[1]] : spatial),
      "expected at least 1 each",
      "Use less padding, or a larger kernel.",
    );
  }
  const filters = (weight.shape[1] as number) * groups;
  const out = empty(resultShape(input, filters, spatial, rank), input.dtype, operation);
  const { backend } = input.storage;
  backend.conv2dGradInput(lift(input, rank), lift(weight, rank), bias, window, groups, lift(out, rank));
  if (!needsGrad(input, weight, bias)) return out;
  const inputs = bias === null ? [input, weight] : [input, weight, bias];
  return record(operation, out, inputs, [input, weight], (grad) => {
    const g = liftPacked(grad, rank, operation);
    let byInput: Tensor | null = null;
    let byWeight: Tensor | null = null;
    if (input.requiresGrad) {
      byInput = empty(input.shape, input.dtype, operation);
      backend.conv2d(g, lift(weight, rank), null, window, groups, lift(byInput, rank));
    }
    if (weight.requiresGrad) {
      byWeight = empty(weight.shape, weight.dtype, operation);
      backend.conv2dGrad(lift(input, rank), g, lift(weight, rank), window, groups, null, lift(byWeight, rank), null);
    }
    return [byInput, byWeight, bias?.requiresGrad ? reduceRaw("sum", g, [0, 2, 3]) : null];
  });
}

/**
 * The convolution that goes the other way than `conv1d`: each input element adds its filter, times itself, to the output.
 *
 * @param input `[N, C, L]` or `[C, L]`
 * @param weight `[C, O / groups, K]`
 * @param bias `[O]`, or null
 * @returns `[N, O, L']` or `[O, L']`, `L' = (L − 1)·stride − 2·padding + dilation·(K − 1) + outputPadding + 1`
 * @throws {ShapeError} when channels do not fit or nothing would be left
 * @example
 * const out = F.convTranspose1d(rand([2, 3, 10]), rand([3, 4, 2]), null, { stride: 2 }); // [2, 4, 20]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose1d.html
 */
export function convTranspose1d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTransposeOptions = {},
): Tensor {
  return convolve("convTranspose1d", 1, input, weight, bias, options);
}

/**
 * The convolution that goes the other way than `conv2d` (its gradient by the input): each input element adds its filter,
 * times itself, to the output.
 *
 * @param input `[N, C, H, W]` or `[C, H, W]`
 * @param weight `[C, O / groups, KH, KW]`
 * @param bias `[O]`, or null
 * @returns `[N, O, H', W']` or `[O, H', W']`, `H' = (H − 1)·stride − 2·padding + dilation·(KH − 1) + outputPadding + 1`
 * @throws {ShapeError} when channels do not fit or nothing would be left
 * @example
 * const out = F.convTranspose2d(rand([2, 3, 7, 7]), rand([3, 4, 2, 2]), null, { stride: 2 }); // [2, 4, 14, 14]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose2d.html
 */
export function convTranspose2d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTransposeOptions = {},
): Tensor {
  return convolve("convTranspose2d", 2, input, weight, bias, options);
}
