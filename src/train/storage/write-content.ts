import { call, callAtOnce, type Protocol, type Started, settle, start, turn } from "./file-system.ts";
import { pagesOf, sameBytes } from "./memory.ts";

// Bytes written in one call. Writes to one file wait for each other spinning, which slows the copy down.
const PIECE = 1 << 30;
const EARLY_SYNC = 8 << 20; // bytes of a file from which an fsync beside the hashing is worth its call
const SEEN = 2 << 20; // bytes hashed before other work on this thread gets its turn
const READ = 1 << 20; // bytes of a read; two are under way at once

/** Bytes to be written, with what is done to them on the way. */
export interface Content {
  readonly bytes: Uint8Array;
  /** Makes the bytes valid up to `end`; called in order, before the promise of a save is returned. */
  readonly fill?: ((end: number) => void) | undefined;
  /** Sees each chunk, in order, while other chunks are being written. */
  readonly seen?: (chunk: Uint8Array) => void;
  /** Changes the bytes after all were seen; gives the range it changed. */
  readonly seal?: () => readonly [start: number, end: number];
  /** Bytes of a write and of a read, for tests. */
  readonly piece?: number;
}

interface Writing {
  readonly from: number;
  readonly to: number;
  readonly started: Started<number>;
}

/** Closes a file whose first error is the one to report. */
export function* closeQuietly(file: number): Protocol<void> {
  try {
    yield* call("close", file);
  } catch {
    // The first error is the one to report.
  }
}

/** A system may write less than it was asked to: the rest of a range whose first `written` bytes are there. */
function* writeRest(file: number, bytes: Uint8Array, from: number, to: number, written: number): Protocol<void> {
  for (let at = from + written, last = written; at < to || last === 0; at += last) {
    if (last === 0) throw new Error("the file system wrote nothing");
    last = yield* call("write", file, bytes.subarray(at, to), at);
  }
}

function* settleQuietly(started: Iterable<Started<unknown>>): Protocol<void> {
  for (const each of started) {
    try {
      yield* settle(each);
    } catch {
      // The first error is the one to report.
    }
  }
}

/**
 * Copying, writing, syncing and hashing at once: each piece is being written while the next is copied, and
 * the hash is computed while the disk works. An early fsync gets the disk going; only the last one counts.
 */
function* writeAll<T>(
  file: number,
  content: Content,
  prepare: (() => Protocol<T>) | undefined,
): Protocol<T | undefined> {
  const { bytes } = content;
  const piece = content.piece ?? PIECE;
  const early = bytes.length > Math.min(piece, EARLY_SYNC);
  const turns = Math.min(SEEN, piece);
  const writings: Writing[] = [];
  const all: Started<unknown>[] = []; // to be over before the file is closed: its number may be given away then
  try {
    for (let from = 0; from < bytes.length; from += piece) {
      const to = Math.min(bytes.length, from + piece);
      content.fill?.(to);
      const started = yield* start("write", file, bytes.subarray(from, to), from);
      writings.push({ from, to, started });
      all.push(started);
    }
    const prepared = prepare === undefined ? undefined : yield* prepare();
    let sync: Started<void> | null = null;
    for (let seen = 0; content.seen !== undefined && seen < bytes.length; seen += turns) {
      content.seen(bytes.subarray(seen, seen + turns));
      yield* turn();
      const first = writings[0];
      if (first?.started.done !== true || sync?.done === false || !early) continue;
      if (sync !== null) yield* settle(sync);
      for (let each = writings[0]; each?.started.done === true; each = writings[0]) {
        yield* writeRest(file, bytes, each.from, each.to, yield* settle(each.started));
        writings.shift();
      }
      sync = yield* start("fsync", file);
      all.push(sync);
    }
    if (sync !== null) yield* settle(sync);
    for (const { from, to, started } of writings) yield* writeRest(file, bytes, from, to, yield* settle(started));
    return prepared;
  } catch (error) {
    yield* settleQuietly(all);
    throw error;
  }
}

function differ(where: string): Error {
  return Object.assign(new Error(`what was written does not read back the same (${where})`), { code: "EREADBACK" });
}

// Two saves may read at once (one of them in a signal handler), so buffers are taken and given back.
const spare: Uint8Array[] = [];

function takeBuffer(size: number): Uint8Array {
  return (size === READ ? spare.pop() : undefined) ?? pagesOf(size);
}

/** Reads ahead by one buffer while the other is compared. */
function* compareAll(file: number, bytes: Uint8Array, size: number): Protocol<void> {
  const buffers = [takeBuffer(size), takeBuffer(size)] as const;
  const ahead: { at: number; buffer: Uint8Array; started: Started<number> }[] = [];
  let next = 0;
  const readOn = function* (buffer: Uint8Array): Protocol<void> {
    if (next > bytes.length) return; // one read beyond the end tells whether the file is longer
    ahead.push({ at: next, buffer, started: yield* start("read", file, buffer, next) });
    next += size;
  };
  try {
    for (const buffer of buffers) yield* readOn(buffer);
    for (let head = ahead[0]; head !== undefined; head = ahead[0]) {
      const { at, buffer, started } = head;
      const expected = Math.min(size, bytes.length - at);
      let got = yield* settle(started);
      for (let more = got; more > 0 && got < size; got += more) {
        more = yield* call("read", file, buffer.subarray(got), at + got);
      }
      if (got !== expected) throw differ(`${at + got} of ${bytes.length} bytes`);
      if (!sameBytes(buffer, bytes, at, got)) throw differ(`near byte ${at}`);
      ahead.shift();
      yield* readOn(buffer);
    }
  } catch (error) {
    yield* settleQuietly(ahead.map(({ started }) => started));
    throw error;
  } finally {
    for (const buffer of buffers) if (size === READ) spare.push(buffer);
  }
}

/** Compares a file with the bytes it was written from: stricter than comparing hashes, and cheaper. */
function* readBack(path: string, content: Content): Protocol<void> {
  const file = yield* call("openRead", path);
  try {
    yield* compareAll(file, content.bytes, content.piece ?? READ);
  } catch (error) {
    yield* closeQuietly(file);
    throw error;
  }
  yield* call("close", file);
}

/**
 * Writes a new file, syncs it, closes it and reads it back. No fsync is tried twice: after a failed one nobody knows.
 *
 * @param prepare carried out while the file is being written
 */
export function* writeContent<T>(
  path: string,
  content: Content,
  prepare: (() => Protocol<T>) | undefined,
): Protocol<T | undefined> {
  const file = yield* callAtOnce("openExclusive", path);
  let prepared: T | undefined;
  try {
    prepared = yield* writeAll(file, content, prepare);
    const changed = content.seal?.();
    if (changed !== undefined) {
      const [from, to] = changed;
      yield* writeRest(
        file,
        content.bytes,
        from,
        to,
        yield* call("write", file, content.bytes.subarray(from, to), from),
      );
    }
    yield* call("fsync", file);
  } catch (error) {
    yield* closeQuietly(file);
    throw error;
  }
  yield* call("close", file);
  yield* readBack(path, content);
  return prepared;
}
