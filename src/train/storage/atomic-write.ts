import { builtinModule } from "../../util/platform/index.ts";
import { call, callAtOnce, callWhile, codeOf, fileError, type Protocol } from "./file-system.ts";

const CHUNK = 4 * 1024 * 1024; // bytes written in one call; the hash of one chunk is computed during its write
const READ_CHUNK = 1024 * 1024;

/** Bytes to be written, with what is done to them on the way. */
export interface Content {
  readonly bytes: Uint8Array;
  /** Sees each chunk, in order, while it is being written. */
  readonly seen?: (chunk: Uint8Array) => void;
  /** Changes the bytes after all were seen; gives the range it changed. */
  readonly seal?: () => readonly [start: number, end: number];
}

/** How the new file takes the old one's place. */
export interface Placement {
  /** Name under which the old file is kept; none: it is not. */
  readonly keepAs?: string | undefined;
  /** Asked right before the old file is touched; false leaves it and drops the new one. */
  readonly wanted?: () => boolean;
  /** Told as soon as the new file stands under its name (which a lost power may still undo). */
  readonly placed?: () => void;
}

/** The folder part of a path. */
export function folderOf(path: string): string {
  return builtinModule<typeof import("node:path")>("node:path")?.dirname(path) ?? path.replace(/\/?[^/]*$/, "");
}

let serial = 0;

/** A name in the same folder that nobody else uses: `<path>.<process>-<serial>.tmp`. */
export function temporaryName(path: string, pid: number): string {
  return `${path}.${pid}-${serial++}.tmp`;
}

/** What `temporaryName` gives. */
export const TEMPORARY: RegExp = /\.\d+-\d+\.tmp$/;

function* writeRange(file: number, content: Content, start: number, end: number, seen: boolean): Protocol<void> {
  for (let at = start; at < end; ) {
    const chunk = content.bytes.subarray(at, Math.min(end, at + CHUNK));
    const written =
      seen && content.seen !== undefined
        ? yield* callWhile(() => content.seen?.(chunk), "write", file, chunk, at)
        : yield* call("write", file, chunk, at);
    if (written === 0) throw new Error("the file system wrote nothing");
    for (let rest = at + written; rest < at + chunk.length; ) {
      const more = yield* call("write", file, content.bytes.subarray(rest, at + chunk.length), rest);
      if (more === 0) throw new Error("the file system wrote nothing");
      rest += more;
    }
    at += chunk.length;
  }
}

function differ(where: string): Error {
  return Object.assign(new Error(`what was written does not read back the same (${where})`), { code: "EREADBACK" });
}

/** Compares a file with the bytes it was written from: stricter than comparing hashes, and cheaper. */
function* readBack(path: string, bytes: Uint8Array): Protocol<void> {
  const file = yield* call("openRead", path);
  try {
    const buffer = new Uint8Array(READ_CHUNK);
    for (let at = 0; ; ) {
      const got = yield* call("read", file, buffer, at);
      if (got === 0) {
        if (at !== bytes.length) throw differ(`${at} of ${bytes.length} bytes`);
        break;
      }
      if (at + got > bytes.length || !sameBytes(buffer, bytes, at, got)) throw differ(`near byte ${at}`);
      at += got;
    }
  } catch (error) {
    yield* closeQuietly(file);
    throw error;
  }
  yield* call("close", file);
}

interface Compare {
  Buffer: { compare(a: Uint8Array, b: Uint8Array): number };
}

function sameBytes(buffer: Uint8Array, bytes: Uint8Array, at: number, length: number): boolean {
  const native = builtinModule<Compare>("node:buffer")?.Buffer;
  if (native !== undefined) return native.compare(buffer.subarray(0, length), bytes.subarray(at, at + length)) === 0;
  for (let i = 0; i < length; i++) if (buffer[i] !== bytes[at + i]) return false;
  return true;
}

