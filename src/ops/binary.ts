import { type BinaryOp, type DType, isFloat } from "../engine/index.ts";
import { needsGrad, record, type Tensor } from "../tensor/index.ts";
import { broadcastShapes, sameShape } from "../util/index.ts";
import { castRaw, checkSameBackend, empty, emptyLike, promote, promoteNumber, type TensorOrNumber } from "./common.ts";
import { sumToShape } from "./sum-to-shape.ts";
import { unaryRaw } from "./unary.ts";

// Elementwise arithmetic with NumPy's broadcasting and PyTorch's promotion. Each op has its value (a
// kernel of the same name) and its two derivatives beside it.

/** The kernel alone on tensors of one dtype, broadcast; not recorded. */
export function binaryRaw(op: BinaryOp, a: Tensor, b: Tensor): Tensor {
  const shape = broadcastShapes(op, a.shape, b.shape);
  const out = sameShape(shape, a.shape) ? emptyLike(a, op) : empty(shape, a.dtype, op);
  a.storage.backend.binary(op, a, b, out);
  return out;
}

/** The kernel alone with a number; not recorded. */
export function scalarRaw(op: BinaryOp, a: Tensor, value: number, reversed = false): Tensor {
  const out = emptyLike(a, op);
  a.storage.backend.binaryScalar(op, a, value, reversed, out);
  return out;
}

/** 1 where the comparison holds, else 0, in the dtype of `like`; not recorded. */
function maskRaw(op: "eq" | "gt" | "lt", a: Tensor, b: Tensor): Tensor {
  const shape = broadcastShapes(op, a.shape, b.shape);
  const mask = empty(shape, "bool", op);
  a.storage.backend.compare(op, a, b, mask);
  return castRaw(mask, a.dtype, op);
}

// The gradient by one operand, still of the output's shape; null when it is zero everywhere.
type PartialGrad = (grad: Tensor, a: Tensor, b: Tensor, y: Tensor) => Tensor | null;

interface Derivatives {
  byA: PartialGrad;
  byB: PartialGrad;
  /** Whose values `byA` reads, and `byB`: A, B and Y added up. */
  readsForA: number;
  readsForB: number;
}

const A = 1;
const B = 2;
const Y = 4;

const pass: PartialGrad = (grad) => grad;
const none: PartialGrad = () => null;

// Where the operands are equal, both get half of the gradient, as in PyTorch.
function share(op: "gt" | "lt"): PartialGrad {
  return (grad, a, b) =>
    binaryRaw("mul", grad, binaryRaw("add", maskRaw(op, a, b), scalarRaw("mul", maskRaw("eq", a, b), 0.5)));
}

const sumOfSquares = (a: Tensor, b: Tensor): Tensor => binaryRaw("add", unaryRaw("square", a), unaryRaw("square", b));

const DERIVATIVES: Partial<Record<BinaryOp, Derivatives>> = {
  add: { byA: pass, byB: pass, readsForA: 0, readsForB: 0 },
  sub: { byA: pass, byB: (grad) => unaryRaw("neg", grad), readsForA: 0, readsForB: 0 },
  mul: {
    byA: (grad, _, b) => binaryRaw("mul", grad, b),
    byB: (grad, a) => binaryRaw("mul", grad, a),
    readsForA: B,
    readsForB: A,
  },
  div: {
    byA: (grad, _, b) => binaryRaw("div", grad, b),
    byB: (grad, a, b) => unaryRaw("neg", binaryRaw("mul", grad, binaryRaw("div", binaryRaw("div", a, b), b))),
    readsForA: B,
    readsForB: A + B,
  },
  pow: { byA: powByBase, byB: powByExponent, readsForA: A + B, readsForB: A + B + Y },
  maximum: { byA: share("gt"), byB: share("lt"), readsForA: A + B, readsForB: A + B },
  minimum: { byA: share("lt"), byB: share("gt"), readsForA: A + B, readsForB: A + B },
  atan2: {
    byA: (grad, a, b) => binaryRaw("mul", grad, binaryRaw("div", b, sumOfSquares(a, b))),
    byB: (grad, a, b) => unaryRaw("neg", binaryRaw("mul", grad, binaryRaw("div", a, sumOfSquares(a, b)))),
    readsForA: A + B,
    readsForB: A + B,
  },
  // a − b·⌊a/b⌋ and a − b·trunc(a/b): the rounded quotient is locally constant.
  remainder: {
    byA: pass,
    byB: (grad, a, b) => unaryRaw("neg", binaryRaw("mul", grad, binaryRaw("floorDivide", a, b))),
    readsForA: 0,
    readsForB: A + B,
  },
  fmod: {
    byA: pass,
    byB: (grad, a, b) => unaryRaw("neg", binaryRaw("mul", grad, unaryRaw("trunc", binaryRaw("div", a, b)))),
    readsForA: 0,
    readsForB: A + B,
  },
  floorDivide: { byA: none, byB: none, readsForA: 0, readsForB: 0 },
};

