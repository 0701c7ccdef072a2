import type { TypedArray } from "../engine/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { formatShape, ShapeError } from "../util/index.ts";
import { emptyLike } from "./common.ts";

/** Nested arrays of numbers, or one number for a scalar. bool elements are 0 and 1. */
export type Nested = number | Nested[];

/** A copy of the elements in row-major order; bool as bytes 0 and 1. */
export function data(input: Tensor): TypedArray {
  const { backend } = input.storage;
  if (input.packed) return backend.read(input.storage, input.offset, input.length);
  const copy = emptyLike(input, "data");
  backend.copy(input, copy);
  return backend.read(copy.storage, 0, copy.length);
}

/**
 * The value of a tensor of one element.
 *
 * @throws {ShapeError} when it has another number of elements.
 * @example
 * item(tensor([7])); // 7
 */
export function item(input: Tensor): number {
  if (input.length !== 1) {
    throw new ShapeError(
      "item",
      `the tensor has ${input.length} elements (shape ${formatShape(input.shape)})`,
      "expected one",
      "Index or reduce it first, or use toArray().",
    );
  }
  return input.storage.backend.read(input.storage, input.offset, 1)[0] as number;
}

/**
 * The elements as nested arrays, outermost dimension first; a number for a scalar.
 *
 * @example
 * toArray(tensor([[1, 2], [3, 4]])); // [[1, 2], [3, 4]]
 */
export function toArray(input: Tensor): Nested {
  const values = data(input);
  let at = 0;
  const build = (depth: number): Nested => {
    if (depth === input.shape.length) return values[at++] as number;
    return Array.from({ length: input.shape[depth] as number }, () => build(depth + 1));
  };
  return build(0);
}

const EDGE = 3; // rows shown at either end of a long dimension
const LONG = 1000; // elements from which on the middle is left out

function formatNumber(value: number, whole: boolean): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  if (whole) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-4 || size >= 1e6) ? value.toExponential(4) : value.toFixed(4);
}

/** `tensor([[1.0000, 2.0000]], float32)`; long tensors leave out the middle. */
export function format(input: Tensor): string {
  const values = data(input);
  const whole = input.dtype === "int32" || input.dtype === "bool";
  const cut = input.length > LONG;
  const cell = (at: number): string => {
    const value = values[at] as number;
    return input.dtype === "bool" ? String(value !== 0) : formatNumber(value, whole);
  };
  const block = (depth: number, start: number, step: number): string => {
    if (depth === input.shape.length) return cell(start);
    const size = input.shape[depth] as number;
    const inner = size === 0 ? 0 : step / size;
    const rows: string[] = [];
    for (let i = 0; i < size; i++) {
      if (cut && size > 2 * EDGE && i === EDGE) {
        rows.push("...");
        i = size - EDGE;
      }
      rows.push(block(depth + 1, start + i * inner, inner));
    }
    const separator = depth === input.shape.length - 1 ? ", " : `,\n${" ".repeat(8 + depth)}`;
    return `[${rows.join(separator)}]`;
  };
  return `tensor(${block(0, 0, input.length)}, ${input.dtype}${input.requiresGrad ? ", requiresGrad" : ""})`;
}
