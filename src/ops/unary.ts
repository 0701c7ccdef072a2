import type { UnaryOp } from "../engine/index.ts";
import { needsGrad, record, type Tensor } from "../tensor/index.ts";
import { castRaw, emptyLike } from "./common.ts";

// Elementwise functions of one tensor. Each is its value (a kernel of the same name) and, beside it,
// its derivative. int32 and bool inputs become float32 first, as in PyTorch, except where an integer
// result is meant (neg, abs, sign, square).

const INTEGER_OPS: ReadonlySet<UnaryOp> = new Set<UnaryOp>(["neg", "abs", "sign", "square"]);

/** The kernel alone, not recorded. */
export function unaryRaw(op: UnaryOp, input: Tensor): Tensor {
  const out = emptyLike(input, op);
  input.storage.backend.unary(op, input, out);
  return out;
}

function mulRaw(a: Tensor, b: Tensor): Tensor {
  const out = emptyLike(a, "mul");
  a.storage.backend.binary("mul", a, b, out);
  return out;
}

function gradRaw(op: "reluGrad" | "tanhGrad" | "sigmoidGrad", grad: Tensor, output: Tensor): Tensor {
  const out = emptyLike(grad, op);
  grad.storage.backend.binary(op, grad, output, out);
  return out;
}

function scalarRaw(op: "add" | "mul" | "div" | "sub", a: Tensor, value: number, reversed = false): Tensor {
  const out = emptyLike(a, op);
  a.storage.backend.binaryScalar(op, a, value, reversed, out);
  return out;
}

function prepare(op: UnaryOp, input: Tensor): Tensor {
  if (input.dtype === "float32" || input.dtype === "float64") return input;
  if (INTEGER_OPS.has(op)) return castRaw(input, "int32", op);
  return castRaw(input, "float32", op);
}

// Derivatives as a factor on the gradient, from the input x and the output y. null: zero everywhere.
type Derivative = ((grad: Tensor, x: Tensor, y: Tensor) => Tensor) | null;

// d/dx through a kernel applied to x, then a product.
function times(op: UnaryOp): Derivative {
  return (grad, x) => mulRaw(grad, unaryRaw(op, x));
}

const DERIVATIVES: Record<UnaryOp, Derivative> = {
  neg: (grad) => unaryRaw("neg", grad),
  abs: times("sign"),
  sign: null,
  square: (grad, x) => mulRaw(grad, scalarRaw("mul", x, 2)),
  sqrt: (grad, _, y) => mulRaw(grad, scalarRaw("div", y, 0.5, true)),
  rsqrt: (grad, _, y) => mulRaw(grad, scalarRaw("mul", mulRaw(unaryRaw("square", y), y), -0.5)),
  reciprocal: (grad, _, y) => mulRaw(grad, unaryRaw("neg", unaryRaw("square", y))),
  exp: (grad, _, y) => mulRaw(grad, y),
  expm1: (grad, _, y) => mulRaw(grad, scalarRaw("add", y, 1)),
  log: times("reciprocal"),
  log1p: (grad, x) => mulRaw(grad, unaryRaw("reciprocal", scalarRaw("add", x, 1))),
  log2: (grad, x) => mulRaw(grad, unaryRaw("reciprocal", scalarRaw("mul", x, Math.LN2))),
  log10: (grad, x) => mulRaw(grad, unaryRaw("reciprocal", scalarRaw("mul", x, Math.LN10))),
  sin: times("cos"),
  cos: (grad, x) => mulRaw(grad, unaryRaw("neg", unaryRaw("sin", x))),
  tan: (grad, _, y) => mulRaw(grad, scalarRaw("add", unaryRaw("square", y), 1)),
  asin: (grad, x) => mulRaw(grad, unaryRaw("rsqrt", scalarRaw("sub", unaryRaw("square", x), 1, true))),
  acos: (grad, x) => unaryRaw("neg", mulRaw(grad, unaryRaw("rsqrt", scalarRaw("sub", unaryRaw("square", x), 1, true)))),
  atan: (grad, x) => mulRaw(grad, unaryRaw("reciprocal", scalarRaw("add", unaryRaw("square", x), 1))),
  sinh: times("cosh"),
  cosh: times("sinh"),
  tanh: (grad, _, y) => gradRaw("tanhGrad", grad, y),
  sigmoid: (grad, _, y) => gradRaw("sigmoidGrad", grad, y),
  relu: (grad, _, y) => gradRaw("reluGrad", grad, y),
  // 2/√π · exp(-x²)
  erf: (grad, x) =>
    mulRaw(grad, scalarRaw("mul", unaryRaw("exp", unaryRaw("neg", unaryRaw("square", x))), 2 / Math.sqrt(Math.PI))),
  floor: null,
  ceil: null,
  round: null,
  trunc: null,
  softplus: times("sigmoid"),
};

