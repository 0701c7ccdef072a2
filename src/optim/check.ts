import { ConfigError } from "../util/index.ts";

/** @throws {ConfigError} when `value` is negative, NaN or infinite. */
export function checkNotNegative(operation: string, name: string, value: number): void {
  if (typeof value === "number" && value >= 0 && value < Infinity) return;
  throw new ConfigError(
    operation,
    `${name} is ${show(value)}`,
    "expected a finite number of 0 or more",
    `Correct ${name}.`,
  );
}

/** @throws {ConfigError} unless both are in `[0, 1)`. */
export function checkBetas(operation: string, betas: readonly number[]): void {
  if (Array.isArray(betas) && betas.length === 2) {
    const first = betas[0] as number;
    const second = betas[1] as number;
    const numbers = typeof first === "number" && typeof second === "number";
    if (numbers && first >= 0 && first < 1 && second >= 0 && second < 1) return;
  }
  throw new ConfigError(
    operation,
    `betas is [${String(betas)}]`,
    "expected two numbers of 0 or more, below 1",
    "The default is [0.9, 0.999].",
  );
}

/** @throws {ConfigError} unless `value` is in `[0, 1]`, or in `[0, 1)` where 1 is no sense. */
export function checkShare(operation: string, name: string, value: number, withOne = true): void {
  if (typeof value === "number" && value >= 0 && (withOne ? value <= 1 : value < 1)) return;
  const range = withOne ? "a number from 0 to 1" : "a number of 0 or more, below 1";
  throw new ConfigError(operation, `${name} is ${show(value)}`, `expected ${range}`, `Correct ${name}.`);
}

/** @throws {ConfigError} when `value` is NaN or infinite. */
export function checkFinite(operation: string, name: string, value: number): void {
  if (Number.isFinite(value)) return;
  throw new ConfigError(operation, `${name} is ${show(value)}`, "expected a finite number", `Correct ${name}.`);
}

/** @throws {ConfigError} unless `value` is a whole number of at least `least`. */
export function checkWhole(operation: string, name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  const expected = `expected a whole number of ${least} or more`;
  throw new ConfigError(operation, `${name} is ${show(value)}`, expected, `Correct ${name}.`);
}

/** @throws {ConfigError} unless `value` is one of `choices`. */
export function checkChoice(operation: string, name: string, value: unknown, choices: readonly unknown[]): void {
  if (choices.includes(value)) return;
  const list = choices.map((choice) => JSON.stringify(choice)).join(", ");
  throw new ConfigError(operation, `${name} is ${String(value)}`, `expected one of ${list}`, `Correct ${name}.`);
}

/** @throws {ConfigError} unless `value` is a list of `length` numbers that `right` accepts. */
export function checkNumbers(
  operation: string,
  name: string,
  value: unknown,
  length: number,
  right: (...numbers: number[]) => boolean,
  expected: string,
): void {
  const isList = Array.isArray(value) && value.length === length && value.every((each) => typeof each === "number");
  if (isList && right(...(value as number[]))) return;
  throw new ConfigError(operation, `${name} is [${String(value)}]`, `expected ${expected}`, `Correct ${name}.`);
}

// Text in quotes: 0.1 and "0.1" are to be told apart.
function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
