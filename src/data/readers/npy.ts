import { DataError } from "../../util/index.ts";
import { checkedSize, decodeElements, elementBytes, NdArray } from "./nd-array.ts";
import { type DataSource, readBytes } from "./source.ts";

/**
 * Reads a `.npy` file of NumPy: booleans, integers and floats, any byte order, C or Fortran order.
 *
 * @throws {DataError} for texts, objects (which could run code) and structures, and for a damaged file
 * @source https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * @example
 * // const X = (await data.readNpy("X.npy")).toTensor();
 */
export async function readNpy(source: DataSource): Promise<NdArray> {
  const { name, bytes } = await readBytes(source);
  return decodeNpy(name, bytes);
}

/**
 * Reads a `.npz` file of NumPy (`np.savez`, `np.savez_compressed`): its arrays by name.
 *
 * @throws {DataError} as `readNpy`, naming the array
 * @example
 * // const { X, y } = Object.fromEntries(await data.readNpz("set.npz"));
 */
export async function readNpz(source: DataSource): Promise<Map<string, NdArray>> {
  const { name, bytes } = await readBytes(source);
  const { unzipSync } = await import("fflate");
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter: ({ size, originalSize, name: file }) => {
        // (deflate packs 1032 bytes into one at best; a larger claim is not allocated)
        if (size <= bytes.length && originalSize <= size * 1032 + 64) return true;
        throw new Error(`${file} claims ${originalSize} bytes`);
      },
    });
  } catch (error) {
    const got = `the archive cannot be read (${(error as Error).message})`;
    throw new DataError(name, got, "expected a whole .npz file", "Fetch or write it again.");
  }
  return new Map(
    Object.entries(files).map(([file, content]) => {
      const key = file.replace(/\.npy$/, "");
      return [key, decodeNpy(`${name}[${key}]`, content)];
    }),
  );
}

const HEADER = /^\{'descr': '([<>|=]?)(\w+)', 'fortran_order': (True|False), 'shape': \(((?:\d+, ?)*\d*)\), ?\}\s*$/;

/** The array in the bytes of a `.npy` file. */
export function decodeNpy(name: string, bytes: Uint8Array): NdArray {
  const magic = bytes.length >= 12 && String.fromCharCode(...bytes.subarray(0, 6)) === "\x93NUMPY";
  const major = bytes[6] as number;
  if (!magic || major < 1 || major > 3) {
    throw new DataError(name, "this is no .npy file", "expected one of version 1 to 3", "Check the path.");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = major === 1 ? 10 : 12;
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length > bytes.length) {
    throw new DataError(name, "the header is cut off", "expected a whole file", "Fetch or write it again.");
  }
  const header = new TextDecoder("latin1").decode(bytes.subarray(start, start + length));
  const match = HEADER.exec(header);
  const [, order = "", code = "", fortran = "", dims = ""] = match ?? [];
  const each = elementBytes(code);
  if (match === null || each === null) {
    throw new DataError(
      name,
      `it holds ${header.slice(0, 80).trim()}`,
      "expected booleans, integers or floats",
      "Convert it in Python: array.astype('float32'). Objects are never read: they could run code.",
    );
  }
  const shape = dims.split(",").flatMap((part) => (part.trim() === "" ? [] : [Number(part)]));
  checkedSize(name, shape, each, bytes.length - start - length);
  const array = decodeElements(name, code, order === ">", shape, bytes.subarray(start + length));
  return fortran === "True" && shape.length > 1 ? rowMajor(array) : array;
}

function rowMajor({ name, dtype, shape, data }: NdArray): NdArray {
  const out = data.slice();
  const index = new Array<number>(shape.length).fill(0);
  for (let at = 0; at < data.length; at++) {
    let from = 0;
    for (let dim = shape.length - 1; dim >= 0; dim--) from = from * (shape[dim] as number) + (index[dim] as number);
    out[at] = data[from] as number;
    for (let dim = shape.length - 1; dim >= 0; dim--) {
      index[dim] = (index[dim] as number) + 1;
      if ((index[dim] as number) < (shape[dim] as number)) break;
      index[dim] = 0;
    }
  }
  return new NdArray(name, dtype, shape, out);
}
