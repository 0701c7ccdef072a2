import type { Tensor } from "../tensor/index.ts";
import { sizeOf } from "../util/index.ts";
import { emptyLike, viewOf } from "./common.ts";

/** The same packed elements in another shape. Not recorded. */
export function reshapeRaw(input: Tensor, shape: readonly number[]): Tensor {
  if (input.shape.length === shape.length) return input;
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i] as number;
  }
  const out = viewOf(input, shape, strides, input.offset);
  out.isView = false;
  return out;
}

/** A tensor as rows of `columns` elements; a copy where its rows do not follow each other. Not recorded. */
export function flattenRows(input: Tensor, columns: number): Tensor {
  let source = input;
  if (!input.packed) {
    source = emptyLike(input, "linear");
    input.storage.backend.copy(input, source);
  }
  const rows = sizeOf(input.shape.slice(0, -1));
  return viewOf(source, [rows, columns], [columns, 1], source.offset);
}
