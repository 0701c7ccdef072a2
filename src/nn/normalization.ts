import type { DType } from "../engine/index.ts";
import { groupNorm, instanceNorm, layerNorm, type NormalizedShape, ones, rmsNorm, zeros } from "../ops/index.ts";
import { Parameter, type Tensor } from "../tensor/index.ts";
import { ConfigError, checkedOptions, formatShape, type OptionKinds, type Shape, ShapeError } from "../util/index.ts";
import { checkWhole } from "./check.ts";
import { ones_, zeros_ } from "./init.ts";
import { Module } from "./module.ts";
import type { SameSize } from "./sizes.ts";

/** Options of `LayerNorm`. */
export interface LayerNormOptions {
  /** Added to the variance; default 1e-5. */
  eps?: number;
  /** Learn a weight and a bias for each element; default true. */
  elementwiseAffine?: boolean;
  /** false leaves the bias out; default true. */
  bias?: boolean;
  /** Default float32. */
  dtype?: DType;
}

/** What each holds. */
export const LAYER_NORM_OPTIONS: OptionKinds<LayerNormOptions> = {
  eps: "number",
  elementwiseAffine: "boolean",
  bias: "boolean",
  dtype: "string",
};

/** Options of `RMSNorm`. */
export interface RMSNormOptions {
  /** Added to the mean square; default the dtype's machine epsilon. */
  eps?: number | null;
  /** Learn a weight for each element; default true. */
  elementwiseAffine?: boolean;
  /** Default float32. */
  dtype?: DType;
}

/** What each holds. */
export const RMS_NORM_OPTIONS: OptionKinds<RMSNormOptions> = {
  eps: "number?",
  elementwiseAffine: "boolean",
  dtype: "string",
};

/** Options of `GroupNorm`, `InstanceNorm1d` and `InstanceNorm2d`. */
export interface GroupNormOptions {
  /** Added to the variance; default 1e-5. */
  eps?: number;
  /** Learn a weight and a bias for each channel; default true (instance normalisation: false). */
  affine?: boolean;
  /** Default float32. */
  dtype?: DType;
}

/** What each holds. */
export const GROUP_NORM_OPTIONS: OptionKinds<GroupNormOptions> = { eps: "number", affine: "boolean", dtype: "string" };

const withDtype = (dtype: DType | undefined): { dtype?: DType } => (dtype === undefined ? {} : { dtype });

/** A weight that starts at 1, a bias that starts at 0, either of which may be missing. */
abstract class Norm extends Module<[Tensor], Tensor> {
  declare readonly "~sizes": SameSize;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(shape: Shape, weight: boolean, bias: boolean, dtype: DType | undefined) {
    super();
    this.weight = weight ? new Parameter(ones(shape, withDtype(dtype))) : null;
    this.bias = bias ? new Parameter(zeros(shape, withDtype(dtype))) : null;
  }

  /** Puts the weight back to 1 and the bias to 0. */
  resetParameters(): void {
    if (this.weight !== null) ones_(this.weight);
    if (this.bias !== null) zeros_(this.bias);
  }
}

function shapeOf(operation: string, given: NormalizedShape): Shape {
  const shape = typeof given === "number" ? [given] : [...given];
  for (const size of shape) checkWhole(operation, "normalizedShape", size, 1);
  if (shape.length > 0) return shape;
  throw new ConfigError(operation, "normalizedShape is []", "expected at least one size", "Pass the last dimension's.");
}

/**
 * Normalises over the last dimensions of each sample; see `F.layerNorm`.
 *
 * @example
 * const layer = new nn.LayerNorm(64); // [..., 64]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html
 */
export class LayerNorm extends Norm {
  readonly normalizedShape: Shape;
  readonly eps: number;

  /**
   * @param normalizedShape size of the last dimension, or sizes of the last dimensions
   * @throws {ConfigError} for an option that is none, or of the wrong kind
   */
  constructor(normalizedShape: NormalizedShape, options: LayerNormOptions = {}) {
    checkedOptions("nn.LayerNorm", options, LAYER_NORM_OPTIONS);
    const shape = shapeOf("nn.LayerNorm", normalizedShape);
    const affine = options.elementwiseAffine ?? true;
    super(shape, affine, affine && (options.bias ?? true), options.dtype);
    this.normalizedShape = shape;
    this.eps = options.eps ?? 1e-5;
  }

  forward(input: Tensor): Tensor {
    return layerNorm(input, this.normalizedShape, { weight: this.weight, bias: this.bias, eps: this.eps });
  }

  override extraRepr(): string {
    return `${formatShape(this.normalizedShape)}, eps=${this.eps}, elementwiseAffine=${this.weight !== null}`;
  }
}

/**
 * Divides by the root mean square over the last dimensions of each sample; see `F.rmsNorm`.
 *
 * @example
 * const layer = new nn.RMSNorm(64); // [..., 64]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.RMSNorm.html
 */
export class RMSNorm extends Norm {
  readonly normalizedShape: Shape;
  readonly eps: number | null;

