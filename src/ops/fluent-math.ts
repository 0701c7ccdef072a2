import type { DType, TypedArray } from "../engine/index.ts";
import { type BackwardOptions, backward, type GradHook, Tensor } from "../tensor/index.ts";
import { GradientError } from "../util/index.ts";
import * as arg from "./arg-reduce.ts";
import { add, atan2, div, floorDivide, fmod, maximum, minimum, mul, pow, remainder, sub } from "./binary.ts";
import * as cast from "./cast.ts";
import type { TensorOrNumber } from "./common.ts";
import {
  eq,
  ge,
  gt,
  isfinite,
  isinf,
  isnan,
  le,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  lt,
  ne,
} from "./compare.ts";
import { add_, clamp_, copy_, div_, fill_, mul_, sub_, zero_ } from "./inplace.ts";
import * as products from "./matmul.ts";
import * as read from "./read.ts";
import { all, amax, amin, any, cumsum, type Dims, mean, prod, type ReduceOptions, sum } from "./reduce.ts";
import * as soft from "./softmax.ts";
import * as stats from "./stats.ts";
import {
  abs,
  acos,
  asin,
  atan,
  ceil,
  cos,
  cosh,
  erf,
  exp,
  expm1,
  floor,
  log,
  log1p,
  log2,
  log10,
  neg,
  reciprocal,
  relu,
  round,
  rsqrt,
  sigmoid,
  sign,
  sin,
  sinh,
  softplus,
  sqrt,
  square,
  tan,
  tanh,
  trunc,
} from "./unary.ts";
import * as choose from "./where.ts";

// Operations as methods: `x.add(y)` is `add(x, y)`. The functions carry the documentation.

declare module "../tensor/tensor.ts" {
  interface Tensor {
    neg(): Tensor;
    abs(): Tensor;
    sign(): Tensor;
    square(): Tensor;
    sqrt(): Tensor;
    rsqrt(): Tensor;
    reciprocal(): Tensor;
    exp(): Tensor;
    expm1(): Tensor;
    log(): Tensor;
    log1p(): Tensor;
    log2(): Tensor;
    log10(): Tensor;
    sin(): Tensor;
    cos(): Tensor;
    tan(): Tensor;
    asin(): Tensor;
    acos(): Tensor;
    atan(): Tensor;
    sinh(): Tensor;
    cosh(): Tensor;
    tanh(): Tensor;
    sigmoid(): Tensor;
    relu(): Tensor;
    erf(): Tensor;
    floor(): Tensor;
    ceil(): Tensor;
    round(): Tensor;
    trunc(): Tensor;
    softplus(): Tensor;
    add(other: TensorOrNumber): Tensor;
    sub(other: TensorOrNumber): Tensor;
    mul(other: TensorOrNumber): Tensor;
    div(other: TensorOrNumber): Tensor;
    pow(exponent: TensorOrNumber): Tensor;
    maximum(other: TensorOrNumber): Tensor;
    minimum(other: TensorOrNumber): Tensor;
    atan2(other: TensorOrNumber): Tensor;
    remainder(other: TensorOrNumber): Tensor;
    fmod(other: TensorOrNumber): Tensor;
    floorDivide(other: TensorOrNumber): Tensor;
    eq(other: TensorOrNumber): Tensor;
    ne(other: TensorOrNumber): Tensor;
    lt(other: TensorOrNumber): Tensor;
    le(other: TensorOrNumber): Tensor;
    gt(other: TensorOrNumber): Tensor;
    ge(other: TensorOrNumber): Tensor;
    logicalAnd(other: Tensor): Tensor;
    logicalOr(other: Tensor): Tensor;
    logicalXor(other: Tensor): Tensor;
    logicalNot(): Tensor;
    isnan(): Tensor;
    isinf(): Tensor;
    isfinite(): Tensor;
    /** Elements of this tensor where the condition holds, else of `other`. */
    where(condition: Tensor, other: TensorOrNumber): Tensor;
    maskedFill(mask: Tensor, value: number): Tensor;
    clamp(options: choose.ClampOptions): Tensor;
    sum(dims?: Dims, options?: ReduceOptions): Tensor;
    mean(dims?: Dims, options?: ReduceOptions): Tensor;
    prod(dim?: number, options?: ReduceOptions): Tensor;
    amax(dims?: Dims, options?: ReduceOptions): Tensor;
    amin(dims?: Dims, options?: ReduceOptions): Tensor;
    max(): Tensor;
    max(dim: number, options?: ReduceOptions): arg.ValuesAndIndices;
    min(): Tensor;
    min(dim: number, options?: ReduceOptions): arg.ValuesAndIndices;
    argmax(dim?: number, options?: ReduceOptions): Tensor;
    argmin(dim?: number, options?: ReduceOptions): Tensor;
    any(dim?: number, options?: ReduceOptions): Tensor;
    all(dim?: number, options?: ReduceOptions): Tensor;
    cumsum(dim: number): Tensor;
    variance(dims?: Dims, options?: stats.VarianceOptions): Tensor;
    std(dims?: Dims, options?: stats.VarianceOptions): Tensor;
    norm(p?: number, dims?: Dims, options?: ReduceOptions): Tensor;
    logSumExp(dims: number | readonly number[], options?: ReduceOptions): Tensor;
    softmax(dim: number): Tensor;
    logSoftmax(dim: number): Tensor;
    matmul(other: Tensor): Tensor;
    add_(other: TensorOrNumber): Tensor;
    sub_(other: TensorOrNumber): Tensor;
    mul_(other: TensorOrNumber): Tensor;
    div_(other: TensorOrNumber): Tensor;
    fill_(value: number): Tensor;
    zero_(): Tensor;
    copy_(source: Tensor): Tensor;
    clamp_(options: choose.ClampOptions): Tensor;
    to(dtype: DType): Tensor;
    clone(): Tensor;
    /** The tensor itself when it is row-major without holes, else a copy that is. */
    contiguous(): Tensor;
    /** A copy of the elements in row-major order; bool as bytes. */
    readonly data: TypedArray;
    item(): number;
    toArray(): read.Nested;
    toString(): string;
    /** Computes gradients by every leaf and adds them to `.grad`; see `BackwardOptions`. */
    backward(options?: BackwardOptions): void;
    /** Keep the gradient of this non-leaf too. */
    retainGrad(): void;
    /** Calls `hook` with this tensor's gradient during `backward()`; what it returns takes its place. */
    registerHook(hook: GradHook): { remove(): void };
    /** Sets `requiresGrad` and returns the tensor. */
    requiresGrad_(on?: boolean): this;
  }
}

