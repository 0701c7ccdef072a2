import { isFloat } from "../engine/index.ts";
import { Tensor } from "../tensor/index.ts";
import { ConfigError, checkedOptions, sameShape } from "../util/index.ts";
import { add, mul, sub } from "./binary.ts";
import { castRaw, checkSameBackend, promote } from "./common.ts";
import { eq, isfinite, isnan, le, logicalAnd, logicalOr } from "./compare.ts";
import { item } from "./read.ts";
import { all } from "./reduce.ts";
import { noGrad } from "./scopes.ts";
import { abs } from "./unary.ts";

/** Options of `isclose` and `allclose`. */
export interface ClosenessOptions {
  /** Of the second operand's magnitude; default 1e-5. */
  rtol?: number;
  /** Added to that; default 1e-8. */
  atol?: number;
  /** Whether NaN equals NaN; default false. */
  equalNan?: boolean;
}

function close(operation: string, a: Tensor, b: Tensor, options: ClosenessOptions): Tensor {
  checkedOptions(operation, options, { rtol: "number", atol: "number", equalNan: "boolean" });
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
  if (!(rtol >= 0 && atol >= 0)) {
    throw new ConfigError(operation, `rtol is ${rtol}, atol ${atol}`, "expected 0 or more", "Check both tolerances.");
  }
  checkSameBackend(operation, a, b);
  const promoted = promote(a.dtype, b.dtype);
  const dtype = isFloat(promoted) ? promoted : "float32";
  const x = castRaw(a.detach(), dtype, operation);
  const y = castRaw(b.detach(), dtype, operation);
  // Infinities are close to themselves only.
  const near = logicalAnd(le(abs(sub(x, y)), add(mul(abs(y), rtol), atol)), isfinite(y));
  const same = logicalOr(near, eq(a, b));
  return equalNan ? logicalOr(same, logicalAnd(isnan(x), isnan(y))) : same;
}

/**
 * Where |a − b| ≤ atol + rtol·|b|; bool. Infinities are close to themselves, NaN to nothing.
 *
 * @param options.rtol relative to the second operand, default 1e-5
 * @param options.atol default 1e-8
 * @param options.equalNan NaN is close to NaN
 * @throws {ConfigError} for a negative tolerance
 * @source https://docs.pytorch.org/docs/stable/generated/torch.isclose.html
 * @example
 * isclose(tensor([1, 2]), tensor([1.000001, 2.1])); // [true, false]
 */
export function isclose(a: Tensor, b: Tensor, options: ClosenessOptions = {}): Tensor {
  return close("isclose", a, b, options);
}

/**
 * Whether |a − b| ≤ atol + rtol·|b| everywhere; the tensors broadcast.
 *
 * @param options.rtol relative to the second operand, default 1e-5
 * @param options.atol default 1e-8
 * @param options.equalNan NaN is close to NaN
 * @throws {ConfigError} for a negative tolerance
 * @source https://docs.pytorch.org/docs/stable/generated/torch.allclose.html
 * @example
 * allclose(tensor([1, 2]), tensor([1.000001, 2])); // true
 */
export function allclose(a: Tensor, b: Tensor, options: ClosenessOptions = {}): boolean {
  return noGrad(() => item(all(close("allclose", a, b, options))) === 1);
}

/**
 * Whether two tensors have the same shape and the same elements; NaN equals nothing.
 *
 * @source https://docs.pytorch.org/docs/stable/generated/torch.equal.html
 * @example
 * equal(tensor([1, 2]), tensor([1, 2])); // true
 */
export function equal(a: Tensor, b: Tensor): boolean {
  checkSameBackend("equal", a, b);
  return sameShape(a.shape, b.shape) && noGrad(() => item(all(eq(a, b))) === 1);
}

/**
 * Whether a value is a tensor.
 *
 * @example
 * isTensor(tensor([1])); // true
 */
export function isTensor(value: unknown): value is Tensor {
  return value instanceof Tensor;
}

/**
 * Number of elements.
 *
 * @example
 * numel(ones([2, 3])); // 6
 */
export function numel(input: Tensor): number {
  return input.length;
}
