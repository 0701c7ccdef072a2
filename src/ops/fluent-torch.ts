import { Tensor } from "../tensor/index.ts";
import * as agree from "./agree.ts";
import type { ValuesAndIndices } from "./arg-reduce.ts";
import { cumprod } from "./cumprod.ts";
import { scatter } from "./indexing.ts";
import { median } from "./median.ts";
import * as pick from "./pick.ts";
import { bmm, dot, mm, mv, outer } from "./products.ts";
import { movedim, roll, type TriangleOptions, tril, triu, unbind } from "./rearrange.ts";
import type { Dims, ReduceOptions } from "./reduce.ts";
import * as sample from "./sample.ts";
import * as order from "./sort.ts";
import * as stats from "./stats.ts";

// More operations as methods: `x.sort()` is `sort(x)`. The functions carry the documentation.

declare module "../tensor/tensor.ts" {
  interface Tensor {
    sort(dim?: number | order.SortOptions, options?: order.SortOptions): ValuesAndIndices;
    argsort(dim?: number | order.SortOptions, options?: order.SortOptions): Tensor;
    topk(k: number, dim?: number | order.TopkOptions, options?: order.TopkOptions): ValuesAndIndices;
    median(): Tensor;
    median(dim: number, options?: ReduceOptions): ValuesAndIndices;
    /** `variance`, under PyTorch's name. */
    var(dims?: Dims, options?: stats.VarianceOptions): Tensor;
    logsumexp(dims: number | readonly number[], options?: ReduceOptions): Tensor;
    cumprod(dim: number): Tensor;
    mm(other: Tensor): Tensor;
    bmm(other: Tensor): Tensor;
    mv(vector: Tensor): Tensor;
    dot(other: Tensor): Tensor;
    outer(other: Tensor): Tensor;
    unbind(dim?: number): Tensor[];
    movedim(source: number | readonly number[], destination: number | readonly number[]): Tensor;
    roll(shifts: number | readonly number[], dims?: number | readonly number[]): Tensor;
    tril(diagonal?: number | TriangleOptions): Tensor;
    triu(diagonal?: number | TriangleOptions): Tensor;
    nonzero(options?: pick.NonzeroOptions & { asTuple?: false }): Tensor;
    nonzero(options: pick.NonzeroOptions & { asTuple: true }): Tensor[];
    maskedSelect(mask: Tensor): Tensor;
    unique(): Tensor;
    bincount(options?: pick.BincountOptions): Tensor;
    scatter(dim: number, index: Tensor, source: Tensor | number): Tensor;
    multinomial(numSamples: number, options?: sample.MultinomialOptions): Tensor;
    normal_(mean?: number, std?: number, options?: sample.FillRandomOptions): Tensor;
    uniform_(from?: number, to?: number, options?: sample.FillRandomOptions): Tensor;
    isclose(other: Tensor, options?: agree.ClosenessOptions): Tensor;
    allclose(other: Tensor, options?: agree.ClosenessOptions): boolean;
    equal(other: Tensor): boolean;
  }
}

const p: Tensor = Tensor.prototype;

// The functions of one other tensor, under their own names.
const products = { mm, bmm, mv, dot, outer };
for (const name of Object.keys(products) as (keyof typeof products)[]) {
  const fn = products[name];
  p[name] = function (other: Tensor) {
    return fn(this, other);
  };
}
p.sort = function (dim, options) {
  return order.sort(this, dim, options);
};
p.argsort = function (dim, options) {
  return order.argsort(this, dim, options);
};
p.topk = function (k, dim, options) {
  return order.topk(this, k, dim, options);
};
p.median = function (this: Tensor, dim?: number, options?: ReduceOptions) {
  return dim === undefined ? median(this) : median(this, dim, options);
} as Tensor["median"];
p.var = function (dims, options) {
  return stats.variance(this, dims, options);
};
p.logsumexp = function (dims, options) {
  return stats.logsumexp(this, dims, options);
};
p.cumprod = function (dim) {
  return cumprod(this, dim);
};
p.unbind = function (dim) {
  return unbind(this, dim);
};
p.movedim = function (source, destination) {
  return movedim(this, source, destination);
};
p.roll = function (shifts, dims) {
  return roll(this, shifts, dims);
};
p.tril = function (diagonal) {
  return tril(this, diagonal);
};
p.triu = function (diagonal) {
  return triu(this, diagonal);
};
p.nonzero = function (this: Tensor, options?: pick.NonzeroOptions) {
  return pick.nonzero(this, options as { asTuple?: false });
} as Tensor["nonzero"];
p.maskedSelect = function (mask) {
  return pick.maskedSelect(this, mask);
};
p.unique = function () {
  return pick.unique(this);
};
p.bincount = function (options) {
  return pick.bincount(this, options);
};
p.scatter = function (dim, index, source) {
  return scatter(this, dim, index, source);
};
p.multinomial = function (numSamples, options) {
  return sample.multinomial(this, numSamples, options);
};
p.normal_ = function (mean, std, options) {
  return sample.normal_(this, mean, std, options);
};
p.uniform_ = function (from, to, options) {
  return sample.uniform_(this, from, to, options);
};
p.isclose = function (other, options) {
  return agree.isclose(this, other, options);
};
p.allclose = function (other, options) {
  return agree.allclose(this, other, options);
};
p.equal = function (other) {
  return agree.equal(this, other);
};
