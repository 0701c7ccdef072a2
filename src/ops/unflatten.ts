import type { Tensor } from "../tensor/index.ts";
import { formatShape, normalizeDim, type Shape, ShapeError } from "../util/index.ts";
import { reshape } from "./movement.ts";

/**
 * One dimension made several: the opposite of `flatten`.
 *
 * @param sizes what the dimension becomes; one size may be -1
 * @throws {ShapeError} when the sizes do not multiply to the dimension's
 * @source https://docs.pytorch.org/docs/stable/generated/torch.unflatten.html
 * @example
 * unflatten(ones([2, 12]), 1, [3, -1]).shape; // [2, 3, 4]
 */
export function unflatten(input: Tensor, dim: number, sizes: Shape): Tensor {
  const at = normalizeDim("unflatten", dim, input.shape.length);
  const whole = input.shape[at] as number;
  const known = sizes.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const resolved = sizes.map((size) => (size === -1 ? whole / known : size));
  const bad = sizes.length === 0 || !resolved.every((size) => Number.isInteger(size) && size >= 0);
  if (bad || resolved.reduce((product, size) => product * size, 1) !== whole) {
    throw new ShapeError(
      "unflatten",
      `sizes ${formatShape(sizes)} for dim ${dim} of a tensor of shape ${formatShape(input.shape)}`,
      `expected sizes that multiply to ${whole}`,
      "Check the product; one size may be -1.",
    );
  }
  return reshape(input, [...input.shape.slice(0, at), ...resolved, ...input.shape.slice(at + 1)]);
}
