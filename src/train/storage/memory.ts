import { builtinModule } from "../../util/platform/index.ts";

const PAGE = 65_536; // bytes of a page of WebAssembly memory
const MOST = 4 * 2 ** 30; // bytes

/**
 * Zeros that start at a page of the machine, which a plain Uint8Array does not (it starts 16 bytes later):
 * the system copies to and from such memory several times as fast.
 */
export function pagesOf(length: number): Uint8Array {
  if (length < PAGE || length > MOST) return new Uint8Array(length);
  try {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(length / PAGE) });
    return new Uint8Array(memory.buffer, 0, length);
  } catch {
    return new Uint8Array(length); // each such memory reserves addresses; there may be too few
  }
}

interface Compare {
  Buffer: { compare(a: Uint8Array, b: Uint8Array): number };
}

/** Whether the first `length` bytes of `buffer` are those of `bytes` from `at`. */
export function sameBytes(buffer: Uint8Array, bytes: Uint8Array, at: number, length: number): boolean {
  const native = builtinModule<Compare>("node:buffer")?.Buffer;
  if (native !== undefined) return native.compare(buffer.subarray(0, length), bytes.subarray(at, at + length)) === 0;
  for (let i = 0; i < length; i++) if (buffer[i] !== bytes[at + i]) return false;
  return true;
}
