import type { Generator } from "../engine/index.ts";
import { isFloat, type TypedArray } from "../engine/index.ts";
import { Tensor } from "../tensor/index.ts";
import { normalizeDim, type Shape } from "../util/index.ts";
import type { ValuesAndIndices } from "./arg-reduce.ts";
import { add, mul } from "./binary.ts";
import * as cast from "./cast.ts";
import * as closeness from "./closeness.ts";
import { type CreateOptions, empty, full, ones, tensor, zeros } from "./create.ts";
import { copy_ } from "./inplace.ts";
import * as chosen from "./mask-select.ts";
import * as movement from "./movement.ts";
import type { NestedArray } from "./nested.ts";
import { bmm, dot, mm, mv, outer } from "./products.ts";
import { rand, randn } from "./random.ts";
import { type Nested, toArray } from "./read.ts";
import { noGrad } from "./scopes.ts";
import * as order from "./sort.ts";
import * as triangle from "./triangle.ts";

// What a script written for PyTorch calls by other names, or by names of its own.

declare module "../tensor/tensor.ts" {
  interface Tensor {
    /** As float32. */
    float(): Tensor;
    /** As float64, which lives on the reference backend alone. */
    double(): Tensor;
    /** As int32, the only kind of whole numbers here (PyTorch: int64). */
    long(): Tensor;
    /** As int32. */
    int(): Tensor;
    /** As bool: whether an element is not 0. */
    bool(): Tensor;
    /** In the dtype of another tensor. */
    typeAs(other: Tensor): Tensor;
    isFloatingPoint(): boolean;
    /** Number of dimensions. */
    readonly ndim: number;
    /** The shape, or the size of one dimension. */
    size(): Shape;
    size(dim: number): number;
    /** All dimensions in reverse order. */
    readonly T: Tensor;
    /** The last two dimensions exchanged. */
    readonly mT: Tensor;
    viewAs(other: Tensor): Tensor;
    reshapeAs(other: Tensor): Tensor;
    expandAs(other: Tensor): Tensor;
    /** The tensors along a dimension, which goes away. */
    unbind(dim?: number): Tensor[];
    /** New tensors of this one's dtype. */
    newZeros(shape: Shape, options?: CreateOptions): Tensor;
    newOnes(shape: Shape, options?: CreateOptions): Tensor;
    newEmpty(shape: Shape, options?: CreateOptions): Tensor;
    newFull(shape: Shape, value: number, options?: CreateOptions): Tensor;
    newTensor(values: NestedArray | TypedArray, options?: CreateOptions): Tensor;
    /** Its own elements drawn anew, uniform in `[from, to)`. */
    uniform_(from?: number, to?: number, options?: { generator?: Generator }): Tensor;
    /** Its own elements drawn anew from a normal distribution. */
    normal_(mean?: number, std?: number, options?: { generator?: Generator }): Tensor;
    tolist(): Nested;
    mm(other: Tensor): Tensor;
    bmm(other: Tensor): Tensor;
    mv(other: Tensor): Tensor;
    dot(other: Tensor): Tensor;
    outer(other: Tensor): Tensor;
    sort(options?: order.SortOptions): ValuesAndIndices;
    argsort(options?: order.SortOptions): Tensor;
    topk(k: number, options?: order.TopkOptions): ValuesAndIndices;
    nonzero(): Tensor;
    maskedSelect(mask: Tensor): Tensor;
    unique(): Tensor;
    tril(options?: triangle.TriangleOptions): Tensor;
    triu(options?: triangle.TriangleOptions): Tensor;
    isclose(other: Tensor, options?: closeness.ClosenessOptions): Tensor;
    allclose(other: Tensor, options?: closeness.ClosenessOptions): boolean;
    equal(other: Tensor): boolean;
  }
}

const p: Tensor = Tensor.prototype;

for (const [name, dtype] of [
  ["float", "float32"],
  ["double", "float64"],
  ["long", "int32"],
  ["int", "int32"],
  ["bool", "bool"],
] as const) {
  p[name] = function () {
    return cast.to(this, dtype);
  };
}
p.typeAs = function (other) {
  return cast.to(this, other.dtype);
};
p.isFloatingPoint = function () {
  return isFloat(this.dtype);
};
p.size = function (this: Tensor, dim?: number) {
  return dim === undefined ? this.shape : this.shape[normalizeDim("size", dim, this.shape.length)];
} as Tensor["size"];
Object.defineProperties(p, {
  ndim: {
    get(this: Tensor) {
      return this.shape.length;
    },
    configurable: true,
  },
  T: {
    get(this: Tensor) {
      return movement.permute(this, this.shape.map((_, i) => i).reverse());
    },
    configurable: true,
  },
  mT: {
    get(this: Tensor) {
      return movement.transpose(this, -2, -1);
    },
    configurable: true,
  },
});
p.viewAs = function (other) {
  return movement.view(this, other.shape);
};
p.reshapeAs = function (other) {
  return movement.reshape(this, other.shape);
};
p.expandAs = function (other) {
  return movement.expand(this, other.shape);
};
p.unbind = function (dim = 0) {
  const along = normalizeDim("unbind", dim, this.shape.length);
  return Array.from({ length: this.shape[along] as number }, (_, i) => movement.select(this, along, i));
};
p.newZeros = function (shape, options) {
  return zeros(shape, { dtype: this.dtype, ...options });
};
p.newOnes = function (shape, options) {
  return ones(shape, { dtype: this.dtype, ...options });
};
p.newEmpty = function (shape, options) {
  return empty(shape, { dtype: this.dtype, ...options });
};
p.newFull = function (shape, value, options) {
  return full(shape, value, { dtype: this.dtype, ...options });
};
p.newTensor = function (values, options) {
  return tensor(values, { dtype: this.dtype, ...options });
};
p.uniform_ = function (from = 0, to = 1, options = {}) {
  const drawn = noGrad(() => add(mul(rand(this.shape, { dtype: this.dtype, ...options }), to - from), from));
  return copy_(this, drawn);
};
p.normal_ = function (mean = 0, std = 1, options = {}) {
  const drawn = noGrad(() => add(mul(randn(this.shape, { dtype: this.dtype, ...options }), std), mean));
  return copy_(this, drawn);
};
p.tolist = function () {
  return toArray(this);
};
for (const [name, product] of Object.entries({ mm, bmm, mv, dot, outer })) {
  p[name as "mm"] = function (other) {
    return product(this, other);
  };
}
p.sort = function (options) {
  return order.sort(this, options);
};
p.argsort = function (options) {
  return order.argsort(this, options);
};
p.topk = function (k, options) {
  return order.topk(this, k, options);
};
p.nonzero = function () {
  return chosen.nonzero(this);
};
p.maskedSelect = function (mask) {
  return chosen.maskedSelect(this, mask);
};
p.unique = function () {
  return chosen.unique(this);
};
p.tril = function (options) {
  return triangle.tril(this, options);
};
p.triu = function (options) {
  return triangle.triu(this, options);
};
p.isclose = function (other, options) {
  return closeness.isclose(this, other, options);
};
p.allclose = function (other, options) {
  return closeness.allclose(this, other, options);
};
p.equal = function (other) {
  return closeness.equal(this, other);
};
