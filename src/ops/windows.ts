import type { Pair, Window2d } from "../engine/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { ConfigError, formatShape, ShapeError } from "../util/index.ts";
import { checkFloat, contiguousRaw, viewOf } from "./common.ts";

// Convolutions and pools compute on [N, C, H, W]. One spatial dimension is height 1, and an input
// without a batch dimension is a batch of one; `lift` and `lower` go there and back.

/** A size for every spatial dimension, or one for each (outermost first). */
export type SpatialSizes = number | readonly number[];

/** Options of convolutions and pools, each as one number or one for every spatial dimension. */
export type SizeNames = "kernelSize" | "stride" | "padding" | "dilation" | "outputPadding" | "outputSize";

/**
 * One number for each spatial dimension as a pair; with one dimension the vertical number is `rest`.
 *
 * @throws {ConfigError} when it is no list of `rank` whole numbers of at least `least`
 */
export function pairOf(
  operation: string,
  name: SizeNames,
  value: SpatialSizes,
  rank: number,
  rest: number,
  least: number,
): Pair {
  const list = typeof value === "number" ? new Array<number>(rank).fill(value) : [...value];
  if (list.length !== rank || !list.every((size) => Number.isInteger(size) && size >= least)) {
    throw new ConfigError(
      operation,
      `${name} is ${typeof value === "number" ? value : formatShape(value)}`,
      `expected ${rank === 1 ? "a whole number" : `a whole number, or ${rank} of them`} of ${least} or more`,
      "Pass the number of elements along each spatial dimension.",
    );
  }
  return rank === 1 ? [rest, list[0] as number] : [list[0] as number, list[1] as number];
}

/** Spatial sizes of an input as a pair, height 1 where there is only a length. */
export function spatialOf(input: Tensor, rank: number): Pair {
  const sizes = input.shape.slice(-rank);
  return rank === 1 ? [1, sizes[0] as number] : [sizes[0] as number, sizes[1] as number];
}

/**
 * @throws {ShapeError} when the input is neither `[N, C, ...]` nor `[C, ...]` with `rank` spatial dimensions;
 *   {DtypeError} when it is not of a floating-point dtype
 */
export function checkSpatial(operation: string, input: Tensor, rank: number): void {
  const given = input.shape.length;
  if (given === rank + 1 || given === rank + 2) {
    checkFloat(operation, input);
    return;
  }
  const form = rank === 1 ? "[N, C, L] or [C, L]" : "[N, C, H, W] or [C, H, W]";
  throw new ShapeError(
    operation,
    `input has shape ${formatShape(input.shape)}`,
    `expected ${form}`,
    "Give it a dimension for the channels: x.unsqueeze(1) makes [N, ...] one of [N, 1, ...].",
  );
}

/** The tensor as `[N, C, H, W]`. Not recorded. */
export function lift(input: Tensor, rank: number): Tensor {
  const batched = input.shape.length === rank + 2;
  if (batched && rank === 2) return input;
  const shape = input.shape.slice(batched ? 0 : -rank - 1);
  const strides = input.strides.slice(batched ? 0 : -rank - 1);
  if (!batched) {
    shape.unshift(1);
    strides.unshift(0);
  }
  if (rank === 1) {
    shape.splice(2, 0, 1);
    strides.splice(2, 0, 0);
  }
  return viewOf(input, shape, strides, input.offset);
}

/** A packed tensor as `[N, C, H, W]`: gradients arrive in any layout. Not recorded. */
export function liftPacked(input: Tensor, rank: number, operation: string): Tensor {
  return lift(contiguousRaw(input, operation), rank);
}

/** The shape of a result with these channels and spatial sizes, with a batch dimension where the input has one. */
export function resultShape(input: Tensor, channels: number, spatial: Pair, rank: number): number[] {
  const batch = input.shape.length === rank + 2 ? [input.shape[0] as number] : [];
  return [...batch, channels, ...(rank === 1 ? [spatial[1]] : spatial)];
}

/**
 * Output sizes of a window that slides over `spatial` with `behind` rows and columns of padding after the last.
 *
 * @throws {ShapeError} when the window is larger than the padded input
 */
export function slide(
  operation: string,
  spatial: Pair,
  window: Window2d,
  behind: Pair = window.padding,
  ceilMode = false,
): Pair {
  const along = (dim: 0 | 1): number => {
    const reach = window.dilation[dim] * (window.kernel[dim] - 1) + 1;
    const room = spatial[dim] + window.padding[dim] + behind[dim] - reach;
    if (room < 0) {
      throw new ShapeError(
        operation,
        `the window spans ${reach} (kernelSize ${window.kernel[dim]}, dilation ${window.dilation[dim]}), ` +
          `the padded input ${spatial[dim] + window.padding[dim] + behind[dim]}`,
        "expected a window no larger than the padded input",
        "Use a smaller kernel or dilation, more padding, or fewer pooling layers before it.",
      );
    }
    const stride = window.stride[dim];
    if (!ceilMode) return Math.floor(room / stride) + 1;
    const steps = Math.ceil(room / stride);
    // A last window that would begin in the padding behind the input is left out.
    return steps * stride >= spatial[dim] + window.padding[dim] ? steps : steps + 1;
  };
  return [along(0), along(1)];
}
