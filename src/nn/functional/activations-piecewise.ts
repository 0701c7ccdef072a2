import {
  abs,
  add,
  clamp,
  full,
  ge,
  gt,
  le,
  logicalAnd,
  logicalOr,
  lt,
  mul,
  sign,
  sub,
  where,
} from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { ConfigError, checkedOptions, type OptionKinds } from "../../util/index.ts";
import { elementwise } from "./elementwise.ts";

// Made of straight pieces. Derivatives at the corners are PyTorch's.

/** Options of `leakyRelu`. */
export interface LeakyReLUOptions {
  /** Slope below 0; default 0.01. */
  negativeSlope?: number;
}

/** What each holds. */
export const LEAKY_RELU_OPTIONS: OptionKinds<LeakyReLUOptions> = { negativeSlope: "number" };

/** Options of `hardtanh`. */
export interface HardtanhOptions {
  /** Default −1. */
  minVal?: number;
  /** Default 1. */
  maxVal?: number;
}

/** What each holds. */
export const HARDTANH_OPTIONS: OptionKinds<HardtanhOptions> = { minVal: "number", maxVal: "number" };

/** Options of `softshrink` and `hardshrink`. */
export interface ShrinkOptions {
  /** Half the width of the flat piece around 0; default 0.5. */
  lambd?: number;
}

/** What each holds. */
export const SHRINK_OPTIONS: OptionKinds<ShrinkOptions> = { lambd: "number" };

/**
 * x, or negativeSlope·x where x ≤ 0.
 *
 * @param input any shape, floating point
 * @returns the input's shape
 * @throws {ConfigError} for an option that is none, or of the wrong kind
 * @example
 * const out = F.leakyRelu(tensor([-1, 0, 2]), { negativeSlope: 0.1 }); // [-0.1, 0, 2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.leaky_relu.html
 */
export function leakyRelu(input: Tensor, options: LeakyReLUOptions = {}): Tensor {
  checkedOptions("leakyRelu", options, LEAKY_RELU_OPTIONS);
  const slope = options.negativeSlope ?? 0.01;
  return elementwise(
    "leakyRelu",
    input,
    (x) => where(gt(x, 0), x, mul(x, slope)),
    (x) => where(gt(x, 0), constant(x, 1), slope),
  );
}

/**
 * x brought into `[minVal, maxVal]`; its derivative at the ends is 0.
 *
 * @param input any shape, floating point
 * @returns the input's shape
 * @throws {ConfigError} for an option that is none, or of the wrong kind
 * @example
 * const out = F.hardtanh(tensor([-5, 0.5, 5]), { minVal: -2, maxVal: 2 }); // [-2, 0.5, 2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.hardtanh.html
 */
export function hardtanh(input: Tensor, options: HardtanhOptions = {}): Tensor {
  checkedOptions("hardtanh", options, HARDTANH_OPTIONS);
  const { minVal: min = -1, maxVal: max = 1 } = options;
  if (!(min <= max)) {
    throw new ConfigError("hardtanh", `minVal ${min}, maxVal ${max}`, "expected minVal ≤ maxVal", "Swap them.");
  }
  return elementwise(
    "hardtanh",
    input,
    (x) => clamp(x, { min, max }),
    (x) => where(logicalOr(le(x, min), ge(x, max)), constant(x, 0), 1),
  );
}

/**
 * x brought into `[0, 6]`.
 *
 * @param input any shape, floating point
 * @returns the input's shape
 * @example
 * const out = F.relu6(tensor([-1, 3, 9])); // [0, 3, 6]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.relu6.html
 */
export function relu6(input: Tensor): Tensor {
  return hardtanh(input, { minVal: 0, maxVal: 6 });
}

/**
 * x/6 + 1/2 brought into `[0, 1]`: a sigmoid of straight pieces.
 *
 * @param input any shape, floating point
 * @returns the input's shape
 * @example
 * const out = F.hardsigmoid(tensor([-5, 0, 1.5])); // [0, 0.5, 0.75]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.hardsigmoid.html
 */
export function hardsigmoid(input: Tensor): Tensor {
  return elementwise(
    "hardsigmoid",
    input,
    (x) => mul(clamp(add(x, 3), { min: 0, max: 6 }), 1 / 6),
    (x) => where(logicalAnd(gt(x, -3), lt(x, 3)), constant(x, 1 / 6), 0),
  );
}

/**
 * x·hardsigmoid(x).
 *
 * @param input any shape, floating point
 * @returns the input's shape
 * @example
 * const out = F.hardswish(tensor([-5, 1, 5])); // [0, 0.6667, 5]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.hardswish.html
 */
export function hardswish(input: Tensor): Tensor {
  return elementwise(
    "hardswish",
    input,
    (x) => mul(mul(x, clamp(add(x, 3), { min: 0, max: 6 })), 1 / 6),
    (x) => where(lt(x, -3), 0, where(lt(x, 3), add(mul(x, 1 / 3), 0.5), 1)),
  );
}

/**
 * x where it is above `threshold`, else `value`.
 *
 * @param input any shape, floating point
 * @returns the input's shape
 * @example
 * const out = F.threshold(tensor([-1, 0.5, 2]), 0.1, 20); // [20, 0.5, 2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.threshold.html
 */
export function threshold(input: Tensor, threshold: number, value: number): Tensor {
  return elementwise(
    "threshold",
    input,
    (x) => where(le(x, threshold), value, x),
    (x) => where(le(x, threshold), constant(x, 0), 1),
  );
}

/**
 * x moved by lambd towards 0, and 0 within lambd of it.
 *
 * @param input any shape, floating point
 * @returns the input's shape
 * @throws {ConfigError} when lambd is negative
 * @example
 * const out = F.softshrink(tensor([-3, 0.5, 2]), { lambd: 1 }); // [-2, 0, 1]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softshrink.html
 */
export function softshrink(input: Tensor, options: ShrinkOptions = {}): Tensor {
  checkedOptions("softshrink", options, SHRINK_OPTIONS);
  const lambd = options.lambd ?? 0.5;
  if (!(lambd >= 0)) {
    throw new ConfigError("softshrink", `lambd is ${lambd}`, "expected 0 or more", "Pass half the width of the gap.");
  }
  return elementwise(
    "softshrink",
    input,
    (x) => where(gt(abs(x), lambd), sub(x, mul(sign(x), lambd)), 0),
    (x) => outside(x, lambd),
  );
}

/**
 * x, and 0 within lambd of 0.
 *
 * @param input any shape, floating point
 * @returns the input's shape
 * @throws {ConfigError} for an option that is none, or of the wrong kind
 * @example
 * const out = F.hardshrink(tensor([-3, 0.5, 2]), { lambd: 1 }); // [-3, 0, 2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.hardshrink.html
 */
export function hardshrink(input: Tensor, options: ShrinkOptions = {}): Tensor {
  checkedOptions("hardshrink", options, SHRINK_OPTIONS);
  const lambd = options.lambd ?? 0.5;
  return elementwise(
    "hardshrink",
    input,
    (x) => where(le(abs(x), lambd), 0, x),
    (x) => outside(x, lambd),
  );
}

// 0 within lambd of 0, else 1
function outside(x: Tensor, lambd: number): Tensor {
  return where(le(abs(x), lambd), constant(x, 0), 1);
}

// One value in the dtype of x (where() of two numbers would choose float32).
function constant(x: Tensor, value: number): Tensor {
  return full([], value, { dtype: x.dtype });
}
