// What users see of the operations, name by name: what stands here is part of the public interface, and a test pins
// it. Other folders of this package find more in index.ts.
export {
  allclose,
  type ClosenessOptions,
  equal,
  isclose,
  isTensor,
  numel,
} from "./agree.ts";
export { argmax, argmin, max, min, type ValuesAndIndices } from "./arg-reduce.ts";
export { add, atan2, div, floorDivide, fmod, maximum, minimum, mul, pow, remainder, sub } from "./binary.ts";
export { clone, contiguous, to } from "./cast.ts";
export type { TensorOrNumber } from "./common.ts";
export {
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
export {
  arange,
  type CreateOptions,
  empty,
  emptyLike,
  eye,
  fromTypedArray,
  full,
  fullLike,
  getDefaultDtype,
  linspace,
  ones,
  onesLike,
  setDefaultDtype,
  tensor,
  zeros,
  zerosLike,
} from "./create.ts";
export { cumprod } from "./cumprod.ts";
export { einsum } from "./einsum.ts";
export { flip, pad, repeat } from "./fill.ts";
export { gather, indexSelect, oneHot, scatter, scatterAdd } from "./indexing.ts";
export { add_, clamp_, copy_, div_, fill_, mul_, sub_, zero_ } from "./inplace.ts";
export { cat, chunk, split, stack } from "./join.ts";
export { linear } from "./linear.ts";
export { matmul } from "./matmul.ts";
export { median } from "./median.ts";
export {
  expand,
  flatten,
  narrow,
  permute,
  reshape,
  type SliceOptions,
  select,
  slice,
  squeeze,
  t,
  transpose,
  unsqueeze,
  view,
} from "./movement.ts";
export type { NestedArray } from "./nested.ts";
export { type BincountOptions, bincount, maskedSelect, type NonzeroOptions, nonzero, unique } from "./pick.ts";
export { bmm, dot, mm, mv, outer } from "./products.ts";
export {
  bernoulli,
  bernoulliScalar,
  type RandomOptions,
  rand,
  randint,
  randintLike,
  randLike,
  randn,
  randnLike,
  randperm,
} from "./random.ts";
export { item, type Nested, toArray } from "./read.ts";
export {
  type MeshgridOptions,
  meshgrid,
  movedim,
  roll,
  type TriangleOptions,
  tril,
  triu,
  unbind,
} from "./rearrange.ts";
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
export {
  type FillRandomOptions,
  type MultinomialOptions,
  multinomial,
  normal,
  normal_,
  uniform_,
} from "./sample.ts";
export { enableGrad, noGrad, setGradEnabled } from "./scopes.ts";
export { logSoftmax, softmax } from "./softmax.ts";
export { argsort, type SortOptions, sort, type TopkOptions, topk } from "./sort.ts";
export { logSumExp, logsumexp, norm, std, type VarianceOptions, variance } from "./stats.ts";
export {
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
export { unflatten } from "./unflatten.ts";
export { type ClampOptions, clamp, maskedFill, where } from "./where.ts";