const p: Tensor = Tensor.prototype;

// The entries of a table of functions, under their own names.
function entries<T extends object>(table: T): [keyof T, T[keyof T]][] {
  return Object.entries(table) as [keyof T, T[keyof T]][];
}

for (const [name, fn] of entries({
  neg,
  abs,
  sign,
  square,
  sqrt,
  rsqrt,
  reciprocal,
  exp,
  expm1,
  log,
  log1p,
  log2,
  log10,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  sigmoid,
  relu,
  erf,
  floor,
  ceil,
  round,
  trunc,
  softplus,
})) {
  p[name] = function () {
    return fn(this);
  };
}
for (const [name, fn] of entries({ add, sub, mul, div, pow, maximum, minimum, atan2, remainder, fmod, floorDivide })) {
  p[name] = function (other) {
    return fn(this, other);
  };
}
for (const [name, fn] of entries({ eq, ne, lt, le, gt, ge })) {
  p[name] = function (other) {
    return fn(this, other);
  };
}
for (const [name, fn] of entries({ logicalAnd, logicalOr, logicalXor })) {
  p[name] = function (other) {
    return fn(this, other);
  };
}
for (const [name, fn] of entries({ logicalNot, isnan, isinf, isfinite })) {
  p[name] = function () {
    return fn(this);
  };
}
for (const [name, fn] of entries({ add_, sub_, mul_, div_ })) {
  p[name] = function (other) {
    return fn(this, other);
  };
}
for (const [name, fn] of entries({ sum, mean, amax, amin })) {
  p[name] = function (dims, options) {
    return fn(this, dims, options);
  };
}
for (const [name, fn] of entries({ prod, any, all })) {
  p[name] = function (dim, options) {
    return fn(this, dim, options);
  };
}
p.where = function (condition, other) {
  return choose.where(condition, this, other);
};
p.maskedFill = function (mask, value) {
  return choose.maskedFill(this, mask, value);
};
p.clamp = function (options) {
  return choose.clamp(this, options);
};
p.max = function (this: Tensor, dim?: number, options?: ReduceOptions) {
  return dim === undefined ? arg.max(this) : arg.max(this, dim, options);
} as Tensor["max"];
p.min = function (this: Tensor, dim?: number, options?: ReduceOptions) {
  return dim === undefined ? arg.min(this) : arg.min(this, dim, options);
} as Tensor["min"];
p.argmax = function (dim, options) {
  return arg.argmax(this, dim, options);
};
p.argmin = function (dim, options) {
  return arg.argmin(this, dim, options);
};
p.cumsum = function (dim) {
  return cumsum(this, dim);
};
p.variance = function (dims, options) {
  return stats.variance(this, dims, options);
};
p.std = function (dims, options) {
  return stats.std(this, dims, options);
};
p.norm = function (order, dims, options) {
  return stats.norm(this, order, dims, options);
};
p.logSumExp = function (dims, options) {
  return stats.logSumExp(this, dims, options);
};
p.softmax = function (dim) {
  return soft.softmax(this, dim);
};
p.logSoftmax = function (dim) {
  return soft.logSoftmax(this, dim);
};
p.matmul = function (other) {
  return products.matmul(this, other);
};
p.fill_ = function (value) {
  return fill_(this, value);
};
p.zero_ = function () {
  return zero_(this);
};
p.copy_ = function (source) {
  return copy_(this, source);
};
p.clamp_ = function (options) {
  return clamp_(this, options);
};
p.to = function (dtype) {
  return cast.to(this, dtype);
};
p.clone = function () {
  return cast.clone(this);
};
p.contiguous = function () {
  return cast.contiguous(this);
};
Object.defineProperty(p, "data", {
  get(this: Tensor) {
    return read.data(this);
  },
  configurable: true,
});
p.item = function () {
  return read.item(this);
};
p.toArray = function () {
  return read.toArray(this);
};
p.toString = function () {
  return read.format(this);
};
p.backward = function (options) {
  backward(this, options);
};
p.retainGrad = function () {
  this.needGradState().retained = !this.isLeaf;
};
p.registerHook = function (hook) {
  if (!this.requiresGrad) {
    throw new GradientError(
      "registerHook",
      "the tensor does not require a gradient",
      "expected one that does, since only those see one",
      "Set requiresGrad, or register on a tensor computed from parameters.",
    );
  }
  const state = this.needGradState();
  state.hooks ??= [];
  const { hooks } = state;
  hooks.push(hook);
  return {
    remove: () => {
      const at = hooks.indexOf(hook);
      if (at >= 0) hooks.splice(at, 1);
    },
  };
};
p.requiresGrad_ = function (on = true) {
  this.requiresGrad = on;
  return this;
};
