import { emptyRaw } from "../../ops/index.ts";
import { record, type Tensor } from "../../tensor/index.ts";
import { headsOf } from "./heads.ts";

/**
 * Attention of a sequence to itself, as one recorded node: queries, keys and values are read where the projection has
 * put them, their gradients written side by side, and the heads' results stand side by side at once.
 *
 * @param projected queries, keys and values, `[time, batch, 3 · features]`, or `[batch, time, …]` with `batchFirst`
 * @param mask added to the scores `[batch, heads, time, time]`, to which it broadcasts; takes no gradient; or null
 * @returns `[time, batch, features]`, or `[batch, time, features]`
 */
export function selfAttention(
  projected: Tensor,
  features: number,
  heads: number,
  batchFirst: boolean,
  mask: Tensor | null,
): Tensor {
  const { dtype, shape } = projected;
  const { backend } = projected.storage;
  const part = (of: Tensor, index: number): Tensor => headsOf(of, index, features, heads, batchFirst);
  const [query, key, value] = [part(projected, 0), part(projected, 1), part(projected, 2)];
  const [batch, , time, size] = query.shape as [number, number, number, number];
  const inputs = { query, key, value, mask, scale: 1 / Math.sqrt(size) };
  const weights = emptyRaw([batch, heads, time, time], dtype, "selfAttention");
  const out = emptyRaw([...shape.slice(0, 2), features], dtype, "selfAttention");
  backend.attention(inputs, weights, part(out, 0));
  return record("selfAttention", out, [projected], [projected], (grad) => {
    const back = emptyRaw(shape, dtype, "selfAttention");
    backend.attentionGrad(inputs, weights, part(grad, 0), part(back, 0), part(back, 1), part(back, 2));
    return back;
  });
}
