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

/** @throws {ConfigError} when `p` is no probability. */
export function checkProbability(operation: string, p: number): void {
  if (p >= 0 && p <= 1) return;
  throw new ConfigError(operation, `p is ${p}`, "expected a probability from 0 to 1", "Pass the chance of a zero.");
}
