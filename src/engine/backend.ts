import type { AttentionInputs } from "./attention.ts";
import type { DType, TypedArray } from "./dtype.ts";
import type { BinaryOp, CompareOp, LogicalOp, PointwiseLoss, ReduceOp, TestOp, UnaryOp } from "./opcodes.ts";
import type { RecurrentGradients, RecurrentRun } from "./recurrent.ts";
import type { Storage, View } from "./storage.ts";
import type { UpdateRule } from "./updates.ts";
import type { AverageOver, RowNorm, Window2d } from "./windows.ts";

/** A row of `matmul` options. */
export interface MatmulOptions {
  /** Add to what `out` holds instead of overwriting it. */
  accumulate?: boolean;
  /** `[N]`, added to every row of the product; not together with `accumulate`. */
  bias?: View | null;
}

/** What a backend's memory looks like, for `engine.memory()`. */
export interface MemoryInfo {
  /** Bytes in live blocks, as requested. */
  liveBytes: number;
  /** Number of live blocks. */
  handles: number;
  /** Bytes the backend has taken from the system. */
  heapBytes: number;
  /** Highest `liveBytes` so far. */
  peakBytes: number;
}

/**
 * The contract between ops and whatever computes: memory, and a small set of kernels over strided
 * views. Ops check shapes and dtypes and allocate outputs; a backend may trust both.
 *
 * Rules for every kernel:
 * - `out` is contiguous unless the description says otherwise, of the right shape and dtype, and
 *   overlaps no input except where the very same elements are read and written (in place).
 * - Inputs may be strided, broadcast (stride 0) or flipped (negative stride) in any way.
 * - Sizes of 0 are legal and do nothing (reductions over nothing write their neutral element;
 *   `mean` writes NaN; ops refuse `max`, `min` and arg-reductions over nothing themselves).
 * - Floating-point semantics are IEEE's: NaN and infinities pass through as in PyTorch
 *   (`max`, `min`, `maximum`, `minimum`, `relu` propagate NaN).
 * - No kernel returns a tensor's value to JavaScript except `read`, `readInto`, `firstNonfinite` and
 *   `firstOutOfRange`, so that an asynchronous backend can queue all others.
 */
export interface Backend {
  readonly name: string;
  /** The dtypes it can hold and compute with. */
  readonly dtypes: readonly DType[];

  // Memory ------------------------------------------------------------------------------------

  /** An uninitialised block. `origin` is the op it is for. @throws {OutOfMemoryError} */
  alloc(dtype: DType, length: number, origin: string): Storage;
  /** Gives the block back; the storage is *released*. Releasing twice does nothing. */
  release(storage: Storage): void;
  /** Copies the elements to the JavaScript heap and gives the block back; the storage is *moved*. */
  moveToHost(storage: Storage): void;
  /** A copy of `length` elements from `offset`. Works on moved storages too. */
  read(storage: Storage, offset: number, length: number): TypedArray;
  /** The same into memory of the caller's: the elements' bytes at the front of `target`. */
  readInto(storage: Storage, offset: number, length: number, target: Uint8Array): void;
  /** Overwrites elements from `offset` on; `values` has the storage's own array type. */
  write(storage: Storage, offset: number, values: TypedArray): void;
  memory(): MemoryInfo;

  // Filling and copying -------------------------------------------------------------------------

  /** Every element becomes `value`; `out` may be strided. */
  fill(out: View, value: number): void;
  /** Copies element for element (same shape), converting the dtype; `out` may be strided. To bool: nonzero. To int32: truncated. */
  copy(input: View, out: View): void;

  // Elementwise (float32, float64; neg abs sign square and the arithmetic also int32) --------------

  unary(op: UnaryOp, input: View, out: View): void;
  /** `a` and `b` broadcast to `out`'s shape; the three dtypes are equal. */
  binary(op: BinaryOp, a: View, b: View, out: View): void;
  /** `op(a, value)`, or `op(value, a)` when `reversed`. */
  binaryScalar(op: BinaryOp, a: View, value: number, reversed: boolean, out: View): void;
  compare(op: CompareOp, a: View, b: View, out: View): void;
  compareScalar(op: CompareOp, a: View, value: number, out: View): void;
  logical(op: LogicalOp, a: View, b: View, out: View): void;
  logicalNot(input: View, out: View): void;
  test(op: TestOp, input: View, out: View): void;
  /** `condition ? a : b`, all broadcast to `out`'s shape; any dtype. */
  where(condition: View, a: View, b: View, out: View): void;
  /** Into `[min, max]`; NaN stays. Use ∓Infinity for an open end. */
  clamp(input: View, min: number, max: number, out: View): void;

  // Reductions ------------------------------------------------------------------------------------

