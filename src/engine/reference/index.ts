import type { AttentionInputs } from "../attention.ts";
import type { Backend, MatmulOptions, MemoryInfo } from "../backend.ts";
import type { DType, TypedArray } from "../dtype.ts";
import type { BinaryOp, CompareOp, LogicalOp, PointwiseLoss, ReduceOp, TestOp, UnaryOp } from "../opcodes.ts";
import type { RecurrentGradients, RecurrentRun } from "../recurrent.ts";
import type { Storage, View } from "../storage.ts";
import type { UpdateRule } from "../updates.ts";
import type { AverageOver, RowNorm, Window2d } from "../windows.ts";
import * as attentions from "./attention.ts";
import * as conv from "./conv.ts";
import * as elementwise from "./elementwise.ts";
import * as indexing from "./indexing.ts";
import * as linears from "./linear.ts";
import { matmul } from "./matmul.ts";
import { ReferenceMemory } from "./memory.ts";
import * as normalize from "./normalize.ts";
import * as pool from "./pool.ts";
import * as recurrents from "./recurrent.ts";
import * as reductions from "./reduce.ts";
import * as softmaxes from "./softmax.ts";
import { sort } from "./sort.ts";
import * as training from "./training.ts";
import { UPDATE } from "./updates.ts";

/**
 * The oracle: every kernel in plain TypeScript, computed in float64 and rounded once when stored. The
 * only backend with float64 tensors. Slow on purpose; other backends are tested against it.
 */
export class ReferenceBackend implements Backend {
  readonly name: string = "reference";
  readonly dtypes: readonly DType[] = ["float32", "float64", "int32", "bool"];
  readonly #memory: ReferenceMemory = new ReferenceMemory();

  alloc(dtype: DType, length: number, origin: string): Storage {
    return this.#memory.alloc(this, dtype, length, origin);
  }

  release(storage: Storage): void {
    this.#memory.release(storage);
  }

  moveToHost(storage: Storage): void {
    this.#memory.moveToHost(storage);
  }

  read(storage: Storage, offset: number, length: number): TypedArray {
    return this.#memory.read(storage, offset, length);
  }

  readInto(storage: Storage, offset: number, length: number, target: Uint8Array): void {
    this.#memory.readInto(storage, offset, length, target);
  }

  write(storage: Storage, offset: number, values: TypedArray): void {
    this.#memory.write(storage, offset, values);
  }

  memory(): MemoryInfo {
    return this.#memory.info();
  }

  fill(out: View, value: number): void {
    this.#memory.use("fill", [out]);
    elementwise.fill(out, value);
  }

  copy(input: View, out: View): void {
    this.#memory.use("copy", [input, out]);
    elementwise.copy(input, out);
  }

  unary(op: UnaryOp, input: View, out: View): void {
    this.#memory.use(op, [input, out]);
    elementwise.unary(op, input, out);
  }

  binary(op: BinaryOp, a: View, b: View, out: View): void {
    this.#memory.use(op, [a, b, out]);
    elementwise.binary(op, a, b, out);
  }

  binaryScalar(op: BinaryOp, a: View, value: number, reversed: boolean, out: View): void {
    this.#memory.use(op, [a, out]);
    elementwise.binaryScalar(op, a, value, reversed, out);
  }

  compare(op: CompareOp, a: View, b: View, out: View): void {
    this.#memory.use(op, [a, b, out]);
    elementwise.compare(op, a, b, out);
  }

  compareScalar(op: CompareOp, a: View, value: number, out: View): void {
    this.#memory.use(op, [a, out]);
    elementwise.compareScalar(op, a, value, out);
  }

  logical(op: LogicalOp, a: View, b: View, out: View): void {
    this.#memory.use(op, [a, b, out]);
    elementwise.logical(op, a, b, out);
  }

  logicalNot(input: View, out: View): void {
    this.#memory.use("logicalNot", [input, out]);
    elementwise.logicalNot(input, out);
  }

  test(op: TestOp, input: View, out: View): void {
    this.#memory.use(op, [input, out]);
    elementwise.test(op, input, out);
  }

  where(condition: View, a: View, b: View, out: View): void {
    this.#memory.use("where", [condition, a, b, out]);
    elementwise.where(condition, a, b, out);
  }

  clamp(input: View, min: number, max: number, out: View): void {
    this.#memory.use("clamp", [input, out]);
    elementwise.clamp(input, min, max, out);
  }

