import type { AverageOver, Pair, Window2d } from "../engine/index.ts";
import { record, type Tensor } from "../tensor/index.ts";
import { ConfigError, checkedOptions, type OptionKinds } from "../util/index.ts";
import { empty } from "./common.ts";
import { checkSpatial, lift, liftPacked, pairOf, resultShape, type SpatialSizes, slide, spatialOf } from "./windows.ts";

/** Options of pools; sizes are one number, or one for each spatial dimension. */
export interface PoolOptions {
  /** Steps from window to window; default the kernel's size. */
  stride?: SpatialSizes;
  /** What windows may reach over the border, at most half the kernel; default 0. */
  padding?: SpatialSizes;
  /** Round the number of windows up: a last one may reach over the border behind; default false. */
  ceilMode?: boolean;
}

/** Options of max pools. */
export interface MaxPoolOptions extends PoolOptions {
  /** Distance between the elements a window sees; default 1. */
  dilation?: SpatialSizes;
}

/** Options of average pools. */
export interface AvgPoolOptions extends PoolOptions {
  /** Divide by padding too; default true. */
  countIncludePad?: boolean;
}

/** Options of average pools over images. */
export interface AvgPool2dOptions extends AvgPoolOptions {
  /** What to divide by, in place of the window's size. */
  divisorOverride?: number;
}

const POOL = { stride: "numbers", padding: "numbers", ceilMode: "boolean" } as const;
const MAX_POOL: OptionKinds<MaxPoolOptions> = { ...POOL, dilation: "numbers" };
const AVG_POOL: OptionKinds<AvgPoolOptions> = { ...POOL, countIncludePad: "boolean" };
const AVG_POOL_2D: OptionKinds<AvgPool2dOptions> = { ...AVG_POOL, divisorOverride: "number" };

function windowOf(operation: string, rank: number, kernelSize: SpatialSizes, options: MaxPoolOptions): Window2d {
  const kernel = pairOf(operation, "kernelSize", kernelSize, rank, 1, 1);
  const stride = options.stride === undefined ? kernel : pairOf(operation, "stride", options.stride, rank, 1, 1);
  const padding = pairOf(operation, "padding", options.padding ?? 0, rank, 0, 0);
  const dilation = pairOf(operation, "dilation", options.dilation ?? 1, rank, 1, 1);
  for (const dim of [0, 1] as const) {
    if (padding[dim] <= kernel[dim] / 2) continue;
    throw new ConfigError(
      operation,
      `padding is ${padding[dim]}, kernelSize ${kernel[dim]}`,
      "expected at most half the kernel",
      "A window would see nothing but padding; pad the input itself if that is meant.",
    );
  }
  return { kernel, stride, padding, dilation };
}

/** Where a pool's windows go: their number, and how they slide (null: adaptive). */
interface Plan {
  readonly spatial: Pair;
  readonly window: Window2d | null;
}

function sliding(
  operation: string,
  rank: number,
  input: Tensor,
  kernelSize: SpatialSizes,
  options: MaxPoolOptions,
): Plan {
  checkSpatial(operation, input, rank);
  const window = windowOf(operation, rank, kernelSize, options);
  return { window, spatial: slide(operation, spatialOf(input, rank), window, window.padding, options.ceilMode) };
}

function adaptive(operation: string, rank: number, input: Tensor, outputSize: AdaptiveSizes): Plan {
  checkSpatial(operation, input, rank);
  const own = input.shape.slice(-rank);
  const sizes = typeof outputSize === "number" ? outputSize : outputSize.map((size, i) => size ?? (own[i] as number));
  return { window: null, spatial: pairOf(operation, "outputSize", sizes, rank, 1, 1) };
}

function maximum(operation: string, rank: number, input: Tensor, { spatial, window }: Plan): Tensor {
  const channels = input.shape[input.shape.length - rank - 1] as number;
  const shape = resultShape(input, channels, spatial, rank);
  const out = empty(shape, input.dtype, operation);
  const index = empty(shape, "int32", operation);
  const { backend } = input.storage;
  backend.maxPool2d(lift(input, rank), window, lift(out, rank), lift(index, rank));
  return record(operation, out, [input], [index], (grad) => {
    const back = empty(input.shape, input.dtype, operation);
    backend.maxPool2dGrad(liftPacked(grad, rank, operation), lift(index, rank), lift(back, rank));
    return back;
  });
}

function average(operation: string, rank: number, input: Tensor, { spatial, window }: Plan, over: AverageOver): Tensor {
  const channels = input.shape[input.shape.length - rank - 1] as number;
  const out = empty(resultShape(input, channels, spatial, rank), input.dtype, operation);
  const { backend } = input.storage;
  backend.avgPool2d(lift(input, rank), window, over, lift(out, rank));
  return record(operation, out, [input], null, (grad) => {
    const back = empty(input.shape, input.dtype, operation);
    backend.avgPool2dGrad(liftPacked(grad, rank, operation), window, over, lift(back, rank));
    return back;
  });
}

/**
 * The greatest element of each window of a sequence.
 *
 * @param input `[N, C, L]` or `[C, L]`
 * @throws {ShapeError} when the window is larger than the padded input
 * @example
 * const out = F.maxPool1d(rand([1, 3, 28]), 2); // [1, 3, 14]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.max_pool1d.html
 */
