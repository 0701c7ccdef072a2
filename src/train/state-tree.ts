import type { TypedArray } from "../engine/index.ts";
import { data, fromTypedArray } from "../ops/index.ts";
import { Tensor } from "../tensor/index.ts";
import { CheckpointError } from "../util/index.ts";
import type { Json } from "./json.ts";

/** Arrays of numbers that a state may hold. */
export type StateArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;

/**
 * A state that a checkpoint can hold: plain values, and among them typed arrays and tensors, which become tensors of
 * the file. Each comes back as what it was; a tensor comes back as another one with the same values.
 */
export type StateTree =
  | null
  | boolean
  | number
  | string
  | StateArray
  | Tensor
  | readonly StateTree[]
  | { readonly [key: string]: StateTree };

/** Anything with such a state. */
export interface Stateful {
  stateDict(): StateTree;
  /** @param state a fresh copy: keep it, or copy from it */
  loadStateDict(state: StateTree): void;
}

const ARRAYS = {
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Uint8Array,
  Uint16Array,
  Uint32Array,
} as const;

type ArrayName = keyof typeof ARRAYS;

/** What stands in the plain values for an array or a tensor: `{ $state: { name, kind, length } }`. */
interface Reference {
  name: string;
  kind: ArrayName | "Tensor";
  length: number;
}

// An object that happens to look like a reference gets one more $ at its only key, and loses it on reading.
const MARK = /^\$+state$/;

/** Float32 and int32 are stored as they are; others as the int32 words of their bytes, so that no bit changes. */
function stored(array: StateArray): Tensor {
  if (array instanceof Float32Array) return fromTypedArray(array, [array.length], { dtype: "float32" });
  if (array instanceof Int32Array) return fromTypedArray(array, [array.length], { dtype: "int32" });
  const words = new Int32Array(Math.ceil(array.byteLength / 4));
  new Uint8Array(words.buffer).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return fromTypedArray(words, [words.length], { dtype: "int32" });
}

function arrayOf(tensor: Tensor, { kind, length }: Reference): StateArray {
  const values: TypedArray = data(tensor);
  const make = ARRAYS[kind as ArrayName] as Float32ArrayConstructor;
  if (values instanceof make) return values;
  return new make(values.buffer as ArrayBuffer, values.byteOffset, length);
}

/**
 * The plain part of a state; its arrays and tensors are put into `tensors`, named by where they stood
 * (`source.buffer.rewards`). Tensors go in as they are: save them before they change.
 *
 * Functions and `undefined` are left out, and objects of classes become plain ones.
 */
export function packState(value: unknown, name: string, tensors: Map<string, Tensor>): Json {
  if (value === null || typeof value === "number" || typeof value === "boolean" || typeof value === "string") {
    return value;
  }
  if (Array.isArray(value)) return value.map((item, i) => packState(item, `${name}.${i}`, tensors));
  if (value instanceof Tensor) return refer(value, name, "Tensor", value.length, tensors);
  if (ArrayBuffer.isView(value)) {
    const kind = value.constructor.name as ArrayName;
    if (kind in ARRAYS) return refer(stored(value as StateArray), name, kind, (value as StateArray).length, tensors);
  }
  if (typeof value !== "object") return String(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && typeof item !== "function");
  const marked = entries.length === 1 && MARK.test((entries[0] as [string, unknown])[0]);
  const packed = entries.map(([key, item]) => [marked ? `$${key}` : key, packState(item, `${name}.${key}`, tensors)]);
  return Object.fromEntries(packed) as Json;
}

function refer(
  tensor: Tensor,
  wanted: string,
  kind: Reference["kind"],
  length: number,
  tensors: Map<string, Tensor>,
): Json {
  let name = wanted;
  while (tensors.has(name)) name += "_"; // keys with dots may lead to one name
  tensors.set(name, tensor);
  return { $state: { name, kind, length } };
}

/**
 * The state that `packState` was given, as a copy.
 *
 * @throws {CheckpointError} when a tensor of it is missing
 */
export function unpackState(value: Json, tensors: ReadonlyMap<string, Tensor>): StateTree {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => unpackState(item, tensors));
  const keys = Object.keys(value);
  const [only] = keys;
  const marked = keys.length === 1 && MARK.test(only as string);
  if (marked && only === "$state") {
    const reference = value.$state as unknown as Reference;
    const tensor = tensors.get(reference.name);
    if (tensor !== undefined) return reference.kind === "Tensor" ? tensor : arrayOf(tensor, reference);
    throw new CheckpointError(
      "Trainer.resume",
      `the checkpoint has no tensor "${reference.name}"`,
      "expected it",
      "Use another one.",
    );
  }
  const out: Record<string, StateTree> = {};
  for (const key of keys) out[marked ? key.slice(1) : key] = unpackState(value[key] as Json, tensors);
  return out;
}

/** A copy of a state that lives in no tensor: what a source is put back to after a trial. */
export function copyState(state: StateTree): StateTree {
  if (typeof state !== "object" || state === null) return state;
  if (state instanceof Tensor) return fromTypedArray(data(state), state.shape, { dtype: state.dtype }).keep();
  if (ArrayBuffer.isView(state)) return state.slice();
  if (Array.isArray(state)) return state.map(copyState);
  return Object.fromEntries(Object.entries(state).map(([key, item]) => [key, copyState(item as StateTree)]));
}

/** The tensors in a value: itself, or inside arrays and objects, in order. */
export function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return [];
  return (Array.isArray(value) ? value : Object.values(value)).flatMap(tensorsIn);
}
