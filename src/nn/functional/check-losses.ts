import { checkSameBackend, data } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import {
  ConfigError,
  DataError,
  DtypeError,
  formatShape,
  type Shape,
  ShapeError,
  sameShape,
} from "../../util/index.ts";

/** @throws {DataError} that names the first element outside `[least, most]` (NaN is outside). */
export function checkElements(
  operation: string,
  name: string,
  input: Tensor,
  least: number,
  most: number,
  fix: string,
): void {
  const values = data(input.detach());
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value >= least && value <= most) continue;
    const range = most === Infinity ? `${least} or more` : `${least} … ${most}`;
    throw new DataError(operation, `${name} is ${value} (element ${i})`, `expected ${range}`, fix);
  }
}

/** @throws {ConfigError} when `value` is not a finite number of at least (or above) `least`. */
export function checkNumber(
  operation: string,
  name: string,
  value: number,
  least: number = -Infinity,
  above: boolean = false,
): void {
  if (Number.isFinite(value) && (above ? value > least : value >= least)) return;
  const range = least === -Infinity ? "" : above ? ` above ${least}` : ` of ${least} or more`;
  throw new ConfigError(operation, `${name} is ${value}`, `expected a finite number${range}`, `Correct ${name}.`);
}

/** @throws when `other` has not the given shape, or not `like`'s dtype or backend. */
export function checkLike(
  operation: string,
  name: string,
  other: Tensor,
  like: Tensor,
  shape: Shape = like.shape,
): void {
  checkSameBackend(operation, other, like);
  if (!sameShape(other.shape, shape)) {
    throw new ShapeError(
      operation,
      `${name} has shape ${formatShape(other.shape)}, input ${formatShape(like.shape)}`,
      `expected ${name} of shape ${formatShape(shape)} (nothing is broadcast)`,
      "Check how the batch was put together.",
    );
  }
  checkDtype(operation, name, other, like);
}

/** @throws {DtypeError} when `other` is not of `like`'s dtype. */
export function checkDtype(operation: string, name: string, other: Tensor, like: Tensor): void {
  if (other.dtype === like.dtype) return;
  throw new DtypeError(
    operation,
    `${name} is ${other.dtype}`,
    `expected ${like.dtype}`,
    `Convert it: x.to("${like.dtype}").`,
  );
}

/** @throws when a factor cannot be broadcast to the input: its shape must be the end of the input's, or 1 there. */
export function checkFactor(operation: string, name: string, factor: Tensor, like: Tensor): void {
  checkSameBackend(operation, factor, like);
  const skip = like.shape.length - factor.shape.length;
  const fits = skip >= 0 && factor.shape.every((size, i) => size === 1 || size === like.shape[skip + i]);
  if (!fits) {
    throw new ShapeError(
      operation,
      `${name} has shape ${formatShape(factor.shape)}, input ${formatShape(like.shape)}`,
      `expected ${name} that broadcasts to the input`,
      "Pass one number for each output, or for each element.",
    );
  }
  checkDtype(operation, name, factor, like);
}
