/** Element types. `float64` lives on the reference backend only. */
export type DType = "float32" | "float64" | "int32" | "bool";

/** The arrays elements travel in between JavaScript and a backend; a bool is one byte, 0 or 1. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

const BYTES: Record<DType, number> = { float32: 4, float64: 8, int32: 4, bool: 1 };

/** Bytes of one element. */
export function bytesOf(dtype: DType): number {
  return BYTES[dtype];
}

/** A zeroed array that holds `length` elements of `dtype`. */
export function newTypedArray(dtype: DType, length: number): TypedArray {
  switch (dtype) {
    case "float32":
      return new Float32Array(length);
    case "float64":
      return new Float64Array(length);
    case "int32":
      return new Int32Array(length);
    case "bool":
      return new Uint8Array(length);
  }
}

/** The memory of `length` elements from `offset`: a view, not a copy. */
export function bytesIn(elements: TypedArray, offset: number, length: number): Uint8Array {
  const size = elements.BYTES_PER_ELEMENT;
  return new Uint8Array(elements.buffer, elements.byteOffset + offset * size, length * size);
}

/** Whether elements are floating-point numbers, which alone can carry gradients. */
export function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}
