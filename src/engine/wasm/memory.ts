import { whyNoThreads } from "../../util/platform/workers.ts";
import { type WasmMemory, webAssembly } from "./web-assembly.ts";

/** Bytes of a WebAssembly page. */
export const PAGE_BYTES: number = 65536;

/**
 * 4 GiB less one page: V8 before Node 22 has no typed array of 2^32 bytes, and every address and every
 * end of a block then fits 32 bits.
 */
export const MAXIMUM_PAGES: number = 65535;
const INITIAL_PAGES = 128;

// The first page, by address: kernels' static data (from 1024, see build-kernels.ts), then what follows here. The second
// page: what each thread's instance of the kernels writes besides its operands. Then the main thread's work area for
// matrix products, and the heap.

/** Where a strided kernel finds its descriptor, at most 2 KiB. */
export const DESCRIPTOR: number = 32768;
/** Two slots for scalar operands, a cache line each. */
export const SCALAR: number = 34816;
/** A block that all empty tensors share, so that their address is valid. */
export const EMPTY: number = 34944;
/** Descriptors of a region's tasks, for strided kernels on several threads. */
export const TASK_DESCRIPTORS: number = 36864;
/** Bytes of one, and how many there are. */
export const TASK_DESCRIPTOR_BYTES = 256;
export const MOST_TASK_DESCRIPTORS: number = (PAGE_BYTES - TASK_DESCRIPTORS) / TASK_DESCRIPTOR_BYTES;
/** Where the instance of thread 0, 1, … writes, `SCRATCH_BYTES` each (kernels/scratch.ts). */
export const SCRATCH: number = PAGE_BYTES;
export const SCRATCH_BYTES = 2048;
export const MOST_THREADS: number = PAGE_BYTES / SCRATCH_BYTES;
/** The first address behind these two pages. */
export const HEAP_START: number = 2 * PAGE_BYTES;

/** The one linear memory, and typed arrays on it that follow its growth. */
export class Memory {
  readonly handle: WasmMemory;
  readonly maximumPages: number;
  /** Whether other threads can see it: wherever the runtime allows that. */
  readonly shared: boolean = whyNoThreads() === null;
  u8!: Uint8Array;
  i32!: Int32Array;
  f32!: Float32Array;
  /** Bytes taken from the system. */
  bytes = 0;

  constructor(maximumPages: number = MAXIMUM_PAGES) {
    this.maximumPages = Math.min(maximumPages, MAXIMUM_PAGES);
    this.handle = reserve(this.maximumPages, this.shared);
    this.refresh();
  }

  /** Makes the memory longer by at least `bytes`, and by half where that is possible; false when it cannot. */
  grow(bytes: number): boolean {
    const pages = this.bytes / PAGE_BYTES;
    const needed = Math.ceil(bytes / PAGE_BYTES);
    const room = this.maximumPages - pages;
    if (needed > room) return false;
    const generous = Math.min(Math.max(needed, pages >>> 1), room);
    return this.tryGrow(generous) || (generous > needed && this.tryGrow(needed));
  }

  private tryGrow(pages: number): boolean {
    try {
      this.handle.grow(pages);
    } catch {
      return false;
    }
    this.refresh();
    return true;
  }

  // Growing leaves the old buffer behind: detached, or as short as it was where it is shared.
  private refresh(): void {
    const { buffer } = this.handle;
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f32 = new Float32Array(buffer);
    this.bytes = buffer.byteLength;
  }
}

// Some browsers reserve the maximum at once and refuse 4 GiB on small devices.
function reserve(maximumPages: number, shared: boolean): WasmMemory {
  const initial = Math.min(INITIAL_PAGES, maximumPages);
  try {
    return new webAssembly.Memory({ initial, maximum: maximumPages, shared });
  } catch (error) {
    if (maximumPages <= 16384) throw error;
    return new webAssembly.Memory({ initial, maximum: 16384, shared });
  }
}