  /**
   * @param normalizedShape size of the last dimension, or sizes of the last dimensions
   * @throws {ConfigError} for an option that is none, or of the wrong kind
   */
  constructor(normalizedShape: NormalizedShape, options: RMSNormOptions = {}) {
    checkedOptions("nn.RMSNorm", options, RMS_NORM_OPTIONS);
    const shape = shapeOf("nn.RMSNorm", normalizedShape);
    super(shape, options.elementwiseAffine ?? true, false, options.dtype);
    this.normalizedShape = shape;
    this.eps = options.eps ?? null;
  }

  forward(input: Tensor): Tensor {
    return rmsNorm(input, this.normalizedShape, { weight: this.weight, eps: this.eps });
  }

  override extraRepr(): string {
    return `${formatShape(this.normalizedShape)}, eps=${this.eps}, elementwiseAffine=${this.weight !== null}`;
  }
}

/**
 * Normalises groups of channels of each sample; see `F.groupNorm`.
 *
 * @example
 * const layer = new nn.GroupNorm(4, 16); // [N, 16, ...]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.GroupNorm.html
 */
export class GroupNorm extends Norm {
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;

  /** @throws {ConfigError} when the groups do not divide the channels */
  constructor(numGroups: number, numChannels: number, options: GroupNormOptions = {}) {
    checkedOptions("nn.GroupNorm", options, GROUP_NORM_OPTIONS);
    checkWhole("nn.GroupNorm", "numGroups", numGroups, 1);
    checkWhole("nn.GroupNorm", "numChannels", numChannels, 1);
    if (numChannels % numGroups !== 0) {
      throw new ConfigError(
        "nn.GroupNorm",
        `numGroups is ${numGroups}, numChannels ${numChannels}`,
        "expected groups that divide the channels",
        "Choose a divisor of the number of channels.",
      );
    }
    const affine = options.affine ?? true;
    super([numChannels], affine, affine, options.dtype);
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = options.eps ?? 1e-5;
  }

  forward(input: Tensor): Tensor {
    if (input.shape[1] !== this.numChannels) throw wrongChannels("nn.GroupNorm", input, this.numChannels);
    return groupNorm(input, this.numGroups, { weight: this.weight, bias: this.bias, eps: this.eps });
  }

  override extraRepr(): string {
    return `${this.numGroups}, ${this.numChannels}, eps=${this.eps}, affine=${this.weight !== null}`;
  }
}

abstract class InstanceNorm extends Norm {
  readonly numFeatures: number;
  readonly eps: number;
  readonly #name: string;
  readonly #rank: number;

  constructor(name: string, rank: number, numFeatures: number, options: GroupNormOptions) {
    checkWhole(name, "numFeatures", numFeatures, 1);
    const affine = options.affine ?? false;
    super([numFeatures], affine, affine, options.dtype);
    this.numFeatures = numFeatures;
    this.eps = options.eps ?? 1e-5;
    this.#name = name;
    this.#rank = rank;
  }

  forward(input: Tensor): Tensor {
    const batched = input.shape.length === this.#rank + 2;
    if (!(batched || input.shape.length === this.#rank + 1) || input.shape[batched ? 1 : 0] !== this.numFeatures) {
      throw wrongChannels(this.#name, input, this.numFeatures);
    }
    const { weight, bias, eps } = this;
    const out = instanceNorm(batched ? input : input.unsqueeze(0), { weight, bias, eps });
    return batched ? out : out.squeeze(0);
  }

  override extraRepr(): string {
    return `${this.numFeatures}, eps=${this.eps}, affine=${this.weight !== null}`;
  }
}

/**
 * Normalises each channel of each sequence; running moments are not here. See `F.instanceNorm`.
 *
 * @example
 * const layer = new nn.InstanceNorm1d(16, { affine: true }); // [N, 16, L]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.InstanceNorm1d.html
 */
export class InstanceNorm1d extends InstanceNorm {
  /**
   * @param numFeatures C of `[N, C, L]` or `[C, L]`
   * @throws {ConfigError} for an option that is none, or of the wrong kind
   */
  constructor(numFeatures: number, options: GroupNormOptions = {}) {
    checkedOptions("nn.InstanceNorm1d", options, GROUP_NORM_OPTIONS);
    super("nn.InstanceNorm1d", 1, numFeatures, options);
  }
}

/**
 * Normalises each channel of each image; running moments are not here. See `F.instanceNorm`.
 *
 * @example
 * const layer = new nn.InstanceNorm2d(16); // [N, 16, H, W]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.InstanceNorm2d.html
 */
export class InstanceNorm2d extends InstanceNorm {
  /**
   * @param numFeatures C of `[N, C, H, W]` or `[C, H, W]`
   * @throws {ConfigError} for an option that is none, or of the wrong kind
   */
  constructor(numFeatures: number, options: GroupNormOptions = {}) {
    checkedOptions("nn.InstanceNorm2d", options, GROUP_NORM_OPTIONS);
    super("nn.InstanceNorm2d", 2, numFeatures, options);
  }
}

function wrongChannels(operation: string, input: Tensor, channels: number): ShapeError {
  return new ShapeError(
    operation,
    `input has shape ${formatShape(input.shape)}`,
    `expected ${channels} channels`,
    "Check the number of channels of the layer before it.",
  );
}
