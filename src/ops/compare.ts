import { type CompareOp, isFloat, type LogicalOp, type TestOp } from "../engine/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { broadcastShapes } from "../util/index.ts";
import { castRaw, checkSameBackend, empty, emptyLike, promote, promoteNumber, type TensorOrNumber } from "./common.ts";

// Comparisons and logic: bool results, no gradients.

function compare(op: CompareOp, a: Tensor, b: TensorOrNumber): Tensor {
  const { backend } = a.storage;
  if (typeof b === "number") {
    const x = castRaw(a, promoteNumber(a.dtype, b), op);
    const out = emptyLike(x, op, "bool");
    backend.compareScalar(op, x, b, out);
    return out;
  }
  checkSameBackend(op, a, b);
  const promoted = promote(a.dtype, b.dtype);
  const dtype = promoted === "bool" ? "int32" : promoted;
  const out = empty(broadcastShapes(op, a.shape, b.shape), "bool", op);
  backend.compare(op, castRaw(a, dtype, op), castRaw(b, dtype, op), out);
  return out;
}

function logical(op: LogicalOp, name: string, a: Tensor, b: Tensor): Tensor {
  checkSameBackend(name, a, b);
  const out = empty(broadcastShapes(name, a.shape, b.shape), "bool", name);
  a.storage.backend.logical(op, castRaw(a, "bool", name), castRaw(b, "bool", name), out);
  return out;
}

function test(op: TestOp, input: Tensor): Tensor {
  const x = isFloat(input.dtype) ? input : castRaw(input, "float32", op);
  const out = emptyLike(x, op, "bool");
  x.storage.backend.test(op, x, out);
  return out;
}

/**
 * a = b, element by element; bool.
 *
 * @example
 * eq(tensor([1, 2]), tensor([1, 3])); // [true, false]
 */
export const eq = (a: Tensor, b: TensorOrNumber): Tensor => compare("eq", a, b);
/**
 * a ≠ b.
 *
 * @example
 * ne(tensor([1, 2]), 1); // [false, true]
 */
export const ne = (a: Tensor, b: TensorOrNumber): Tensor => compare("ne", a, b);
/**
 * a < b.
 *
 * @example
 * lt(tensor([1, 2]), 2); // [true, false]
 */
export const lt = (a: Tensor, b: TensorOrNumber): Tensor => compare("lt", a, b);
/**
 * a ≤ b.
 *
 * @example
 * le(tensor([1, 2]), 1); // [true, false]
 */
export const le = (a: Tensor, b: TensorOrNumber): Tensor => compare("le", a, b);
/**
 * a > b.
 *
 * @example
 * gt(tensor([1, 2]), 1); // [false, true]
 */
export const gt = (a: Tensor, b: TensorOrNumber): Tensor => compare("gt", a, b);
/**
 * a ≥ b.
 *
 * @example
 * ge(tensor([1, 2]), 2); // [false, true]
 */
export const ge = (a: Tensor, b: TensorOrNumber): Tensor => compare("ge", a, b);
/**
 * Both true (nonzero).
 *
 * @example
 * logicalAnd(x.gt(0.2), x.lt(0.8));
 */
export const logicalAnd = (a: Tensor, b: Tensor): Tensor => logical("and", "logicalAnd", a, b);
/**
 * At least one true.
 *
 * @example
 * logicalOr(x.lt(0.2), x.gt(0.8));
 */
export const logicalOr = (a: Tensor, b: Tensor): Tensor => logical("or", "logicalOr", a, b);
/**
 * Exactly one true.
 *
 * @example
 * logicalXor(tensor([true, true]), tensor([true, false])); // [false, true]
 */
export const logicalXor = (a: Tensor, b: Tensor): Tensor => logical("xor", "logicalXor", a, b);
/**
 * True where zero.
 *
 * @example
 * logicalNot(tensor([true, false])); // [false, true]
 */
export function logicalNot(input: Tensor): Tensor {
  const x = castRaw(input, "bool", "logicalNot");
  const out = emptyLike(x, "logicalNot");
  x.storage.backend.logicalNot(x, out);
  return out;
}
/**
 * True where NaN.
 *
 * @example
 * isnan(tensor([1, NaN])); // [false, true]
 */
export const isnan = (input: Tensor): Tensor => test("isnan", input);
/**
 * True where infinite.
 *
 * @example
 * isinf(tensor([1, -Infinity])); // [false, true]
 */
export const isinf = (input: Tensor): Tensor => test("isinf", input);
/**
 * True where neither NaN nor infinite.
 *
 * @example
 * isfinite(tensor([1, NaN, Infinity])); // [true, false, false]
 */
export const isfinite = (input: Tensor): Tensor => test("isfinite", input);
