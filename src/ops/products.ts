import type { Tensor } from "../tensor/index.ts";
import { formatShape, ShapeError } from "../util/index.ts";
import { mul } from "./binary.ts";
import { matmul } from "./matmul.ts";
import { unsqueeze } from "./movement.ts";

// `matmul` for shapes that are known: these refuse all others, as in PyTorch.

function product(operation: string, a: Tensor, b: Tensor, dims: readonly [number, number]): Tensor {
  if (a.shape.length === dims[0] && b.shape.length === dims[1]) return matmul(a, b);
  throw new ShapeError(
    operation,
    `shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    `expected ${dims[0]} and ${dims[1]} dimensions`,
    "Use matmul, which takes all kinds.",
  );
}

/** The product of two matrices. @param a [n, k] @param b [k, m] */
export const mm = (a: Tensor, b: Tensor): Tensor => product("mm", a, b, [2, 2]);
/** The products of two batches of matrices. @param a [B, n, k] @param b [B, k, m] */
export const bmm = (a: Tensor, b: Tensor): Tensor => product("bmm", a, b, [3, 3]);
/** A matrix by a vector. @param a [n, k] @param b [k] */
export const mv = (a: Tensor, b: Tensor): Tensor => product("mv", a, b, [2, 1]);
/** The sum of the products of two vectors' elements. @param a [n] @param b [n] */
export const dot = (a: Tensor, b: Tensor): Tensor => product("dot", a, b, [1, 1]);

/** All products of two vectors' elements. @param a [n] @param b [m] @returns [n, m] */
export function outer(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length === 1 && b.shape.length === 1) return mul(unsqueeze(a, 1), unsqueeze(b, 0));
  const got = `shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}`;
  throw new ShapeError("outer", got, "expected two vectors", "Flatten them first.");
}
