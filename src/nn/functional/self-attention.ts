import { emptyRaw } from "../../ops/index.ts";
import { record, Tensor } from "../../tensor/index.ts";
import { headsOf } from "./heads.ts";

/**
 * Attention of a sequence to itself, as one recorded node: queries, keys and values are read where the projection has
 * put them, and their gradients written side by side.
 *
 * @param projected queries, keys and values, `[time, batch, 3 · features]`, or `[batch, time, …]` with `batchFirst`
 * @param mask added to the scores `[batch, heads, time, time]`, to which it broadcasts; takes no gradient; or null
 * @returns `[batch, heads, time, features / heads]`
 */
export function selfAttention(
  projected: Tensor,
  features: number,
  heads: number,
  batchFirst: boolean,
  mask: Tensor | null,
): Tensor {
  const { dtype } = projected;
  const { backend } = projected.storage;
  const part = (of: Tensor, index: number): Tensor => headsOf(of, index, features, heads, batchFirst);
  const [q, k, v] = [part(projected, 0), part(projected, 1), part(projected, 2)];
  const [batch, , time, size] = q.shape as [number, number, number, number];
  const scale = 1 / Math.sqrt(size);
  const squares = [batch, heads, time, time];
  const make = (shape: readonly number[]): Tensor => emptyRaw(shape, dtype, "selfAttention");
  const scores = make(squares);
  backend.matmul(q, turned(k), scores);
  backend.binaryScalar("mul", scores, scale, false, scores);
  if (mask !== null) backend.binary("add", scores, mask, scores);
  const weights = make(squares);
  backend.softmax(scores, 3, false, weights);
  const out = make(q.shape);
  backend.matmul(weights, v, out);
  return record("selfAttention", out, [projected], [projected], (grad) => {
    const back = make(projected.shape);
    const share = make(q.shape);
    backend.matmul(turned(weights), grad, share);
    backend.copy(share, part(back, 2));
    const byWeights = make(squares);
    backend.matmul(grad, turned(v), byWeights);
    const byScores = make(squares);
    backend.softmaxGrad(byWeights, weights, 3, false, byScores);
    backend.binaryScalar("mul", byScores, scale, false, byScores);
    backend.matmul(byScores, k, share);
    backend.copy(share, part(back, 0));
    backend.matmul(turned(byScores), q, share);
    backend.copy(share, part(back, 1));
    return back;
  });
}

/** The last two dimensions swapped, unrecorded. */
function turned(x: Tensor): Tensor {
  const [a, b, rows, columns] = x.shape as [number, number, number, number];
  const [toA, toB, down, across] = x.strides as [number, number, number, number];
  return new Tensor(x.storage, [a, b, columns, rows], [toA, toB, across, down], x.offset, x.length);
}
