import type { Tensor } from "../tensor/index.ts";
import { broadcastShapes, DtypeError } from "../util/index.ts";
import { fromTypedArray } from "./create.ts";
import { indexSelect } from "./indexing.ts";
import { expand, reshape } from "./movement.ts";
import { data } from "./read.ts";

// What has as many elements as the values say; their number is known when they are.

function positions(mask: Tensor): Int32Array {
  const found: number[] = [];
  data(mask).forEach((value, at) => {
    if (value !== 0) found.push(at);
  });
  return Int32Array.from(found);
}

/**
 * The places of all elements that are not zero, a row each, in row-major order.
 *
 * @returns int32 [count, dimensions]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nonzero.html
 */
export function nonzero(input: Tensor): Tensor {
  const flat = positions(input);
  const { shape } = input;
  const out = new Int32Array(flat.length * shape.length);
  flat.forEach((position, row) => {
    let rest = position;
    for (let dim = shape.length - 1; dim >= 0; dim--) {
      const size = shape[dim] as number;
      out[row * shape.length + dim] = rest % size;
      rest = Math.floor(rest / size);
    }
  });
  return fromTypedArray(out, [flat.length, shape.length]);
}

/**
 * The elements where the mask holds, in row-major order: PyTorch's `x[mask]`. Gradients go back to there.
 *
 * @param mask bool; it and the input are broadcast against each other
 * @returns [count]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.masked_select.html
 */
export function maskedSelect(input: Tensor, mask: Tensor): Tensor {
  if (mask.dtype !== "bool") {
    const fix = "Compare it with something: mask.ne(0).";
    throw new DtypeError("maskedSelect", `the mask is ${mask.dtype}`, "expected bool", fix);
  }
  const shape = broadcastShapes("maskedSelect", input.shape, mask.shape);
  const at = positions(expand(mask, shape));
  return indexSelect(reshape(expand(input, shape), [-1]), 0, fromTypedArray(at, [at.length]));
}

/**
 * The different elements, sorted.
 *
 * @returns [count], of the input's dtype
 * @source https://docs.pytorch.org/docs/stable/generated/torch.unique.html
 */
export function unique(input: Tensor): Tensor {
  const values = data(input);
  const different = values.slice().sort();
  const kept = different.filter((value, i) => i === 0 || value !== different[i - 1]);
  return fromTypedArray(kept, [kept.length]);
}