  reduce(op: ReduceOp, input: View, dims: readonly number[], out: View): void {
    this.#memory.use(op, [input, out]);
    reductions.reduce(op, input, dims, out);
  }

  argReduce(op: "max" | "min", input: View, dim: number, out: View): void {
    this.#memory.use(`arg${op}`, [input, out]);
    reductions.argReduce(op, input, dim, out);
  }

  cumsum(input: View, dim: number, reverse: boolean, out: View): void {
    this.#memory.use("cumsum", [input, out]);
    reductions.cumsum(input, dim, reverse, out);
  }

  sort(input: View, dim: number, descending: boolean, values: View, indices: View): void {
    this.#memory.use("sort", [input, values, indices]);
    sort(input, dim, descending, values, indices);
  }

  logSumExp(input: View, dims: readonly number[], out: View): void {
    this.#memory.use("logSumExp", [input, out]);
    reductions.logSumExp(input, dims, out);
  }

  softmax(input: View, dim: number, log: boolean, out: View): void {
    this.#memory.use(log ? "logSoftmax" : "softmax", [input, out]);
    softmaxes.softmax(input, dim, log, out);
  }

  softmaxGrad(grad: View, output: View, dim: number, log: boolean, out: View): void {
    this.#memory.use(log ? "logSoftmax" : "softmax", [grad, output, out]);
    softmaxes.softmaxGrad(grad, output, dim, log, out);
  }

  matmul(a: View, b: View, out: View, options: MatmulOptions = {}): void {
    this.#memory.use("matmul", options.bias ? [a, b, out, options.bias] : [a, b, out]);
    matmul(a, b, out, options);
  }

  linear(x: View, weight: View, bias: View | null, relu: boolean, out: View): void {
    this.#memory.use("linear", given(x, weight, bias, out));
    linears.linear(x, weight, bias, relu, out);
  }

  linearGrad(
    grad: View,
    output: View | null,
    x: View,
    weight: View,
    gradX: View | null,
    gradWeight: View | null,
    gradBias: View | null,
  ): void {
    this.#memory.use("linear", given(grad, output, x, weight, gradX, gradWeight, gradBias));
    linears.linearGrad(grad, output, x, weight, gradX, gradWeight, gradBias);
  }

  firstOutOfRange(index: View, size: number): number {
    this.#memory.use("firstOutOfRange", [index]);
    return indexing.firstOutOfRange(index, size);
  }

  indexSelect(input: View, dim: number, index: View, out: View): void {
    this.#memory.use("indexSelect", [input, index, out]);
    indexing.indexSelect(input, dim, index, out);
  }

  indexAdd(out: View, dim: number, index: View, source: View): void {
    this.#memory.use("indexAdd", [out, index, source]);
    indexing.indexAdd(out, dim, index, source);
  }

  gather(input: View, dim: number, index: View, out: View): void {
    this.#memory.use("gather", [input, index, out]);
    indexing.gather(input, dim, index, out);
  }

  scatter(out: View, dim: number, index: View, source: View, add: boolean): void {
    this.#memory.use("scatter", [out, index, source]);
    indexing.scatter(out, dim, index, source, add);
  }

  attention(inputs: AttentionInputs, weights: View, out: View): void {
    const { query, key, value, mask } = inputs;
    this.#memory.use("attention", [query, key, value, ...given(mask), weights, out]);
    attentions.attention(inputs, weights, out);
  }

  attentionGrad(inputs: AttentionInputs, weights: View, grad: View, byQuery: View, byKey: View, byValue: View): void {
    const { query, key, value } = inputs;
    this.#memory.use("attention", [query, key, value, weights, grad, byQuery, byKey, byValue]);
    attentions.attentionGrad(inputs, weights, grad, byQuery, byKey, byValue);
  }

  recurrent(run: RecurrentRun, bias: View | null): void {
    this.#memory.use("recurrent", [...recurrents.viewsOf(run), ...given(bias)]);
    recurrents.recurrent(run, bias);
  }

  recurrentGrad(run: RecurrentRun, grad: View, by: RecurrentGradients): void {
    const written = [by.gates, ...given(by.hidden), by.h0, ...given(by.c0)];
    this.#memory.use("recurrent", [...recurrents.viewsOf(run), grad, ...written]);
    recurrents.recurrentGrad(run, grad, by);
  }

