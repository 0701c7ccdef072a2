import { ConfigError } from "../util/index.ts";
import type { Conjunction } from "./frames/index.ts";

/**
 * That a conjunction is whole: two states of finite numbers, two covariances, a radius. What is in the covariances is
 * looked at where they are used.
 *
 * @throws {ConfigError} naming the first that is missing or wrong
 */
export function checkConjunction(operation: string, conjunction: Conjunction): void {
  const refuse = (got: string, expected: string, fix: string): never => {
    throw new ConfigError(operation, got, `expected ${expected}`, fix);
  };
  if (typeof conjunction !== "object" || conjunction === null) {
    refuse(
      `the conjunction is ${String(conjunction)}`,
      "an object",
      "conjunctionOf(parseCdm(text), radius) makes one.",
    );
  }
  for (const name of ["state1", "state2"] as const) {
    for (const part of ["position", "velocity"] as const) {
      const values: unknown = conjunction[name]?.[part];
      const three = (Array.isArray(values) || ArrayBuffer.isView(values)) && (values as number[]).length === 3;
      const found = three ? Array.from(values as number[]) : [];
      if (three && found.every(Number.isFinite)) continue;
      const unit = part === "position" ? "metres" : "metres a second";
      const got = three ? `[${found.join(", ")}]` : values === undefined ? "missing" : `${typeof values}`;
      refuse(`${name}.${part} is ${got}`, `three finite numbers [${unit}]`, "Give both objects' states at one time.");
    }
  }
  for (const name of ["covariance1", "covariance2"] as const) {
    const value: unknown = conjunction[name];
    if (Array.isArray(value) && value.every((row) => Array.isArray(row) || ArrayBuffer.isView(row))) continue;
    const got = value === undefined ? "missing" : Array.isArray(value) ? "no list of rows" : `a ${typeof value}`;
    refuse(`${name} is ${got}`, "the rows of a matrix, in m² and m/s", "Give 3×3 or 6×6 in the states' own frame.");
  }
  const { hardBodyRadius: radius } = conjunction;
  if (radius > 0 && Number.isFinite(radius)) return;
  refuse(`hardBodyRadius is ${radius}`, "metres above 0", "Give the sum of the two objects' radii.");
}

/** @throws {ConfigError} unless an option is one of its values */
export function checkChoice(operation: string, name: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  const list = known.map((each) => `"${each}"`).join(" or ");
  throw new ConfigError(operation, `${name} is ${JSON.stringify(value)}`, `expected ${list}`, `Change ${name}.`);
}
