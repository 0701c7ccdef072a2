import { type WasmMemory, webAssembly } from "./web-assembly.ts";

/** Bytes of a WebAssembly page. */
export const PAGE_BYTES: number = 65536;

/**
 * 4 GiB less one page: V8 before Node 22 has no typed array of 2^32 bytes, and every address and every
 * end of a block then fits 32 bits.
 */
export const MAXIMUM_PAGES: number = 65535;
const INITIAL_PAGES = 128;

// The first page, by address: kernels' static data (from 1024, see build-kernels.ts), then what
// follows here. The gemm kernel's work area and the heap begin at the second page.

/** Where a strided kernel finds its descriptor, at most 2 KiB. */
export const DESCRIPTOR: number = 32768;
/** Two slots for scalar operands, a cache line each. */
export const SCALAR: number = 34816;
/** A block that all empty tensors share, so that their address is valid. */
export const EMPTY: number = 34944;
/** The first address behind the first page. */
export const HEAP_START: number = PAGE_BYTES;

/** The one linear memory, and typed arrays on it that follow its growth. */
export class Memory {
  readonly handle: WasmMemory;
  readonly maximumPages: number;
  u8!: Uint8Array;
  i32!: Int32Array;
  f32!: Float32Array;
  /** Bytes taken from the system. */
  bytes = 0;

  constructor(maximumPages: number = MAXIMUM_PAGES) {
    this.maximumPages = Math.min(maximumPages, MAXIMUM_PAGES);
    this.handle = reserve(this.maximumPages);
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

  // Growing detaches the old buffer and every array on it.
  private refresh(): void {
    const { buffer } = this.handle;
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f32 = new Float32Array(buffer);
    this.bytes = buffer.byteLength;
  }
}

// Some browsers reserve the maximum at once and refuse 4 GiB on small devices.
function reserve(maximumPages: number): WasmMemory {
  const initial = Math.min(INITIAL_PAGES, maximumPages);
  try {
    return new webAssembly.Memory({ initial, maximum: maximumPages });
  } catch (error) {
    if (maximumPages <= 16384) throw error;
    return new webAssembly.Memory({ initial, maximum: 16384 });
  }
}
