import { describe, expect, it } from "vitest";
import type { Backend } from "../../src/engine/backend.ts";
import { attentionTests } from "./attention.ts";
import { convolutionTests } from "./convolutions.ts";
import { binaryTests } from "./elementwise-binary.ts";
import { unaryTests } from "./elementwise-unary.ts";
import { fillCopyTests } from "./fill-copy.ts";
import { indexingTests } from "./indexing.ts";
import { KERNEL_CALLS } from "./kernel-calls.ts";
import { linearTests } from "./linears.ts";
import { matmulTests } from "./matmuls.ts";
import { memoryTests } from "./memory.ts";
import { normalizationTests } from "./normalizations.ts";
import { poolTests } from "./pools.ts";
import { recurrentTests } from "./recurrent.ts";
import { reductionTests } from "./reductions.ts";
import { softmaxTests } from "./softmaxes.ts";
import { sortTests } from "./sorts.ts";
import { type Skips, Suite } from "./suite.ts";
import { trainingTests } from "./training.ts";
import { updateRuleTests } from "./update-rules.ts";
import { updateTests } from "./updates.ts";

/**
 * Declares the tests every backend must pass: each method of `Backend` and each name in opcodes.ts, in
 * each dtype, on every kind of view, against plain loops in float64.
 *
 * @param options.skips titles of tests that this backend does not pass, each with the reason.
 * @param options.part which of the tests, by their titles; all unless told.
 */
export function conformance(
  name: string,
  makeBackend: () => Backend,
  options: { skips?: Skips; part?: (title: string) => boolean } = {},
): void {
  describe(`${name}: conformance`, () => {
    const suite = new Suite(makeBackend(), options.skips ?? {}, options.part);

    it("has every method", () => {
      const methods = [...Object.keys(KERNEL_CALLS), "alloc", "release", "moveToHost", "read", "write", "memory"];
      for (const method of methods) expect(suite.backend[method as keyof Backend], method).toBeTypeOf("function");
      for (const dtype of ["float32", "int32", "bool"] as const) expect(suite.backend.dtypes).toContain(dtype);
    });

    memoryTests(suite);
    fillCopyTests(suite);
    unaryTests(suite);
    binaryTests(suite);
    reductionTests(suite);
    softmaxTests(suite);
    sortTests(suite);
    matmulTests(suite);
    linearTests(suite);
    indexingTests(suite);
    convolutionTests(suite);
    poolTests(suite);
    normalizationTests(suite);
    attentionTests(suite);
    recurrentTests(suite);
    trainingTests(suite);
    updateTests(suite);
    updateRuleTests(suite);

    it("skips only tests that exist", () => {
      expect(suite.unknownSkips()).toEqual([]);
    });
  });
}
