import type { AttentionInputs } from "../attention.ts";
import type { Backend, MatmulOptions, MemoryInfo } from "../backend.ts";
import type { BlasSetting } from "../blas/index.ts";
import type { DType, TypedArray } from "../dtype.ts";
import type { BinaryOp, CompareOp, LogicalOp, PointwiseLoss, ReduceOp, TestOp, UnaryOp } from "../opcodes.ts";
import type { Storage, View } from "../storage.ts";
import type { UpdateRule } from "../updates.ts";
import type { AverageOver, RowNorm, Window2d } from "../windows.ts";
import { attention, attentionGrad } from "./dispatch-attention.ts";
import { binary, binaryScalar } from "./dispatch-binary.ts";
import { compare, compareScalar, logical } from "./dispatch-compare.ts";
import * as conv from "./dispatch-conv.ts";
import { copy, fill } from "./dispatch-copy.ts";
import { firstOutOfRange, gather, indexAdd, indexSelect, scatter } from "./dispatch-index.ts";
import * as linears from "./dispatch-linear.ts";
import { matmul } from "./dispatch-matmul.ts";
import { clipNorm } from "./dispatch-norm.ts";
import * as normalize from "./dispatch-normalize.ts";
import * as pool from "./dispatch-pool.ts";
import * as recurrents from "./dispatch-recurrent.ts";
import { argReduce, logSumExp, reduce } from "./dispatch-reduce.ts";
import { cumsum, softmax, softmaxGrad } from "./dispatch-rows.ts";
import { sort } from "./dispatch-sort.ts";
import { moveToHost, read, readInto, write } from "./dispatch-storage.ts";
import { firstNonfinite, pointwiseLoss } from "./dispatch-training.ts";
import { clamp, logicalNot, test, unary } from "./dispatch-unary.ts";
import { update } from "./dispatch-updates.ts";
import { where } from "./dispatch-where.ts";
import { hasRelaxedSimd, type KernelBuild } from "./instance.ts";
import type { WasmInfo, WasmOptions } from "./options.ts";
import { Runtime } from "./runtime.ts";
import { strictSetting } from "./strict-setting.ts";
import type { Threads } from "./threads/index.ts";

export type { WasmInfo, WasmOptions } from "./options.ts";
export type { ThreadsInfo } from "./threads/index.ts";

/** The default backend: AssemblyScript kernels with SIMD, on one linear memory of their own. */
export class WasmBackend implements Backend {
  readonly name = "wasm";
  readonly dtypes: readonly DType[] = ["float32", "int32", "bool"];
  private readonly runtime: Runtime;
  private readonly relaxed: boolean;
  private build: KernelBuild;
  private why: string;

  constructor(options: WasmOptions = {}) {
    this.relaxed = hasRelaxedSimd();
    const setting = strictSetting();
    const strict = setting !== null;
    this.build = strict || !this.relaxed ? "strict" : "relaxed";
    this.why = this.reason(setting);
    this.runtime = new Runtime(this, this.build, options.maximumPages);
    this.runtime.blas.setStrict(strict);
    if (options.blas !== undefined) this.runtime.blas.set(options.blas);
  }

  /** Strict mode: only kernels that give the same bits on every machine, and no BLAS. Tensors stay as they are. */
  setStrict(strict: boolean): void {
    this.build = strict || !this.relaxed ? "strict" : "relaxed";
    this.why = this.reason(strict ? "setDeterministic(true) asks for it" : null);
    this.runtime.use(this.build);
    this.runtime.blas.setStrict(strict);
  }

  /** Which BLAS library may multiply matrices. */
  setBlas(setting: BlasSetting): void {
    this.runtime.blas.set(setting);
  }

  /** On how many threads large kernels run; BLAS takes no more. */
  setNumThreads(count: number): void {
    this.runtime.threads.set(count);
    this.runtime.blas.limit(count);
  }

  get threads(): Threads {
    return this.runtime.threads;
  }

  info(): WasmInfo {
    const { blas, threads } = this.runtime;
    return { name: "wasm", kernels: this.build, why: this.why, blas: blas.info(), threads: threads.info() };
  }

  private reason(asked: string | null): string {
    if (asked !== null) return asked;
    return this.relaxed
      ? "the runtime has relaxed SIMD, with its fused multiply-add"
      : "the runtime has no relaxed SIMD";
  }

