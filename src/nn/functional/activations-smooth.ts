import {
  abs,
  add,
  div,
  erf,
  exp,
  gt,
  le,
  minimum,
  mul,
  neg,
  reciprocal,
  sigmoid,
  softplus as softplusOp,
  square,
  sub,
  tanh,
  unaryRaw,
  where,
} from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { ConfigError, checkedOptions, type OptionKinds } from "../../util/index.ts";
import { elementwise } from "./elementwise.ts";

/** Options of `gelu`. */
export interface GELUOptions {
  /** `"none"` (default) takes the error function, `"tanh"` its approximation. */
  approximate?: "none" | "tanh";
}

/** What each holds. */
export const GELU_OPTIONS: OptionKinds<GELUOptions> = { approximate: "string" };

/** Options of `softplus`. */
export interface SoftplusOptions {
  /** Sharpness; default 1. */
  beta?: number;
  /** Linear where `beta·x` is above; default 20. */
  threshold?: number;
}

/** What each holds. */
export const SOFTPLUS_OPTIONS: OptionKinds<SoftplusOptions> = { beta: "number", threshold: "number" };

/** Options of `elu` and `celu`. */
export interface ELUOptions {
  /** Where it saturates: −alpha; default 1. */
  alpha?: number;
}

/** What each holds. */
export const ELU_OPTIONS: OptionKinds<ELUOptions> = { alpha: "number" };

const TANH_SCALE = Math.sqrt(2 / Math.PI);
const CUBE = 0.044715;

/**
 * x·Φ(x), with Φ the normal distribution function; `approximate: "tanh"` takes
 * `0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))`.
 *
 * @param input any shape, floating point
 * @returns the input's shape
 * @throws {ConfigError} when `approximate` is neither `"none"` nor `"tanh"`
 * @example
 * const out = F.gelu(tensor([-1, 0, 2]), { approximate: "tanh" }); // [-0.1588, 0, 1.955]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.gelu.html
 */
export function gelu(input: Tensor, options: GELUOptions = {}): Tensor {
  checkedOptions("gelu", options, GELU_OPTIONS);
  const approximate = options.approximate ?? "none";
  if (approximate === "none") {
    const phi = (x: Tensor): Tensor => mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
    const density = (x: Tensor): Tensor => mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return elementwise(
      "gelu",
      input,
      (x) => mul(x, phi(x)),
      (x) => add(phi(x), mul(x, density(x))),
    );
  }
  if (approximate !== "tanh") {
    throw new ConfigError(
      "gelu",
      `approximate is "${approximate}"`,
      'expected "none" or "tanh"',
      "Choose one of them.",
    );
  }
  const inner = (x: Tensor): Tensor => mul(mul(x, add(mul(square(x), CUBE), 1)), TANH_SCALE);
  return elementwise(
    "gelu",
    input,
    (x) => mul(mul(x, 0.5), add(tanh(inner(x)), 1)),
    (x) => {
      const t = tanh(inner(x));
      const innerSlope = mul(add(mul(square(x), 3 * CUBE), 1), TANH_SCALE);
      return mul(add(add(t, 1), mul(mul(x, sub(1, square(t))), innerSlope)), 0.5);
    },
  );
}

/**
 * x·sigmoid(x), also called swish.
 *
 * @param input any shape, floating point
 * @returns the input's shape
 * @example
 * const out = F.silu(tensor([-1, 0, 2])); // [-0.2689, 0, 1.762]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.silu.html
 */
export function silu(input: Tensor): Tensor {
  return elementwise(
    "silu",
    input,
    (x) => mul(x, sigmoid(x)),
    (x) => {
      const s = sigmoid(x);
      return mul(s, add(mul(x, sub(1, s)), 1));
    },
  );
}

/**
 * x·tanh(softplus(x)).
 *
 * @param input any shape, floating point
 * @returns the input's shape
 * @example
 * const out = F.mish(tensor([-1, 0, 2])); // [-0.3034, 0, 1.944]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.mish.html
 */
export function mish(input: Tensor): Tensor {
  return elementwise(
    "mish",
    input,
    (x) => mul(x, tanh(softplusOp(x))),
    (x) => {
      const t = tanh(softplusOp(x));
      return add(t, mul(mul(x, sigmoid(x)), sub(1, square(t))));
    },
  );
}

/**
 * ln(1 + e^(beta·x)) / beta, and x itself where beta·x is above `threshold`.
 *
 * @param input any shape, floating point
 * @returns the input's shape
 * @throws {ConfigError} for an option that is none, or of the wrong kind
 * @example
 * const out = F.softplus(tensor([-1, 0, 2]), { beta: 2 }); // [0.06346, 0.3466, 2.009]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softplus.html
 */
