import { readFileSync } from "node:fs";

/** An array in a golden file; see scripts/golden/README.md. */
export interface GoldenArray {
  readonly type: "f4" | "f8" | "i4" | "u1";
  readonly shape: readonly number[];
  /** Base64 of little-endian elements. */
  readonly data: string;
}

/** A number in a golden file; JSON has no infinities. */
export type GoldenNumber = number | "inf" | "-inf" | "nan";

/** The parsed content of `tests/golden/<name>.json`. */
export function readGolden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`./${name}.json`, import.meta.url), "utf8")) as T;
}

/** Base64 as bytes with a buffer of their own. */
export function decodeBytes(base64: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64, "base64"));
}

/** The elements of a golden array. */
export function decodeArray(array: GoldenArray): Float32Array | Float64Array | Int32Array | Uint8Array {
  const bytes = decodeBytes(array.data);
  switch (array.type) {
    case "f4":
      return new Float32Array(bytes.buffer);
    case "f8":
      return new Float64Array(bytes.buffer);
    case "i4":
      return new Int32Array(bytes.buffer);
    case "u1":
      return bytes;
  }
}

/** A golden number as a JavaScript number. */
export function decodeNumber(value: GoldenNumber): number {
  if (typeof value === "number") return value;
  return value === "inf" ? Infinity : value === "-inf" ? -Infinity : NaN;
}
