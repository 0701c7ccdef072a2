// The names of the elementwise and reduction kernels. The position in a list is the number by which
// the AssemblyScript kernels know the operation (kernels/opcodes.ts repeats them as constants and the
// conformance suite runs every one), so append, never reorder.

/** Elementwise functions of one operand. */
export const UNARY_OPS = [
  "neg",
  "abs",
  "sign",
  "square",
  "sqrt",
  "rsqrt",
  "reciprocal",
  "exp",
  "expm1",
  "log",
  "log1p",
  "log2",
  "log10",
  "sin",
  "cos",
  "tan",
  "asin",
  "acos",
  "atan",
  "sinh",
  "cosh",
  "tanh",
  "sigmoid",
  "relu",
  "erf",
  "floor",
  "ceil",
  "round",
  "trunc",
  "softplus",
] as const;
export type UnaryOp = (typeof UNARY_OPS)[number];

/**
 * Elementwise functions of two operands. The `…Grad` ones are derivatives: the first operand is the
 * incoming gradient, the second what forward saved (`reluGrad`, `tanhGrad` and `sigmoidGrad` save
 * their output).
 */
export const BINARY_OPS = [
  "add",
  "sub",
  "mul",
  "div",
  "pow",
  "maximum",
  "minimum",
  "atan2",
  "remainder",
  "fmod",
  "floorDivide",
  "reluGrad",
  "tanhGrad",
  "sigmoidGrad",
] as const;
export type BinaryOp = (typeof BINARY_OPS)[number];

/** Comparisons; they write bool. */
export const COMPARE_OPS = ["eq", "ne", "lt", "le", "gt", "ge"] as const;
export type CompareOp = (typeof COMPARE_OPS)[number];

/** Logic on bools; they write bool. */
export const LOGICAL_OPS = ["and", "or", "xor"] as const;
export type LogicalOp = (typeof LOGICAL_OPS)[number];

/** Tests of one float operand; they write bool. */
export const TEST_OPS = ["isnan", "isinf", "isfinite"] as const;
export type TestOp = (typeof TEST_OPS)[number];

/** Reductions to one value. `sumSquares` is Σx²; `any` and `all` read and write bool. */
export const REDUCE_OPS = ["sum", "mean", "prod", "max", "min", "sumSquares", "any", "all"] as const;
export type ReduceOp = (typeof REDUCE_OPS)[number];

/**
 * Losses that are a sum of one function of (input, target) an element, computed together with their
 * derivative by the input. `huber` and `smoothL1` take delta (beta) as parameter.
 */
export const POINTWISE_LOSSES = ["mse", "l1", "huber", "smoothL1"] as const;
export type PointwiseLoss = (typeof POINTWISE_LOSSES)[number];