// b·a^(b−1), and 0 where b is 0 (a may be 0 there).
function powByBase(grad: Tensor, a: Tensor, b: Tensor): Tensor {
  const factor = binaryRaw("mul", b, binaryRaw("pow", a, scalarRaw("sub", b, 1)));
  return zeroWhere(binaryRaw("mul", grad, factor), b, null);
}

// a^b·ln a, and 0 where a is 0 and b is not negative.
function powByExponent(grad: Tensor, a: Tensor, b: Tensor, y: Tensor): Tensor {
  const factor = binaryRaw("mul", y, unaryRaw("log", a));
  return zeroWhere(binaryRaw("mul", grad, factor), a, b);
}

// `value` with 0 where `at` is 0 (and, if `orNegative` is given, only where that is 0 or more).
function zeroWhere(value: Tensor, at: Tensor, notNegative: Tensor | null): Tensor {
  const backend = value.storage.backend;
  const mask = empty(at.shape, "bool", "eq");
  backend.compareScalar("eq", at, 0, mask);
  let condition = mask;
  if (notNegative !== null) {
    const sign = empty(notNegative.shape, "bool", "ge");
    backend.compareScalar("ge", notNegative, 0, sign);
    condition = empty(broadcastShapes("pow", mask.shape, sign.shape), "bool", "and");
    backend.logical("and", mask, sign, condition);
  }
  const zero = empty([], value.dtype, "zeros");
  backend.fill(zero, 0);
  const out = emptyLike(value, "where");
  backend.where(condition, zero, value, out);
  return out;
}

function resultDtype(op: BinaryOp, dtype: DType): DType {
  if (dtype === "bool") return op === "div" ? "float32" : "int32";
  return op === "div" && dtype === "int32" ? "float32" : dtype;
}

/** Applies a kernel to tensor and tensor, or tensor and number, and records its derivatives. */
export function binary(op: BinaryOp, a: TensorOrNumber, b: TensorOrNumber): Tensor {
  if (typeof b === "number") return withNumber(op, typeof a === "number" ? scalarTensor(a) : a, b, false);
  if (typeof a === "number") return withNumber(op, b, a, true);
  checkSameBackend(op, a, b);
  const dtype = resultDtype(op, promote(a.dtype, b.dtype));
  const x = castTracked(a, dtype, op);
  const z = castTracked(b, dtype, op);
  const y = binaryRaw(op, x, z);
  if (!needsGrad(a, b)) return y;
  const rule = DERIVATIVES[op] as Derivatives;
  const byA = x.requiresGrad;
  const byB = z.requiresGrad;
  const reads = (byA ? rule.readsForA : 0) | (byB ? rule.readsForB : 0);
  const saved = reads === 0 ? null : [x, z, y].filter((_, i) => (reads & (1 << i)) !== 0);
  return record(op, y, [x, z], saved, (grad) => {
    const gradA = byA ? rule.byA(grad, x, z, y) : null;
    const gradB = byB ? rule.byB(grad, x, z, y) : null;
    return [gradA === null ? null : sumToShape(gradA, x.shape), gradB === null ? null : sumToShape(gradB, z.shape)];
  });
}

function scalarTensor(value: number): Tensor {
  const dtype = Number.isInteger(value) ? "int32" : "float32";
  const out = empty([], dtype, "tensor");
  out.storage.backend.fill(out, value);
  return out;
}

// A cast that gradients pass through, back in the operand's own dtype.
function castTracked(input: Tensor, dtype: DType, origin: string): Tensor {
  if (input.dtype === dtype) return input;
  const out = castRaw(input, dtype, origin);
  if (!isFloat(input.dtype)) return out;
  return record(origin, out, [input], null, (grad) => castRaw(grad, input.dtype, origin));
}

function withNumber(op: BinaryOp, input: Tensor, value: number, reversed: boolean): Tensor {
  const dtype = resultDtype(op, promoteNumber(input.dtype, value));
  const x = castTracked(input, dtype, op);
  const y = scalarRaw(op, x, value, reversed);
  if (!needsGrad(x)) return y;
  return record(op, y, [x], savedByNumber(op, x, y, reversed), (grad) => numberGrad(op, grad, x, y, value, reversed));
}

