import { DataError } from "../../util/index.ts";
import { checkedSize, decodeElements, elementBytes, type NdArray } from "./nd-array.ts";
import { type DataSource, readBytes } from "./source.ts";

const TYPES: Readonly<Record<number, string>> = { 8: "u1", 9: "i1", 11: "i2", 12: "i4", 13: "f4", 14: "f8" };

/**
 * Reads an IDX file (MNIST and its kin), packed with gzip or not.
 *
 * @throws {DataError} for a file that is none, or cut off
 * @example
 * const bytes = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 2, 7, 9);
 * const images = (await data.readIdx(bytes)).toTensor(); // [1, 2]: 7, 9
 */
export async function readIdx(source: DataSource): Promise<NdArray> {
  const { name, bytes } = await readBytes(source);
  const [zero, zeroToo, type = 0, dims = 0] = bytes;
  const code = TYPES[type];
  const start = 4 + 4 * dims;
  if (zero !== 0 || zeroToo !== 0 || code === undefined || dims === 0 || bytes.length < start) {
    throw new DataError(name, "this is no IDX file", "expected two zeros, a type and sizes", "Check the path.");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: dims }, (_, i) => view.getUint32(4 + 4 * i));
  checkedSize(name, shape, elementBytes(code) as number, bytes.length - start);
  return decodeElements(name, code, true, shape, bytes.subarray(start));
}
