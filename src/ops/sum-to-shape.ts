import type { Tensor } from "../tensor/index.ts";
import { type Shape, sameShape } from "../util/index.ts";
import { empty, viewOf } from "./common.ts";

/**
 * The gradient of a broadcast: sums over every dimension along which `shape` was repeated. Not recorded.
 *
 * @param grad of the broadcast shape
 * @param shape of the operand before broadcasting
 */
export function sumToShape(grad: Tensor, shape: Shape): Tensor {
  if (sameShape(grad.shape, shape)) return grad;
  const shift = grad.shape.length - shape.length;
  const dims: number[] = [];
  for (let i = 0; i < grad.shape.length; i++) {
    if (i < shift || (shape[i - shift] === 1 && grad.shape[i] !== 1)) dims.push(i);
  }
  const reduced = empty(
    grad.shape.filter((_, i) => !dims.includes(i)),
    grad.dtype,
    "sum",
  );
  grad.storage.backend.reduce("sum", grad, dims, reduced);
  return sameShape(reduced.shape, shape) ? reduced : freshView(reduced, shape);
}

// Same memory under another shape; still contiguous and covering its storage, so autograd may take it over.
function freshView(input: Tensor, shape: Shape): Tensor {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i] as number;
  }
  return viewOf(input, shape, strides, 0);
}
