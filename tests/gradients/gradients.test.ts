import { describe, expect, it } from "vitest";
import * as ops from "../../src/ops/index.ts";
import { NO_ENTRY } from "./no-entry.ts";
import { OP_CASES } from "./op-cases.ts";
import { tableTests } from "./table.ts";

describe("every op's Jacobian against central differences in float64", () => {
  // gradients.full.test.ts has the others
  tableTests(OP_CASES, 5, (at) => at % 3 === 0);
});

describe("the table", () => {
  const exported = Object.entries(ops)
    .filter(([, value]) => typeof value === "function")
    .map(([name]) => name);
  const entries = OP_CASES.map((entry) => entry.op);

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
