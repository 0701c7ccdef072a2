import type { Tensor } from "../tensor/index.ts";
import { ConfigError, checkedOptions, type OptionKinds } from "../util/index.ts";
import { fillDrawn, INIT_OPTIONS, type InitOptions } from "./init-draw.ts";

/** Options of `truncNormal_`. */
export interface TruncNormalOptions extends InitOptions {
  /** Default 0. */
  mean?: number;
  /** Of the normal distribution before it is cut, above 0; default 1. */
  std?: number;
  /** Smallest value; default −2. */
  a?: number;
  /** Largest value; default 2. */
  b?: number;
}

/** What each holds. */
export const TRUNC_NORMAL_OPTIONS: OptionKinds<TruncNormalOptions> = {
  ...INIT_OPTIONS,
  mean: "number",
  std: "number",
  a: "number",
  b: "number",
};

/**
 * Normal, cut off outside `[a, b]`: uniform draws between the cumulative probabilities of both ends, through the
 * inverse error function.
 *
 * @throws {ConfigError} when std is not above 0, or a is not below b
 * @example
 * const weight = nn.init.truncNormal_(empty([64, 32]), { std: 0.02, a: -0.04, b: 0.04 }); // within 2·std
 * @source https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.trunc_normal_
 */
export function truncNormal_(tensor: Tensor, options: TruncNormalOptions = {}): Tensor {
  checkedOptions("nn.init.truncNormal_", options, TRUNC_NORMAL_OPTIONS);
  const { mean = 0, std = 1, a = -2, b = 2, ...from } = options;
  if (!(std > 0 && std < Infinity && a < b && Number.isFinite(mean))) {
    throw new ConfigError(
      "nn.init.truncNormal_",
      `mean is ${mean}, std ${std}, a ${a}, b ${b}`,
      "expected finite numbers with std > 0 and a < b",
      "Give the ends as values, not as multiples of std.",
    );
  }
  // 2·Φ(x) − 1 is the error function of x / √2.
  const end = (x: number): number => erf((x - mean) / std / Math.SQRT2);
  return fillDrawn("nn.init.truncNormal_", tensor, from, (generator, values) => {
    generator.uniform(values, end(a), end(b));
    for (let i = 0; i < values.length; i++) {
      const value = mean + std * Math.SQRT2 * inverseErf(values[i] as number);
      values[i] = Math.min(b, Math.max(a, value));
    }
  });
}

// 2/√π · e^(−x²) · Σ 2ᵏ·x^(2k+1) / (2k+1)!!: all terms of one sign, so nothing cancels.
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let total = x;
  for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(total); k++) {
    term *= (2 * x * x) / (2 * k + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

// Winitzki's approximation, then Newton's steps.
function inverseErf(y: number): number {
  if (Math.abs(y) >= 1) return y * Infinity;
  const log = Math.log1p(-y * y);
  const half = 2 / (Math.PI * 0.147) + log / 2;
  let x = Math.sign(y) * Math.sqrt(Math.sqrt(half * half - log / 0.147) - half);
  for (let i = 0; i < 3; i++) x -= (erf(x) - y) / ((2 / Math.sqrt(Math.PI)) * Math.exp(-x * x));
  return x;
}
