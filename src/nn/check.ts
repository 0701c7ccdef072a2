import { ConfigError } from "../util/index.ts";

/** @throws {ConfigError} when `value` is no whole number of at least `least`. */
export function checkWhole(operation: string, name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new ConfigError(
    operation,
    `${name} is ${value}`,
    `expected a whole number of ${least} or more`,
    "Pass a size.",
  );
}

/** @throws {ConfigError} when `value` is no number: text, say, or an object with options. */
export function checkNumeric(operation: string, name: string, value: number): void {
  if (typeof value === "number") return;
  const got = typeof value === "object" ? "an object" : JSON.stringify(value);
  throw new ConfigError(operation, `${name} is ${got}`, "expected a number", `Pass ${name} itself, not in an object.`);
}

/** @throws {ConfigError} when `p` is no probability. */
export function checkProbability(operation: string, p: number): void {
  if (typeof p === "number" && p >= 0 && p <= 1) return;
  throw new ConfigError(operation, `p is ${p}`, "expected a probability from 0 to 1", "Pass the chance of a zero.");
}
