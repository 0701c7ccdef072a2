import { DataError } from "../../util/index.ts";
import { type ByteRanges, bytesAsRanges, openRanges } from "../../util/platform/ranges.ts";

/**
 * What readers read: a path (in a browser, a URL), a `File` or `Blob`, bytes, or a text. A `name` is for messages.
 */
export type DataSource =
  | string
  | Blob
  | Uint8Array
  | ArrayBuffer
  | { readonly text: string; readonly name?: string }
  | { readonly bytes: Uint8Array; readonly name?: string };

/** An open source. */
export interface OpenSource extends ByteRanges {
  /** The path, or what names it in messages. */
  readonly name: string;
}

/** The path, or what names a source in messages. */
export function sourceName(source: DataSource): string {
  if (typeof source === "string") return source;
  if ("name" in source && typeof source.name === "string") return source.name;
  return "text" in source && typeof source.text === "string" ? "text" : "bytes";
}

/**
 * Opens a source. What is compressed with gzip is unpacked in memory.
 *
 * @throws {DataError} when it cannot be opened
 */
export async function openSource(source: DataSource): Promise<OpenSource> {
  const name = sourceName(source);
  let ranges: ByteRanges;
  try {
    ranges = typeof source === "string" ? await openRanges(source) : inMemory(source);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const what = code === "ENOENT" ? "there is no such file" : `the file does not open (${code ?? message})`;
    throw new DataError(name, what, "expected a file that can be read", "Check the path.");
  }
  const open = { ...ranges, name };
  if (ranges.size < 3) return open;
  const head = await ranges.read(0, 3).catch(() => null);
  if (head === null) {
    await ranges.close();
    throw new DataError(name, "this is no file", "expected a file", "A folder cannot be read: name a file in it.");
  }
  if (head[0] !== 0x1f || head[1] !== 0x8b || head[2] !== 8) return open;
  try {
    return { ...bytesAsRanges(await gunzip(name, await ranges.read(0, ranges.size))), name };
  } finally {
    await ranges.close();
  }
}

/** All bytes of a source, unpacked. */
export async function readBytes(source: DataSource): Promise<{ name: string; bytes: Uint8Array<ArrayBuffer> }> {
  const open = await openSource(source);
  try {
    return { name: open.name, bytes: await open.read(0, open.size) };
  } finally {
    await open.close();
  }
}

function inMemory(source: Exclude<DataSource, string>): ByteRanges {
  if (source instanceof Uint8Array) return bytesAsRanges(source);
  if (source instanceof ArrayBuffer) return bytesAsRanges(new Uint8Array(source));
  if (source instanceof Blob) {
    return {
      size: source.size,
      read: async (start, end) => new Uint8Array(await source.slice(start, end).arrayBuffer()),
      close: async () => {},
    };
  }
  return bytesAsRanges("text" in source ? new TextEncoder().encode(source.text) : source.bytes);
}

// The web's own decompression, a piece at a time: a length in the file is never believed.
async function gunzip(name: string, packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      parts.push(step.value);
      length += step.value.length;
    }
  } catch {
    throw new DataError(name, "the gzip data is damaged or cut off", "expected a whole file", "Fetch it again.");
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
