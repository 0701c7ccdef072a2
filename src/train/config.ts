import { ConfigError } from "../util/index.ts";

/** @throws {ConfigError} unless the value is a whole number of 1 or more. */
export function wholeNumber(operation: string, name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  const got = typeof value === "number" ? String(value) : JSON.stringify(value);
  throw new ConfigError(operation, `${name} is ${got}`, "expected a whole number of 1 or more", `Set ${name}.`);
}

/** @throws {ConfigError} unless the value is a number above 0. */
export function positive(operation: string, name: string, value: number): number {
  if (typeof value === "number" && value > 0) return value;
  throw new ConfigError(
    operation,
    `${name} is ${typeof value === "number" ? value : JSON.stringify(value)}`,
    "expected a number above 0",
    `Set ${name}, or null to leave it out.`,
  );
}
