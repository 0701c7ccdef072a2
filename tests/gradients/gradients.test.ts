import { describe, expect, it } from "vitest";
import * as ops from "../../src/ops/index.ts";
import { checkCase, type OpCases } from "./harness.ts";
import { NO_ENTRY } from "./no-entry.ts";
import { BINARY_CASES } from "./op-cases-binary.ts";
import { EINSUM_CASES } from "./op-cases-einsum.ts";
import { INPLACE_CASES, MOVEMENT_CASES } from "./op-cases-movement.ts";
import { NORMALIZE_CASES } from "./op-cases-normalize.ts";
import { PRODUCT_CASES } from "./op-cases-products.ts";
import { REDUCE_CASES } from "./op-cases-reduce.ts";
import { UNARY_CASES } from "./op-cases-unary.ts";
import { WINDOW_CASES } from "./op-cases-windows.ts";

const TABLE: readonly OpCases[] = [
  ...UNARY_CASES,
  ...BINARY_CASES,
  ...REDUCE_CASES,
  ...MOVEMENT_CASES,
  ...INPLACE_CASES,
  ...PRODUCT_CASES,
  ...WINDOW_CASES,
  ...NORMALIZE_CASES,
  ...EINSUM_CASES,
];

describe("every op's Jacobian against central differences in float64", () => {
  it.each(TABLE.map((entry) => [entry.op, entry] as const))("%s", (_, entry) => {
    expect(entry.cases.length).toBeGreaterThanOrEqual(5);
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
});

describe("the table", () => {
  const exported = Object.entries(ops)
    .filter(([, value]) => typeof value === "function")
    .map(([name]) => name);
  const entries = TABLE.map((entry) => entry.op);

  it("has an entry for each exported op, or says why not", () => {
    const missing = exported.filter((name) => !entries.includes(name) && !Object.hasOwn(NO_ENTRY, name));
    expect(missing, "add an entry to tests/gradients/op-cases-*.ts, or a reason to no-entry.ts").toEqual([]);
  });

  it("names nothing that is not exported, and nothing twice", () => {
    const named = [...entries, ...Object.keys(NO_ENTRY)];
    expect(named.filter((name) => !exported.includes(name))).toEqual([]);
    expect(named.filter((name, at) => named.indexOf(name) !== at)).toEqual([]);
  });
});
