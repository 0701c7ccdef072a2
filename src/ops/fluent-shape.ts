import { Tensor } from "../tensor/index.ts";
import type { Shape } from "../util/index.ts";
import * as fill from "./fill.ts";
import * as indexing from "./indexing.ts";
import * as join from "./join.ts";
import * as movement from "./movement.ts";

// Movement and indexing as methods: `x.reshape([2, 3])` is `reshape(x, [2, 3])`.

declare module "../tensor/tensor.ts" {
  interface Tensor {
    view(shape: Shape): Tensor;
    reshape(shape: Shape): Tensor;
    flatten(startDim?: number, endDim?: number): Tensor;
    permute(dims: readonly number[]): Tensor;
    transpose(dim0: number, dim1: number): Tensor;
    t(): Tensor;
    squeeze(dim?: number): Tensor;
    unsqueeze(dim: number): Tensor;
    expand(shape: Shape): Tensor;
    narrow(dim: number, start: number, length: number): Tensor;
    slice(dim: number, options?: movement.SliceOptions): Tensor;
    select(dim: number, index: number): Tensor;
    split(sizes: number | readonly number[], dim?: number): Tensor[];
    chunk(chunks: number, dim?: number): Tensor[];
    flip(dims: number | readonly number[]): Tensor;
    pad(sizes: readonly number[], value?: number): Tensor;
    repeat(counts: readonly number[]): Tensor;
    indexSelect(dim: number, index: Tensor): Tensor;
    gather(dim: number, index: Tensor): Tensor;
    scatterAdd(dim: number, index: Tensor, source: Tensor): Tensor;
    oneHot(numClasses?: number): Tensor;
  }
}

const p: Tensor = Tensor.prototype;

p.view = function (shape) {
  return movement.view(this, shape);
};
p.reshape = function (shape) {
  return movement.reshape(this, shape);
};
p.flatten = function (startDim, endDim) {
  return movement.flatten(this, startDim, endDim);
};
p.permute = function (dims) {
  return movement.permute(this, dims);
};
p.transpose = function (dim0, dim1) {
  return movement.transpose(this, dim0, dim1);
};
p.t = function () {
  return movement.t(this);
};
p.squeeze = function (dim) {
  return movement.squeeze(this, dim);
};
p.unsqueeze = function (dim) {
  return movement.unsqueeze(this, dim);
};
p.expand = function (shape) {
  return movement.expand(this, shape);
};
p.narrow = function (dim, start, length) {
  return movement.narrow(this, dim, start, length);
};
p.slice = function (dim, options) {
  return movement.slice(this, dim, options);
};
p.select = function (dim, index) {
  return movement.select(this, dim, index);
};
p.split = function (sizes, dim) {
  return join.split(this, sizes, dim);
};
p.chunk = function (chunks, dim) {
  return join.chunk(this, chunks, dim);
};
p.flip = function (dims) {
  return fill.flip(this, dims);
};
p.pad = function (sizes, value) {
  return fill.pad(this, sizes, value);
};
p.repeat = function (counts) {
  return fill.repeat(this, counts);
};
p.indexSelect = function (dim, index) {
  return indexing.indexSelect(this, dim, index);
};
p.gather = function (dim, index) {
  return indexing.gather(this, dim, index);
};
p.scatterAdd = function (dim, index, source) {
  return indexing.scatterAdd(this, dim, index, source);
};
p.oneHot = function (numClasses) {
  return indexing.oneHot(this, numClasses);
};
