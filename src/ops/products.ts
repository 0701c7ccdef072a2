import { isFloat } from "../engine/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { formatShape, ShapeError } from "../util/index.ts";
import { mul } from "./binary.ts";
import { matmul } from "./matmul.ts";
import { unsqueeze } from "./movement.ts";
import { sum } from "./reduce.ts";

// matmul and mul under PyTorch's stricter names: operands of one number of dimensions, and no broadcasting.

function check(operation: string, a: Tensor, b: Tensor, ranks: readonly [number, number], fit: boolean): void {
  if (a.shape.length === ranks[0] && b.shape.length === ranks[1] && fit) return;
  const form = (rank: number): string => ["", "a vector", "a matrix", "a batch of matrices"][rank] as string;
  throw new ShapeError(
    operation,
    `operands have shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    `expected ${form(ranks[0])} and ${form(ranks[1])} whose sizes fit`,
    "Transpose or reshape one operand; matmul() takes other numbers of dimensions and broadcasts.",
  );
}

/**
 * Product of two matrices.
 *
 * @param a `[n, m]`
 * @param b `[m, p]`
 * @returns `[n, p]`
 * @throws {ShapeError} when they are no matrices, or the inner sizes differ
 * @source https://docs.pytorch.org/docs/stable/generated/torch.mm.html
 * @example
 * mm(tensor([[1, 2]]), tensor([[3], [4]])); // [[11]]
 */
export function mm(a: Tensor, b: Tensor): Tensor {
  check("mm", a, b, [2, 2], a.shape[1] === b.shape[0]);
  return matmul(a, b);
}

/**
 * Products of matrices in two batches, pair by pair.
 *
 * @param a `[batch, n, m]`
 * @param b `[batch, m, p]`
 * @returns `[batch, n, p]`
 * @throws {ShapeError} when the batches or the inner sizes differ
 * @source https://docs.pytorch.org/docs/stable/generated/torch.bmm.html
 * @example
 * bmm(ones([8, 2, 3]), ones([8, 3, 4])).shape; // [8, 2, 4]
 */
export function bmm(a: Tensor, b: Tensor): Tensor {
  check("bmm", a, b, [3, 3], a.shape[0] === b.shape[0] && a.shape[2] === b.shape[1]);
  return matmul(a, b);
}

/**
 * Product of a matrix and a vector.
 *
 * @param matrix `[n, m]`
 * @param vector `[m]`
 * @returns `[n]`
 * @throws {ShapeError} when the sizes differ
 * @source https://docs.pytorch.org/docs/stable/generated/torch.mv.html
 * @example
 * mv(tensor([[1, 2], [3, 4]]), tensor([1, 1])); // [3, 7]
 */
export function mv(matrix: Tensor, vector: Tensor): Tensor {
  check("mv", matrix, vector, [2, 1], matrix.shape[1] === vector.shape[0]);
  return matmul(matrix, vector);
}

/**
 * Inner product of two vectors, Σ aᵢ·bᵢ.
 *
 * @param a `[n]`
 * @param b `[n]`
 * @throws {ShapeError} when they are no vectors of one length
 * @source https://docs.pytorch.org/docs/stable/generated/torch.dot.html
 * @example
 * dot(tensor([1, 2]), tensor([3, 4])).item(); // 11
 */
export function dot(a: Tensor, b: Tensor): Tensor {
  check("dot", a, b, [1, 1], a.shape[0] === b.shape[0]);
  return isFloat(a.dtype) && a.dtype === b.dtype ? matmul(a, b) : sum(mul(a, b));
}

/**
 * Every product of an element of one vector and one of the other: `out[i][j] = aᵢ·bⱼ`.
 *
 * @param a `[n]`
 * @param b `[m]`
 * @returns `[n, m]`
 * @throws {ShapeError} when they are no vectors
 * @source https://docs.pytorch.org/docs/stable/generated/torch.outer.html
 * @example
 * outer(tensor([1, 2]), tensor([3, 4])); // [[3, 4], [6, 8]]
 */
export function outer(a: Tensor, b: Tensor): Tensor {
  check("outer", a, b, [1, 1], true);
  return mul(unsqueeze(a, 1), unsqueeze(b, 0));
}