function savedByNumber(op: BinaryOp, x: Tensor, y: Tensor, reversed: boolean): Tensor[] | null {
  if (op === "mul") return null;
  const rule = DERIVATIVES[op] as Derivatives;
  const reads = reversed ? rule.readsForB : rule.readsForA;
  if ((reads & Y) !== 0) return [x, y];
  return (reads & (reversed ? B : A)) !== 0 ? [x] : null;
}

function numberGrad(op: BinaryOp, grad: Tensor, x: Tensor, y: Tensor, value: number, reversed: boolean): Tensor | null {
  if (op === "add") return grad;
  if (op === "sub") return reversed ? unaryRaw("neg", grad) : grad;
  if (op === "mul") return scalarRaw("mul", grad, value);
  if (op === "div" && !reversed) return scalarRaw("div", grad, value);
  if (op === "pow" && !reversed) {
    if (value === 0) return scalarRaw("mul", grad, 0);
    return binaryRaw("mul", grad, scalarRaw("mul", scalarRaw("pow", x, value - 1), value));
  }
  const rule = DERIVATIVES[op] as Derivatives;
  const other = empty([], x.dtype, "tensor");
  other.storage.backend.fill(other, value);
  const part = reversed ? rule.byB(grad, other, x, y) : rule.byA(grad, x, other, y);
  if (part !== null) return part;
  return scalarRaw("mul", grad, 0);
}

/**
 * a + b.
 *
 * @example
 * add(tensor([1, 2]), 10); // [11, 12]
 */
export const add = (a: TensorOrNumber, b: TensorOrNumber): Tensor => binary("add", a, b);
/**
 * a − b.
 *
 * @example
 * sub(tensor([1, 2]), tensor([3, 5])); // [-2, -3]
 */
export const sub = (a: TensorOrNumber, b: TensorOrNumber): Tensor => binary("sub", a, b);
/**
 * a · b, element by element.
 *
 * @example
 * mul(tensor([1, 2]), tensor([3, 5])); // [3, 10]
 */
export const mul = (a: TensorOrNumber, b: TensorOrNumber): Tensor => binary("mul", a, b);
/**
 * a / b; integers give float32.
 *
 * @example
 * div(tensor([1, 2]), 4); // [0.25, 0.5]
 */
export const div = (a: TensorOrNumber, b: TensorOrNumber): Tensor => binary("div", a, b);
/**
 * a to the power of b.
 *
 * @example
 * pow(tensor([1, 2, 3]), 2); // [1, 4, 9]
 */
export const pow = (a: TensorOrNumber, b: TensorOrNumber): Tensor => binary("pow", a, b);
/**
 * The larger of two; NaN wins.
 *
 * @example
 * maximum(tensor([1, 5]), 3); // [3, 5]
 */
export const maximum = (a: TensorOrNumber, b: TensorOrNumber): Tensor => binary("maximum", a, b);
/**
 * The smaller of two; NaN wins.
 *
 * @example
 * minimum(tensor([1, 5]), 3); // [1, 3]
 */
export const minimum = (a: TensorOrNumber, b: TensorOrNumber): Tensor => binary("minimum", a, b);
/**
 * The angle of the point (b, a) in −π … π radians.
 *
 * @example
 * atan2(tensor([1, -1]), tensor([0, 0])); // [π/2, −π/2]
 */
export const atan2 = (a: TensorOrNumber, b: TensorOrNumber): Tensor => binary("atan2", a, b);
/**
 * a − b·⌊a/b⌋: the remainder with the divisor's sign.
 *
 * @example
 * remainder(tensor([5, -5]), 3); // [2, 1]
 */
export const remainder = (a: TensorOrNumber, b: TensorOrNumber): Tensor => binary("remainder", a, b);
/**
 * a − b·trunc(a/b): the remainder with the dividend's sign.
 *
 * @example
 * fmod(tensor([5, -5]), 3); // [2, -2]
 */
export const fmod = (a: TensorOrNumber, b: TensorOrNumber): Tensor => binary("fmod", a, b);
/**
 * ⌊a/b⌋.
 *
 * @example
 * floorDivide(tensor([5, -5]), 3); // [1, -2]
 */
export const floorDivide = (a: TensorOrNumber, b: TensorOrNumber): Tensor => binary("floorDivide", a, b);
