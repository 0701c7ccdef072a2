import { describe, expect, it } from "vitest";
import { functional as F } from "../../src/nn/index.ts";
import { checkCase } from "./harness.ts";
import { LOSS_CASES } from "./loss-cases.ts";

describe("every loss's Jacobian against central differences in float64", () => {
  it.each(LOSS_CASES.map((entry) => [entry.op, entry] as const))("%s", (_, entry) => {
    expect(entry.cases.length).toBeGreaterThanOrEqual(4);
    const failures: string[] = [];
    for (const test of entry.cases) {
      try {
        checkCase(test);
      } catch (error) {
        failures.push(error instanceof Error ? `${test.title}: ${error.message}` : String(error));
      }
    }
    expect(failures).toEqual([]);
  });

  it("has an entry for each loss in F, once", () => {
    const losses = Object.keys(F).filter((name) => /Loss$|rossEntropy|^klDiv$/.test(name));
    const entries = LOSS_CASES.map((entry) => entry.op);
    expect(entries.filter((name) => !losses.includes(name))).toEqual([]);
    expect(
      losses.filter((name) => !entries.includes(name)),
      "add an entry to tests/gradients/loss-cases.ts",
    ).toEqual([]);
    expect(new Set(entries).size).toBe(entries.length);
  });
});
