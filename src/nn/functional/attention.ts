import type { Generator } from "../../engine/index.ts";
import { add, fromTypedArray, logicalNot, maskedFill, matmul, mul, softmax, transpose } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { ConfigError, checkedOptions, formatShape, type OptionKinds, ShapeError } from "../../util/index.ts";
import { dropout } from "./dropout.ts";

/** Options of `scaledDotProductAttention`. */
export interface AttentionOptions {
  /** Broadcasts to `[..., L, S]`. Bool: true lets a position take part. Float: added to the scores. */
  attnMask?: Tensor | null;
  /** Chance that a weight becomes zero; always applied, so pass 0 (the default) outside training. */
  dropoutP?: number;
  /** Each position sees those up to its own only; not together with `attnMask`. */
  isCausal?: boolean;
  /** Factor on the scores; default 1/√E. */
  scale?: number;
  /** Whose numbers decide about dropout; default the one `manualSeed` seeds. */
  generator?: Generator;
}

/** What each holds. */
export const ATTENTION_OPTIONS: OptionKinds<AttentionOptions> = {
  attnMask: "object?",
  dropoutP: "number",
  isCausal: "boolean",
  scale: "number",
  generator: "object",
};

/** The weights (after dropout) and what they give. */
export interface Attended {
  readonly output: Tensor;
  readonly weights: Tensor;
}

/** `[L, S]`, true where position i may see position j. */
export function causalMask(length: number, sourceLength: number): Tensor {
  const seen = new Uint8Array(length * sourceLength);
  for (let i = 0; i < length; i++) seen.fill(1, i * sourceLength, i * sourceLength + Math.min(i + 1, sourceLength));
  return fromTypedArray(seen, [length, sourceLength], { dtype: "bool" });
}

/** Attention with its weights. Views of any strides are read where they lie. */
export function attend(query: Tensor, key: Tensor, value: Tensor, options: AttentionOptions): Attended {
  const features = query.shape.at(-1) as number;
  const scaled = mul(query, options.scale ?? 1 / Math.sqrt(features));
  let scores = matmul(scaled, transpose(key, -2, -1));
  const mask = options.isCausal
    ? causalMask(query.shape.at(-2) as number, key.shape.at(-2) as number)
    : (options.attnMask ?? null);
  if (mask !== null) {
    scores = mask.dtype === "bool" ? maskedFill(scores, logicalNot(mask), Number.NEGATIVE_INFINITY) : add(scores, mask);
  }
  const p = options.dropoutP ?? 0;
  const from = options.generator === undefined ? {} : { generator: options.generator };
  const weights = p === 0 ? softmax(scores, -1) : dropout(softmax(scores, -1), p, from);
  return { output: matmul(weights, value), weights };
}

/**
 * `softmax(scale·Q·Kᵀ + mask)·V`.
 *
 * A position that the mask lets see nothing gets NaN, as in PyTorch before 2.5.
 *
 * @param query `[..., L, E]`
 * @param key `[..., S, E]`
 * @param value `[..., S, Ev]`
 * @returns `[..., L, Ev]`
 * @throws {ShapeError} when sizes do not fit; {ConfigError} for `isCausal` together with `attnMask`
 * @example
 * const q = rand([2, 4, 5, 8]); // [batch, heads, time, features]
 * const out = F.scaledDotProductAttention(q, q, q, { isCausal: true });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor {
  checkedOptions("scaledDotProductAttention", options, ATTENTION_OPTIONS);
  if (options.isCausal === true && options.attnMask != null) {
    throw new ConfigError(
      "scaledDotProductAttention",
      "isCausal is true and attnMask given",
      "expected one of them",
      "Put the causal part into the mask.",
    );
  }
  const [q, k, v] = [query, key, value].map((each) => each.shape) as [
    readonly number[],
    readonly number[],
    readonly number[],
  ];
  const fits = [q, k, v].every((shape) => shape.length >= 2) && q.at(-1) === k.at(-1) && k.at(-2) === v.at(-2);
  if (!fits) {
    throw new ShapeError(
      "scaledDotProductAttention",
      `query has shape ${formatShape(q)}, key ${formatShape(k)}, value ${formatShape(v)}`,
      "expected [..., L, E], [..., S, E] and [..., S, Ev]",
      "Split the features into heads first, or use nn.MultiheadAttention.",
    );
  }
  return attend(query, key, value, options).output;
}
