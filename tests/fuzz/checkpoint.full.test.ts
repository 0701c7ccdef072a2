import { describe, expect, it } from "vitest";
import { mulberry } from "../faults/checkpoints.ts";
import { fuzz } from "./mutate.ts";
import { seeds } from "./seeds.ts";

// A million and more: npm run fuzz:checkpoint. Time is judged there; here other tests share the processor.
describe("mutated files", () => {
  it("give nothing but CheckpointError", () => {
    const report = fuzz(seeds(), 20_000, mulberry(1), Number.POSITIVE_INFINITY);
    expect(report.bad.map(({ why }) => why)).toEqual([]);
    expect(report.kinds.size).toBeGreaterThan(25); // the mutants reach the rules, not only the first one
    expect(report.accepted).toBeGreaterThan(0);
  });
});
