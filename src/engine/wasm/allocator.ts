import { OutOfMemoryError } from "../../util/index.ts";
import { FreeRanges } from "./free-ranges.ts";
import type { Memory } from "./memory.ts";

/** Every block starts at a multiple of this: a cache line, and the widest vector of any machine. */
const ALIGNMENT = 64;
/** Up to here classes are exact multiples of 64 bytes; above, eight steps a power of two. */
const EXACT_BYTES = 4096;
/** Larger blocks have no class: they split and coalesce. */
const CLASS_BYTES = 65536;
/** 64 exact classes, then four powers of two of eight steps. Class 0 stays empty. */
const CLASSES = 97;
/** How much a class that ran dry takes from the free ranges at once. */
const REFILL_BYTES = 16384;

function classOf(bytes: number): number {
  if (bytes <= EXACT_BYTES) return (bytes + 63) >>> 6;
  const exponent = 31 - Math.clz32(bytes - 1);
  return 57 + (exponent - 12) * 8 + ((bytes - 1) >>> (exponent - 3));
}

function bytesOfClass(index: number): number {
  if (index <= 64) return index * ALIGNMENT;
  const exponent = 12 + ((index - 65) >>> 3);
  return 2 ** exponent + (((index - 65) & 7) + 1) * 2 ** (exponent - 3);
}

// Not to a page: blocks that all start at one offset of a page make loads and stores alias.
function roundUp(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/**
 * Blocks of the linear memory. Small ones come from a free list a size class, last in first out, so
 * that a block is warm in the cache when it is handed out again; large ones from ranges that split and
 * coalesce. Blocks carry no header: whoever frees one knows how many bytes it asked for.
 */
export class Allocator {
  private readonly memory: Memory;
  private readonly ranges: FreeRanges = new FreeRanges();
  private readonly lists: number[][] = Array.from({ length: CLASSES }, () => []);
  private readonly sizes: number[] = Array.from({ length: CLASSES }, (_, index) => bytesOfClass(index));

  /** Bytes in live blocks, as requested. */
  liveBytes = 0;
  /** Highest `liveBytes` so far. */
  peakBytes = 0;
  /** Live blocks. */
  handles = 0;

  /** @param start the first address that may be handed out, a multiple of 64 */
  constructor(memory: Memory, start: number) {
    this.memory = memory;
    if (memory.bytes > start) this.ranges.give(start, memory.bytes - start);
  }

  /**
   * The address of an uninitialised block.
   *
   * @param bytes 1 or more
   * @throws {OutOfMemoryError} and nothing has changed.
   */
  allocate(bytes: number, origin: string): number {
    let address: number;
    if (bytes <= CLASS_BYTES) {
      const list = this.lists[classOf(bytes)] as number[];
      address = list.length > 0 ? (list.pop() as number) : this.refill(bytes, origin);
    } else {
      address = this.takeRange(roundUp(bytes), bytes, origin);
    }
    this.handles++;
    this.liveBytes += bytes;
    if (this.liveBytes > this.peakBytes) this.peakBytes = this.liveBytes;
    return address;
  }

  /** A block that stays for good and counts as nobody's. */
  reserve(bytes: number, origin: string): number {
    const { peakBytes } = this;
    const address = this.allocate(bytes, origin);
    this.handles--;
    this.liveBytes -= bytes;
    this.peakBytes = peakBytes;
    return address;
  }

  /** Takes a block back; `bytes` as in `allocate`. */
  free(address: number, bytes: number): void {
    this.handles--;
    this.liveBytes -= bytes;
    if (bytes <= CLASS_BYTES) (this.lists[classOf(bytes)] as number[]).push(address);
    else this.ranges.give(address, roundUp(bytes));
  }

  /** Returns all blocks that wait in free lists to the free ranges, where neighbours join. */
  reclaim(): void {
    for (let index = 1; index < CLASSES; index++) {
      const list = this.lists[index] as number[];
      const size = this.sizes[index] as number;
      for (const address of list) this.ranges.give(address, size);
      list.length = 0;
    }
  }

  /** Free bytes that are one range each, for tests: `[bytes, ranges]`. */
  freeRanges(): [number, number] {
    return [this.ranges.bytes, this.ranges.count];
  }

  // Carves several blocks of a class at once: neighbours in memory are then used together.
  private refill(bytes: number, origin: string): number {
    const index = classOf(bytes);
    const size = this.sizes[index] as number;
    const count = Math.min(16, Math.floor(REFILL_BYTES / size));
    if (count > 1) {
      const start = this.ranges.take(count * size);
      if (start >= 0) {
        const list = this.lists[index] as number[];
        for (let i = count - 1; i > 0; i--) list.push(start + i * size);
        return start;
      }
    }
    return this.takeRange(size, bytes, origin);
  }

  private takeRange(size: number, bytes: number, origin: string): number {
    let address = this.ranges.take(size);
    if (address < 0 && this.grow(size)) address = this.ranges.take(size);
    if (address < 0) {
      this.reclaim();
      address = this.ranges.take(size);
      // The end of the memory may be free now, so that less growth is enough.
      if (address < 0 && this.grow(size)) address = this.ranges.take(size);
    }
    if (address < 0) throw this.exhausted(bytes, origin);
    return address;
  }

  private grow(size: number): boolean {
    const end = this.memory.bytes;
    if (!this.memory.grow(size - this.ranges.sizeBefore(end))) return false;
    this.ranges.give(end, this.memory.bytes - end);
    return true;
  }

  private exhausted(bytes: number, origin: string): OutOfMemoryError {
    return new OutOfMemoryError(
      origin,
      `a request for ${bytes} bytes with ${this.liveBytes} bytes live in ${this.handles} tensors`,
      `expected at most ${this.memory.maximumPages * 65536} bytes in all`,
      "Make the batch smaller, or read what you keep into JavaScript with item() or data.",
    );
  }
}
