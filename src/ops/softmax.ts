import { record, type Tensor } from "../tensor/index.ts";
import { normalizeDim } from "../util/index.ts";
import { checkFloat, emptyLike, viewOf } from "./common.ts";

function apply(name: string, input: Tensor, dim: number, log: boolean): Tensor {
  checkFloat(name, input);
  const along = normalizeDim(name, dim, input.shape.length);
  const x = input.shape.length === 0 ? asVector(input) : input;
  const out = emptyLike(input, name);
  const { backend } = input.storage;
  backend.softmax(x, along, log, input.shape.length === 0 ? asVector(out) : out);
  return record(name, out, [input], [out], (grad) => {
    const back = emptyLike(grad, name);
    if (input.shape.length === 0) backend.fill(back, 0);
    else backend.softmaxGrad(grad, out, along, log, back);
    return back;
  });
}

function asVector(input: Tensor): Tensor {
  return viewOf(input, [1], [1], input.offset);
}

/**
 * eˣ / Σ eˣ along a dimension.
 *
 * @example
 * softmax(tensor([0, 0]), 0); // [0.5, 0.5]
 */
export function softmax(input: Tensor, dim: number): Tensor {
  return apply("softmax", input, dim, false);
}

/**
 * ln softmax, computed without its underflow.
 *
 * @example
 * logSoftmax(tensor([0, 0]), 0); // [-0.6931, -0.6931]
 */
export function logSoftmax(input: Tensor, dim: number): Tensor {
  return apply("logSoftmax", input, dim, true);
}
