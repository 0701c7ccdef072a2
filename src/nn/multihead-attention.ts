import type { DType, Generator } from "../engine/index.ts";
import { add, empty, full, linear, maskedFill, mean, narrow, reshape, squeeze, unsqueeze } from "../ops/index.ts";
import { Parameter, type Tensor } from "../tensor/index.ts";
import { ConfigError, checkedOptions, formatShape, type OptionKinds, ShapeError } from "../util/index.ts";
import { checkProbability, checkWhole } from "./check.ts";
import { attend, causalMask } from "./functional/attention.ts";
import { mergeHeads, splitHeads } from "./functional/heads.ts";
import { selfAttention } from "./functional/self-attention.ts";
import { xavierUniform_, zeros_ } from "./init.ts";
import { Linear } from "./linear.ts";
import { Module } from "./module.ts";

/** Options of `MultiheadAttention`. */
export interface MultiheadAttentionOptions {
  /** Dropout on the attention weights, in training; default 0. */
  dropout?: number;
  /** Add biases to the projections; default true. */
  bias?: boolean;
  /** Features of the keys; default embedDim. */
  kdim?: number;
  /** Features of the values; default embedDim. */
  vdim?: number;
  /** Sequences are `[batch, time, features]` instead of `[time, batch, features]`. */
  batchFirst?: boolean;
  /** Default float32. */
  dtype?: DType;
  /** Whose numbers the initial values and the dropout are; default the one `manualSeed` seeds. */
  generator?: Generator;
}

/** What each holds. */
export const MULTIHEAD_ATTENTION_OPTIONS: OptionKinds<MultiheadAttentionOptions> = {
  dropout: "number",
  bias: "boolean",
  kdim: "number",
  vdim: "number",
  batchFirst: "boolean",
  dtype: "string",
  generator: "object",
};

/** Options of `MultiheadAttention.forward`. */
export interface MultiheadForwardOptions {
  /** `[batch, S]`: bool, true leaves a key out, or float, added to the scores. */
  keyPaddingMask?: Tensor | null;
  /** `[L, S]` or `[batch · heads, L, S]`: bool, true forbids a position, or float, added to the scores. */
  attnMask?: Tensor | null;
  /** Give the attention weights as well; default true. */
  needWeights?: boolean;
  /** Average them over the heads; default true. */
  averageAttnWeights?: boolean;
  /** Each position sees those up to its own only, besides what the masks say. */
  isCausal?: boolean;
}

/** What each holds. */
export const MULTIHEAD_FORWARD_OPTIONS: OptionKinds<MultiheadForwardOptions> = {
  keyPaddingMask: "object?",
  attnMask: "object?",
  needWeights: "boolean",
  averageAttnWeights: "boolean",
  isCausal: "boolean",
};

/**
 * Attention of several heads side by side (Vaswani et al. 2017).
 *
 * The projections are one parameter `in_proj_weight` `[3·E, E]` (with other `kdim` or `vdim`: `q_proj_weight`, `k_proj_weight`,
 * `v_proj_weight`), Xavier uniform; biases start at 0; `out_proj` is a Linear, drawn first, as in PyTorch.
 *
 * @example
 * const attention = new nn.MultiheadAttention(8, 2, { batchFirst: true });
 * const sequence = rand([3, 5, 8]);
 * const [output, weights] = attention.forward(sequence, sequence, sequence); // [3, 5, 8], [3, 5, 5]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html
 */
export class MultiheadAttention extends Module<
  [Tensor, Tensor, Tensor, MultiheadForwardOptions?],
  [output: Tensor, weights: Tensor | null]
