import { call, closeQuietly, type Protocol, type Started, settle, settleQuietly, start } from "./file-system.ts";
import { pagesOf, sameBytes } from "./memory.ts";

/** Bytes of a read; two are under way at once. */
export const READ: number = 4 << 20;

// Two saves may read at once (one of them in a signal handler), so buffers are taken and given back.
const spare: Uint8Array[] = [];

interface Ahead {
  readonly at: number;
  readonly buffer: Uint8Array;
  readonly started: Started<number>;
}

function differ(where: string): Error {
  return Object.assign(new Error(`what was written does not read back the same (${where})`), { code: "EREADBACK" });
}

/**
 * Reads a file back and compares it with the bytes it was written from: stricter than comparing hashes, and cheaper.
 * What is synced can be read while the rest is still being written; the first read's bytes come last, for they change
 * until the end.
 */
export class ReadBack {
  readonly #path: string;
  readonly #bytes: Uint8Array;
  readonly #size: number;
  readonly #buffers: Uint8Array[];
  readonly #ahead: Ahead[] = [];
  /** Where the next read begins. */
  #next: number;
  #file: number | null = null;

  /** @param size bytes of a read */
  constructor(path: string, bytes: Uint8Array, size: number) {
    this.#path = path;
    this.#bytes = bytes;
    this.#size = size;
    this.#next = size;
    this.#buffers = [0, 1].map(() => (size === READ ? spare.pop() : undefined) ?? pagesOf(size));
  }

  /** Whether a read is under way. */
  get busy(): boolean {
    return this.#ahead.length > 0;
  }

  /** Compares what has been read, without waiting, and reads on as far as the file is synced. */
  *goOn(synced: number): Protocol<void> {
    while (this.#ahead[0]?.started.done === true) yield* this.compareOne();
    // a read that ends with the file waits: only the whole file has an end
    while (this.#next + this.#size <= synced && this.#buffers.length > 0) yield* this.#readOn();
  }

  /** Waits for a read and compares it. */
  *compareOne(): Protocol<void> {
    const { at, buffer, started } = this.#ahead[0] as Ahead;
    const expected = Math.max(0, Math.min(this.#size, this.#bytes.length - at));
    let got = yield* settle(started);
    for (let more = got; more > 0 && got < this.#size; got += more) {
      more = yield* call("read", this.#file as number, buffer.subarray(got), at + got);
    }
    this.#ahead.shift();
    this.#buffers.push(buffer);
    if (got !== expected) throw differ(`${at + got} of ${this.#bytes.length} bytes`);
    if (!sameBytes(buffer, this.#bytes, at, got)) throw differ(`near byte ${at}`);
  }

  /**
   * Compares the rest of the finished file.
   *
   * @param changed up to where bytes have changed since they were first written
   */
  *finish(changed: number): Protocol<void> {
    while (this.busy && (changed > this.#size || this.#buffers.length === 0)) yield* this.compareOne();
    if (changed > this.#size) this.#next = this.#size;
    yield* this.#read(0);
    for (;;) {
      // one read beyond the end tells whether the file is longer
      while (this.#next <= this.#bytes.length && this.#buffers.length > 0) yield* this.#readOn();
      if (!this.busy) break;
      yield* this.compareOne();
    }
    const file = this.#file as number;
    this.#file = null;
    this.#giveBack();
    yield* call("close", file);
  }

  /** Waits for what is under way and closes the file, after an error that is the one to report. */
  *abandon(): Protocol<void> {
    yield* settleQuietly(this.#ahead.map(({ started }) => started));
    this.#buffers.push(...this.#ahead.splice(0).map(({ buffer }) => buffer));
    this.#giveBack();
    if (this.#file === null) return;
    const file = this.#file;
    this.#file = null;
    yield* closeQuietly(file);
  }

  *#readOn(): Protocol<void> {
    const at = this.#next;
    this.#next += this.#size;
    yield* this.#read(at);
  }

  *#read(at: number): Protocol<void> {
    this.#file ??= yield* call("openRead", this.#path);
    const buffer = this.#buffers.pop() as Uint8Array;
    this.#ahead.push({ at, buffer, started: yield* start("read", this.#file, buffer, at) });
  }

  #giveBack(): void {
    if (this.#size === READ) spare.push(...this.#buffers);
    this.#buffers.length = 0;
  }
}
