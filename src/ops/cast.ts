import { type DType, isFloat } from "../engine/index.ts";
import { record, type Tensor } from "../tensor/index.ts";
import { castRaw, emptyLike } from "./common.ts";

/**
 * The same values in another dtype; the tensor itself when it has that dtype already. Floats become
 * int32 by truncation; anything nonzero becomes true.
 *
 * @example
 * to(tensor([1.7, -1.7]), "int32"); // [1, -1]
 */
export function to(input: Tensor, dtype: DType): Tensor {
  if (input.dtype === dtype) return input;
  const out = castRaw(input, dtype, "to");
  if (!isFloat(dtype)) return out;
  return record("to", out, [input], null, (grad) => castRaw(grad, input.dtype, "to"));
}

/**
 * A copy in memory of its own; gradients flow through.
 *
 * @example
 * const copy = clone(x);
 * copy.zero_(); // x stays as it is
 */
export function clone(input: Tensor): Tensor {
  const out = emptyLike(input, "clone");
  input.storage.backend.copy(input, out);
  return record("clone", out, [input], null, (grad) => grad);
}

/**
 * The tensor itself when it is row-major without holes, else a copy that is.
 *
 * @example
 * contiguous(x.t()).isContiguous(); // true
 */
export function contiguous(input: Tensor): Tensor {
  return input.packed ? input : clone(input);
}