> {
  readonly embedDim: number;
  readonly numHeads: number;
  readonly batchFirst: boolean;
  dropout: number;
  /** `[3·E, E]`, or null where keys or values have other features */
  inProjWeight: Parameter | null = null;
  /** `[E, E]`, or null where `inProjWeight` is there */
  qProjWeight: Parameter | null = null;
  /** `[E, kdim]`, or null */
  kProjWeight: Parameter | null = null;
  /** `[E, vdim]`, or null */
  vProjWeight: Parameter | null = null;
  /** `[3·E]`, or null */
  inProjBias: Parameter | null = null;
  outProj: Linear;
  readonly #generator: Generator | undefined;

  /**
   * @param embedDim features of queries and outputs, E
   * @param numHeads a divisor of E
   * @throws {ConfigError} when the heads do not divide E, or a size is none
   */
  constructor(embedDim: number, numHeads: number, options: MultiheadAttentionOptions = {}) {
    checkedOptions("nn.MultiheadAttention", options, MULTIHEAD_ATTENTION_OPTIONS);
    super();
    const { dropout: p = 0, bias = true, kdim = embedDim, vdim = embedDim, dtype, generator } = options;
    checkWhole("nn.MultiheadAttention", "embedDim", embedDim, 1);
    checkWhole("nn.MultiheadAttention", "numHeads", numHeads, 1);
    checkProbability("nn.MultiheadAttention", p);
    if (embedDim % numHeads !== 0) {
      throw new ConfigError(
        "nn.MultiheadAttention",
        `embedDim ${embedDim}, numHeads ${numHeads}`,
        "expected a number of heads that divides embedDim",
        "Each head takes embedDim / numHeads features.",
      );
    }
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.batchFirst = options.batchFirst ?? false;
    this.dropout = p;
    this.#generator = generator;
    const kind = dtype === undefined ? {} : { dtype };
    const make = (key: string, shape: readonly number[]): Parameter =>
      this.registerParameter(key, new Parameter(empty(shape, kind)));
    if (kdim === embedDim && vdim === embedDim) this.inProjWeight = make("in_proj_weight", [3 * embedDim, embedDim]);
    else {
      this.qProjWeight = make("q_proj_weight", [embedDim, embedDim]);
      this.kProjWeight = make("k_proj_weight", [embedDim, kdim]);
      this.vProjWeight = make("v_proj_weight", [embedDim, vdim]);
    }
    if (bias) this.inProjBias = make("in_proj_bias", [3 * embedDim]);
    const from = generator === undefined ? {} : { generator };
    this.outProj = this.registerModule("out_proj", new Linear(embedDim, embedDim, { bias, ...kind, ...from }));
    for (const weight of [this.inProjWeight, this.qProjWeight, this.kProjWeight, this.vProjWeight]) {
      if (weight !== null) xavierUniform_(weight, from);
    }
    if (this.inProjBias !== null) zeros_(this.inProjBias);
    if (this.outProj.bias !== null) zeros_(this.outProj.bias);
  }

  /**
   * @param query `[L, batch, E]` (`[batch, L, E]` with batchFirst), or `[L, E]`
   * @param key `[S, batch, kdim]`
   * @param value `[S, batch, vdim]`
   * @returns the output, of the query's shape, and the weights `[batch, L, S]` (with the heads second, unless averaged), or null
   * @throws {ShapeError} when sizes do not fit
   */
  forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options: MultiheadForwardOptions = {},
  ): [output: Tensor, weights: Tensor | null] {
    checkedOptions("nn.MultiheadAttention.forward", options, MULTIHEAD_FORWARD_OPTIONS);
    this.#check(query, key, value);
    const single = query.shape.length === 2;
    const batchDim = this.batchFirst ? 0 : 1;
    if (single) {
      const padding = options.keyPaddingMask == null ? null : unsqueeze(options.keyPaddingMask, 0);
      const k = unsqueeze(key, batchDim);
      const [output, weights] = this.#batched(
        unsqueeze(query, batchDim),
        key === query ? unsqueeze(query, batchDim) : k,
        value === key ? k : unsqueeze(value, batchDim),
        { ...options, keyPaddingMask: padding },
      );
      return [squeeze(output, batchDim), weights === null ? null : squeeze(weights, 0)];
    }
    return this.#batched(query, key, value, options);
  }

  // Sequences of a batch. (Not forward() itself, whose hooks are to run once.)
  #batched(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options: MultiheadForwardOptions,
  ): [output: Tensor, weights: Tensor | null] {
    const alone = this.#selfAttention(query, key, value, options);
    if (alone !== null) return [this.outProj.forward(alone), null];
    const [q, k, v] = this.#project(query, key, value);
    const { output, weights } = attend(q, k, v, {
      attnMask: this.#mask(options, q.shape[0] as number, q.shape[2] as number, k.shape[2] as number, q.dtype),
      dropoutP: this.training ? this.dropout : 0,
      ...(this.#generator === undefined ? {} : { generator: this.#generator }),
    });
    const out = this.outProj.forward(mergeHeads(output, this.batchFirst));
    if (options.needWeights === false) return [out, null];
    return [out, (options.averageAttnWeights ?? true) ? mean(weights, 1) : weights];
  }

  // The common case as one node: a sequence with itself, without dropout, whose weights nobody wants.
  #selfAttention(query: Tensor, key: Tensor, value: Tensor, options: MultiheadForwardOptions): Tensor | null {
    const { embedDim, numHeads, batchFirst, inProjWeight } = this;
    const dropping = this.training && this.dropout > 0;
    if (query !== key || key !== value || inProjWeight === null || dropping) return null;
    if (options.needWeights !== false || options.attnMask?.requiresGrad || options.keyPaddingMask?.requiresGrad) {
      return null;
    }
    const [batch, time] = batchFirst ? [0, 1] : [1, 0];
    const [rows, length] = [query.shape[batch] as number, query.shape[time] as number];
    const mask = this.#mask(options, rows, length, length, query.dtype);
    return selfAttention(linear(query, inProjWeight, this.inProjBias), embedDim, numHeads, batchFirst, mask);
  }

  // Queries, keys and values as [batch, heads, time, features]; what has the same input shares a product.
  #project(query: Tensor, key: Tensor, value: Tensor): [Tensor, Tensor, Tensor] {
    const { embedDim: size, numHeads, batchFirst, inProjWeight, inProjBias } = this;
    const heads = (projected: Tensor, part: number): Tensor => splitHeads(projected, part, size, numHeads, batchFirst);
    const bias = (first: number, parts: number): Tensor | null =>
      inProjBias === null ? null : parts === 3 ? inProjBias : narrow(inProjBias, 0, first * size, parts * size);
    if (inProjWeight === null) {
      const [wq, wk, wv] = [this.qProjWeight, this.kProjWeight, this.vProjWeight] as [Parameter, Parameter, Parameter];
      return [
        heads(linear(query, wq, bias(0, 1)), 0),
        heads(linear(key, wk, bias(1, 1)), 0),
        heads(linear(value, wv, bias(2, 1)), 0),
      ];
    }
    const through = (input: Tensor, first: number, parts: number): Tensor =>
      linear(
        input,
        parts === 3 ? inProjWeight : narrow(inProjWeight, 0, first * size, parts * size),
        bias(first, parts),
      );
    if (query === key && key === value) {
      const all = through(query, 0, 3);
      return [heads(all, 0), heads(all, 1), heads(all, 2)];
    }
    const q = heads(through(query, 0, 1), 0);
    if (key !== value) return [q, heads(through(key, 1, 1), 0), heads(through(value, 2, 1), 0)];
    const both = through(key, 1, 2);
    return [q, heads(both, 0), heads(both, 1)];
  }

  // All masks as one that is added to the scores [batch, heads, L, S].
  #mask(
    options: MultiheadForwardOptions,
    batch: number,
    length: number,
    sourceLength: number,
    dtype: DType,
  ): Tensor | null {
    const heads = this.numHeads;
    let total: Tensor | null = null;
    const join = (mask: Tensor, shape: readonly number[], what: string): void => {
      if (mask.length !== shape.reduce((size, n) => size * n, 1)) {
        throw new ShapeError(
          "nn.MultiheadAttention",
          `${what} has shape ${formatShape(mask.shape)}`,
          `expected [L, S] = [${length}, ${sourceLength}] or one for each head for attnMask, [batch, S] = [${batch}, ${sourceLength}] for keyPaddingMask`,
          "Check the layout of the mask.",
        );
      }
      const zero = full([], 0, { dtype });
      const added = reshape(mask.dtype === "bool" ? maskedFill(zero, mask, Number.NEGATIVE_INFINITY) : mask, shape);
      total = total === null ? added : add(total, added);
    };
    const { attnMask, keyPaddingMask } = options;
    if (attnMask != null) {
      const shape = attnMask.shape.length === 3 ? [batch, heads, length, sourceLength] : [length, sourceLength];
      join(attnMask, shape, "attnMask");
    }
    if (options.isCausal === true) {
      const seen = causalMask(length, sourceLength);
      join(seen.logicalNot(), [length, sourceLength], "the causal mask");
    }
    if (keyPaddingMask != null) join(keyPaddingMask, [batch, 1, 1, sourceLength], "keyPaddingMask");
    return total;
  }

  #check(query: Tensor, key: Tensor, value: Tensor): void {
    const [q, k, v] = [query.shape, key.shape, value.shape];
    const rank = q.length;
    const fits =
      (rank === 2 || rank === 3) &&
      k.length === rank &&
      v.length === rank &&
      q.at(-1) === this.embedDim &&
      k.slice(0, -1).join() === v.slice(0, -1).join() &&
      (rank === 2 || q[this.batchFirst ? 0 : 1] === k[this.batchFirst ? 0 : 1]);
    if (fits) return;
    throw new ShapeError(
      "nn.MultiheadAttention",
      `query has shape ${formatShape(q)}, key ${formatShape(k)}, value ${formatShape(v)}`,
      `expected [${this.batchFirst ? "batch, time" : "time, batch"}, features] or [time, features], with ${this.embedDim} features in the query`,
      "Check embedDim and batchFirst.",
    );
  }
}
