import { broadcastStrides } from "../../util/index.ts";
import type { AttentionInputs } from "../attention.ts";
import { prefersBlas } from "../blas/index.ts";
import type { View } from "../storage.ts";
import { attentionByParts, attentionGradByParts } from "./attention-parts.ts";
import { DESCRIPTOR } from "./memory.ts";
import { address4, type Runtime } from "./runtime.ts";

/** Multiply-adds of a head's product from which BLAS, product by product, beats the kernel that keeps a head in the cache. */
const WORK_FOR_BLAS = 1 << 20;
/** Of one core: a multiply-add, and a score's softmax. */
const MULTIPLY_ADD = 0.05;
const SCORE = 2;
/** Words of the kernel's descriptor; kernels/attention.ts says what they are. */
const OPERANDS = 8;
const WORDS = 40;
const TASKS_A_THREAD = 4;

const none: readonly number[] = [0, 0, 0, 0];

/** Attention weights and what they give. */
export function attention(runtime: Runtime, inputs: AttentionInputs, weights: View, out: View): void {
  if (out.length === 0 || weights.length === 0 || inputs.query.length === 0 || !fits(runtime, inputs, [out])) {
    attentionByParts(runtime, inputs, weights, out);
    return;
  }
  const { threads, kernels } = runtime;
  const heads = headsOf(weights);
  withLibrary(runtime, inputs, (blas) => {
    describe(runtime, inputs, weights, blas, [out]);
    if (workOf(inputs, weights) < threads.least) kernels.attention(DESCRIPTOR, 0, heads);
    else threads.ranges(heads, 1, (k, first, count) => k.attention(DESCRIPTOR, first, count));
  });
}

/** Its gradients by query, key and value. */
export function attentionGrad(
  runtime: Runtime,
  inputs: AttentionInputs,
  weights: View,
  grad: View,
  by: readonly [View, View, View],
): void {
  if (grad.length === 0 || weights.length === 0 || inputs.query.length === 0 || !fits(runtime, inputs, [grad, ...by])) {
    attentionGradByParts(runtime, inputs, weights, grad, by);
    return;
  }
  const { threads, kernels } = runtime;
  const heads = headsOf(weights);
  const square = weights.length / heads;
  const most = 2 * workOf(inputs, weights) < threads.least ? 1 : threads.count * TASKS_A_THREAD;
  const size = Math.ceil(heads / most);
  const tasks = Math.ceil(heads / size);
  // Each task's scores of one head.
  const work = runtime.temporary("float32", [tasks, square], "attention");
  try {
    withLibrary(runtime, inputs, (blas) => {
      describe(runtime, inputs, weights, blas, [grad, ...by]);
      const at = address4(runtime, work, "attention");
      if (tasks === 1) kernels.attentionGrad(DESCRIPTOR, 0, heads, at);
      else {
        threads.run(tasks, (k, task) => {
          const first = task * size;
          return k.attentionGrad(DESCRIPTOR, first, Math.min(size, heads - first), at + task * square * 4);
        });
      }
    });
  } finally {
    runtime.release(work.storage);
  }
}

function headsOf(weights: View): number {
  return (weights.shape[0] as number) * (weights.shape[1] as number);
}

function workOf(inputs: AttentionInputs, weights: View): number {
  return weights.length * (SCORE + 2 * (inputs.query.shape[3] as number) * MULTIPLY_ADD);
}

/** Calls `run` with whether the kernel's products are to be the library's. By shapes, and by whether there is one. */
function withLibrary(runtime: Runtime, { query, key, value }: AttentionInputs, run: (blas: boolean) => void): void {
  const [length, size] = [query.shape[2] as number, query.shape[3] as number];
  const [sources, values] = [key.shape[2] as number, value.shape[3] as number];
  const large = prefersBlas(length, Math.min(size, values), sources) && prefersBlas(sources, size, length);
  const library = large ? runtime.blas.forWorkers() : null;
  if (library === null) run(false);
  else {
    if (runtime.threads.count > 1) runtime.threads.require(library);
    runtime.blas.share(() => run(true));
  }
}

// By shapes and strides, and by whether there is a library; never by the number of threads, so that bits are the same.
function fits(runtime: Runtime, inputs: AttentionInputs, others: readonly View[]): boolean {
  const { query, key, value, mask } = inputs;
  const [length, size] = [query.shape[2] as number, query.shape[3] as number];
  const sources = key.shape[2] as number;
  if (![query, key, value, ...others].every(readsRows)) return false;
  if (mask !== null && sources > 1 && (mask.shape.at(-1) !== sources || mask.strides.at(-1) !== 1)) return false;
  return length * sources * size < WORK_FOR_BLAS || !runtime.blas.ready();
}

// Rows without holes, one behind the other.
function readsRows(view: View): boolean {
  const [toSample, toHead, toRow, step] = view.strides as [number, number, number, number];
  const columns = view.shape[3] as number;
  return (step === 1 || columns === 1) && toRow >= columns && toHead >= 0 && toSample >= 0;
}

function describe(
  runtime: Runtime,
  inputs: AttentionInputs,
  weights: View,
  blas: boolean,
  others: readonly View[],
): void {
  const { query, key, value, mask, scale } = inputs;
  const operand = (view: View): readonly number[] => placeOf(runtime, view, view.strides);
  // Memory may be moved back, and grow, while the addresses are asked for.
  const places = [query, key, value].map(operand);
  places.push(mask === null ? none : placeOf(runtime, mask, broadcastStrides(mask.shape, mask.strides, weights.shape)));
  places.push(...others.map(operand));
  const at = address4(runtime, weights, "attention");
  const { i32, f32 } = runtime.memory;
  const words = DESCRIPTOR >>> 2;
  i32.fill(0, words, words + WORDS);
  const sizes = [query.shape[1], query.shape[2], key.shape[2], query.shape[3], value.shape[3]] as number[];
  i32.set(sizes, words);
  f32[words + 5] = scale;
  i32[words + 6] = at;
  i32[words + 7] = blas ? 1 : 0;
  places.forEach((place, i) => {
    i32.set(place, words + OPERANDS + 4 * i);
  });
}

// An address, and the ways from sample to sample, head to head and row to row, in bytes.
function placeOf(runtime: Runtime, view: View, strides: readonly number[]): readonly number[] {
  const [toSample = 0, toHead = 0, toRow = 0] = strides;
  return [address4(runtime, view, "attention"), toSample * 4, toHead * 4, toRow * 4];
}
