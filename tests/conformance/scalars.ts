import type { BinaryOp, CompareOp, UnaryOp } from "../../src/engine/opcodes.ts";

// What the elementwise operations mean, written for this suite and not taken from any backend.

export const UNARY_EXPECTED: Record<UnaryOp, (x: number) => number> = {
  neg: (x) => 0 - x || -x,
  abs: (x) => Math.abs(x),
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0),
  square: (x) => x * x,
  sqrt: (x) => Math.sqrt(x),
  rsqrt: (x) => 1 / Math.sqrt(x),
  reciprocal: (x) => 1 / x,
  exp: (x) => Math.exp(x),
  expm1: (x) => Math.expm1(x),
  log: (x) => Math.log(x),
  log1p: (x) => Math.log1p(x),
  log2: (x) => Math.log2(x),
  log10: (x) => Math.log10(x),
  sin: (x) => Math.sin(x),
  cos: (x) => Math.cos(x),
  tan: (x) => Math.tan(x),
  asin: (x) => Math.asin(x),
  acos: (x) => Math.acos(x),
  atan: (x) => Math.atan(x),
  sinh: (x) => Math.sinh(x),
  cosh: (x) => Math.cosh(x),
  tanh: (x) => Math.tanh(x),
  sigmoid: (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
  relu: (x) => (Number.isNaN(x) ? x : Math.max(x, 0)),
  erf: erfBySeries,
  floor: (x) => Math.floor(x),
  ceil: (x) => Math.ceil(x),
  round: (x) => {
    if (Math.abs(x % 1) === 0.5) return 2 * Math.round(x / 2);
    return Math.sign(x) * Math.round(Math.abs(x));
  },
  trunc: (x) => Math.trunc(x),
  softplus: (x) => (x > 20 ? x : Math.log1p(Math.exp(x))),
};

/** Operations whose result's sign of zero is checked. */
export const SIGNED_ZERO: readonly UnaryOp[] = ["neg", "abs", "sqrt", "floor", "ceil", "trunc", "round"];

/** Operations with f(x) ≈ c·x at 0, which must stay precise there. */
export const PRECISE_NEAR_ZERO: readonly UnaryOp[] = [
  "expm1",
  "log1p",
  "sin",
  "tan",
  "asin",
  "atan",
  "sinh",
  "tanh",
  "erf",
];

export const BINARY_EXPECTED: Record<BinaryOp, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => (a === 1 || (a === -1 && !Number.isFinite(b) && !Number.isNaN(b)) ? 1 : a ** b),
  maximum: (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b)),
  minimum: (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.min(a, b)),
  atan2: (a, b) => Math.atan2(a, b),
  remainder: (a, b) => {
    const rest = a % b;
    return rest === 0 || Number.isNaN(rest) || Math.sign(rest) === Math.sign(b) ? rest : rest + b;
  },
  fmod: (a, b) => a % b,
  floorDivide: (a, b) => {
    if (!Number.isFinite(a) && b !== 0) return Number.NaN; // as PyTorch: the rest is NaN
    if (b === 0) return a / b;
    if (!Number.isFinite(b)) return Number.isNaN(b) ? b : a !== 0 && a < 0 !== b < 0 ? -1 : 0;
    return Math.floor(a / b);
  },
  reluGrad: (a, b) => (b > 0 ? a : 0),
  tanhGrad: (a, b) => a * (1 - b * b),
  sigmoidGrad: (a, b) => a * (b * (1 - b)),
};

/** With BigInt, where nothing overflows, then wrapped. */
export const INT_EXPECTED: Partial<Record<BinaryOp, (a: number, b: number) => number>> = {
  add: (a, b) => wrap(BigInt(a) + BigInt(b)),
  sub: (a, b) => wrap(BigInt(a) - BigInt(b)),
  mul: (a, b) => wrap(BigInt(a) * BigInt(b)),
  div: (a, b) => wrap(BigInt(a) / BigInt(b)),
  pow: (a, b) => (b >= 0 ? wrap(BigInt(a) ** BigInt(b)) : a === 1 ? 1 : a === -1 ? (b % 2 === 0 ? 1 : -1) : 0),
  maximum: (a, b) => Math.max(a, b),
  minimum: (a, b) => Math.min(a, b),
  remainder: (a, b) => wrap(((BigInt(a) % BigInt(b)) + BigInt(b)) % BigInt(b)),
  fmod: (a, b) => wrap(BigInt(a) % BigInt(b)),
  floorDivide: (a, b) => Math.floor(a / b) | 0,
};

export const INT_UNARY_EXPECTED: Partial<Record<UnaryOp, (x: number) => number>> = {
  neg: (x) => wrap(-BigInt(x)),
  abs: (x) => wrap(x < 0 ? -BigInt(x) : BigInt(x)),
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0),
  square: (x) => wrap(BigInt(x) * BigInt(x)),
};

export const COMPARE_EXPECTED: Record<CompareOp, (a: number, b: number) => number> = {
  eq: (a, b) => (a === b ? 1 : 0),
  ne: (a, b) => (a === b ? 0 : 1),
  lt: (a, b) => (a < b ? 1 : 0),
  le: (a, b) => (a <= b ? 1 : 0),
  gt: (a, b) => (a > b ? 1 : 0),
  ge: (a, b) => (a >= b ? 1 : 0),
};

export function wrap(x: bigint): number {
  return Number(BigInt.asIntN(32, x));
}

/** Near 0 the Taylor series; further out erfc's continued fraction. Slow and simple, unlike a backend's. */
function erfBySeries(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x) || size > 6) return Math.sign(x);
  if (size < 2.5) {
    let term = x;
    let total = x;
    for (let n = 1; n < 80; n++) {
      term *= (-x * x) / n;
      total += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * total;
  }
  let fraction = size;
  for (let k = 100; k >= 1; k--) fraction = size + k / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-size * size) / (Math.sqrt(Math.PI) * fraction));
}