export function maxPool1d(input: Tensor, kernelSize: SpatialSizes, options: MaxPoolOptions = {}): Tensor {
  checkedOptions("maxPool1d", options, MAX_POOL);
  return maximum("maxPool1d", 1, input, sliding("maxPool1d", 1, input, kernelSize, options));
}

/**
 * The greatest element of each window; NaN wins. The gradient goes to the first of equals.
 *
 * @param input `[N, C, H, W]` or `[C, H, W]`
 * @throws {ShapeError} when the window is larger than the padded input; {ConfigError} for padding over half the kernel
 * @example
 * const half = F.maxPool2d(rand([1, 3, 28, 28]), 2); // [1, 3, 14, 14]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
 */
export function maxPool2d(input: Tensor, kernelSize: SpatialSizes, options: MaxPoolOptions = {}): Tensor {
  checkedOptions("maxPool2d", options, MAX_POOL);
  return maximum("maxPool2d", 2, input, sliding("maxPool2d", 2, input, kernelSize, options));
}

/**
 * The mean of each window of a sequence.
 *
 * @param input `[N, C, L]` or `[C, L]`
 * @throws {ShapeError} when the window is larger than the padded input
 * @example
 * const out = F.avgPool1d(rand([1, 3, 28]), 2); // [1, 3, 14]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool1d.html
 */
export function avgPool1d(input: Tensor, kernelSize: SpatialSizes, options: AvgPoolOptions = {}): Tensor {
  checkedOptions("avgPool1d", options, AVG_POOL);
  const plan = sliding("avgPool1d", 1, input, kernelSize, options);
  return average("avgPool1d", 1, input, plan, (options.countIncludePad ?? true) ? "padded" : "inside");
}

/**
 * The mean of each window.
 *
 * @param input `[N, C, H, W]` or `[C, H, W]`
 * @throws {ShapeError} when the window is larger than the padded input; {ConfigError} for padding over half the kernel
 * @example
 * const out = F.avgPool2d(rand([1, 3, 28, 28]), 2); // [1, 3, 14, 14]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool2d.html
 */
export function avgPool2d(input: Tensor, kernelSize: SpatialSizes, options: AvgPool2dOptions = {}): Tensor {
  checkedOptions("avgPool2d", options, AVG_POOL_2D);
  const { divisorOverride: divisor } = options;
  if (divisor !== undefined && !(divisor > 0)) {
    throw new ConfigError("avgPool2d", `divisorOverride is ${divisor}`, "expected a number above 0", "Leave it out.");
  }
  const plan = sliding("avgPool2d", 2, input, kernelSize, options);
  return average("avgPool2d", 2, input, plan, divisor ?? ((options.countIncludePad ?? true) ? "padded" : "inside"));
}

/** Output sizes of an adaptive pool: one number, or one for each spatial dimension, null keeping the input's. */
export type AdaptiveSizes = number | readonly (number | null)[];

/**
 * The means of `outputSize` windows of nearly equal length, output i reading `⌊i·L/n⌋ … ⌈(i + 1)·L/n⌉`.
 *
 * @param input `[N, C, L]` or `[C, L]`
 * @example
 * const out = F.adaptiveAvgPool1d(rand([1, 3, 28]), 1); // [1, 3, 1]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool1d.html
 */
export function adaptiveAvgPool1d(input: Tensor, outputSize: AdaptiveSizes): Tensor {
  return average("adaptiveAvgPool1d", 1, input, adaptive("adaptiveAvgPool1d", 1, input, outputSize), "inside");
}

/**
 * The means of `outputSize` windows of nearly equal size; 1 is the mean of each plane.
 *
 * @param input `[N, C, H, W]` or `[C, H, W]`
 * @example
 * const out = F.adaptiveAvgPool2d(rand([1, 3, 28, 28]), 1); // [1, 3, 1, 1]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool2d.html
 */
export function adaptiveAvgPool2d(input: Tensor, outputSize: AdaptiveSizes): Tensor {
  return average("adaptiveAvgPool2d", 2, input, adaptive("adaptiveAvgPool2d", 2, input, outputSize), "inside");
}

/**
 * The greatest elements of `outputSize` windows of nearly equal length.
 *
 * @param input `[N, C, L]` or `[C, L]`
 * @example
 * const out = F.adaptiveMaxPool1d(rand([1, 3, 28]), 7); // [1, 3, 7]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool1d.html
 */
export function adaptiveMaxPool1d(input: Tensor, outputSize: AdaptiveSizes): Tensor {
  return maximum("adaptiveMaxPool1d", 1, input, adaptive("adaptiveMaxPool1d", 1, input, outputSize));
}

/**
 * The greatest elements of `outputSize` windows of nearly equal size.
 *
 * @param input `[N, C, H, W]` or `[C, H, W]`
 * @example
 * const out = F.adaptiveMaxPool2d(rand([1, 3, 28, 28]), [7, 4]); // [1, 3, 7, 4]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool2d.html
 */
export function adaptiveMaxPool2d(input: Tensor, outputSize: AdaptiveSizes): Tensor {
  return maximum("adaptiveMaxPool2d", 2, input, adaptive("adaptiveMaxPool2d", 2, input, outputSize));
}
