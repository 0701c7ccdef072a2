import type { BinaryOp, CompareOp, LogicalOp, TestOp, UnaryOp } from "../opcodes.ts";
import { erf } from "./erf.ts";

// What each elementwise operation means, on float64 numbers, with PyTorch's edge cases.

export const UNARY: Record<UnaryOp, (x: number) => number> = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: (x) => Number(x > 0) - Number(x < 0), // PyTorch's: 0 for NaN and for -0
  square: (x) => x * x,
  sqrt: Math.sqrt,
  rsqrt: (x) => 1 / Math.sqrt(x),
  reciprocal: (x) => 1 / x,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  log2: Math.log2,
  log10: Math.log10,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  relu: (x) => Math.max(x, 0), // NaN stays
  erf,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfToEven,
  trunc: Math.trunc,
  softplus: (x) => (x > 20 ? x : Math.log1p(Math.exp(x))),
};

export const BINARY: Record<BinaryOp, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow,
  maximum: (a, b) => Math.max(a, b), // NaN wins
  minimum: (a, b) => Math.min(a, b),
  atan2: Math.atan2,
  remainder,
  fmod: (a, b) => a % b, // sign of the dividend
  floorDivide,
  // a is the incoming gradient, b the output of forward
  reluGrad: (a, b) => (b <= 0 ? 0 : a), // as PyTorch, a NaN output lets the gradient through
  tanhGrad: (a, b) => a * (1 - b * b),
  sigmoidGrad: (a, b) => a * b * (1 - b),
};

/** int32 arithmetic wraps. `div` truncates; dividing by zero, which ops refuse, gives 0. */
export const INT_BINARY: Partial<Record<BinaryOp, (a: number, b: number) => number>> = {
  add: (a, b) => (a + b) | 0,
  sub: (a, b) => (a - b) | 0,
  mul: Math.imul,
  div: (a, b) => (a / b) | 0,
  pow: intPow,
  maximum: (a, b) => Math.max(a, b),
  minimum: (a, b) => Math.min(a, b),
  remainder: (a, b) => remainder(a, b) | 0,
  fmod: (a, b) => (a % b) | 0,
  floorDivide: (a, b) => Math.floor(a / b) | 0,
};

export const INT_UNARY: Partial<Record<UnaryOp, (x: number) => number>> = {
  neg: (x) => -x | 0,
  abs: (x) => Math.abs(x) | 0,
  sign: Math.sign,
  square: (x) => Math.imul(x, x),
};

export const COMPARE: Record<CompareOp, (a: number, b: number) => boolean> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
};

export const LOGICAL: Record<LogicalOp, (a: boolean, b: boolean) => boolean> = {
  and: (a, b) => a && b,
  or: (a, b) => a || b,
  xor: (a, b) => a !== b,
};

export const TEST: Record<TestOp, (x: number) => boolean> = {
  isnan: Number.isNaN,
  isinf: (x) => Math.abs(x) === Number.POSITIVE_INFINITY,
  isfinite: Number.isFinite,
};

function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (Number.isNaN(rest)) return x; // NaN and infinities
  const up = rest > 0.5 || (rest === 0.5 && below % 2 !== 0);
  const rounded = up ? below + 1 : below;
  return rounded === 0 && (x < 0 || Object.is(x, -0)) ? -0 : rounded;
}

/** C's pow. JavaScript's differs in two places: 1 to the NaN, and ±1 to an infinity, are NaN there. */
function pow(base: number, exponent: number): number {
  if (base === 1) return 1;
  if (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY) return 1;
  return base ** exponent;
}

/** Sign of the divisor. */
function remainder(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

/** The quotient of which `remainder` is the rest; `floor(a / b)` is 1 too much where a / b rounds up. */
function floorDivide(a: number, b: number): number {
  if (b === 0) return a / b;
  const rest = a % b;
  let quotient = (a - rest) / b;
  if (rest !== 0 && rest < 0 !== b < 0) quotient -= 1;
  if (quotient === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0;
  const below = Math.floor(quotient);
  return quotient - below > 0.5 ? below + 1 : below;
}

/** Wraps; a negative exponent leaves only the powers of ±1. */
function intPow(base: number, exponent: number): number {
  if (exponent < 0) return Math.abs(base) === 1 ? (exponent % 2 === 0 ? 1 : base) : 0;
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}
