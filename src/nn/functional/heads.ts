import { emptyLike, permute, reshape } from "../../ops/index.ts";
import { record, Tensor } from "../../tensor/index.ts";

/**
 * One of the parts that a projection gives side by side, cut into heads: a view, without a copy. Not recorded.
 *
 * @param projected `[time, batch, parts · features]`, or `[batch, time, …]` with `batchFirst`
 * @param part which one, from 0
 * @param features of one part, all heads together
 * @returns `[batch, heads, time, features / heads]`
 */
export function headsOf(projected: Tensor, part: number, features: number, heads: number, batchFirst: boolean): Tensor {
  const [batch, time] = batchFirst ? [0, 1] : [1, 0];
  const size = features / heads;
  const shape = [projected.shape[batch] as number, heads, projected.shape[time] as number, size];
  const { storage, strides, length } = projected;
  const [toBatch, toTime, step] = [strides[batch], strides[time], strides[2]] as [number, number, number];
  const offset = projected.offset + part * features * step;
  return new Tensor(storage, shape, [toBatch, size * step, toTime, step], offset, length === 0 ? 0 : product(shape));
}

/** The same, recorded. */
export function splitHeads(
  projected: Tensor,
  part: number,
  features: number,
  heads: number,
  batchFirst: boolean,
): Tensor {
  const out = headsOf(projected, part, features, heads, batchFirst);
  out.isView = true;
  return record("splitHeads", out, [projected], null, (grad) => {
    const back = emptyLike(projected);
    const { backend } = back.storage;
    if (features !== projected.shape[2]) backend.fill(back, 0);
    backend.copy(grad, headsOf(back, part, features, heads, batchFirst));
    return back;
  });
}

function product(shape: readonly number[]): number {
  return shape.reduce((size, n) => size * n, 1);
}

/** The heads side by side again: `[batch, heads, time, size]` → `[time, batch, heads · size]` (or batch first). */
export function mergeHeads(split: Tensor, batchFirst: boolean): Tensor {
  const turned = permute(split, batchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3]);
  const [first, second, heads, size] = turned.shape as [number, number, number, number];
  return reshape(turned, [first, second, heads * size]);
}
