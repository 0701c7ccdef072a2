import { bytesIn, type TypedArray } from "../dtype.ts";
import type { Storage } from "../storage.ts";
import { type Runtime, releasedError } from "./runtime.ts";

/** Copies the elements to the JavaScript heap and gives the block back. */
export function moveToHost(runtime: Runtime, storage: Storage): void {
  if (storage.address <= 0) return;
  const { length } = storage;
  const start = startOf(storage);
  const host = arrayOf(runtime, storage).slice(start, length > 0 ? start + length : start);
  runtime.release(storage);
  storage.host = host;
}

/** A copy of `length` elements; a moved storage stays moved. */
export function read(runtime: Runtime, storage: Storage, offset: number, length: number): TypedArray {
  if (storage.address > 0) {
    const start = startOf(storage) + offset;
    return arrayOf(runtime, storage).slice(start, start + length);
  }
  if (storage.host === null) throw releasedError("data", [storage.length], storage.origin);
  return storage.host.slice(offset, offset + length);
}

/** The bytes of `length` elements to the front of `target`; a moved storage stays moved. */
export function readInto(runtime: Runtime, storage: Storage, offset: number, length: number, target: Uint8Array): void {
  const from = storage.address > 0 ? arrayOf(runtime, storage) : storage.host;
  if (from === null) throw releasedError("data", [storage.length], storage.origin);
  const start = storage.address > 0 ? startOf(storage) + offset : offset;
  target.set(bytesIn(from, start, length));
}

/** Overwrites elements from `offset` on; in a moved storage on the JavaScript heap. */
export function write(runtime: Runtime, storage: Storage, offset: number, values: TypedArray): void {
  if (storage.address > 0) arrayOf(runtime, storage).set(values, startOf(storage) + offset);
  else if (storage.host !== null) storage.host.set(values, offset);
  else throw releasedError("write", [storage.length], storage.origin);
}

function arrayOf(runtime: Runtime, storage: Storage): TypedArray {
  const { memory } = runtime;
  return storage.dtype === "float32" ? memory.f32 : storage.dtype === "int32" ? memory.i32 : memory.u8;
}

// Unsigned: addresses reach 4 GiB.
function startOf(storage: Storage): number {
  return storage.dtype === "bool" ? storage.address : storage.address >>> 2;
}
