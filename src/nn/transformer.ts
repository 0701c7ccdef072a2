import { type DType, defaultGenerator, type Generator } from "../engine/index.ts";
import { add, linearRelu, relu } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { ConfigError, checkedOptions, type OptionKinds } from "../util/index.ts";
import { checkWhole } from "./check.ts";
import { ModuleList } from "./containers.ts";
import { Dropout } from "./dropout.ts";
import { gelu } from "./functional/activations-smooth.ts";
import { Linear } from "./linear.ts";
import { Module } from "./module.ts";
import { MultiheadAttention } from "./multihead-attention.ts";
import { LayerNorm } from "./normalization.ts";

/** Options of `TransformerEncoderLayer`. */
export interface TransformerEncoderLayerOptions {
  /** Features between the two linear layers; default 2048. */
  dimFeedforward?: number;
  /** Default 0.1. */
  dropout?: number;
  /** Between the two linear layers: `"relu"` (default), `"gelu"`, or a function. */
  activation?: "relu" | "gelu" | ((x: Tensor) => Tensor);
  /** Default 1e-5. */
  layerNormEps?: number;
  /** Sequences are `[batch, time, features]` instead of `[time, batch, features]`. */
  batchFirst?: boolean;
  /** Normalise before attention and feed-forward instead of after them. */
  normFirst?: boolean;
  /** Add biases to the linear layers and norms; default true. */
  bias?: boolean;
  /** Default float32. */
  dtype?: DType;
  /** Whose numbers the initial values and the dropout are; default the one `manualSeed` seeds. */
  generator?: Generator;
}

/** What each holds. */
export const TRANSFORMER_ENCODER_LAYER_OPTIONS: OptionKinds<TransformerEncoderLayerOptions> = {
  dimFeedforward: "number",
  dropout: "number",
  activation: "any",
  layerNormEps: "number",
  batchFirst: "boolean",
  normFirst: "boolean",
  bias: "boolean",
  dtype: "string",
  generator: "object",
};

/** Options of `TransformerEncoderLayer.forward`. */
export interface EncoderLayerForwardOptions {
  /** `[L, L]` or `[batch · heads, L, L]`: bool, true forbids a position, or float, added to the scores. */
  srcMask?: Tensor | null;
  /** `[batch, L]`: bool, true leaves a position out, or float. */
  srcKeyPaddingMask?: Tensor | null;
  /** Each position sees those up to its own only, besides what the masks say. */
  isCausal?: boolean;
}

/** What each holds. */
export const ENCODER_LAYER_FORWARD_OPTIONS: OptionKinds<EncoderLayerForwardOptions> = {
  srcMask: "object?",
  srcKeyPaddingMask: "object?",
  isCausal: "boolean",
};

/**
 * Self-attention and a feed-forward network, each with dropout, a way past it, and a norm.
 *
 * @example
 * const layer = new nn.TransformerEncoderLayer(8, 2, { dimFeedforward: 16, batchFirst: true });
 * const out = layer.forward(rand([3, 5, 8])); // [3, 5, 8]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerEncoderLayer.html
 */
export class TransformerEncoderLayer extends Module<[Tensor, EncoderLayerForwardOptions?], Tensor> {
  selfAttn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  norm1: LayerNorm;
  norm2: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  readonly normFirst: boolean;
  readonly activation: (x: Tensor) => Tensor;
  readonly #again: () => TransformerEncoderLayer;

