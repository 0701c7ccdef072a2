import { CheckpointError } from "../../util/index.ts";
import { type JsonNode, parseStrictJson } from "./strict-json.ts";

/** What a state may hold; numbers survive bit for bit, also NaN, the infinities and -0. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const MAX_DEPTH = 200;
// {"$number": "NaN"} stands for a number that JSON has not. An object that happens to look so gets one
// more $ at its only key, and loses it on reading.
const MARK = /^\$+number$/;

function refuse(operation: string, path: string, got: string): CheckpointError {
  return new CheckpointError(
    operation,
    `${path} is ${got}`,
    "expected null, a boolean, a number, a string, or plain arrays and objects of those",
    "Convert it first (a Map to an object, a tensor to the checkpoint's tensors, undefined to null or nothing).",
  );
}

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return value === undefined ? "undefined" : `a ${typeof value}`;
  return `a ${(value.constructor as { name?: string } | undefined)?.name || "foreign object"}`;
}

function toPlain(operation: string, value: unknown, path: string, depth: number): unknown {
  if (depth > MAX_DEPTH)
    throw refuse(operation, path.slice(0, 80), `nested more than ${MAX_DEPTH} deep (or in a circle)`);
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") {
    if (Object.is(value, -0)) return { $number: "-0" };
    return Number.isFinite(value) ? value : { $number: String(value) };
  }
  if (Array.isArray(value)) {
    return Array.from(value, (each: unknown, i) => toPlain(operation, each, `${path}[${i}]`, depth + 1));
  }
  const prototype: unknown = typeof value === "object" ? Object.getPrototypeOf(value) : undefined;
  if (prototype !== Object.prototype && prototype !== null) throw refuse(operation, path, describe(value));
  const out: Record<string, unknown> = {};
  const keys = Object.keys(value as object);
  for (const key of keys) {
    if (key === "__proto__") throw refuse(operation, `${path}.__proto__`, "a key that no object should have");
    const name = keys.length === 1 && MARK.test(key) ? `$${key}` : key;
    out[name] = toPlain(operation, (value as Record<string, unknown>)[key], `${path}.${key}`, depth + 1);
  }
  return out;
}

/**
 * A state as JSON text, without spaces or line ends.
 *
 * @param root what the state is called in messages
 * @throws {CheckpointError} naming the place of a value that JSON cannot hold
 */
export function encodeJson(operation: string, value: unknown, root: string): string {
  return JSON.stringify(toPlain(operation, value, root, 0));
}

function fromNode(node: JsonNode, fail: (found: string) => Error): Json {
  if (Array.isArray(node)) return node.map((each) => fromNode(each, fail));
  if (!(node instanceof Map)) return node;
  const out: { [key: string]: Json } = {};
  for (const [key, value] of node) {
    if (node.size === 1 && MARK.test(key)) {
      if (key !== "$number") return { [key.slice(1)]: fromNode(value, fail) };
      if (value === "-0") return -0;
      if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
      throw fail("a $number of no meaning");
    }
    out[key] = fromNode(value, fail);
  }
  return out;
}

/**
 * The value that `encodeJson` wrote.
 *
 * @param fail makes the error for text that it did not write
 */
export function decodeJson(text: string, fail: (found: string) => Error): Json {
  // Each marked number is one level deeper in the text than in the value.
  return fromNode(parseStrictJson(text, { maxDepth: MAX_DEPTH + 1, sizesOnly: false, fail }), fail);
}
