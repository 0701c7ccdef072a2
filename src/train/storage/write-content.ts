import { call, callAtOnce, type Protocol, type Started, settle, start, turn } from "./file-system.ts";
import { pagesOf, sameBytes } from "./memory.ts";

const PIECE = 24 << 20; // bytes of a write: the disk works on one while the system takes in the next
const EARLY_SYNC = 8 << 20; // bytes of a file from which an fsync beside the writing is worth its call
const SEEN = 2 << 20; // bytes hashed before other work on this thread gets its turn
const READ = 4 << 20; // bytes of a read; two are under way at once

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
 * Writes a file piece after piece in another thread (two writes at once would wait for each other, spinning), and lets
 * the disk begin with what is written. Of these early fsyncs nothing is expected but that they do not fail.
 */
class PieceWriter {
  readonly #file: number;
  readonly #bytes: Uint8Array;
  readonly #piece: number;
  readonly #early: boolean;
  /** The piece under way, or the end. */
  #from = 0;
  #writing: Started<number> | null = null;
  #syncing: Started<void> | null = null;
  /** Whether something was written since the last fsync began. */
  #dirty = false;

  constructor(file: number, bytes: Uint8Array, piece: number) {
    this.#file = file;
    this.#bytes = bytes;
    this.#piece = piece;
    this.#early = bytes.length > Math.min(piece, EARLY_SYNC);
  }

  get #to(): number {
    return Math.min(this.#bytes.length, this.#from + this.#piece);
  }

  /** Starts the next piece, if there is one. */
  *begin(): Protocol<void> {
    const [from, to] = [this.#from, this.#to];
    this.#writing = from === to ? null : yield* start("write", this.#file, this.#bytes.subarray(from, to), from);
  }

  /** Starts what can be started without waiting. */
  *goOn(): Protocol<void> {
    while (this.#writing?.done === true) yield* this.#complete(this.#writing);
    if (!this.#early || !this.#dirty || this.#syncing?.done === false) return;
    if (this.#syncing !== null) yield* settle(this.#syncing);
    this.#dirty = false;
    this.#syncing = yield* start("fsync", this.#file);
  }

  /** Waits until everything is written and no fsync is under way. */
  *finish(): Protocol<void> {
    while (this.#writing !== null) {
      yield* this.#complete(this.#writing);
      if (this.#writing !== null) yield* this.goOn();
    }
    if (this.#syncing !== null) yield* settle(this.#syncing);
  }

  /** Waits for what is under way: the file's number may be given away once it is closed. */
  *abandon(): Protocol<void> {
    yield* settleQuietly([this.#writing, this.#syncing].filter((each) => each !== null));
  }

  *#complete(writing: Started<number>): Protocol<void> {
    const [from, to] = [this.#from, this.#to];
    yield* writeRest(this.#file, this.#bytes, from, to, yield* settle(writing));
    this.#from = to;
    this.#dirty = true;
    yield* this.begin();
  }
}

/** Copying, writing, syncing and hashing at once. */
function* writeAll<T>(
  file: number,
  content: Content,
  prepare: (() => Protocol<T>) | undefined,
): Protocol<T | undefined> {
  const { bytes } = content;
  const piece = content.piece ?? PIECE;
  const turns = Math.min(SEEN, piece);
  const writer = new PieceWriter(file, bytes, piece);
  try {
    content.fill?.(Math.min(piece, bytes.length));
    yield* writer.begin();
    content.fill?.(bytes.length); // before this thread is left to others, who may change what is copied
    const prepared = prepare === undefined ? undefined : yield* prepare();
    for (let seen = 0; content.seen !== undefined && seen < bytes.length; seen += turns) {
      content.seen(bytes.subarray(seen, seen + turns));
      yield* turn();
      yield* writer.goOn();
    }
    yield* writer.finish();
    return prepared;
  } catch (error) {
    yield* writer.abandon();
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
