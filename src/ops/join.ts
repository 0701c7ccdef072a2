import { isFloat } from "../engine/index.ts";
import { record, type Tensor } from "../tensor/index.ts";
import { formatShape, normalizeDim, ShapeError } from "../util/index.ts";
import { castRaw, checkSameBackend, contiguousRaw, empty, promote, viewOf } from "./common.ts";
import { narrow, unsqueeze } from "./movement.ts";

function windowAt(whole: Tensor, dim: number, start: number, length: number): Tensor {
  const shape = whole.shape.slice();
  shape[dim] = length;
  return viewOf(whole, shape, whole.strides, whole.offset + start * (whole.strides[dim] as number));
}

/**
 * Tensors joined along a dimension they have.
 *
 * @param tensors equal shapes but for `dim`
 * @throws {ShapeError} when another size differs, or for an empty list
 * @example
 * cat([tensor([1, 2]), tensor([3])]); // [1, 2, 3]
 */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  const first = tensors[0];
  if (first === undefined) {
    throw new ShapeError("cat", "the list is empty", "expected at least one tensor", "Check what was collected.");
  }
  const along = normalizeDim("cat", dim, first.shape.length);
  let dtype = first.dtype;
  let total = 0;
  for (const each of tensors) {
    checkSameBackend("cat", first, each);
    const fits =
      each.shape.length === first.shape.length && each.shape.every((n, i) => i === along || n === first.shape[i]);
    if (!fits || first.shape.length === 0) {
      throw new ShapeError(
        "cat",
        `shapes ${formatShape(first.shape)} and ${formatShape(each.shape)} along dim ${dim}`,
        "expected equal sizes in every other dimension",
        first.shape.length === 0 ? "Use stack() to join scalars." : "Reshape the odd one, or choose another dim.",
      );
    }
    dtype = promote(dtype, each.dtype);
    total += each.shape[along] as number;
  }
  const shape = first.shape.slice();
  shape[along] = total;
  const out = empty(shape, dtype, "cat");
  const starts: number[] = [];
  let start = 0;
  for (const each of tensors) {
    const length = each.shape[along] as number;
    if (length > 0) out.storage.backend.copy(each, windowAt(out, along, start, length));
    starts.push(start);
    start += length;
  }
  if (!isFloat(dtype)) return out;
  return record("cat", out, tensors, null, (grad) =>
    tensors.map((each, i) => {
      if (!each.requiresGrad) return null;
      const part = windowAt(grad, along, starts[i] as number, each.shape[along] as number);
      return castRaw(contiguousRaw(part, "cat"), each.dtype, "cat");
    }),
  );
}

/**
 * Tensors of one shape joined along a new dimension.
 *
 * @example
 * stack([tensor([1, 2]), tensor([3, 4])]); // [[1, 2], [3, 4]]
 */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  const rank = (tensors[0]?.shape.length ?? 0) + 1;
  const at = normalizeDim("stack", dim, rank);
  return cat(
    tensors.map((each) => unsqueeze(each, at)),
    at,
  );
}

/**
 * Stretches of a tensor along a dimension, without copying: of one size (the last may be smaller), or of
 * the sizes listed, which add up to the whole.
 *
 * @example
 * const [first, rest] = split(arange(10), [8, 2]); // [0 … 7] and [8, 9]
 */
export function split(input: Tensor, sizes: number | readonly number[], dim = 0): Tensor[] {
  const along = normalizeDim("split", dim, input.shape.length);
  const whole = input.shape[along] ?? 1;
  const list = typeof sizes === "number" ? equalSizes(sizes, whole) : sizes;
  if (list.reduce((sum, n) => sum + n, 0) !== whole) {
    throw new ShapeError(
      "split",
      `sizes ${formatShape(list)} along dim ${dim}`,
      `expected them to add up to ${whole}`,
      "Check the last size.",
    );
  }
  let start = 0;
  return list.map((length) => {
    const part = narrow(input, along, start, length);
    start += length;
    return part;
  });
}

function equalSizes(size: number, whole: number): number[] {
  if (!Number.isInteger(size) || size < 1) {
    throw new ShapeError(
      "split",
      `size ${size}`,
      "expected a whole number of 1 or more",
      "Pass the length of a piece.",
    );
  }
  const list: number[] = [];
  for (let left = whole; left > 0; left -= size) list.push(Math.min(size, left));
  return list.length === 0 ? [0] : list;
}

/**
 * At most `chunks` stretches of equal size (the last may be smaller), without copying.
 *
 * @example
 * chunk(arange(5), 2); // [0, 1, 2] and [3, 4]
 */
export function chunk(input: Tensor, chunks: number, dim = 0): Tensor[] {
  if (!Number.isInteger(chunks) || chunks < 1) {
    throw new ShapeError("chunk", `chunks ${chunks}`, "expected a whole number of 1 or more", "Pass how many pieces.");
  }
  const along = normalizeDim("chunk", dim, input.shape.length);
  return split(input, Math.max(1, Math.ceil((input.shape[along] ?? 1) / chunks)), along);
}
