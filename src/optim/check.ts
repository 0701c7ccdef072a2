import { ConfigError } from "../util/index.ts";

/** @throws {ConfigError} when `value` is negative, NaN or infinite. */
export function checkNotNegative(operation: string, name: string, value: number): void {
  if (value >= 0 && value < Infinity) return;
  throw new ConfigError(operation, `${name} is ${value}`, "expected a finite number of 0 or more", `Correct ${name}.`);
}

/** @throws {ConfigError} unless both are in `[0, 1)`. */
export function checkBetas(operation: string, betas: readonly number[]): void {
  if (Array.isArray(betas) && betas.length === 2) {
    const first = betas[0] as number;
    const second = betas[1] as number;
    if (first >= 0 && first < 1 && second >= 0 && second < 1) return;
  }
  throw new ConfigError(
    operation,
    `betas is [${String(betas)}]`,
    "expected two numbers of 0 or more, below 1",
    "The default is [0.9, 0.999].",
  );
}
