import * as ops from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { checkedOptions, type OptionKinds } from "../util/index.ts";
import { Module } from "./module.ts";

// Sizes as they were given; ops check them when they meet an input.

function show(options: object): string {
  const shown = Object.entries(options).map(
    ([name, value]) => `${name}=${Array.isArray(value) ? `[${value}]` : value}`,
  );
  return shown.join(", ");
}

const POOL = { stride: "numbers", padding: "numbers", ceilMode: "boolean" } as const;
const MAX_POOL: OptionKinds<ops.MaxPoolOptions> = { ...POOL, dilation: "numbers" };
const AVG_POOL: OptionKinds<ops.AvgPoolOptions> = { ...POOL, countIncludePad: "boolean" };
const AVG_POOL_2D: OptionKinds<ops.AvgPool2dOptions> = { ...AVG_POOL, divisorOverride: "number" };

abstract class Pool<Options extends object> extends Module<[Tensor], Tensor> {
  readonly kernelSize: ops.SpatialSizes;
  readonly options: Options;

  /**
   * What the options of the class hold.
   *
   * @internal
   */
  protected static readonly optionKinds: object = {};

  /**
   * @param kernelSize one number, or one for each spatial dimension
   * @throws {ConfigError} for an option that is none, or of the wrong kind
   */
  constructor(kernelSize: ops.SpatialSizes, options: Options = {} as Options) {
    checkedOptions(`nn.${new.target.name}`, options, (new.target as typeof Pool).optionKinds as never);
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
 * @example
 * const layer = new nn.MaxPool1d(2); // [N, C, L] → [N, C, L/2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool1d.html
 */
export class MaxPool1d extends Pool<ops.MaxPoolOptions> {
  protected static override readonly optionKinds: OptionKinds<ops.MaxPoolOptions> = MAX_POOL;

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
  protected static override readonly optionKinds: OptionKinds<ops.MaxPoolOptions> = MAX_POOL;

  forward(input: Tensor): Tensor {
    return ops.maxPool2d(input, this.kernelSize, this.options);
  }
}

/**
 * The mean of each window of a sequence; see `F.avgPool1d`.
 *
 * @example
 * const layer = new nn.AvgPool1d(3, { stride: 1, padding: 1 }); // [N, C, L] → [N, C, L]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool1d.html
 */
export class AvgPool1d extends Pool<ops.AvgPoolOptions> {
  protected static override readonly optionKinds: OptionKinds<ops.AvgPoolOptions> = AVG_POOL;

  forward(input: Tensor): Tensor {
    return ops.avgPool1d(input, this.kernelSize, this.options);
  }
}

/**
 * The mean of each window; see `F.avgPool2d`.
 *
 * @example
 * const layer = new nn.AvgPool2d(2); // [N, C, H, W] → [N, C, H/2, W/2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
 */
export class AvgPool2d extends Pool<ops.AvgPool2dOptions> {
  protected static override readonly optionKinds: OptionKinds<ops.AvgPool2dOptions> = AVG_POOL_2D;

  forward(input: Tensor): Tensor {
    return ops.avgPool2d(input, this.kernelSize, this.options);
  }
}

/**
 * Means of windows that give a sequence this length; see `F.adaptiveAvgPool1d`.
 *
 * @example
 * const layer = new nn.AdaptiveAvgPool1d(1); // [N, C, L] → [N, C, 1]
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
 * @example
 * const layer = new nn.AdaptiveAvgPool2d(1); // [N, C, H, W] → [N, C, 1, 1]
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
 * @example
 * const layer = new nn.AdaptiveMaxPool1d(4); // [N, C, L] → [N, C, 4]
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
 * @example
 * const layer = new nn.AdaptiveMaxPool2d([2, 3]); // [N, C, H, W] → [N, C, 2, 3]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html
 */
export class AdaptiveMaxPool2d extends AdaptivePool {
  forward(input: Tensor): Tensor {
    return ops.adaptiveMaxPool2d(input, this.outputSize);
  }
}