function zerosLikeRaw(like: Tensor): Tensor {
  const out = emptyLike(like, "zeros");
  like.storage.backend.fill(out, 0);
  return out;
}

// Derivatives that read the output only may have their input changed in place before backward().
const FROM_OUTPUT: ReadonlySet<UnaryOp> = new Set<UnaryOp>([
  "sqrt",
  "rsqrt",
  "reciprocal",
  "exp",
  "expm1",
  "tan",
  "tanh",
  "sigmoid",
  "relu",
]);

/** Applies a kernel and records its derivative. */
export function unary(op: UnaryOp, input: Tensor): Tensor {
  const x = prepare(op, input);
  const y = unaryRaw(op, x);
  if (!needsGrad(input)) return y;
  const derivative = DERIVATIVES[op];
  const saved = derivative === null || op === "neg" ? null : [FROM_OUTPUT.has(op) ? y : x];
  return record(op, y, [input], saved, (grad) => (derivative === null ? zerosLikeRaw(grad) : derivative(grad, x, y)));
}

/**
 * −x.
 *
 * @example
 * neg(tensor([1, -2])); // [-1, 2]
 */
export const neg = (input: Tensor): Tensor => unary("neg", input);
/**
 * |x|; its derivative at 0 is 0.
 *
 * @example
 * abs(tensor([1, -2])); // [1, 2]
 */
export const abs = (input: Tensor): Tensor => unary("abs", input);
/**
 * −1, 0 or 1.
 *
 * @example
 * sign(tensor([3, 0, -2])); // [1, 0, -1]
 */
export const sign = (input: Tensor): Tensor => unary("sign", input);
/**
 * x².
 *
 * @example
 * square(tensor([1, -3])); // [1, 9]
 */
export const square = (input: Tensor): Tensor => unary("square", input);
/**
 * √x; NaN below 0.
 *
 * @example
 * sqrt(tensor([4, 9])); // [2, 3]
 */
export const sqrt = (input: Tensor): Tensor => unary("sqrt", input);
/**
 * 1/√x.
 *
 * @example
 * rsqrt(tensor([4, 16])); // [0.5, 0.25]
 */
export const rsqrt = (input: Tensor): Tensor => unary("rsqrt", input);
/**
 * 1/x.
 *
 * @example
 * reciprocal(tensor([2, 4])); // [0.5, 0.25]
 */
export const reciprocal = (input: Tensor): Tensor => unary("reciprocal", input);
/**
 * eˣ.
 *
 * @example
 * exp(tensor([0, 1])); // [1, 2.7183]
 */
export const exp = (input: Tensor): Tensor => unary("exp", input);
/**
 * eˣ − 1, exact near 0.
 *
 * @example
 * expm1(tensor([0, 1e-8])); // [0, 1e-8]
 */
export const expm1 = (input: Tensor): Tensor => unary("expm1", input);
/**
 * Natural logarithm.
 *
 * @example
 * log(tensor([1, Math.E])); // [0, 1]
 */
export const log = (input: Tensor): Tensor => unary("log", input);
/**
 * ln(1 + x), exact near 0.
 *
 * @example
 * log1p(tensor([0, 1e-8])); // [0, 1e-8]
 */
