import type { DType } from "../engine/index.ts";
import { batchNorm, item, ones, zeros } from "../ops/index.ts";
import { Parameter, type Tensor } from "../tensor/index.ts";
import { checkedOptions, formatShape, type OptionKinds, ShapeError } from "../util/index.ts";
import { checkWhole } from "./check.ts";
import { ones_, zeros_ } from "./init.ts";
import { Module } from "./module.ts";
import type { SameSize } from "./sizes.ts";

/** Options of `BatchNorm1d` and `BatchNorm2d`. */
export interface BatchNormLayerOptions {
  /** Added to the variance; default 1e-5. */
  eps?: number;
  /** Share of a batch in the running moments, null for their plain average over all batches; default 0.1. */
  momentum?: number | null;
  /** Learn a weight and a bias for each channel; default true. */
  affine?: boolean;
  /** Keep running moments and normalise with them in evaluation; otherwise always with the batch's own; default true. */
  trackRunningStats?: boolean;
  /** Default float32. */
  dtype?: DType;
}

/** What each holds. */
export const BATCH_NORM_LAYER_OPTIONS: OptionKinds<BatchNormLayerOptions> = {
  eps: "number",
  momentum: "number?",
  affine: "boolean",
  trackRunningStats: "boolean",
  dtype: "string",
};

abstract class BatchNorm extends Module<[Tensor], Tensor> {
  declare readonly "~sizes": SameSize;
  readonly numFeatures: number;
  eps: number;
  momentum: number | null;
  /** `[C]`, or null */
  weight: Parameter | null;
  /** `[C]`, or null */
  bias: Parameter | null;
  /** `[C]`, or null; `running_mean` in the state dict */
  runningMean: Tensor | null;
  /** `[C]`, unbiased, or null; `running_var` in the state dict */
  runningVar: Tensor | null;
  /** int32 `[]`, or null; `num_batches_tracked` in the state dict */
  numBatchesTracked: Tensor | null;
  readonly #name: string;
  readonly #ranks: readonly number[];

  constructor(name: string, ranks: readonly number[], numFeatures: number, options: BatchNormLayerOptions) {
    super();
    checkWhole(name, "numFeatures", numFeatures, 1);
    const { affine = true, trackRunningStats = true, momentum = 0.1 } = options;
    const dtype = options.dtype === undefined ? {} : { dtype: options.dtype };
    this.#name = name;
    this.#ranks = ranks;
    this.numFeatures = numFeatures;
    this.eps = options.eps ?? 1e-5;
    this.momentum = momentum;
    this.weight = affine ? new Parameter(ones([numFeatures], dtype)) : null;
    this.bias = affine ? new Parameter(zeros([numFeatures], dtype)) : null;
    const track = <T>(make: () => T): T | null => (trackRunningStats ? make() : null);
    this.runningMean = this.registerBuffer(
      "running_mean",
      track(() => zeros([numFeatures], dtype)),
    );
    this.runningVar = this.registerBuffer(
      "running_var",
      track(() => ones([numFeatures], dtype)),
    );
    this.numBatchesTracked = this.registerBuffer(
      "num_batches_tracked",
      track(() => zeros([], { dtype: "int32" })),
    );
  }

  /** Puts the running moments back to mean 0, variance 1 and no batches. */
  resetRunningStats(): void {
    if (this.runningMean !== null) zeros_(this.runningMean);
    if (this.runningVar !== null) ones_(this.runningVar);
    if (this.numBatchesTracked !== null) zeros_(this.numBatchesTracked);
  }

  /** Puts weight, bias and running moments back to what they were at first. */
  resetParameters(): void {
    this.resetRunningStats();
    if (this.weight !== null) ones_(this.weight);
    if (this.bias !== null) zeros_(this.bias);
  }

  forward(input: Tensor): Tensor {
    this.#check(input);
    const { weight, bias, eps, runningMean, runningVar } = this;
    if (runningMean === null || runningVar === null) {
      return batchNorm(input, null, null, { weight, bias, eps, training: true });
    }
    if (!this.training) return batchNorm(input, runningMean, runningVar, { weight, bias, eps });
    const seen = this.numBatchesTracked;
    const momentum = this.momentum ?? (seen === null ? 0 : 1 / (item(seen) + 1));
    // The count rises only when the batch was accepted.
    const out = batchNorm(input, runningMean, runningVar, { weight, bias, eps, momentum, training: true });
    if (seen !== null) {
      seen.storage.backend.binaryScalar("add", seen, 1, false, seen);
      seen.storage.version++;
    }
    return out;
  }

  #check(input: Tensor): void {
    const rank = input.shape.length;
    if (this.#ranks.includes(rank) && input.shape[1] === this.numFeatures) return;
    throw new ShapeError(
      this.#name,
      `input has shape ${formatShape(input.shape)}`,
      `expected ${this.#ranks.map((r) => `[N, ${this.numFeatures}${["", ", L", ", H, W"][r - 2]}]`).join(" or ")}`,
      "Check the number of channels of the layer before it.",
    );
  }

  override extraRepr(): string {
    const { numFeatures, eps, momentum } = this;
    const affine = this.weight !== null;
    return `${numFeatures}, eps=${eps}, momentum=${momentum}, affine=${affine}, trackRunningStats=${this.runningMean !== null}`;
  }
}

/**
 * Normalises each channel of a batch of vectors or sequences; see `F.batchNorm`.
 *
 * @example
 * const layer = new nn.BatchNorm1d(64); // [N, 64] or [N, 64, L]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html
 */
export class BatchNorm1d extends BatchNorm {
  /**
   * @param numFeatures C, the size of the input's second dimension
   * @throws {ConfigError} for an option that is none, or of the wrong kind
   */
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    checkedOptions("nn.BatchNorm1d", options, BATCH_NORM_LAYER_OPTIONS);
    super("nn.BatchNorm1d", [2, 3], numFeatures, options);
  }
}

/**
 * Normalises each channel of a batch of images; see `F.batchNorm`.
 *
 * @example
 * const layer = new nn.BatchNorm2d(16); // [N, 16, H, W]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
 */
export class BatchNorm2d extends BatchNorm {
  /**
   * @param numFeatures C, the size of the input's second dimension
   * @throws {ConfigError} for an option that is none, or of the wrong kind
   */
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    checkedOptions("nn.BatchNorm2d", options, BATCH_NORM_LAYER_OPTIONS);
    super("nn.BatchNorm2d", [4], numFeatures, options);
  }
}
