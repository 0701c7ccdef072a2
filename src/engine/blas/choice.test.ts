import { describe, expect, it } from "vitest";
import { blocksFor, suitsBlocks } from "./choice.ts";

describe("blocks of a product", () => {
  it("are two, four or eight powers of two, by the work", () => {
    const sides = [16, 64, 128, 384, 512, 2048];
    for (const m of sides) {
      for (const n of sides) {
        for (const k of sides) {
          if (!suitsBlocks(m, n, k)) continue;
          const [down, across] = blocksFor(m, n, k);
          expect([2, 4, 8]).toContain(down * across);
          expect(m / down).toBeGreaterThanOrEqual(8);
          expect(n / across).toBeGreaterThanOrEqual(8);
        }
      }
    }
    expect(blocksFor(128, 128, 128)).toEqual([2, 1]);
    expect(blocksFor(2048, 384, 128)).toEqual([8, 1]);
    expect(blocksFor(512, 512, 512)).toEqual([4, 1]);
    expect(blocksFor(768, 768, 384)).toEqual([4, 2]);
  });

  it("are not made of what one thread does in no time, nor of what the library's own threads do better", () => {
    expect(suitsBlocks(64, 64, 64)).toBe(false);
    expect(suitsBlocks(1024, 1024, 1024)).toBe(false);
    expect(suitsBlocks(256, 256, 256)).toBe(true);
  });

  it("lie along the longer side, where less is packed twice", () => {
    expect(blocksFor(4096, 32, 64)).toEqual([4, 1]);
    expect(blocksFor(32, 4096, 64)).toEqual([1, 4]);
  });
});
