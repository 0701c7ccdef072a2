import * as ops from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { Module } from "./module.ts";

// Sizes as they were given; ops check them when they meet an input.

function show(options: object): string {
  const shown = Object.entries(options).map(
    ([name, value]) => `${name}=${Array.isArray(value) ? `[${value}]` : value}`,
  );
  return shown.join(", ");
}

abstract class Pool<Options extends object> extends Module<[Tensor], Tensor> {
  readonly kernelSize: ops.SpatialSizes;
  readonly options: Options;

  /** @param kernelSize one number, or one for each spatial dimension */
  constructor(kernelSize: ops.SpatialSizes, options: Options = {} as Options) {
    super();
    this.kernelSize = kernelSize;
    this.options = { ...options };
  }

  override extraRepr(): string {
    return show({ kernelSize: this.kernelSize, ...this.options });
  }
}

abstract class AdaptivePool extends Module<[Tensor], Tensor> {
  readonly outputSize: ops.AdaptiveSizes;

  /** @param outputSize one number, or one for each spatial dimension, null keeping the input's */
  constructor(outputSize: ops.AdaptiveSizes) {
    super();
    this.outputSize = outputSize;
  }

  override extraRepr(): string {
    return show({ outputSize: this.outputSize });
  }
}

/**
 * The greatest element of each window of a sequence; see `F.maxPool1d`.
 *
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool1d.html
 */
export class MaxPool1d extends Pool<ops.MaxPoolOptions> {
  forward(input: Tensor): Tensor {
    return ops.maxPool1d(input, this.kernelSize, this.options);
  }
}

/**
 * The greatest element of each window; see `F.maxPool2d`.
 *
 * @example
 * const layer = new nn.MaxPool2d(2); // [N, C, H, W] → [N, C, H/2, W/2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
 */
export class MaxPool2d extends Pool<ops.MaxPoolOptions> {
  forward(input: Tensor): Tensor {
    return ops.maxPool2d(input, this.kernelSize, this.options);
  }
}

/**
 * The mean of each window of a sequence; see `F.avgPool1d`.
 *
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool1d.html
 */
export class AvgPool1d extends Pool<ops.AvgPoolOptions> {
  forward(input: Tensor): Tensor {
    return ops.avgPool1d(input, this.kernelSize, this.options);
  }
}

/**
 * The mean of each window; see `F.avgPool2d`.
 *
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
 */
export class AvgPool2d extends Pool<ops.AvgPool2dOptions> {
  forward(input: Tensor): Tensor {
    return ops.avgPool2d(input, this.kernelSize, this.options);
  }
}

/**
 * Means of windows that give a sequence this length; see `F.adaptiveAvgPool1d`.
 *
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool1d.html
 */
export class AdaptiveAvgPool1d extends AdaptivePool {
  forward(input: Tensor): Tensor {
    return ops.adaptiveAvgPool1d(input, this.outputSize);
  }
}

/**
 * Means of windows that give an image this size, 1 for one number a channel; see `F.adaptiveAvgPool2d`.
 *
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
 */
export class AdaptiveAvgPool2d extends AdaptivePool {
  forward(input: Tensor): Tensor {
    return ops.adaptiveAvgPool2d(input, this.outputSize);
  }
}

/**
 * Greatest elements of windows that give a sequence this length; see `F.adaptiveMaxPool1d`.
 *
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool1d.html
 */
export class AdaptiveMaxPool1d extends AdaptivePool {
  forward(input: Tensor): Tensor {
    return ops.adaptiveMaxPool1d(input, this.outputSize);
  }
}

/**
 * Greatest elements of windows that give an image this size; see `F.adaptiveMaxPool2d`.
 *
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html
 */
export class AdaptiveMaxPool2d extends AdaptivePool {
  forward(input: Tensor): Tensor {
    return ops.adaptiveMaxPool2d(input, this.outputSize);
  }
}
