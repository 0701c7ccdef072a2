import { fromTypedArray } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { DataError } from "../../util/index.ts";
import { consecutive } from "../table/row-places.ts";
import { Table } from "../table/table.ts";
import { columnOfBigints } from "../table/values.ts";

/** The arrays that hold an `NdArray`'s elements. 64-bit integers come as float64, and must fit into 53 bits. */
export type NdData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/**
 * An array as a file holds it: its type, its shape, its elements in row-major order.
 *
 * @example
 * const array = new data.NdArray("x.npy", "float64", [2, 2], new Float64Array([1, 2, 3, 4]));
 * array.toTensor(); // float32 [[1, 2], [3, 4]]
 */
export class NdArray {
  /** NumPy's name: `float64`, `uint8`, `bool`, … */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: NdData;
  /** Where it came from, for messages. */
  readonly name: string;

  constructor(name: string, dtype: string, shape: readonly number[], data: NdData) {
    this.name = name;
    this.dtype = dtype;
    this.shape = shape;
    this.data = data;
  }

  /** As a tensor: floats as float32, integers as int32, booleans as bool. @throws {DataError} for uint32 above int32 */
  toTensor(): Tensor {
    const shape = [...this.shape];
    if (this.dtype.startsWith("float")) return fromTypedArray(Float32Array.from(this.data), shape);
    if (this.dtype === "bool") return fromTypedArray(this.data as Uint8Array, shape, { dtype: "bool" });
    const out = Int32Array.from(this.data);
    const wrong = this.data.findIndex((value, i) => value !== out[i]);
    if (wrong < 0) return fromTypedArray(out, shape);
    throw new DataError(
      this.name,
      `element ${wrong} is ${this.data[wrong]}`,
      "expected integers that an int32 holds",
      "Convert the data to floats first: new Float32Array(array.data).",
    );
  }

  /** A 1-D or 2-D array as a table. @param names of the columns; default column_1, column_2, … */
  toTable(names?: readonly string[]): Table {
    const [rows = 0, width = 1] = this.shape;
    if (this.shape.length < 1 || this.shape.length > 2 || (names !== undefined && names.length !== width)) {
      const got = `the array has shape [${this.shape.join(", ")}]${names === undefined ? "" : ` and ${names.length} names`}`;
      throw new DataError(
        this.name,
        got,
        "expected one or two dimensions and a name for each column",
        "Use toTensor().",
      );
    }
    const type = this.dtype === "bool" ? "boolean" : this.dtype.startsWith("float") ? "number" : "integer";
    const columns = Array.from({ length: width }, (_, j) => ({
      name: names?.[j] ?? `column_${j + 1}`,
      type: type as "boolean" | "number" | "integer",
      values: Float64Array.from({ length: rows }, (_, i) => this.data[i * width + j] as number),
    }));
    return new Table(columns, consecutive(this.name, "row", 0));
  }
}

type MakeArray = new (buffer: ArrayBuffer) => NdData | BigInt64Array | BigUint64Array;

const ARRAYS: Readonly<Record<string, readonly [dtype: string, bytes: number, make: MakeArray | null]>> = {
  b1: ["bool", 1, Uint8Array],
  i1: ["int8", 1, Int8Array],
  u1: ["uint8", 1, Uint8Array],
  i2: ["int16", 2, Int16Array],
  u2: ["uint16", 2, Uint16Array],
  i4: ["int32", 4, Int32Array],
  u4: ["uint32", 4, Uint32Array],
  i8: ["int64", 8, BigInt64Array],
  u8: ["uint64", 8, BigUint64Array],
  f2: ["float16", 2, null],
  f4: ["float32", 4, Float32Array],
  f8: ["float64", 8, Float64Array],
};

/** Bytes of an element, or null for a type that is none. */
export function elementBytes(code: string): number | null {
  return ARRAYS[code]?.[1] ?? null;
}

/**
 * Elements from raw bytes.
 *
 * @param code NumPy's: `f4`, `u1`, …; known to `elementBytes`
 * @param bytes as many as the shape needs
 */
export function decodeElements(
  name: string,
  code: string,
  bigEndian: boolean,
  shape: readonly number[],
  bytes: Uint8Array,
): NdArray {
  const [dtype, size, make] = ARRAYS[code] as readonly [string, number, MakeArray | null];
  const copy = new Uint8Array(bytes);
  if (bigEndian && size > 1) {
    for (let at = 0; at < copy.length; at += size) copy.subarray(at, at + size).reverse();
  }
  if (make === null) return new NdArray(name, dtype, shape, halves(new Uint16Array(copy.buffer)));
  const data = new make(copy.buffer);
  if (!(data instanceof BigInt64Array || data instanceof BigUint64Array)) return new NdArray(name, dtype, shape, data);
  const out = new Float64Array(data.length);
  const wrong = columnOfBigints(data, out);
  if (wrong === null) return new NdArray(name, dtype, shape, out);
  const got = `element ${wrong.row} is ${String(wrong.value)}`;
  throw new DataError(name, got, "expected whole numbers up to 2^53", "Store them as float64 or int32.");
}

function halves(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

/** The number of elements of a shape; throws where the file cannot hold them. */
export function checkedSize(name: string, shape: readonly number[], bytesEach: number, available: number): number {
  const elements = shape.reduce((product, size) => product * size, 1);
  if (elements * bytesEach === available) return elements;
  throw new DataError(
    name,
    `the shape [${shape.join(", ")}] takes ${elements * bytesEach} bytes and ${available} are there`,
    "expected as many",
    "The file is damaged or cut off: fetch or write it again.",
  );
}
