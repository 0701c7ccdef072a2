import { bytesIn, type TypedArray } from "../dtype.ts";
import type { Storage } from "../storage.ts";
import { type Runtime, releasedError } from "./runtime.ts";

/** Elements that moved tensors share an array of: so many are freed together, and none costs an array of its own. */
const SHELF = 4096;

/** Where small tensors of four bytes an element move to, one after the other. */
class Shelf {
  readonly i32: Int32Array = new Int32Array(SHELF);
  readonly f32: Float32Array = new Float32Array(this.i32.buffer);
  used = 0;
}

let shelf: Shelf = new Shelf();

/** Copies the elements to the JavaScript heap and gives the block back. */
export function moveToHost(runtime: Runtime, storage: Storage): void {
  if (storage.address <= 0) return;
  const { length, dtype } = storage;
  let host: TypedArray;
  let hostStart = 0;
  if (dtype === "bool" || length === 0 || length > SHELF / 16) {
    const start = startOf(storage);
    host = arrayOf(runtime, storage).slice(start, length > 0 ? start + length : start);
  } else {
    if (shelf.used + length > SHELF) shelf = new Shelf();
    const to = shelf.i32;
    const from = runtime.memory.i32; // as words: the bits stay, whatever they mean
    const start = storage.address >>> 2;
    hostStart = shelf.used;
    for (let i = 0; i < length; i++) to[hostStart + i] = from[start + i] as number;
    shelf.used += length;
    host = dtype === "int32" ? to : shelf.f32;
  }
  runtime.release(storage);
  storage.host = host;
  storage.hostStart = hostStart;
}

/** A copy of `length` elements; a moved storage stays moved. */
export function read(runtime: Runtime, storage: Storage, offset: number, length: number): TypedArray {
  const from = elementsOf(runtime, storage, "data");
  const start = firstOf(storage) + offset;
  return from.slice(start, start + length);
}

/** The bytes of `length` elements to the front of `target`; a moved storage stays moved. */
export function readInto(runtime: Runtime, storage: Storage, offset: number, length: number, target: Uint8Array): void {
  const from = elementsOf(runtime, storage, "data");
  target.set(bytesIn(from, firstOf(storage) + offset, length));
}

/** Overwrites elements from `offset` on; in a moved storage on the JavaScript heap. */
export function write(runtime: Runtime, storage: Storage, offset: number, values: TypedArray): void {
  elementsOf(runtime, storage, "write").set(values, firstOf(storage) + offset);
}

/** The array that holds the elements: the engine's memory, or what they have moved to. */
function elementsOf(runtime: Runtime, storage: Storage, operation: string): TypedArray {
  if (storage.address > 0) return arrayOf(runtime, storage);
  if (storage.host === null) throw releasedError(operation, [storage.length], storage.origin);
  return storage.host;
}

function firstOf(storage: Storage): number {
  return storage.address > 0 ? startOf(storage) : storage.hostStart;
}

function arrayOf(runtime: Runtime, storage: Storage): TypedArray {
  const { memory } = runtime;
  return storage.dtype === "float32" ? memory.f32 : storage.dtype === "int32" ? memory.i32 : memory.u8;
}

// Unsigned: addresses reach 4 GiB.
function startOf(storage: Storage): number {
  return storage.dtype === "bool" ? storage.address : storage.address >>> 2;
}
