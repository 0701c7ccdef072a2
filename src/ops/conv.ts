import type { Pair, Window2d } from "../engine/index.ts";
import { needsGrad, record, type Tensor } from "../tensor/index.ts";
import { checkedOptions } from "../util/index.ts";
import { empty } from "./common.ts";
import { CONV_OPTIONS, type ConvOptions, checkConv } from "./conv-check.ts";
import { checkSpatial, lift, pairOf, resultShape, slide, spatialOf } from "./windows.ts";

export type { ConvOptions } from "./conv-check.ts";

/** Rows and columns of padding before and after the input. */
interface Padding {
  readonly before: Pair;
  readonly behind: Pair;
}

function paddingOf(operation: string, options: ConvOptions, kernel: Pair, dilation: Pair, rank: number): Padding {
  const { padding = 0 } = options;
  if (padding === "valid") return { before: [0, 0], behind: [0, 0] };
  if (padding === "same") {
    // What does not divide by two goes behind, as in PyTorch.
    const total = (dim: 0 | 1): number => dilation[dim] * (kernel[dim] - 1);
    const before: Pair = [Math.floor(total(0) / 2), Math.floor(total(1) / 2)];
    return { before, behind: [total(0) - before[0], total(1) - before[1]] };
  }
  const pair = pairOf(operation, "padding", padding, rank, 0, 0);
  return { before: pair, behind: pair };
}

function convolve(
  operation: string,
  rank: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvOptions,
): Tensor {
  checkedOptions(operation, options, CONV_OPTIONS);
  const groups = options.groups ?? 1;
  checkSpatial(operation, input, rank);
  checkConv(operation, rank, input, weight, bias, options, false);
  const kernel = spatialOf(weight, rank);
  const stride = pairOf(operation, "stride", options.stride ?? 1, rank, 1, 1);
  const dilation = pairOf(operation, "dilation", options.dilation ?? 1, rank, 1, 1);
  const { before, behind } = paddingOf(operation, options, kernel, dilation, rank);
  const window: Window2d = { kernel, stride, padding: before, dilation };
  const spatial = slide(operation, spatialOf(input, rank), window, behind);
  const filters = weight.shape[0] as number;
  const out = empty(resultShape(input, filters, spatial, rank), input.dtype, operation);
  const { backend } = input.storage;
  backend.conv2d(lift(input, rank), lift(weight, rank), bias, window, groups, lift(out, rank));
  if (!needsGrad(input, weight, bias)) return out;
  const inputs = bias === null ? [input, weight] : [input, weight, bias];
  return record(operation, out, inputs, [input, weight], (grad) => {
    const by = (of: Tensor | null): Tensor | null => (of?.requiresGrad ? empty(of.shape, of.dtype, operation) : null);
    const lifted = (each: Tensor | null): Tensor | null => (each === null ? null : lift(each, rank));
    const [byInput, byWeight, byBias] = [by(input), by(weight), by(bias)];
    const [x, w] = [lift(input, rank), lift(weight, rank)];
    backend.conv2dGrad(lift(grad, rank), x, w, window, groups, lifted(byInput), lifted(byWeight), byBias);
    return [byInput, byWeight, byBias];
  });
}

/**
 * Cross-correlation of sequences with filters: `y[n, o, t] = b[o] + Σ w[o, c, k] · x[n, c, stride·t + dilation·k − padding]`.
 *
 * @param input `[N, C, L]` or `[C, L]`
 * @param weight `[O, C / groups, K]`
 * @param bias `[O]`, or null
 * @returns `[N, O, L']` or `[O, L']`, `L' = ⌊(L + 2·padding − dilation·(K − 1) − 1) / stride⌋ + 1`
 * @throws {ShapeError} when channels do not fit or the kernel is larger than the padded input
 * @example
 * const out = F.conv1d(rand([2, 3, 10]), rand([4, 3, 3]), null, { padding: 1 }); // [2, 4, 10]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.conv1d.html
 */
export function conv1d(input: Tensor, weight: Tensor, bias: Tensor | null = null, options: ConvOptions = {}): Tensor {
  return convolve("conv1d", 1, input, weight, bias, options);
}

/**
 * Cross-correlation of images with filters: a filter's window slides over the image, and each output is the sum of what
 * it sees times its weights, plus the filter's bias.
 *
 * @param input `[N, C, H, W]` or `[C, H, W]`
 * @param weight `[O, C / groups, KH, KW]`
 * @param bias `[O]`, or null
 * @returns `[N, O, H', W']` or `[O, H', W']`, `H' = ⌊(H + 2·padding − dilation·(KH − 1) − 1) / stride⌋ + 1`
 * @throws {ShapeError} when channels do not fit or the kernel is larger than the padded input
 * @example
 * const edges = F.conv2d(rand([1, 1, 28, 28]), tensor([[[[1, -1]]]]), null, { padding: "same" }); // [1, 1, 28, 28]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html
 */
export function conv2d(input: Tensor, weight: Tensor, bias: Tensor | null = null, options: ConvOptions = {}): Tensor {
  return convolve("conv2d", 2, input, weight, bias, options);
}
