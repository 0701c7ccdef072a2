import { conv1d, conv2d, type SpatialSizes } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { ConfigError, checkedOptions, type OptionKinds } from "../util/index.ts";
import { CONV_LAYER_BASE, ConvLayer, type ConvLayerBase, sizesOf } from "./conv-layer.ts";
import { checkPaddingMode, type PaddingMode, padAlong } from "./pad-mode.ts";

/** Options of `Conv1d` and `Conv2d`. */
export interface ConvLayerOptions extends ConvLayerBase {
  /** What is added around the input; `"valid"` is 0, `"same"` keeps the size (stride 1 only); default 0. */
  padding?: SpatialSizes | "same" | "valid";
  /** What the padding is made of; default zeros. */
  paddingMode?: PaddingMode;
}

/** What each holds. */
export const CONV_LAYER_OPTIONS: OptionKinds<ConvLayerOptions> = {
  ...CONV_LAYER_BASE,
  padding: "any",
  paddingMode: "string",
};

abstract class Conv extends ConvLayer {
  readonly padding: readonly number[] | "same" | "valid";
  readonly paddingMode: PaddingMode;
  readonly #rank: number;

  constructor(
    name: string,
    rank: number,
    inChannels: number,
    outChannels: number,
    kernelSize: SpatialSizes,
    options: ConvLayerOptions,
  ) {
    const { padding = 0, paddingMode = "zeros" } = options;
    checkPaddingMode(name, paddingMode);
    if (typeof padding === "string" && padding !== "same" && padding !== "valid") {
      throw new ConfigError(
        name,
        `padding is "${padding}"`,
        'expected numbers, "same" or "valid"',
        "Choose one of them.",
      );
    }
    const sizes = typeof padding === "string" ? padding : sizesOf(name, "padding", padding, rank, 0);
    if (padding === "same" && sizesOf(name, "stride", options.stride ?? 1, rank, 1).some((step) => step !== 1)) {
      throw new ConfigError(
        name,
        'padding is "same" with a stride above 1',
        "expected stride 1, with which the size can stay the same",
        "Pass the padding as numbers.",
      );
    }
    super(name, rank, inChannels, outChannels, kernelSize, options, false);
    this.padding = sizes;
    this.paddingMode = paddingMode;
    this.#rank = rank;
  }

  forward(input: Tensor): Tensor {
    const { stride, dilation, groups } = this;
    const convolve = this.#rank === 1 ? conv1d : conv2d;
    if (this.paddingMode === "zeros") {
      return convolve(input, this.weight, this.bias, { stride, padding: this.padding, dilation, groups });
    }
    let padded = input;
    for (let i = 0; i < this.#rank; i++) {
      const [before, behind] = this.#around(i);
      padded = padAlong(padded, i - this.#rank, before, behind, this.paddingMode);
    }
    return convolve(padded, this.weight, this.bias, { stride, dilation, groups });
  }

  // Padding before and behind along the spatial dimension i.
  #around(i: number): [number, number] {
    const { padding } = this;
    if (padding === "valid") return [0, 0];
    if (padding !== "same") return [padding[i] as number, padding[i] as number];
    const total = (this.dilation[i] as number) * ((this.kernelSize[i] as number) - 1);
    return [total >> 1, total - (total >> 1)];
  }

  override extraRepr(): string {
    const one = new Array<number>(this.#rank).fill(1);
    return this.describe([
      ["padding", this.padding, one.map(() => 0)],
      ["dilation", this.dilation, one],
      ["groups", this.groups, 1],
      ["bias", this.bias !== null, true],
      ["paddingMode", this.paddingMode, "zeros"],
    ]);
  }
}

/**
 * Filters that slide over a sequence; see `F.conv1d`.
 *
 * Weight and bias start uniform in ±1/√(in/groups·kernel), drawn in this order, as PyTorch draws them.
 *
 * @example
 * const layer = new nn.Conv1d(3, 16, 5, { padding: 2 }); // [N, 3, L] → [N, 16, L]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv1d.html
 */
export class Conv1d extends Conv {
  /** @throws {ConfigError} for sizes that are no whole numbers, or groups that do not divide the channels */
  constructor(inChannels: number, outChannels: number, kernelSize: SpatialSizes, options: ConvLayerOptions = {}) {
    checkedOptions("nn.Conv1d", options, CONV_LAYER_OPTIONS);
    super("nn.Conv1d", 1, inChannels, outChannels, kernelSize, options);
  }
}

/**
 * Filters that slide over an image; see `F.conv2d`.
 *
 * Weight and bias start uniform in ±1/√(in/groups·kernel), drawn in this order, as PyTorch draws them.
 *
 * @example
 * const layer = new nn.Conv2d(1, 16, 3, { padding: 1 }); // [N, 1, H, W] → [N, 16, H, W]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
 */
export class Conv2d extends Conv {
  /** @throws {ConfigError} for sizes that are no whole numbers, or groups that do not divide the channels */
  constructor(inChannels: number, outChannels: number, kernelSize: SpatialSizes, options: ConvLayerOptions = {}) {
    checkedOptions("nn.Conv2d", options, CONV_LAYER_OPTIONS);
    super("nn.Conv2d", 2, inChannels, outChannels, kernelSize, options);
  }
}
