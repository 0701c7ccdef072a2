import type { DType, TypedArray } from "../engine/index.ts";
import { ShapeError } from "../util/index.ts";

/** A number or boolean, or arrays of them nested to any depth, rectangular. */
export type NestedArray = number | boolean | readonly NestedArray[] | readonly TypedArray[];

interface Flat {
  shape: number[];
  data: ArrayLike<number>;
  dtype: DType;
}

function typedDtype(values: TypedArray, floatDtype: DType): DType {
  if (values instanceof Int32Array) return "int32";
  if (values instanceof Float64Array) return "float64";
  return values instanceof Float32Array ? "float32" : floatDtype;
}

/**
 * The elements of nested arrays in row-major order, with their shape.
 *
 * @throws {ShapeError} for ragged arrays and for anything that is no number, naming the place
 */
export function flatten(values: NestedArray | TypedArray, wanted: DType | undefined, floatDtype: DType): Flat {
  if (ArrayBuffer.isView(values)) {
    const typed = values as TypedArray;
    return { shape: [typed.length], data: typed, dtype: wanted ?? typedDtype(typed, floatDtype) };
  }
  const shape: number[] = [];
  let first: unknown = values;
  while (Array.isArray(first) || ArrayBuffer.isView(first)) {
    const list = first as ArrayLike<unknown>;
    shape.push(list.length);
    if (list.length === 0) break;
    first = list[0];
  }
  const data: number[] = [];
  collect(values, shape, 0, [], data);
  const dtype = wanted ?? (typeof first === "boolean" ? "bool" : floatDtype);
  return { shape, data, dtype };
}

function collect(value: unknown, shape: readonly number[], depth: number, path: number[], data: number[]): void {
  const isList = Array.isArray(value) || ArrayBuffer.isView(value);
  if (depth === shape.length) {
    if (isList) throw ragged(path, `an array of ${(value as ArrayLike<unknown>).length}`, "a number");
    if (typeof value !== "number" && typeof value !== "boolean") {
      throw new ShapeError(
        "tensor",
        `${describe(path)} is ${value === null ? "null" : typeof value}`,
        "expected a number or a boolean",
        "Convert or drop it before making a tensor; missing values are not filled in.",
      );
    }
    data.push(Number(value));
    return;
  }
  const size = shape[depth] as number;
  if (!isList) throw ragged(path, `a ${typeof value}`, `an array of ${size}`);
  const list = value as ArrayLike<unknown>;
  if (list.length !== size) throw ragged(path, `an array of ${list.length}`, `an array of ${size}, as its neighbours`);
  for (let i = 0; i < size; i++) {
    path.push(i);
    collect(list[i], shape, depth + 1, path, data);
    path.pop();
  }
}

function describe(path: readonly number[]): string {
  return path.length === 0 ? "the value" : `the value at [${path.join("][")}]`;
}

function ragged(path: readonly number[], got: string, expected: string): ShapeError {
  return new ShapeError(
    "tensor",
    `the array is ragged: ${describe(path)} is ${got}`,
    `expected ${expected}`,
    "Give every row the same length.",
  );
}
