import { isFloat, type TypedArray } from "../engine/index.ts";
import { Tensor } from "../tensor/index.ts";
import { normalizeDim, type Shape } from "../util/index.ts";
import * as cast from "./cast.ts";
import { type CreateOptions, empty, full, ones, tensor, zeros } from "./create.ts";
import * as movement from "./movement.ts";
import type { NestedArray } from "./nested.ts";
import { type Nested, toArray } from "./read.ts";

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
    /** New tensors of this one's dtype. */
    newZeros(shape: Shape, options?: CreateOptions): Tensor;
    newOnes(shape: Shape, options?: CreateOptions): Tensor;
    newEmpty(shape: Shape, options?: CreateOptions): Tensor;
    newFull(shape: Shape, value: number, options?: CreateOptions): Tensor;
    newTensor(values: NestedArray | TypedArray, options?: CreateOptions): Tensor;
    tolist(): Nested;
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
p.tolist = function () {
  return toArray(this);
};
