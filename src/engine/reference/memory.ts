import { formatShape, OutOfMemoryError, ReleasedTensorError, type Shape } from "../../util/index.ts";
import type { Backend, MemoryInfo } from "../backend.ts";
import { bytesIn, bytesOf, type DType, newTypedArray, type TypedArray } from "../dtype.ts";
import { clock, lifecycle, Storage, type View } from "../storage.ts";

const LIVE = 0;
const NOT_HERE = -1;

/** What fresh memory holds: values that stand out if an op reads before it has written. */
const POISON: Record<DType, number> = { float32: Number.NaN, float64: Number.NaN, int32: -559038737, bool: 1 };

/**
 * The reference backend's blocks: one typed array each, in `storage.host`.
 *
 * | state    | `host`       | `address` | counted in `memory()` |
 * |----------|--------------|-----------|-----------------------|
 * | live     | the elements | 0         | yes                   |
 * | moved    | the elements | -1        | no                    |
 * | released | null         | -1        | no                    |
 */
export class ReferenceMemory {
  #liveBytes = 0;
  #handles = 0;
  #peakBytes = 0;

  alloc(backend: Backend, dtype: DType, length: number, origin: string): Storage {
    const storage = new Storage(backend, dtype, length, origin, NOT_HERE);
    storage.host = this.#block(dtype, length, origin);
    storage.touched = clock.tick;
    this.#becomeLive(storage);
    return storage;
  }

  release(storage: Storage): void {
    if (storage.address === LIVE) this.#stopBeingLive(storage);
    storage.host = null;
  }

  moveToHost(storage: Storage): void {
    refuseReleased(storage, [storage.length], "moveToHost");
    if (storage.address === LIVE) this.#stopBeingLive(storage);
  }

  read(storage: Storage, offset: number, length: number): TypedArray {
    refuseReleased(storage, [storage.length], "read");
    return (storage.host as TypedArray).slice(offset, offset + length);
  }

  readInto(storage: Storage, offset: number, length: number, target: Uint8Array): void {
    refuseReleased(storage, [storage.length], "read");
    target.set(bytesIn(storage.host as TypedArray, offset, length));
  }

  write(storage: Storage, offset: number, values: TypedArray): void {
    this.#makeLive(storage, [storage.length], "write");
    (storage.host as TypedArray).set(values, offset);
  }

  info(): MemoryInfo {
    return {
      liveBytes: this.#liveBytes,
      handles: this.#handles,
      heapBytes: this.#liveBytes,
      peakBytes: this.#peakBytes,
    };
  }

  /**
   * What each kernel does with its operands first: moved storages become live again, and the clock
   * is noted.
   *
   * @throws {ReleasedTensorError} before any of them has changed, if one is released.
   */
  use(operation: string, views: readonly View[]): void {
    for (const view of views) refuseReleased(view.storage, view.shape, operation);
    for (const view of views) this.#makeLive(view.storage, view.shape, operation);
  }

  #makeLive(storage: Storage, shape: Shape, operation: string): void {
    refuseReleased(storage, shape, operation);
    if (storage.address !== LIVE) this.#revive(storage);
    storage.touched = clock.tick;
  }

  #becomeLive(storage: Storage): void {
    storage.address = LIVE;
    this.#handles += 1;
    this.#liveBytes += storage.length * bytesOf(storage.dtype);
    this.#peakBytes = Math.max(this.#peakBytes, this.#liveBytes);
  }

  #revive(storage: Storage): void {
    this.#becomeLive(storage);
    lifecycle.revived(storage);
  }

  #stopBeingLive(storage: Storage): void {
    storage.address = NOT_HERE;
    this.#handles -= 1;
    this.#liveBytes -= storage.length * bytesOf(storage.dtype);
  }

  #block(dtype: DType, length: number, origin: string): TypedArray {
    try {
      return newTypedArray(dtype, length).fill(POISON[dtype]);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const bytes = length * bytesOf(dtype);
      throw new OutOfMemoryError(
        origin,
        `asked for ${length} elements of ${dtype} (${bytes} bytes) with ${this.#liveBytes} bytes live`,
        "expected a block that JavaScript can allocate",
        "Use smaller batches, or release what is no longer needed.",
      );
    }
  }
}

function refuseReleased(storage: Storage, shape: Shape, operation: string): void {
  if (storage.host !== null) return;
  throw new ReleasedTensorError(
    operation,
    `the tensor of shape ${formatShape(shape)} made by ${storage.origin} has been released`,
    "expected one whose generation is still open",
    "Call .keep() on it, or read it before the generation closes.",
  );
}