export function softplus(input: Tensor, options: SoftplusOptions = {}): Tensor {
  checkedOptions("softplus", options, SOFTPLUS_OPTIONS);
  const { beta = 1, threshold = 20 } = options;
  const sharp = (x: Tensor): Tensor => (beta === 1 ? x : mul(x, beta));
  const curve = (x: Tensor): Tensor =>
    beta === 1 ? unaryRaw("softplus", x) : div(unaryRaw("softplus", sharp(x)), beta);
  return elementwise(
    "softplus",
    input,
    // The kernel is linear above 20 by itself.
    (x) => (threshold === 20 ? curve(x) : where(gt(sharp(x), threshold), x, curve(x))),
    (x) => where(gt(sharp(x), threshold), 1, sigmoid(sharp(x))),
  );
}

/**
 * ln sigmoid(x), without its underflow.
 *
 * @param input any shape, floating point
 * @returns the input's shape
 * @example
 * const out = F.logsigmoid(tensor([-1, 0, 2])); // [-1.313, -0.6931, -0.1269]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.logsigmoid.html
 */
export function logsigmoid(input: Tensor): Tensor {
  return elementwise(
    "logsigmoid",
    input,
    (x) => sub(minimum(x, 0), unaryRaw("log1p", exp(neg(abs(x))))),
    (x) => sigmoid(neg(x)),
  );
}

/**
 * x / (1 + |x|).
 *
 * @param input any shape, floating point
 * @returns the input's shape
 * @example
 * const out = F.softsign(tensor([-1, 0, 2])); // [-0.5, 0, 0.6667]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softsign.html
 */
export function softsign(input: Tensor): Tensor {
  return elementwise(
    "softsign",
    input,
    (x) => div(x, add(abs(x), 1)),
    (x) => reciprocal(square(add(abs(x), 1))),
  );
}

/**
 * x − tanh(x).
 *
 * @param input any shape, floating point
 * @returns the input's shape
 * @example
 * const out = F.tanhshrink(tensor([-1, 0, 2])); // [-0.2384, 0, 1.036]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.tanhshrink.html
 */
export function tanhshrink(input: Tensor): Tensor {
  return elementwise(
    "tanhshrink",
    input,
    (x) => sub(x, tanh(x)),
    (x) => square(tanh(x)),
  );
}

// scale · (x, or alpha·(e^(rate·x) − 1) where x ≤ 0)
function exponentialUnit(operation: string, input: Tensor, alpha: number, rate: number, scale: number): Tensor {
  const bend = (x: Tensor): Tensor => (rate === 1 ? x : mul(x, rate));
  const stretch = (y: Tensor): Tensor => (scale === 1 ? y : mul(y, scale));
  return elementwise(
    operation,
    input,
    (x) => where(le(x, 0), mul(unaryRaw("expm1", bend(x)), alpha * scale), stretch(x)),
    (x) => where(le(x, 0), mul(exp(bend(x)), alpha * rate * scale), scale),
  );
}

/**
 * x, or alpha·(eˣ − 1) where x ≤ 0.
 *
 * @param input any shape, floating point
 * @returns the input's shape
 * @throws {ConfigError} for an option that is none, or of the wrong kind
 * @example
 * const out = F.elu(tensor([-1, 0, 2]), { alpha: 0.5 }); // [-0.3161, 0, 2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.elu.html
 */
export function elu(input: Tensor, options: ELUOptions = {}): Tensor {
  checkedOptions("elu", options, ELU_OPTIONS);
  return exponentialUnit("elu", input, options.alpha ?? 1, 1, 1);
}

/**
 * x, or alpha·(e^(x/alpha) − 1) where x ≤ 0: smooth for every alpha.
 *
 * @param input any shape, floating point
 * @returns the input's shape
 * @throws {ConfigError} when alpha is 0
 * @example
 * const out = F.celu(tensor([-1, 0, 2]), { alpha: 0.5 }); // [-0.4323, 0, 2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.celu.html
 */
export function celu(input: Tensor, options: ELUOptions = {}): Tensor {
  checkedOptions("celu", options, ELU_OPTIONS);
  const alpha = options.alpha ?? 1;
  if (alpha === 0) throw new ConfigError("celu", "alpha is 0", "expected another number", "Use relu() instead.");
  return exponentialUnit("celu", input, alpha, 1 / alpha, 1);
}

/**
 * 1.0507·elu(x) with alpha 1.6733: keeps mean 0 and variance 1 (Klambauer et al. 2017).
 *
 * @param input any shape, floating point
 * @returns the input's shape
 * @example
 * const out = F.selu(tensor([-1, 0, 2])); // [-1.111, 0, 2.101]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.selu.html
 */
export function selu(input: Tensor): Tensor {
  return exponentialUnit("selu", input, 1.6732632423543772, 1, 1.0507009873554805);
}
