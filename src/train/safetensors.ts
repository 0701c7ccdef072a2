import { bytesOf, type DType, newTypedArray, type TypedArray } from "../engine/index.ts";
import { data, fromTypedArray } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { CheckpointError, sizeOf } from "../util/index.ts";

// https://huggingface.co/docs/safetensors: 8 bytes of header length (little endian), a JSON header
// {name: {dtype, shape, data_offsets}}, then the elements. Nothing in it can run code.

const NAMES: Record<DType, string> = { float32: "F32", float64: "F64", int32: "I32", bool: "BOOL" };
const MAX_HEADER = 100_000_000; // as the reference implementation has it

/** What a file held. */
export interface SafetensorsFile {
  tensors: Map<string, Tensor>;
  /** Free text, by key. */
  metadata: Record<string, string>;
}

/** A state dict as the bytes of a safetensors file, which Python's own library reads. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header["__metadata__"] = metadata;
  let offset = 0;
  for (const [name, tensor] of tensors) {
    const end = offset + tensor.length * bytesOf(tensor.dtype);
    header[name] = { dtype: NAMES[tensor.dtype], shape: tensor.shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / 8) * 8; // elements start aligned; the rest is spaces
  const out = new Uint8Array(8 + headerLength + offset);
  new DataView(out.buffer).setBigUint64(0, BigInt(headerLength), true);
  out.fill(0x20, 8, 8 + headerLength);
  out.set(json, 8);
  let at = 8 + headerLength;
  for (const tensor of tensors.values()) {
    const values = data(tensor);
    out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return out;
}

function refuse(got: string, expected: string): CheckpointError {
  return new CheckpointError("safetensors", got, expected, "The file is damaged or of another kind; use another copy.");
}

interface Entry {
  dtype: DType;
  shape: number[];
  start: number;
  end: number;
}

function parseEntry(name: string, value: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const known = (Object.keys(NAMES) as DType[]).find((each) => NAMES[each] === dtype);
  if (known === undefined) throw refuse(`'${name}' has dtype ${String(dtype)}`, "expected F32, F64, I32 or BOOL");
  const isSize = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(isSize)) throw refuse(`'${name}' has no proper shape`, "expected sizes");
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw refuse(`'${name}' has no proper data_offsets`, "expected [start, end]");
  }
  const [start, end] = offsets as [number, number];
  if (end - start !== sizeOf(shape) * bytesOf(known)) {
    throw refuse(`'${name}' spans ${end - start} bytes`, `expected ${sizeOf(shape) * bytesOf(known)} for its shape`);
  }
  return { dtype: known, shape, start, end };
}

/**
 * Reads the bytes of a safetensors file. Everything is checked before the first tensor is made.
 *
 * @throws {CheckpointError} for any rule of the format broken
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) throw refuse(`${bytes.length} bytes`, "expected a header");
  const length = view.getBigUint64(0, true);
  if (length > BigInt(Math.min(MAX_HEADER, bytes.length - 8))) {
    throw refuse(`a header of ${length} bytes in a file of ${bytes.length}`, "expected it to fit");
  }
  const base = 8 + Number(length);
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, base)));
  } catch {
    throw refuse("a header that is no JSON", "expected an object");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw refuse("a header that is no object", "expected one");
  }
  const metadata = (header["__metadata__"] ?? {}) as Record<string, string>;
  const entries = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, value]) => [name, parseEntry(name, value)] as const);
  const ordered = [...entries].sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  let at = 0;
  for (const [name, entry] of ordered) {
    if (entry.start !== at) throw refuse(`'${name}' starts at ${entry.start}`, `expected ${at}, without hole or overlap`);
    at = entry.end;
  }
  if (base + at !== bytes.length) throw refuse(`${bytes.length} bytes`, `expected ${base + at}`);
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, start, end }] of entries) {
    const values: TypedArray = newTypedArray(dtype, sizeOf(shape));
    new Uint8Array(values.buffer).set(bytes.subarray(base + start, base + end));
    tensors.set(name, fromTypedArray(values, shape, { dtype }));
  }
  return { tensors, metadata };
}
