import type { TypedArray } from "../engine/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { emptyLike, viewOf } from "./common.ts";

/** A tensor's elements on the JavaScript heap, those along some dimensions side by side. */
export interface HostRows {
  readonly elements: TypedArray;
  /** A new packed tensor of the input's shape, its elements in the order of `elements`. */
  back(elements: TypedArray): Tensor;
}

/** For what has no kernel: reads the elements with `dims` innermost. Not recorded. */
export function hostRows(input: Tensor, dims: readonly number[], origin: string): HostRows {
  const { backend } = input.storage;
  const rank = input.shape.length;
  const order = [...Array.from({ length: rank }, (_, i) => i).filter((i) => !dims.includes(i)), ...dims];
  const shape = order.map((i) => input.shape[i] as number);
  const strides = order.map((i) => input.strides[i] as number);
  const rows = emptyLike(viewOf(input, shape, strides, input.offset), origin);
  backend.copy(viewOf(input, shape, strides, input.offset), rows);
  const back = (elements: TypedArray): Tensor => {
    backend.write(rows.storage, 0, elements);
    const inverse = new Array<number>(rank);
    order.forEach((from, to) => {
      inverse[from] = to;
    });
    const out = emptyLike(input, origin);
    const seen = inverse.map((i) => rows.strides[i] as number);
    backend.copy(viewOf(rows, input.shape, seen, 0), out);
    return out;
  };
  return { elements: backend.read(rows.storage, 0, rows.length), back };
}
