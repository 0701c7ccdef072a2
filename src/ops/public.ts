// What users see of the operations.
export * from "./arg-reduce.ts";
export * from "./binary.ts";
export * from "./cast.ts";
export * from "./closeness.ts";
export type { TensorOrNumber } from "./common.ts";
export * from "./compare.ts";
export * from "./create.ts";
export * from "./einsum.ts";
export * from "./fill.ts";
export * from "./indexing.ts";
export * from "./inplace.ts";
export * from "./join.ts";
export { linear } from "./linear.ts";
export * from "./mask-select.ts";
export * from "./matmul.ts";
export * from "./movement.ts";
export type { NestedArray } from "./nested.ts";
export * from "./products.ts";
export * from "./random.ts";
export { data, format, item, type Nested, toArray } from "./read.ts";
export {
  all,
  amax,
  amin,
  any,
  cumsum,
  type Dims,
  mean,
  prod,
  type ReduceOptions,
  sum,
} from "./reduce.ts";
export * from "./scopes.ts";
export * from "./softmax.ts";
export * from "./sort.ts";
export * from "./stats.ts";
export * from "./triangle.ts";
export * from "./unary.ts";
export * from "./unflatten.ts";
export * from "./where.ts";
