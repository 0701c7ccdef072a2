import { expect, it } from "vitest";
import { checkCase, type OpCases } from "./harness.ts";

/**
 * Declares a test for each function of a table.
 *
 * @param least cases that each function must have
 * @param takes which of them run
 */
export function tableTests(table: readonly OpCases[], least: number, takes: (at: number) => boolean): void {
  it.each(table.map((entry) => [entry.op, entry] as const))("%s", (_, entry) => {
    expect(entry.cases.length).toBeGreaterThanOrEqual(least);
    const failures: string[] = [];
    for (const test of entry.cases.filter((_, at) => takes(at))) {
      try {
        checkCase(test);
      } catch (error) {
        failures.push(error instanceof Error ? `${test.title}: ${error.message}` : String(error));
      }
    }
    expect(failures).toEqual([]);
  });
}
