import { describe, expect, it } from "vitest";
import { functional as F } from "../../src/nn/index.ts";
import { LOSS_CASES } from "./loss-cases.ts";
import { tableTests } from "./table.ts";

describe("every loss's Jacobian against central differences in float64", () => {
  // gradients.full.test.ts has the others
  tableTests(LOSS_CASES, 4, (at) => at % 3 === 0);

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
