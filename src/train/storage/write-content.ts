import {
  call,
  callAtOnce,
  closeQuietly,
  type Protocol,
  type Started,
  settle,
  settleQuietly,
  start,
  turn,
} from "./file-system.ts";
import { READ, ReadBack } from "./read-back.ts";

const PIECE = 24 << 20; // bytes of a write: the disk works on one while the system takes in the next
const EARLY_SYNC = 8 << 20; // bytes of a file from which an fsync beside the writing is worth its call
const SEEN = 2 << 20; // bytes hashed before other work on this thread gets its turn

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

/** A system may write less than it was asked to: the rest of a range whose first `written` bytes are there. */
function* writeRest(file: number, bytes: Uint8Array, from: number, to: number, written: number): Protocol<void> {
  for (let at = from + written, last = written; at < to || last === 0; at += last) {
    if (last === 0) throw new Error("the file system wrote nothing");
    last = yield* call("write", file, bytes.subarray(at, to), at);
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
  /** Up to where the last fsync that began, and the last that ended, found the file written. */
  #asked = 0;
  #synced = 0;

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

  /** Up to where the file is on the disk, as far as the early fsyncs tell. */
  get synced(): number {
    return this.#synced;
  }

  /** Whether everything is written and no fsync is under way. */
  get finished(): boolean {
    return this.#writing === null && this.#syncing === null;
  }

  /** Starts what can be started without waiting. */
  *goOn(): Protocol<void> {
    while (this.#writing?.done === true) yield* this.#complete(this.#writing);
    if (this.#syncing?.done === true) yield* this.#completeSync(this.#syncing);
    if (!this.#early || this.#syncing !== null || this.#from === this.#asked) return;
    this.#asked = this.#from;
    this.#syncing = yield* start("fsync", this.#file);
  }

  /** Waits for one of the things under way. */
  *wait(): Protocol<void> {
    if (this.#writing !== null) yield* this.#complete(this.#writing);
    else if (this.#syncing !== null) yield* this.#completeSync(this.#syncing);
  }

  /** Waits for what is under way: the file's number may be given away once it is closed. */
  *abandon(): Protocol<void> {
    yield* settleQuietly([this.#writing, this.#syncing].filter((each) => each !== null));
  }

  *#complete(writing: Started<number>): Protocol<void> {
    const [from, to] = [this.#from, this.#to];
    yield* writeRest(this.#file, this.#bytes, from, to, yield* settle(writing));
    this.#from = to;
    yield* this.begin();
  }

  *#completeSync(syncing: Started<void>): Protocol<void> {
    this.#syncing = null;
    yield* settle(syncing);
    this.#synced = this.#asked;
  }
}

/** Copying, writing, syncing, hashing and reading back at once. */
function* writeAll<T>(
  file: number,
  content: Content,
  back: ReadBack,
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
      yield* turn();
      yield* writer.goOn();
      yield* back.goOn(writer.synced);
      content.seen(bytes.subarray(seen, seen + turns));
    }
    while (!writer.finished) {
      if (back.busy) yield* back.compareOne();
      else yield* writer.wait();
      yield* writer.goOn();
      yield* back.goOn(writer.synced);
    }
    return prepared;
  } catch (error) {
    yield* writer.abandon();
    throw error;
  }
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
  const { bytes } = content;
  const back = new ReadBack(path, bytes, content.piece ?? READ);
  let open = true;
  try {
    const prepared = yield* writeAll(file, content, back, prepare);
    const [from, to] = content.seal?.() ?? [0, 0];
    if (to > from) {
      yield* writeRest(file, bytes, from, to, yield* call("write", file, bytes.subarray(from, to), from));
    }
    yield* call("fsync", file);
    open = false;
    yield* call("close", file);
    yield* back.finish(to);
    return prepared;
  } catch (error) {
    yield* back.abandon();
    if (open) yield* closeQuietly(file);
    throw error;
  }
}