  /**
   * @param dModel features of the input and output
   * @param nhead attention heads, a divisor of dModel
   * @throws {ConfigError} when the heads do not divide dModel, or the activation is unknown
   */
  constructor(dModel: number, nhead: number, options: TransformerEncoderLayerOptions = {}) {
    checkedOptions("nn.TransformerEncoderLayer", options, TRANSFORMER_ENCODER_LAYER_OPTIONS);
    super();
    const { dimFeedforward = 2048, dropout: p = 0.1, layerNormEps: eps = 1e-5, bias = true } = options;
    const kind = options.dtype === undefined ? {} : { dtype: options.dtype };
    const from = options.generator === undefined ? {} : { generator: options.generator };
    const shared = { bias, ...kind, ...from };
    this.activation = activationOf(options.activation ?? "relu");
    this.normFirst = options.normFirst ?? false;
    this.selfAttn = new MultiheadAttention(dModel, nhead, {
      dropout: p,
      batchFirst: options.batchFirst ?? false,
      ...shared,
    });
    this.registerModule("self_attn", this.selfAttn);
    this.linear1 = new Linear(dModel, dimFeedforward, shared);
    this.dropout = new Dropout(p, from);
    this.linear2 = new Linear(dimFeedforward, dModel, shared);
    this.norm1 = new LayerNorm(dModel, { eps, bias, ...kind });
    this.norm2 = new LayerNorm(dModel, { eps, bias, ...kind });
    this.dropout1 = new Dropout(p, from);
    this.dropout2 = new Dropout(p, from);
    // Making a layer draws numbers; a copy must not move anybody's stream.
    this.#again = () => {
      const generator = options.generator ?? defaultGenerator;
      const state = generator.getState();
      const again = new TransformerEncoderLayer(dModel, nhead, options);
      generator.setState(state);
      return again;
    };
  }

  /** @param src `[L, batch, dModel]` (`[batch, L, dModel]` with batchFirst), or `[L, dModel]` */
  forward(src: Tensor, options: EncoderLayerForwardOptions = {}): Tensor {
    checkedOptions("nn.TransformerEncoderLayer.forward", options, ENCODER_LAYER_FORWARD_OPTIONS);
    if (this.normFirst) {
      const x = add(src, this.#attention(this.norm1.forward(src), options));
      return add(x, this.#feedForward(this.norm2.forward(x)));
    }
    const x = this.norm1.forward(add(src, this.#attention(src, options)));
    return this.norm2.forward(add(x, this.#feedForward(x)));
  }

  #attention(x: Tensor, options: EncoderLayerForwardOptions): Tensor {
    const [output] = this.selfAttn.forward(x, x, x, {
      attnMask: options.srcMask ?? null,
      keyPaddingMask: options.srcKeyPaddingMask ?? null,
      isCausal: options.isCausal ?? false,
      needWeights: false,
    });
    return this.dropout1.forward(output);
  }

  #feedForward(x: Tensor): Tensor {
    return this.dropout2.forward(this.linear2.forward(this.dropout.forward(this.#inner(x))));
  }

  // The common activation comes with the product.
  #inner(x: Tensor): Tensor {
    const { linear1, activation } = this;
    const plain = linear1.constructor === Linear && linear1.forward === Linear.prototype.forward;
    return plain && activation === relu ? linearRelu(x, linear1.weight, linear1.bias) : activation(linear1.forward(x));
  }

  /** Another layer of the same options and weights, sharing nothing with this one. */
  clone(): TransformerEncoderLayer {
    const copy = this.#again();
    copy.loadStateDict(this.stateDict());
    const learnt = [...this.parameters()].map((parameter) => parameter.requiresGrad);
    [...copy.parameters()].forEach((parameter, i) => {
      parameter.requiresGrad = learnt[i] as boolean;
    });
    return copy.train(this.training);
  }
}

function activationOf(activation: "relu" | "gelu" | ((x: Tensor) => Tensor)): (x: Tensor) => Tensor {
  if (typeof activation === "function") return activation;
  if (activation === "relu") return relu;
  if (activation === "gelu") return (x) => gelu(x);
  throw new ConfigError(
    "nn.TransformerEncoderLayer",
    `activation is "${activation}"`,
    'expected "relu", "gelu" or a function',
    "Pass a function for any other, such as F.silu.",
  );
}

/** Options of `TransformerEncoder`. */
export interface TransformerEncoderOptions {
  /** Applied to the last layer's output. */
  norm?: Module<[Tensor], Tensor> | null;
}

/** What each holds. */
export const TRANSFORMER_ENCODER_OPTIONS: OptionKinds<TransformerEncoderOptions> = { norm: "object?" };

/** Options of `TransformerEncoder.forward`. */
export interface EncoderForwardOptions {
  /** `[L, L]` or `[batch · heads, L, L]`: bool, true forbids a position, or float, added to the scores. */
  mask?: Tensor | null;
  /** `[batch, L]`: bool, true leaves a position out, or float. */
  srcKeyPaddingMask?: Tensor | null;
  /** Each position sees those up to its own only, besides what the masks say. */
  isCausal?: boolean;
}

/** What each holds. */
export const ENCODER_FORWARD_OPTIONS: OptionKinds<EncoderForwardOptions> = {
  mask: "object?",
  srcKeyPaddingMask: "object?",
  isCausal: "boolean",
};

/**
 * Encoder layers one after the other: copies of one, which start with the same weights, as in PyTorch.
 *
 * @example
 * const layer = new nn.TransformerEncoderLayer(8, 2, { dimFeedforward: 16 });
 * const encoder = new nn.TransformerEncoder(layer, 2, { norm: new nn.LayerNorm(8) });
 * const out = encoder.forward(rand([5, 3, 8])); // [5, 3, 8]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerEncoder.html
 */
export class TransformerEncoder extends Module<[Tensor, EncoderForwardOptions?], Tensor> {
  layers: ModuleList<TransformerEncoderLayer>;
  readonly numLayers: number;
  norm: Module<[Tensor], Tensor> | null;

  /**
   * @param encoderLayer the layer that is copied; itself it is no part of the encoder
   * @param numLayers 1 or more
   * @throws {ConfigError} for an option that is none, or of the wrong kind
   */
  constructor(encoderLayer: TransformerEncoderLayer, numLayers: number, options: TransformerEncoderOptions = {}) {
    checkedOptions("nn.TransformerEncoder", options, TRANSFORMER_ENCODER_OPTIONS);
    super();
    checkWhole("nn.TransformerEncoder", "numLayers", numLayers, 1);
    this.layers = new ModuleList(Array.from({ length: numLayers }, () => encoderLayer.clone()));
    this.numLayers = numLayers;
    this.norm = options.norm ?? null;
  }

  /** @param src `[L, batch, dModel]` (`[batch, L, dModel]` with batchFirst), or `[L, dModel]` */
  forward(src: Tensor, options: EncoderForwardOptions = {}): Tensor {
    checkedOptions("nn.TransformerEncoder.forward", options, ENCODER_FORWARD_OPTIONS);
    const { mask = null, srcKeyPaddingMask = null, isCausal = false } = options;
    let x = src;
    for (const layer of this.layers) x = layer.forward(x, { srcMask: mask, srcKeyPaddingMask, isCausal });
    return this.norm === null ? x : this.norm.forward(x);
  }
}
