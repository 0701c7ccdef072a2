import { describe } from "vitest";
import { LOSS_CASES } from "./loss-cases.ts";
import { OP_CASES } from "./op-cases.ts";
import { tableTests } from "./table.ts";

describe("every op's Jacobian against central differences in float64, further cases", () => {
  tableTests(OP_CASES, 5, (at) => at % 3 !== 0);
});

describe("every loss's Jacobian against central differences in float64, further cases", () => {
  tableTests(LOSS_CASES, 4, (at) => at % 3 !== 0);
});
