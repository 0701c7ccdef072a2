import { describe, expect, it } from "vitest";
import { mulberry } from "../faults/checkpoints.ts";
import { fuzz } from "./mutate.ts";
import { seeds } from "./seeds.ts";

// A short run in each suite; 20,000 are in test:full, a million and more: npm run fuzz:checkpoint.
describe("mutated files", () => {
  it("give nothing but CheckpointError, a few of them", () => {
    const report = fuzz(seeds(), 1000, mulberry(2), Number.POSITIVE_INFINITY);
    expect(report.bad.map(({ why }) => why)).toEqual([]);
    expect(report.kinds.size).toBeGreaterThan(15); // the mutants reach the rules, not only the first one
    expect(report.accepted).toBeGreaterThan(0);
  });
});
