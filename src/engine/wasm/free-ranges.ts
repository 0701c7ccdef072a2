/** A free range of addresses, a member of the list of its bin. */
class FreeRange {
  start: number;
  size: number;
  bin: number;
  previous: FreeRange | null = null;
  next: FreeRange | null = null;

  constructor(start: number, size: number, bin: number) {
    this.start = start;
    this.size = size;
    this.bin = bin;
  }
}

// Eight bins a power of two, up to 4 GiB.
const BINS = 32 * 8;

function binOf(size: number): number {
  const exponent = 31 - Math.clz32(size);
  return exponent * 8 + ((size >>> (exponent - 3)) & 7);
}

/**
 * Free address ranges, any multiple of 64 bytes, that split when taken and coalesce when given back:
 * two-level segregated fit. Bookkeeping lives outside the memory it describes, so a kernel that
 * writes out of bounds cannot corrupt it.
 */
export class FreeRanges {
  private readonly bins: (FreeRange | null)[] = new Array<FreeRange | null>(BINS).fill(null);
  private readonly byStart = new Map<number, FreeRange>();
  private readonly byEnd = new Map<number, FreeRange>();

  /** Free bytes in all ranges. */
  bytes = 0;

  /** Number of ranges, 1 when nothing is fragmented. */
  get count(): number {
    return this.byStart.size;
  }

  /** Bytes of the range that ends at `end`, 0 when there is none. */
  sizeBefore(end: number): number {
    return this.byEnd.get(end)?.size ?? 0;
  }

  /** Takes `size` bytes from the front of a range that fits well; -1 when none does. */
  take(size: number): number {
    // Also keeps `binOf` within 32 bits.
    if (size > this.bytes) return -1;
    const range = this.find(size);
    if (range === null) return -1;
    const { start } = range;
    const rest = range.size - size;
    this.remove(range);
    if (rest > 0) this.insert(start + size, rest);
    return start;
  }

  /** Gives a range back, joined with its free neighbours. */
  give(start: number, size: number): void {
    let first = start;
    let total = size;
    const before = this.byEnd.get(start);
    if (before !== undefined) {
      this.remove(before);
      first = before.start;
      total += before.size;
    }
    const after = this.byStart.get(start + size);
    if (after !== undefined) {
      this.remove(after);
      total += after.size;
    }
    this.insert(first, total);
  }

  // The smallest that fits among the bin of `size`, where some are too small; else any of the next bin.
  private find(size: number): FreeRange | null {
    const bin = binOf(size);
    let best: FreeRange | null = null;
    for (let range = this.bins[bin] as FreeRange | null; range !== null; range = range.next) {
      if (range.size === size) return range;
      if (range.size > size && (best === null || range.size < best.size)) best = range;
    }
    for (let i = bin + 1; best === null && i < BINS; i++) best = this.bins[i] as FreeRange | null;
    return best;
  }

  private insert(start: number, size: number): void {
    const bin = binOf(size);
    const range = new FreeRange(start, size, bin);
    const head = this.bins[bin] as FreeRange | null;
    range.next = head;
    if (head !== null) head.previous = range;
    this.bins[bin] = range;
    this.byStart.set(start, range);
    this.byEnd.set(start + size, range);
    this.bytes += size;
  }

  private remove(range: FreeRange): void {
    if (range.previous !== null) range.previous.next = range.next;
    else this.bins[range.bin] = range.next;
    if (range.next !== null) range.next.previous = range.previous;
    this.byStart.delete(range.start);
    this.byEnd.delete(range.start + range.size);
    this.bytes -= range.size;
  }
}
