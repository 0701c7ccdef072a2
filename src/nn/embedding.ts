import type { DType, Generator } from "../engine/index.ts";
import { empty } from "../ops/index.ts";
import { Parameter, type Tensor } from "../tensor/index.ts";
import { checkedOptions, type OptionKinds } from "../util/index.ts";
import { checkWhole } from "./check.ts";
import { embedding, paddingRow } from "./functional/embedding.ts";
import { normal_, zeros_ } from "./init.ts";
import { Module } from "./module.ts";

/** Options of `Embedding`. */
export interface EmbeddingOptions {
  /** A row that starts as zeros and is not learnt; negative counts from the end. */
  paddingIdx?: number | null;
  /** Default float32. */
  dtype?: DType;
  /** Whose numbers the initial values are; default the one `manualSeed` seeds. */
  generator?: Generator;
}

/** What each holds. */
export const EMBEDDING_OPTIONS: OptionKinds<EmbeddingOptions> = {
  paddingIdx: "number?",
  dtype: "string",
  generator: "object",
};

/** Options of `Embedding.fromPretrained`. */
export interface PretrainedOptions {
  /** Default true: the table is not learnt. */
  freeze?: boolean;
  paddingIdx?: number | null;
}

/** What each holds. */
export const PRETRAINED_OPTIONS: OptionKinds<PretrainedOptions> = { freeze: "boolean", paddingIdx: "number?" };

/**
 * A learnt table: each index becomes its row. Rows start standard normal, in PyTorch's stream.
 *
 * @example
 * const words = new nn.Embedding(1000, 16);
 * const vectors = words.forward(tensor([[3, 1, 4]], { dtype: "int32" })); // [1, 3, 16]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Embedding.html
 */
export class Embedding extends Module<[Tensor], Tensor> {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;
  /** `[numEmbeddings, embeddingDim]` */
  weight: Parameter;

  /**
   * @param numEmbeddings rows of the table
   * @param embeddingDim size of a row
   * @throws {ConfigError} when a size is none, or `paddingIdx` no row
   */
  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions = {}) {
    checkedOptions("nn.Embedding", options, EMBEDDING_OPTIONS);
    super();
    checkWhole("nn.Embedding", "numEmbeddings", numEmbeddings, 0);
    checkWhole("nn.Embedding", "embeddingDim", embeddingDim, 0);
    const padding = options.paddingIdx ?? null;
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = padding === null ? null : paddingRow("nn.Embedding", padding, numEmbeddings);
    this.weight = new Parameter(
      empty([numEmbeddings, embeddingDim], options.dtype === undefined ? {} : { dtype: options.dtype }),
    );
    this.resetParameters(options.generator);
  }

  /**
   * A table from given rows.
   *
   * @param weight `[numEmbeddings, embeddingDim]`; the layer takes over its memory
   */
  static fromPretrained(weight: Tensor, options: PretrainedOptions = {}): Embedding {
    checkedOptions("nn.Embedding.fromPretrained", options, PRETRAINED_OPTIONS);
    const [rows, size] = weight.shape as [number, number];
    const layer = new Embedding(0, size, { dtype: weight.dtype });
    const padding = options.paddingIdx ?? null;
    Object.assign(layer, {
      numEmbeddings: rows,
      paddingIdx: padding === null ? null : paddingRow("nn.Embedding", padding, rows),
      weight: new Parameter(weight, { requiresGrad: !(options.freeze ?? true) }),
    });
    return layer;
  }

  /** Draws the table anew. */
  resetParameters(generator?: Generator): void {
    normal_(this.weight, generator === undefined ? {} : { generator });
    if (this.paddingIdx !== null) zeros_(this.weight.detach().narrow(0, this.paddingIdx, 1));
  }

  /**
   * @param input int32 indices of any shape
   * @returns `[...input.shape, embeddingDim]`
   */
  forward(input: Tensor): Tensor {
    return embedding(input, this.weight, { paddingIdx: this.paddingIdx });
  }

  override extraRepr(): string {
    const padding = this.paddingIdx === null ? "" : `, paddingIdx=${this.paddingIdx}`;
    return `${this.numEmbeddings}, ${this.embeddingDim}${padding}`;
  }
}
