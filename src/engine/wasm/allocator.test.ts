import { describe, expect, it } from "vitest";
import { OutOfMemoryError } from "../../util/index.ts";
import { Allocator } from "./allocator.ts";
import { Memory, PAGE_BYTES } from "./memory.ts";

interface Block {
  address: number;
  bytes: number;
}

/** Whole numbers from a fixed seed (mulberry32). */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

/** Mostly small, some medium, few large, as a training program asks. */
function size(roll: (limit: number) => number): number {
  const kind = roll(10);
  if (kind < 6) return 1 + roll(5000);
  return kind < 9 ? 1 + roll(70000) : 1 + roll(400000);
}

function expectDisjoint(blocks: readonly Block[]): void {
  const sorted = [...blocks].sort((a, b) => a.address - b.address);
  for (let i = 1; i < sorted.length; i++) {
    const before = sorted[i - 1] as Block;
    expect((sorted[i] as Block).address).toBeGreaterThanOrEqual(before.address + before.bytes);
  }
}

describe("Allocator", () => {
  it("hands out aligned blocks that do not overlap, and counts them", () => {
    for (const seed of [1, 2, 3]) {
      const roll = dice(seed);
      const memory = new Memory(2048);
      const allocator = new Allocator(memory, PAGE_BYTES);
      const live: Block[] = [];
      let bytesLive = 0;
      let peak = 0;
      for (let step = 0; step < 6000; step++) {
        if (live.length > 0 && roll(100) < 48) {
          const [block] = live.splice(roll(live.length), 1) as [Block];
          allocator.free(block.address, block.bytes);
          bytesLive -= block.bytes;
        } else {
          const bytes = size(roll);
          const address = allocator.allocate(bytes, "test");
          expect(address % 64).toBe(0);
          expect(address).toBeGreaterThanOrEqual(PAGE_BYTES);
          expect(address + bytes).toBeLessThanOrEqual(memory.bytes);
          live.push({ address, bytes });
          bytesLive += bytes;
          peak = Math.max(peak, bytesLive);
        }
        if (step % 500 === 0) expectDisjoint(live);
      }
      expectDisjoint(live);
      expect(allocator.liveBytes).toBe(bytesLive);
      expect(allocator.peakBytes).toBe(peak);
      expect(allocator.handles).toBe(live.length);

      for (const { address, bytes } of live) allocator.free(address, bytes);
      expect(allocator.liveBytes).toBe(0);
      expect(allocator.handles).toBe(0);
      allocator.reclaim();
      expect(allocator.freeRanges(), "all free memory is one range").toEqual([memory.bytes - PAGE_BYTES, 1]);
    }
  });

  it("gives the same warm block again", () => {
    const allocator = new Allocator(new Memory(256), PAGE_BYTES);
    for (const bytes of [1, 64, 65, 4096, 4097, 30000, 65536, 65537, 1000000]) {
      const address = allocator.allocate(bytes, "test");
      allocator.free(address, bytes);
      expect(allocator.allocate(bytes, "test"), `${bytes} bytes`).toBe(address);
    }
  });

  it("is not fragmented by large blocks of varying sizes", () => {
    const roll = dice(7);
    const memory = new Memory(4096);
    const allocator = new Allocator(memory, PAGE_BYTES);
    const live: Block[] = [];
    let grownAt = 0;
    let before = memory.bytes;
    for (let step = 0; step < 4000; step++) {
      if (live.length === 20) {
        const [block] = live.splice(roll(20), 1) as [Block];
        allocator.free(block.address, block.bytes);
      }
      const bytes = 65537 + roll(500000);
      live.push({ address: allocator.allocate(bytes, "test"), bytes });
      if (memory.bytes !== before) grownAt = step;
      before = memory.bytes;
    }
    expect(grownAt).toBeLessThan(1000);
    expect(memory.bytes).toBeLessThan(64 * 2 ** 20);
  });

  it("joins small blocks again before it gives up", () => {
    const memory = new Memory(128);
    const allocator = new Allocator(memory, PAGE_BYTES);
    const small: number[] = [];
    for (let i = 0; i < 8000; i++) small.push(allocator.allocate(1000, "small"));
    expect(() => allocator.allocate(4 * 2 ** 20, "large")).toThrow(OutOfMemoryError);
    for (const address of small) allocator.free(address, 1000);
    const large = allocator.allocate(4 * 2 ** 20, "large");
    allocator.free(large, 4 * 2 ** 20);
    expect(allocator.liveBytes).toBe(0);
  });

  it("names the request and the live bytes when memory is full, and changes nothing", () => {
    const memory = new Memory(160);
    const allocator = new Allocator(memory, PAGE_BYTES);
    const kept = allocator.allocate(3000000, "test");
    expect(() => allocator.allocate(9000000, "matmul")).toThrow(
      /^matmul: a request for 9000000 bytes with 3000000 bytes live in 1 tensors, expected at most 10485760 bytes/,
    );
    expect(() => allocator.allocate(2 ** 40, "rand")).toThrow(OutOfMemoryError);
    expect([allocator.liveBytes, allocator.peakBytes, allocator.handles]).toEqual([3000000, 3000000, 1]);
    const more = allocator.allocate(6000000, "test");
    expectDisjoint([
      { address: kept, bytes: 3000000 },
      { address: more, bytes: 6000000 },
    ]);
  });

  it("refreshes the arrays when the memory grows, and keeps what they show", () => {
    const memory = new Memory(1024);
    const allocator = new Allocator(memory, PAGE_BYTES);
    const first = allocator.allocate(64, "test");
    memory.f32[first >>> 2] = 42;
    const { f32 } = memory;
    allocator.allocate(20 * 2 ** 20, "test");
    expect(memory.f32 === f32).toBe(false);
    expect(memory.f32[first >>> 2]).toBe(42);
    expect(memory.u8.length).toBe(memory.bytes);
  });
});
