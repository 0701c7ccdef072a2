import { isFloat } from "../engine/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { DataError } from "../util/index.ts";

/**
 * Refuses NaN and infinite values.
 *
 * @param what names the tensor in the message
 * @throws {DataError} naming the row (first dimension) and the position in it
 * @example
 * data.checkFinite("training", "X", X); // throws where there is a NaN
 */
export function checkFinite(operation: string, what: string, tensor: Tensor): void {
  if (!isFloat(tensor.dtype)) return;
  const at = tensor.storage.backend.firstNonfinite(tensor);
  if (at < 0) return;
  const place: number[] = [];
  let rest = at;
  for (let dim = tensor.shape.length - 1; dim >= 0; dim--) {
    const size = tensor.shape[dim] as number;
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  let element = tensor;
  for (const index of place) element = element.select(0, index);
  const [row, ...inside] = place;
  const column = inside.length === 0 ? "" : `, column ${inside.join(", ")}`;
  throw new DataError(
    operation,
    `${what} holds ${element.item()} in row ${row}${column}`,
    "expected finite values only",
    "Drop or impute that row before training; nothing is filled in silently.",
  );
}
