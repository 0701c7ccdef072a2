import { bytesIn, bytesOf, currentBackend, type DType, newTypedArray, type TypedArray } from "../../engine/index.ts";
import { data, fromTypedArray } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { CheckpointError, formatShape, sizeOf } from "../../util/index.ts";
import { WRITTEN_AS } from "./dtypes.ts";
import { damaged, type Entry, type Header, isWellFormed, MAX_HEADER, MAX_RANK, readHeader } from "./header.ts";

// https://huggingface.co/docs/safetensors: 8 bytes of header length (little endian), a JSON header
// {name: {dtype, shape, data_offsets}}, then the elements. Nothing in it can run code.

/** What a file held. */
export interface SafetensorsFile {
  tensors: Map<string, Tensor>;
  /** Free text, by key. */
  metadata: Record<string, string>;
}

/** Where everything of a file goes. */
export interface Layout {
  /** The length and the padded JSON. */
  readonly header: Uint8Array;
  /** Bytes of the whole file. */
  readonly size: number;
  readonly places: readonly { readonly tensor: Tensor; readonly start: number }[];
}

function refuse(got: string, expected: string, fix: string): CheckpointError {
  return new CheckpointError("encodeSafetensors", got, expected, fix);
}

function checkName(what: string, name: string): void {
  if (name === "__proto__" || (name === "__metadata__" && what === "a tensor") || !isWellFormed(name)) {
    throw refuse(`${what} is called '${name}'`, "expected a name that a header can hold", "Rename it.");
  }
}

/**
 * Plans a file. The elements of wider dtypes come first, so that each tensor is aligned; the header
 * keeps the order of the map.
 *
 * @param metadata in this order
 */
export function layOut(tensors: ReadonlyMap<string, Tensor>, metadata: readonly (readonly [string, string])[]): Layout {
  const starts = new Map<string, number>();
  let size = 0;
  for (const bytes of [8, 4, 1]) {
    for (const [name, tensor] of tensors) {
      if (bytesOf(tensor.dtype) !== bytes) continue;
      starts.set(name, size);
      size += tensor.length * bytes;
    }
  }
  const fields: string[] = [];
  if (metadata.length > 0) {
    for (const [key, value] of metadata) {
      checkName("a metadata key", key);
      if (typeof value !== "string" || !isWellFormed(value)) {
        throw refuse(`metadata '${key}' is not a proper text`, "expected texts by key", "Use String(value).");
      }
    }
    fields.push(`"__metadata__":{${metadata.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join()}}`);
  }
  for (const [name, { dtype, shape, length }] of tensors) {
    checkName("a tensor", name);
    if (shape.length > MAX_RANK) {
      throw refuse(`'${name}' has ${shape.length} dimensions`, `expected at most ${MAX_RANK}`, "Reshape it.");
    }
    const start = starts.get(name) as number;
    const offsets = [start, start + length * bytesOf(dtype)];
    fields.push(
      `${JSON.stringify(name)}:${JSON.stringify({ dtype: WRITTEN_AS[dtype], shape, data_offsets: offsets })}`,
    );
  }
  const json = new TextEncoder().encode(`{${fields.join()}}`);
  const padded = Math.ceil(json.length / 8) * 8; // elements start aligned; the rest is spaces
  if (padded > MAX_HEADER) {
    throw refuse(`a header of ${padded} bytes`, `expected at most ${MAX_HEADER}`, "Keep long state in tensors.");
  }
  const header = new Uint8Array(8 + padded).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(padded), true);
  header.set(json, 8);
  const places = [...tensors].map(([name, tensor]) => ({
    tensor,
    start: header.length + (starts.get(name) as number),
  }));
  return { header, size: header.length + size, places };
}

const STEP = 1 << 18; // elements copied between two yields

