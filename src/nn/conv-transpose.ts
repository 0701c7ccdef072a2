import { convTranspose1d, convTranspose2d, type SpatialSizes } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { checkedOptions, type OptionKinds } from "../util/index.ts";
import { CONV_LAYER_BASE, ConvLayer, type ConvLayerBase, sizesOf } from "./conv-layer.ts";

/** Options of `ConvTranspose1d` and `ConvTranspose2d`. */
export interface ConvTransposeLayerOptions extends ConvLayerBase {
  /** What is cut off the result on every side; default 0. */
  padding?: SpatialSizes;
  /** Rows and columns added behind; default 0. */
  outputPadding?: SpatialSizes;
}

/** What each holds. */
export const CONV_TRANSPOSE_LAYER_OPTIONS: OptionKinds<ConvTransposeLayerOptions> = {
  ...CONV_LAYER_BASE,
  padding: "numbers",
  outputPadding: "numbers",
};

abstract class ConvTranspose extends ConvLayer {
  readonly padding: readonly number[];
  readonly outputPadding: readonly number[];
  readonly #rank: number;

  constructor(
    name: string,
    rank: number,
    inChannels: number,
    outChannels: number,
    kernelSize: SpatialSizes,
    options: ConvTransposeLayerOptions,
  ) {
    const padding = sizesOf(name, "padding", options.padding ?? 0, rank, 0);
    const outputPadding = sizesOf(name, "outputPadding", options.outputPadding ?? 0, rank, 0);
    super(name, rank, inChannels, outChannels, kernelSize, options, true);
    this.padding = padding;
    this.outputPadding = outputPadding;
    this.#rank = rank;
  }

  forward(input: Tensor): Tensor {
    const { stride, padding, outputPadding, groups, dilation } = this;
    const convolve = this.#rank === 1 ? convTranspose1d : convTranspose2d;
    return convolve(input, this.weight, this.bias, { stride, padding, outputPadding, groups, dilation });
  }

  override extraRepr(): string {
    const one = new Array<number>(this.#rank).fill(1);
    return this.describe([
      ["padding", this.padding, one.map(() => 0)],
      ["dilation", this.dilation, one],
      ["outputPadding", this.outputPadding, one.map(() => 0)],
      ["groups", this.groups, 1],
      ["bias", this.bias !== null, true],
    ]);
  }
}

/**
 * The convolution that goes the other way than `Conv1d`; see `F.convTranspose1d`.
 *
 * @example
 * const layer = new nn.ConvTranspose1d(16, 1, 2, { stride: 2 }); // [N, 16, L] → [N, 1, 2L]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose1d.html
 */
export class ConvTranspose1d extends ConvTranspose {
  /** @throws {ConfigError} for sizes that are no whole numbers, or groups that do not divide the channels */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: SpatialSizes,
    options: ConvTransposeLayerOptions = {},
  ) {
    checkedOptions("nn.ConvTranspose1d", options, CONV_TRANSPOSE_LAYER_OPTIONS);
    super("nn.ConvTranspose1d", 1, inChannels, outChannels, kernelSize, options);
  }
}

/**
 * The convolution that goes the other way than `Conv2d`, from small images to large ones; see `F.convTranspose2d`.
 *
 * @example
 * const layer = new nn.ConvTranspose2d(16, 1, 2, { stride: 2 }); // [N, 16, H, W] → [N, 1, 2H, 2W]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html
 */
export class ConvTranspose2d extends ConvTranspose {
  /** @throws {ConfigError} for sizes that are no whole numbers, or groups that do not divide the channels */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: SpatialSizes,
    options: ConvTransposeLayerOptions = {},
  ) {
    checkedOptions("nn.ConvTranspose2d", options, CONV_TRANSPOSE_LAYER_OPTIONS);
    super("nn.ConvTranspose2d", 2, inChannels, outChannels, kernelSize, options);
  }
}