  // Memory --------------------------------------------------------------------------------------

  alloc(dtype: DType, length: number, origin: string): Storage {
    return this.runtime.alloc(dtype, length, origin);
  }

  release(storage: Storage): void {
    this.runtime.release(storage);
  }

  moveToHost(storage: Storage): void {
    moveToHost(this.runtime, storage);
  }

  read(storage: Storage, offset: number, length: number): TypedArray {
    return read(this.runtime, storage, offset, length);
  }

  readInto(storage: Storage, offset: number, length: number, target: Uint8Array): void {
    readInto(this.runtime, storage, offset, length, target);
  }

  write(storage: Storage, offset: number, values: TypedArray): void {
    write(this.runtime, storage, offset, values);
  }

  memory(): MemoryInfo {
    const { allocator, memory } = this.runtime;
    const { liveBytes, handles, peakBytes } = allocator;
    return { liveBytes, handles, heapBytes: memory.bytes, peakBytes };
  }

  // Filling and copying ---------------------------------------------------------------------------

  fill(out: View, value: number): void {
    fill(this.runtime, out, value);
  }

  copy(input: View, out: View): void {
    copy(this.runtime, input, out);
  }

  // Elementwise -----------------------------------------------------------------------------------

  unary(op: UnaryOp, input: View, out: View): void {
    unary(this.runtime, op, input, out);
  }

  binary(op: BinaryOp, a: View, b: View, out: View): void {
    binary(this.runtime, op, a, b, out);
  }

  binaryScalar(op: BinaryOp, a: View, value: number, reversed: boolean, out: View): void {
    binaryScalar(this.runtime, op, a, value, reversed, out);
  }

  compare(op: CompareOp, a: View, b: View, out: View): void {
    compare(this.runtime, op, a, b, out);
  }

  compareScalar(op: CompareOp, a: View, value: number, out: View): void {
    compareScalar(this.runtime, op, a, value, out);
  }

  logical(op: LogicalOp, a: View, b: View, out: View): void {
    logical(this.runtime, op, a, b, out);
  }

  logicalNot(input: View, out: View): void {
    logicalNot(this.runtime, input, out);
  }

  test(op: TestOp, input: View, out: View): void {
    test(this.runtime, op, input, out);
  }

  where(condition: View, a: View, b: View, out: View): void {
    where(this.runtime, condition, a, b, out);
  }

  clamp(input: View, min: number, max: number, out: View): void {
    clamp(this.runtime, input, min, max, out);
  }

  // Reductions ------------------------------------------------------------------------------------

  reduce(op: ReduceOp, input: View, dims: readonly number[], out: View): void {
    reduce(this.runtime, op, input, dims, out);
  }

  argReduce(op: "max" | "min", input: View, dim: number, out: View): void {
    argReduce(this.runtime, op, input, dim, out);
  }

  cumsum(input: View, dim: number, reverse: boolean, out: View): void {
    cumsum(this.runtime, input, dim, reverse, out);
  }

  sort(input: View, dim: number, descending: boolean, values: View, indices: View): void {
    sort(this.runtime, input, dim, descending, values, indices);
  }

  logSumExp(input: View, dims: readonly number[], out: View): void {
    logSumExp(this.runtime, input, dims, out);
  }

  softmax(input: View, dim: number, log: boolean, out: View): void {
    softmax(this.runtime, input, dim, log, out);
  }

  softmaxGrad(grad: View, output: View, dim: number, log: boolean, out: View): void {
    softmaxGrad(this.runtime, grad, output, dim, log, out);
  }

  // Linear algebra --------------------------------------------------------------------------------

  matmul(a: View, b: View, out: View, options?: MatmulOptions): void {
    matmul(this.runtime, a, b, out, options);
  }

  linear(x: View, weight: View, bias: View | null, relu: boolean, out: View): void {
    linears.linear(this.runtime, x, weight, bias, relu, out);
  }

  linearGrad(...operands: Parameters<Backend["linearGrad"]>): void {
    linears.linearGrad(this.runtime, ...operands);
  }

  // Indexing --------------------------------------------------------------------------------------

  firstOutOfRange(index: View, size: number): number {
    return firstOutOfRange(this.runtime, index, size);
  }

  indexSelect(input: View, dim: number, index: View, out: View): void {
    indexSelect(this.runtime, input, dim, index, out);
  }