  /** Over `dims` (ascending, normalised). `out` holds the remaining dimensions in order. int32: sum prod max min. */
  reduce(op: ReduceOp, input: View, dims: readonly number[], out: View): void;
  /** Position of the first extreme along `dim`, NaN counting as extreme; `out` is int32 without `dim`. */
  argReduce(op: "max" | "min", input: View, dim: number, out: View): void;
  /** Running sum along `dim`; `reverse` runs from the end. */
  cumsum(input: View, dim: number, reverse: boolean, out: View): void;
  /**
   * The elements along `dim` in ascending (`descending`: descending) order and their positions (int32): the first of
   * them, as many as `values` and `indices` have along `dim`. Equal ones keep their order; NaN is greatest. Also int32.
   */
  sort(input: View, dim: number, descending: boolean, values: View, indices: View): void;
  /** log Σ exp along `dims`, without overflow; all -Infinity gives -Infinity. */
  logSumExp(input: View, dims: readonly number[], out: View): void;
  softmax(input: View, dim: number, log: boolean, out: View): void;
  /** The gradient by the input, from the output of `softmax` (or of its log). */
  softmaxGrad(grad: View, output: View, dim: number, log: boolean, out: View): void;

  // Linear algebra ----------------------------------------------------------------------------------

  /** `[M, K] × [K, N] → [M, N]`, or the same with equal leading batch dimensions on all three. Transposes come as strides. */
  matmul(a: View, b: View, out: View, options?: MatmulOptions): void;
  /** `x·Wᵀ + b` for rows x `[M, K]`, W `[N, K]` and b `[N]` or null; with `relu` what is negative becomes 0. */
  linear(x: View, weight: View, bias: View | null, relu: boolean, out: View): void;
  /**
   * Gradients of `linear` by its rows, weight and bias, each written where a view is given.
   *
   * @param output what `linear` gave, where it was with `relu`; else null
   */
  linearGrad(
    grad: View,
    output: View | null,
    x: View,
    weight: View,
    gradX: View | null,
    gradWeight: View | null,
    gradBias: View | null,
  ): void;

  // Indexing (`index` is int32; `firstOutOfRange` has been asked before) ---------------------------

  /** Flat position of the first index outside `-size … size - 1`, or -1. Negative ones count from the end everywhere below. */
  firstOutOfRange(index: View, size: number): number;
  /** `out[.., i, ..] = input[.., index[i], ..]` along `dim`; `index` is 1-D. */
  indexSelect(input: View, dim: number, index: View, out: View): void;
  /** `out[.., index[i], ..] += source[.., i, ..]`; `out` is changed in place. */
  indexAdd(out: View, dim: number, index: View, source: View): void;
  /** PyTorch's gather: `out[i][j] = input[index[i][j]][j]` for dim 0. `out` has `index`'s shape. */
  gather(input: View, dim: number, index: View, out: View): void;
  /** PyTorch's scatter (`add` false) and scatter_add (`add` true); `out` is changed in place, in the order of `index`. */
  scatter(out: View, dim: number, index: View, source: View, add: boolean): void;

  // Convolution and pools (float32, float64; `[N, C, H, W]`; see windows.ts) -----------------------------

  /**
   * Cross-correlation with `weight` `[O, C / groups, kh, kw]` to `[N, O, H', W']`; `bias` is `[O]`. In this and its
   * gradients, a NaN or an infinity may turn results beside those that see it into NaN.
   */
  conv2d(input: View, weight: View, bias: View | null, window: Window2d, groups: number, out: View): void;
  /** The transposed convolution of `grad`, the gradient by the input of `conv2d`; `bias`, one for each channel of `out`, is added. */
  conv2dGradInput(grad: View, weight: View, bias: View | null, window: Window2d, groups: number, out: View): void;
  /** Gradients of `conv2d` by its input, weight and bias, each written where a view is given. */
  conv2dGrad(
    grad: View,
    input: View,
    weight: View,
    window: Window2d,
    groups: number,
    gradInput: View | null,
    gradWeight: View | null,
    gradBias: View | null,
  ): void;
  /**
   * The greatest element of each window (padding counts as -Infinity; NaN wins) and, int32, its position `y·W + x`;
   * -1 for a window that sees no element. Without `window` the windows are adaptive: output i of n reads
   * `floor(i·size/n) … ceil((i + 1)·size/n)`.
   */
  maxPool2d(input: View, window: Window2d | null, out: View, index: View): void;
  /** The gradient by the input of `maxPool2d`: each one goes to its window's greatest element. */
  maxPool2dGrad(grad: View, index: View, out: View): void;
  /** The mean of each window, divided by `over`; adaptive without `window`. Dilation is 1. */
  avgPool2d(input: View, window: Window2d | null, over: AverageOver, out: View): void;
  /** The gradient by the input of `avgPool2d`. */
  avgPool2dGrad(grad: View, window: Window2d | null, over: AverageOver, out: View): void;