/** Writes a planned file into `out`, which is as long as the file, from the front; yields how far it is. */
export function* fillSteps(out: Uint8Array, { header, places }: Layout): Generator<number, void> {
  out.set(header);
  for (const { tensor, start } of [...places].sort((a, b) => a.start - b.start)) {
    const { storage, offset, length, packed } = tensor;
    const size = bytesOf(tensor.dtype);
    if (!packed) {
      out.set(bytesIn(data(tensor), 0, length), start);
      yield start + length * size;
      continue;
    }
    for (let i = 0; i < length; i += STEP) {
      const count = Math.min(STEP, length - i);
      storage.backend.readInto(storage, offset + i, count, out.subarray(start + i * size));
      yield start + (i + count) * size;
    }
  }
}

/** Writes a planned file into `out`, which is as long as the file. */
export function fill(out: Uint8Array, layout: Layout): void {
  for (const _ of fillSteps(out, layout));
}

/**
 * A state dict as the bytes of a safetensors file, which Python's own library reads.
 *
 * @param metadata free text, by key
 * @throws {CheckpointError} for a name or a text that a header cannot hold
 * @example
 * const bytes = train.encodeSafetensors(model.stateDict(), { author: "me" });
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const layout = layOut(tensors, Object.entries(metadata));
  const out = new Uint8Array(layout.size);
  fill(out, layout);
  return out;
}

function aligned(bytes: Uint8Array, { start, end }: Entry): Uint8Array {
  const at = bytes.byteOffset + start;
  return at % 8 === 0 ? bytes.subarray(start, end) : bytes.slice(start, end);
}

function checkElements(bytes: Uint8Array, name: string, entry: Entry): void {
  const { dtypeName, dtype, shape } = entry;
  const what = `'${name}' (${dtypeName} ${formatShape(shape)})`;
  if (dtype.becomes === null) {
    throw damaged(
      `${what} has a dtype that nothing here holds`,
      "expected floats of 16, 32 or 64 bits, integers or BOOL",
      "Convert it in Python first: tensor.to(torch.float32), then save_file().",
    );
  }
  const { dtypes, name: backend } = currentBackend();
  if (!dtypes.includes(dtype.becomes)) {
    throw damaged(
      `${what} needs ${dtype.becomes}, which the ${backend} backend has not`,
      `expected ${dtypes.join(", ")}`,
      'Use engine.setBackend("reference"), or convert it in Python first: tensor.float(), then save_file().',
    );
  }
  const wrong = dtype.check?.(aligned(bytes, entry)) ?? null;
  if (wrong !== null) {
    throw damaged(`${what}: ${wrong}`, "expected values that fit", "Convert it in Python first, or use another copy.");
  }
}

function elementsOf(bytes: Uint8Array, entry: Entry): TypedArray {
  const own = aligned(bytes, entry);
  if (entry.dtype.widen !== undefined) return entry.dtype.widen(own);
  const type = newTypedArray(entry.dtype.becomes as DType, 0).constructor as new (
    buffer: ArrayBufferLike,
    offset: number,
    length: number,
  ) => TypedArray;
  return new type(own.buffer, own.byteOffset, sizeOf(entry.shape));
}

/** Makes the tensors of a checked header; every element is checked before the first one is made. */
export function readTensors(bytes: Uint8Array, header: Header): Map<string, Tensor> {
  for (const [name, entry] of header.entries) checkElements(bytes, name, entry);
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of header.entries) {
    const dtype = entry.dtype.becomes as DType;
    tensors.set(name, fromTypedArray(elementsOf(bytes, entry), entry.shape, { dtype }));
  }
  return tensors;
}

/**
 * Reads the bytes of a safetensors file. Everything is checked before the first tensor is made.
 *
 * F32, F64, I32 and BOOL are ours; F16, BF16, F8_E5M2 and F8_E4M3 become float32, other integers int32
 * where every value fits.
 *
 * @throws {CheckpointError} for any rule of the format broken, and for elements that would lose something
 * @example
 * const bytes = train.encodeSafetensors(model.stateDict(), { author: "me" });
 * const { tensors, metadata } = train.decodeSafetensors(bytes);
 * model.loadStateDict(tensors);
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  const header = readHeader(bytes);
  return { tensors: readTensors(bytes, header), metadata: Object.fromEntries(header.metadata) };
}