function* closeQuietly(file: number): Protocol<void> {
  try {
    yield* call("close", file);
  } catch {
    // The first error is the one to report.
  }
}

function* unlinkQuietly(path: string): Protocol<void> {
  try {
    yield* call("unlink", path);
  } catch {
    // Cleaned away when the run is opened next.
  }
}

/** Writes a new file, syncs it and reads it back. No fsync is tried twice: after a failed one nobody knows. */
function* writeTemporary(path: string, content: Content): Protocol<void> {
  const file = yield* call("openExclusive", path);
  try {
    yield* writeRange(file, content, 0, content.bytes.length, true);
    const changed = content.seal?.();
    if (changed !== undefined) yield* writeRange(file, content, changed[0], changed[1], false);
    yield* call("fsync", file);
  } catch (error) {
    yield* closeQuietly(file);
    throw error;
  }
  yield* call("close", file);
  yield* readBack(path, content.bytes);
}

const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EINVAL"]);

function* keepOld(path: string, keepAs: string, temporary: string): Protocol<void> {
  try {
    yield* callAtOnce("link", path, temporary);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return; // nothing to keep yet
    if (!NO_LINKS.has(codeOf(error))) throw error;
    yield* callAtOnce("rename", path, keepAs); // a file system without links: for a moment only keepAs is there
    return;
  }
  try {
    yield* callAtOnce("rename", temporary, keepAs);
  } catch (error) {
    yield* unlinkQuietly(temporary);
    throw error;
  }
  // rename() does nothing, and reports success, when both names already lead to the same file.
  try {
    yield* callAtOnce("unlink", temporary);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

/**
 * Puts a file in place of another, so that at every moment the one or the other is whole under its name,
 * and returns when the new one is durable: temporary file in the same folder, opened exclusively; write;
 * fsync; close; read back; keep the old one by link and rename; rename; fsync the folder.
 *
 * @returns whether it was placed (false only when it was no longer wanted)
 */
export function* replaceFile(path: string, pid: number, content: Content, placement: Placement): Protocol<boolean> {
  const temporary = temporaryName(path, pid);
  try {
    yield* writeTemporary(temporary, content);
    if (placement.wanted?.() === false) {
      yield* unlinkQuietly(temporary);
      return false;
    }
    // From here to the rename nothing else runs on this thread: a save in a signal handler falls before or after.
    if (placement.keepAs !== undefined) yield* keepOld(path, placement.keepAs, temporaryName(placement.keepAs, pid));
    yield* callAtOnce("rename", temporary, path);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") yield* unlinkQuietly(temporary);
    throw error;
  }
  placement.placed?.();
  yield* call("fsyncFolder", folderOf(path));
  return true;
}

/** The bytes of a whole file. */
export function* readWhole(path: string): Protocol<Uint8Array> {
  const file = yield* call("openRead", path);
  try {
    const status = yield* call("stat", path);
    let bytes = new Uint8Array(status?.size ?? 0);
    for (let at = 0; ; ) {
      if (at === bytes.length) {
        const probe = new Uint8Array(1); // grown since stat?
        if ((yield* call("read", file, probe, at)) === 0) return bytes;
        throw fileError("read", path, new Error("the file grew while it was read"));
      }
      const got = yield* call("read", file, bytes.subarray(at), at);
      if (got === 0) {
        bytes = bytes.slice(0, at); // shorter than stat said
        return bytes;
      }
      at += got;
    }
  } finally {
    yield* closeQuietly(file);
  }
}

/** A folder with its parents, each made durable in the one above it. */
export function* makeFolder(path: string): Protocol<void> {
  const status = yield* call("stat", path);
  if (status?.isFolder === true) return;
  if (status !== null) throw Object.assign(new Error("a file stands where the folder should be"), { code: "ENOTDIR" });
  const parent = folderOf(path);
  if (parent !== path) yield* makeFolder(parent);
  try {
    yield* call("mkdir", path);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
  yield* call("fsyncFolder", parent);
}