  indexAdd(out: View, dim: number, index: View, source: View): void {
    indexAdd(this.runtime, out, dim, index, source);
  }

  gather(input: View, dim: number, index: View, out: View): void {
    gather(this.runtime, input, dim, index, out);
  }

  scatter(out: View, dim: number, index: View, source: View, add: boolean): void {
    scatter(this.runtime, out, dim, index, source, add);
  }

  attention(inputs: AttentionInputs, weights: View, out: View): void {
    attention(this.runtime, inputs, weights, out);
  }

  attentionGrad(inputs: AttentionInputs, weights: View, grad: View, byQuery: View, byKey: View, byValue: View): void {
    attentionGrad(this.runtime, inputs, weights, grad, [byQuery, byKey, byValue]);
  }

  // Recurrent layers ------------------------------------------------------------------------------

  recurrent(...operands: Parameters<Backend["recurrent"]>): void {
    recurrents.recurrent(this.runtime, ...operands);
  }

  recurrentGrad(...operands: Parameters<Backend["recurrentGrad"]>): void {
    recurrents.recurrentGrad(this.runtime, ...operands);
  }

  // Convolution and pools ---------------------------------------------------------------------------

  conv2d(input: View, weight: View, bias: View | null, window: Window2d, groups: number, out: View): void {
    conv.conv2d(this.runtime, input, weight, bias, window, groups, out);
  }

  conv2dGradInput(grad: View, weight: View, bias: View | null, window: Window2d, groups: number, out: View): void {
    conv.conv2dGradInput(this.runtime, grad, weight, bias, window, groups, out);
  }

  conv2dGrad(...operands: Parameters<Backend["conv2dGrad"]>): void {
    conv.conv2dGrad(this.runtime, ...operands);
  }

  maxPool2d(input: View, window: Window2d | null, out: View, index: View): void {
    pool.maxPool2d(this.runtime, input, window, out, index);
  }

  maxPool2dGrad(grad: View, index: View, out: View): void {
    pool.maxPool2dGrad(this.runtime, grad, index, out);
  }

  avgPool2d(input: View, window: Window2d | null, over: AverageOver, out: View): void {
    pool.avgPool2d(this.runtime, input, window, over, out);
  }

  avgPool2dGrad(grad: View, window: Window2d | null, over: AverageOver, out: View): void {
    pool.avgPool2dGrad(this.runtime, grad, window, over, out);
  }

  // Normalisation -----------------------------------------------------------------------------------

  normalizeRows(
    input: View,
    weight: View | null,
    bias: View | null,
    norm: RowNorm,
    out: View,
    mean: View | null,
    rstd: View,
  ): void {
    normalize.normalizeRows(this.runtime, input, weight, bias, norm, out, mean, rstd);
  }

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
  ): void {
    const { runtime } = this;
    normalize.normalizeRowsGrad(runtime, grad, input, weight, norm, mean, rstd, gradInput, gradWeight, gradBias);
  }

  batchMoments(input: View, mean: View, variance: View): void {
    normalize.batchMoments(this.runtime, input, mean, variance);
  }

  batchNorm(
    input: View,
    mean: View,
    variance: View,
    weight: View | null,
    bias: View | null,
    eps: number,
    out: View,
  ): void {
    normalize.batchNorm(this.runtime, input, mean, variance, weight, bias, eps, out);
  }

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
  ): void {
    const { runtime } = this;
    normalize.batchNormGrad(
      runtime,
      grad,
      input,
      mean,
      variance,
      weight,
      eps,
      training,
      gradInput,
      gradWeight,
      gradBias,
    );
  }

  // Training --------------------------------------------------------------------------------------

  pointwiseLoss(
    kind: PointwiseLoss,
    input: View,
    target: View,
    parameter: number,
    scale: number,
    out: View,
    grad: View | null,
  ): void {
    pointwiseLoss(this.runtime, kind, input, target, parameter, scale, out, grad);
  }

  firstNonfinite(input: View): number {
    return firstNonfinite(this.runtime, input);
  }

  clipNorm(views: readonly View[], maxNorm: number, p: number, out: View): void {
    clipNorm(this.runtime, views, maxNorm, p, out);
  }

  update(rule: UpdateRule, parameter: View, grad: View, state: readonly View[], hyper: readonly number[]): void {
    update(this.runtime, rule, parameter, grad, state, hyper);
  }
}
