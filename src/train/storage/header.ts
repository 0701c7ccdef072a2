import { CheckpointError, formatShape } from "../../util/index.ts";
import { FILE_DTYPES, type FileDtype } from "./dtypes.ts";
import { type JsonNode, parseStrictJson } from "./strict-json.ts";

/** Header bytes beyond this are refused, as the reference implementation does. */
export const MAX_HEADER = 100_000_000;
/** NumPy's. */
export const MAX_RANK = 64;
const MAX_SIZE = 2 ** 31 - 1;
const SURROGATE = /\p{Surrogate}/u; // alone: pairs are one character here

/** One tensor of a file. */
export interface Entry {
  readonly dtypeName: string;
  readonly dtype: FileDtype;
  readonly shape: readonly number[];
  /** Bytes from the start of the file. */
  readonly start: number;
  readonly end: number;
}

/** What a header says, checked. */
export interface Header {
  /** In the header's order. */
  readonly entries: ReadonlyMap<string, Entry>;
  readonly metadata: ReadonlyMap<string, string>;
  /** Where the elements begin. */
  readonly dataStart: number;
}

/** The error of every broken rule of a file. */
export function damaged(
  got: string,
  expected: string,
  fix = "The file is damaged or of another kind; use another copy.",
): CheckpointError {
  return new CheckpointError("safetensors", got, expected, fix);
}

/** Whether UTF-8 can write a text. */
export function isWellFormed(text: string): boolean {
  return !SURROGATE.test(text);
}

function shown(name: string): string {
  return name.length > 80 ? `'${name.slice(0, 80)}…'` : `'${name}'`;
}

function sizes(node: JsonNode | undefined): number[] | null {
  return Array.isArray(node) && node.every((each) => typeof each === "number") ? (node as number[]) : null;
}

function elements(name: string, shape: readonly number[]): number {
  let product = 1;
  for (const size of shape) {
    product *= size;
    if (size > MAX_SIZE || product > Number.MAX_SAFE_INTEGER) {
      throw damaged(`${shown(name)} has shape ${formatShape(shape)}`, "expected a number of elements that can exist");
    }
  }
  return product;
}

function readEntry(name: string, node: JsonNode, base: number): Entry {
  if (!(node instanceof Map)) throw damaged(`${shown(name)} is no object`, "expected dtype, shape and data_offsets");
  for (const key of node.keys()) {
    if (key !== "dtype" && key !== "shape" && key !== "data_offsets") {
      throw damaged(`${shown(name)} has the key ${shown(key)}`, "expected dtype, shape and data_offsets only");
    }
  }
  const dtypeName = node.get("dtype");
  const dtype = typeof dtypeName === "string" ? FILE_DTYPES.get(dtypeName) : undefined;
  if (typeof dtypeName !== "string" || dtype === undefined) {
    const got = typeof dtypeName === "string" ? `dtype ${shown(dtypeName)}` : "no dtype";
    throw damaged(`${shown(name)} has ${got}`, `expected one of ${[...FILE_DTYPES.keys()].join(", ")}`);
  }
  const shape = sizes(node.get("shape"));
  if (shape === null) throw damaged(`${shown(name)} has no proper shape`, "expected a list of sizes");
  if (shape.length > MAX_RANK) {
    throw damaged(`${shown(name)} has ${shape.length} dimensions`, `expected at most ${MAX_RANK}`);
  }
  const offsets = sizes(node.get("data_offsets"));
  if (offsets === null || offsets.length !== 2) {
    throw damaged(`${shown(name)} has no proper data_offsets`, "expected [start, end]");
  }
  const [start, end] = offsets as [number, number];
  const bits = elements(name, shape) * dtype.bits;
  if (bits > Number.MAX_SAFE_INTEGER || bits % 8 !== 0 || end - start !== bits / 8) {
    throw damaged(
      `${shown(name)} spans ${end - start} bytes`,
      `expected ${bits / 8} for ${dtypeName} ${formatShape(shape)}`,
    );
  }
  return { dtypeName, dtype, shape, start: base + start, end: base + end };
}

function readMetadata(node: JsonNode): Map<string, string> {
  if (!(node instanceof Map)) throw damaged("__metadata__ is no object", "expected texts by key");
  for (const [key, value] of node) {
    if (typeof value !== "string") throw damaged(`__metadata__ ${shown(key)} is no text`, "expected texts by key");
    if (!isWellFormed(key + value)) throw damaged("half a surrogate pair in __metadata__", "expected whole characters");
  }
  return node as Map<string, string>;
}

function headerText(bytes: Uint8Array, length: number): string {
  if (bytes[8] !== 0x7b) throw damaged("a header that does not begin with '{'", "expected a JSON object");
  let end = 8 + length;
  while (bytes[end - 1] === 0x20) end--; // the only padding the format allows
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, end));
  } catch {
    throw damaged("a header that is no UTF-8", "expected a JSON object");
  }
}

/**
 * Reads and checks everything about a file that stands outside its elements.
 *
 * @throws {CheckpointError} for any rule of the format broken
 */
export function readHeader(bytes: Uint8Array): Header {
  if (bytes.length < 10) throw damaged(`${bytes.length} bytes`, "expected at least 10: a length and a header");
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER)) throw damaged(`a header of ${length} bytes`, `expected at most ${MAX_HEADER}`);
  if (length > BigInt(bytes.length - 8)) {
    throw damaged(`a header of ${length} bytes in a file of ${bytes.length}`, "expected it to fit");
  }
  if (length < 2n) throw damaged(`a header of ${length} bytes`, "expected at least {}");
  const dataStart = 8 + Number(length);
  const text = headerText(bytes, Number(length));
  const root = parseStrictJson(text, {
    maxDepth: 8,
    sizesOnly: true,
    fail: (found) => damaged(`a header with ${found}`, "expected the JSON of the format"),
  });
  if (!(root instanceof Map)) throw damaged("a header that is no object", "expected one");
  let metadata = new Map<string, string>();
  const entries = new Map<string, Entry>();
  for (const [name, node] of root) {
    if (!isWellFormed(name))
      throw damaged("half a surrogate pair in the name of a tensor", "expected whole characters");
    if (name === "__metadata__") metadata = readMetadata(node);
    else entries.set(name, readEntry(name, node, dataStart));
  }
  let at = dataStart;
  for (const [name, entry] of [...entries].sort(([, a], [, b]) => a.start - b.start || a.end - b.end)) {
    if (entry.start !== at) {
      const expected = `expected ${at - dataStart}, without hole or overlap`;
      throw damaged(`${shown(name)} starts at ${entry.start - dataStart}`, expected);
    }
    at = entry.end;
  }
  if (at !== bytes.length) throw damaged(`a file of ${bytes.length} bytes`, `expected ${at} for its tensors`);
  return { entries, metadata, dataStart };
}