  conv2d(input: View, weight: View, bias: View | null, window: Window2d, groups: number, out: View): void {
    this.#memory.use("conv2d", [input, weight, out, ...given(bias)]);
    conv.conv2d(input, weight, bias, window, groups, out);
  }

  conv2dGradInput(grad: View, weight: View, bias: View | null, window: Window2d, groups: number, out: View): void {
    this.#memory.use("conv2dGradInput", [grad, weight, out, ...given(bias)]);
    conv.conv2dGradInput(grad, weight, bias, window, groups, out);
  }

  conv2dGrad(
    grad: View,
    input: View,
    weight: View,
    window: Window2d,
    groups: number,
    gradInput: View | null,
    gradWeight: View | null,
    gradBias: View | null,
  ): void {
    this.#memory.use("conv2dGrad", [grad, input, weight, ...given(gradInput, gradWeight, gradBias)]);
    if (gradInput !== null) conv.conv2dGradInput(grad, weight, null, window, groups, gradInput);
    if (gradWeight !== null) conv.conv2dGradWeight(grad, input, window, groups, gradWeight);
    if (gradBias !== null) reductions.reduce("sum", grad, [0, 2, 3], gradBias);
  }

  maxPool2d(input: View, window: Window2d | null, out: View, index: View): void {
    this.#memory.use("maxPool2d", [input, out, index]);
    pool.maxPool2d(input, window, out, index);
  }

  maxPool2dGrad(grad: View, index: View, out: View): void {
    this.#memory.use("maxPool2d", [grad, index, out]);
    pool.maxPool2dGrad(grad, index, out);
  }

  avgPool2d(input: View, window: Window2d | null, over: AverageOver, out: View): void {
    this.#memory.use("avgPool2d", [input, out]);
    pool.avgPool2d(input, window, over, out);
  }

  avgPool2dGrad(grad: View, window: Window2d | null, over: AverageOver, out: View): void {
    this.#memory.use("avgPool2d", [grad, out]);
    pool.avgPool2dGrad(grad, window, over, out);
  }

  normalizeRows(
    input: View,
    weight: View | null,
    bias: View | null,
    norm: RowNorm,
    out: View,
    mean: View | null,
    rstd: View,
  ): void {
    this.#memory.use("normalizeRows", [input, out, rstd, ...given(weight, bias, mean)]);
    normalize.normalizeRows(input, weight, bias, norm, out, mean, rstd);
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
    this.#memory.use("normalizeRows", [grad, input, rstd, ...given(weight, mean, gradInput, gradWeight, gradBias)]);
    normalize.normalizeRowsGrad(grad, input, weight, norm, mean, rstd, gradInput, gradWeight, gradBias);
  }

  batchMoments(input: View, mean: View, variance: View): void {
    this.#memory.use("batchNorm", [input, mean, variance]);
    normalize.batchMoments(input, mean, variance);
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
    this.#memory.use("batchNorm", [input, mean, variance, out, ...given(weight, bias)]);
    normalize.batchNorm(input, mean, variance, weight, bias, eps, out);
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
    this.#memory.use("batchNorm", [grad, input, mean, variance, ...given(weight, gradInput, gradWeight, gradBias)]);
    normalize.batchNormGrad(grad, input, mean, variance, weight, eps, training, gradInput, gradWeight, gradBias);
  }

  pointwiseLoss(
    kind: PointwiseLoss,
    input: View,
    target: View,
    parameter: number,
    scale: number,
    out: View,
    grad: View | null,
  ): void {
    this.#memory.use(kind, grad ? [input, target, out, grad] : [input, target, out]);
    training.pointwiseLoss(kind, input, target, parameter, scale, out, grad);
  }

  firstNonfinite(input: View): number {
    this.#memory.use("firstNonfinite", [input]);
    return training.firstNonfinite(input);
  }

  clipNorm(views: readonly View[], maxNorm: number, p: number, out: View): void {
    this.#memory.use("clipNorm", [...views, out]);
    training.clipNorm(views, maxNorm, p, out);
  }

  update(rule: UpdateRule, parameter: View, grad: View, state: readonly View[], hyper: readonly number[]): void {
    this.#memory.use(rule, [parameter, grad, ...state]);
    UPDATE[rule](parameter, grad, state, hyper);
  }
}

/** Those of a kernel's optional operands that are there. */
function given(...views: readonly (View | null)[]): View[] {
  return views.filter((view) => view !== null);
}