  // Normalisation (float32, float64; moments are summed in float64) --------------------------------------

  /**
   * `out = (x - mean)·rstd·weight + bias` for each row of `norm`, `rstd = 1/√(mean((x - mean)²) + eps)`. Writes each
   * row's `mean` and `rstd`; where rows are not centered the mean is 0 and `mean` null.
   */
  normalizeRows(
    input: View,
    weight: View | null,
    bias: View | null,
    norm: RowNorm,
    out: View,
    mean: View | null,
    rstd: View,
  ): void;
  /** Gradients of `normalizeRows` by its input, weight and bias, each written where a view is given. */
  normalizeRowsGrad(
    grad: View,
    input: View,
    weight: View | null,
    norm: RowNorm,
    mean: View | null,
    rstd: View,
    gradInput: View | null,
    gradWeight: View | null,
    gradBias: View | null,
  ): void;
  /** Mean and biased variance of `[N, C, …]` over everything but C. */
  batchMoments(input: View, mean: View, variance: View): void;
  /** `out = (x - mean)/√(variance + eps)·weight + bias` on `[N, C, …]`, all parameters `[C]`. */
  batchNorm(
    input: View,
    mean: View,
    variance: View,
    weight: View | null,
    bias: View | null,
    eps: number,
    out: View,
  ): void;
  /**
   * Gradients of `batchNorm` by its input, weight and bias, each written where a view is given. With `training`, mean
   * and variance are the input's own and the gradient goes through them.
   */
  batchNormGrad(
    grad: View,
    input: View,
    mean: View,
    variance: View,
    weight: View | null,
    eps: number,
    training: boolean,
    gradInput: View | null,
    gradWeight: View | null,
    gradBias: View | null,
  ): void;

  // Attention -------------------------------------------------------------------------------------

  /**
   * `weights = softmax(scale · query · keyᵀ + mask)`, `[batch, heads, length, sources]`, contiguous, and
   * `out = weights · value`, `[batch, heads, length, values]` of any strides.
   */
  attention(inputs: AttentionInputs, weights: View, out: View): void;
  /** Its derivatives by query, key and value, views of any strides, from that by `out`. */
  attentionGrad(inputs: AttentionInputs, weights: View, grad: View, byQuery: View, byKey: View, byValue: View): void;

  // Recurrent layers ------------------------------------------------------------------------------

  /**
   * All time steps, each from the state `h` before it and, with `g` its row of `gates` and `u = weight · h`:
   *
   * - LSTM: `[i, f, g, o] = g + u` through sigmoids, but `g` through tanh; `c = f·c + i·g`; `h = o·tanh(c)`;
   * - GRU: `u + bias` is kept in `hidden`; `[r, z] = σ(g + u)`; `n = tanh(g + r·u)`; `h = (h − n)·z + n`;
   * - else `h` is the tanh, or the positive part, of `g + u`; what `gates` holds afterwards is not defined.
   *
   * @param bias `[gates · size]`, of a GRU only; null for none
   */
  recurrent(run: RecurrentRun, bias: View | null): void;
  /**
   * Its derivatives from `grad`, that by `run.out`, contiguous.
   *
   * @param toStart whether `by.h0` is wanted; it is written to in any case
   */
  recurrentGrad(run: RecurrentRun, grad: View, by: RecurrentGradients, toStart: boolean): void;

  // Training ------------------------------------------------------------------------------------------

  /**
   * `out[0] = scale · Σ loss(input, target)`; with `grad`, also its derivative by `input`.
   * Same shapes; `input` and `target` may be strided, `grad` is contiguous.
   */
  pointwiseLoss(
    kind: PointwiseLoss,
    input: View,
    target: View,
    parameter: number,
    scale: number,
    out: View,
    grad: View | null,
  ): void;
  /** Flat position of the first NaN or infinity, or -1. */
  firstNonfinite(input: View): number;
  /**
   * Writes the p-norm over all views (accumulated in float64 without overflow) to `out[0]`, then
   * multiplies each view by `min(1, maxNorm / (norm + 1e-6))`. With `maxNorm` Infinity it only measures.
   * `p` may be Infinity. A non-finite norm is written and the views stay as they are.
   */
  clipNorm(views: readonly View[], maxNorm: number, p: number, out: View): void;
  /** One optimizer update of one parameter; see updates.ts for each rule's state and hyper-parameters. */
  update(rule: UpdateRule, parameter: View, grad: View, state: readonly View[], hyper: readonly number[]): void;
}
