import type { Tensor } from "../tensor/index.ts";
import { ShapeError } from "../util/index.ts";
import { logicalAnd } from "./compare.ts";
import { fromTypedArray } from "./create.ts";
import { where } from "./where.ts";

/** Options of `tril` and `triu`. */
export interface TriangleOptions {
  /** 0 (default) is the main diagonal; above it positive, below it negative. */
  diagonal?: number;
}

function triangle(
  operation: string,
  input: Tensor,
  { diagonal = 0 }: TriangleOptions,
  keeps: (distance: number) => boolean,
): Tensor {
  const [rows, columns] = input.shape.slice(-2);
  if (rows === undefined || columns === undefined) {
    const got = `a tensor with ${input.shape.length} dimensions`;
    throw new ShapeError(operation, got, "expected at least two", "Give it a matrix.");
  }
  const mask = new Uint8Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) mask[i * columns + j] = keeps(j - i - diagonal) ? 1 : 0;
  }
  const kept = fromTypedArray(mask, [rows, columns], { dtype: "bool" });
  return input.dtype === "bool" ? logicalAnd(kept, input) : where(kept, input, 0);
}

/**
 * Matrices with zeros above a diagonal.
 *
 * @param input [..., rows, columns]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.tril.html
 */
export function tril(input: Tensor, options: TriangleOptions = {}): Tensor {
  return triangle("tril", input, options, (distance) => distance <= 0);
}

/**
 * Matrices with zeros below a diagonal.
 *
 * @param input [..., rows, columns]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.triu.html
 * @example
 * const future = ones([4, 4]).triu({ diagonal: 1 }).bool(); // what an attention may not see
 */
export function triu(input: Tensor, options: TriangleOptions = {}): Tensor {
  return triangle("triu", input, options, (distance) => distance >= 0);
}
