import { builtinModule } from "./index.ts";

type Files = typeof import("node:fs/promises");

/** A file, or bytes, read in pieces. */
export interface ByteRanges {
  /** Bytes in all. */
  readonly size: number;
  /** The bytes from `start` to before `end`, both within the file. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/**
 * Opens a file to read pieces of it. Where there is no file system (a browser), the path is a URL that is fetched whole.
 *
 * @throws {Error} when it cannot be opened, with the system's code
 */
export async function openRanges(path: string): Promise<ByteRanges> {
  const files = builtinModule<Files>("node:fs/promises");
  if (files === null) {
    const answer = await fetch(path);
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    return bytesAsRanges(new Uint8Array(await answer.arrayBuffer()));
  }
  const handle = await files.open(path, "r");
  const { size } = await handle.stat();
  return {
    size,
    async read(start, end) {
      const bytes = new Uint8Array(end - start);
      for (let done = 0; done < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
        if (bytesRead === 0) throw new Error("the file became shorter while it was read");
        done += bytesRead;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}

/** Bytes in memory, as a file to read in pieces. The pieces are views. */
export function bytesAsRanges(bytes: Uint8Array): ByteRanges {
  const { buffer, byteOffset } = bytes as Uint8Array<ArrayBuffer>;
  return {
    size: bytes.length,
    read: async (start, end) => new Uint8Array(buffer, byteOffset + start, end - start),
    close: async () => {},
  };
}