export const log1p = (input: Tensor): Tensor => unary("log1p", input);
/**
 * Logarithm to base 2.
 *
 * @example
 * log2(tensor([1, 8])); // [0, 3]
 */
export const log2 = (input: Tensor): Tensor => unary("log2", input);
/**
 * Logarithm to base 10.
 *
 * @example
 * log10(tensor([1, 100])); // [0, 2]
 */
export const log10 = (input: Tensor): Tensor => unary("log10", input);
/**
 * Sine; the argument in radians.
 *
 * @example
 * sin(tensor([0, Math.PI / 2])); // [0, 1]
 */
export const sin = (input: Tensor): Tensor => unary("sin", input);
/**
 * Cosine; the argument in radians.
 *
 * @example
 * cos(tensor([0, Math.PI])); // [1, -1]
 */
export const cos = (input: Tensor): Tensor => unary("cos", input);
/**
 * Tangent; the argument in radians.
 *
 * @example
 * tan(tensor([0, Math.PI / 4])); // [0, 1]
 */
export const tan = (input: Tensor): Tensor => unary("tan", input);
/**
 * Arcsine, in radians.
 *
 * @example
 * asin(tensor([0, 1])); // [0, 1.5708]
 */
export const asin = (input: Tensor): Tensor => unary("asin", input);
/**
 * Arccosine, in radians.
 *
 * @example
 * acos(tensor([1, 0])); // [0, 1.5708]
 */
export const acos = (input: Tensor): Tensor => unary("acos", input);
/**
 * Arctangent, in radians.
 *
 * @example
 * atan(tensor([0, 1])); // [0, 0.7854]
 */
export const atan = (input: Tensor): Tensor => unary("atan", input);
/**
 * Hyperbolic sine.
 *
 * @example
 * sinh(tensor([0, 1])); // [0, 1.1752]
 */
export const sinh = (input: Tensor): Tensor => unary("sinh", input);
/**
 * Hyperbolic cosine.
 *
 * @example
 * cosh(tensor([0, 1])); // [1, 1.5431]
 */
export const cosh = (input: Tensor): Tensor => unary("cosh", input);
/**
 * Hyperbolic tangent.
 *
 * @example
 * tanh(tensor([0, 1])); // [0, 0.7616]
 */
export const tanh = (input: Tensor): Tensor => unary("tanh", input);
/**
 * 1 / (1 + e⁻ˣ).
 *
 * @example
 * sigmoid(tensor([0, 2])); // [0.5, 0.8808]
 */
export const sigmoid = (input: Tensor): Tensor => unary("sigmoid", input);
/**
 * max(x, 0); its derivative at 0 is 0.
 *
 * @example
 * relu(tensor([-1, 2])); // [0, 2]
 */
export const relu = (input: Tensor): Tensor => unary("relu", input);
/**
 * The error function.
 *
 * @example
 * erf(tensor([0, 1])); // [0, 0.8427]
 */
export const erf = (input: Tensor): Tensor => unary("erf", input);
/**
 * The largest whole number not above x.
 *
 * @example
 * floor(tensor([1.5, -1.5])); // [1, -2]
 */
export const floor = (input: Tensor): Tensor => unary("floor", input);
/**
 * The smallest whole number not below x.
 *
 * @example
 * ceil(tensor([1.5, -1.5])); // [2, -1]
 */
export const ceil = (input: Tensor): Tensor => unary("ceil", input);
/**
 * To the nearest whole number, halves to the even one.
 *
 * @example
 * round(tensor([0.5, 1.5, 1.7])); // [0, 2, 2]
 */
export const round = (input: Tensor): Tensor => unary("round", input);
/**
 * Towards zero.
 *
 * @example
 * trunc(tensor([1.7, -1.7])); // [1, -1]
 */
export const trunc = (input: Tensor): Tensor => unary("trunc", input);
/**
 * ln(1 + eˣ), linear above 20 as in PyTorch.
 *
 * @example
 * softplus(tensor([0, 30])); // [0.6931, 30]
 */
export const softplus = (input: Tensor): Tensor => unary("softplus", input);
