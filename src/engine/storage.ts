import type { Backend } from "./backend.ts";
import type { DType, TypedArray } from "./dtype.ts";

/** The engine's clock: the number of optimizer steps completed outside loaders. */
export const clock: { tick: number } = { tick: 0 };

/**
 * What the layer that decides lifetimes wants to hear from backends. `revived` is called when a moved
 * storage has got a block again, so that somebody gives that block back one day.
 */
export const lifecycle: { revived: (storage: Storage) => void } = { revived: () => {} };

/**
 * A block of elements that a backend owns. Opaque to everything above the engine: ops pass it on and
 * never look inside.
 *
 * A storage is *live* (its backend holds the elements), *moved* (a small one whose generation closed:
 * the elements wait in `host` and go back by themselves when a kernel next asks), or *released*.
 */
export class Storage {
  readonly backend: Backend;
  readonly dtype: DType;
  /** Elements. */
  readonly length: number;
  /** The operation that made it, for messages. */
  readonly origin: string;
  /** Where the elements are, in the backend's own terms; -1 when they are not there. */
  address: number;
  /** Where moved elements are, from `hostStart` on, or (reference backend) the elements themselves. */
  host: TypedArray | null;
  hostStart: number;
  /** Raised by each in-place change; autograd compares it with the version it saved. */
  version: number;
  /** Engine clock at the last use by a kernel; see tensor/generation.ts. */
  touched: number;
  /** Engine clock when it was made. */
  born: number;
  /** What decides its lifetime (layer 2 sets and reads it). */
  owner: unknown;
  /** Of a root: what the garbage collector's finalizer frees; it names the same block. */
  twin: Storage | null;

  constructor(backend: Backend, dtype: DType, length: number, origin: string, address: number) {
    this.backend = backend;
    this.dtype = dtype;
    this.length = length;
    this.origin = origin;
    this.address = address;
    // (Here and in other classes of which a step makes many: V8 runs initialisers of fields as a call of their own.)
    this.host = null;
    this.hostStart = 0;
    this.version = 0;
    this.touched = 0;
    this.born = clock.tick;
    this.owner = null;
    this.twin = null;
  }
}

/**
 * Hands a block from one storage to another of the same backend, dtype and length that has none; the
 * giver is released without freeing anything.
 */
export function transferBlock(from: Storage, to: Storage): void {
  to.address = from.address;
  to.host = from.host;
  to.hostStart = from.hostStart;
  from.address = -1;
  from.host = null;
}

/** A strided window on a storage. `Tensor` is one. Strides may be 0 (broadcast) or negative (flip). */
export interface View {
  readonly storage: Storage;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** In elements. */
  readonly strides: readonly number[];
  /** Of the first element, in elements. */
  readonly offset: number;
  /** Number of elements. */
  readonly length: number;
  /** Row-major without holes. */
  readonly packed: boolean;
}
