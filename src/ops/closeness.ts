import type { Tensor } from "../tensor/index.ts";
import { sameShape } from "../util/index.ts";
import { add, mul, sub } from "./binary.ts";
import { eq, isfinite, isnan, le, logicalAnd, logicalOr } from "./compare.ts";
import { data } from "./read.ts";
import { noGrad } from "./scopes.ts";
import { abs } from "./unary.ts";

/** Options of `isclose` and `allclose`. */
export interface ClosenessOptions {
  /** Of the second tensor's elements. Default 1e-5. */
  rtol?: number;
  /** Default 1e-8. */
  atol?: number;
  /** Whether NaN is close to NaN. Default false. */
  equalNan?: boolean;
}

/**
 * Where `|a − b| ≤ atol + rtol·|b|`, or both are the same infinity; bool.
 *
 * @source https://docs.pytorch.org/docs/stable/generated/torch.isclose.html
 */
export function isclose(a: Tensor, b: Tensor, options: ClosenessOptions = {}): Tensor {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
  return noGrad(() => {
    const near = logicalAnd(le(abs(sub(a, b)), add(mul(abs(b), rtol), atol)), isfinite(b));
    const same = logicalOr(near, eq(a, b));
    return equalNan ? logicalOr(same, logicalAnd(isnan(a), isnan(b))) : same;
  });
}

/** Whether all elements are close, as `isclose` says. */
export function allclose(a: Tensor, b: Tensor, options: ClosenessOptions = {}): boolean {
  return noGrad(() => data(isclose(a, b, options))).every((each) => each === 1);
}

/** Whether two tensors have one shape and the same elements; NaN equals nothing. */
export function equal(a: Tensor, b: Tensor): boolean {
  return sameShape(a.shape, b.shape) && noGrad(() => data(eq(a, b))).every((each) => each === 1);
}
