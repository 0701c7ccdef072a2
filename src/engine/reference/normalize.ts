import type { View } from "../storage.ts";
import type { RowNorm } from "../windows.ts";
import { load, store } from "./strided.ts";

// Elements fall into sets that are normalised together, and into sets that share a parameter. Everything
// here is a sum over one or the other.

/** For each element the number of its set, and of its parameter. */
interface Sets {
  readonly count: number;
  readonly set: (i: number) => number;
  readonly parameter: (i: number) => number;
}

function rowSets(length: number, { size, groups, inner }: RowNorm): Sets {
  const set = (i: number): number => Math.floor(i / size);
  const parameter = (i: number): number => (set(i) % groups) * (size / inner) + Math.floor((i % size) / inner);
  return { count: length / size, set, parameter };
}

function channelSets(input: View): Sets {
  const channels = input.shape[1] as number;
  const inner = input.shape.slice(2).reduce((product, size) => product * size, 1);
  const channel = (i: number): number => Math.floor(i / inner) % channels;
  return { count: channels, set: channel, parameter: channel };
}

function sums(values: Float64Array, sets: number, set: (i: number) => number): Float64Array {
  const result = new Float64Array(sets);
  for (let i = 0; i < values.length; i++) result[set(i)] = (result[set(i)] as number) + (values[i] as number);
  return result;
}

function moments(x: Float64Array, sets: Sets, centered: boolean): { mean: Float64Array; variance: Float64Array } {
  const size = x.length / sets.count;
  const mean = centered ? sums(x, sets.count, sets.set).map((s) => s / size) : new Float64Array(sets.count);
  const squares = x.map((value, i) => (value - (mean[sets.set(i)] as number)) ** 2);
  return { mean, variance: sums(squares, sets.count, sets.set).map((s) => s / size) };
}

/** (x - mean)·rstd·weight + bias. */
function affine(
  x: Float64Array,
  sets: Sets,
  mean: Float64Array,
  rstd: Float64Array,
  weight: View | null,
  bias: View | null,
): Float64Array {
  const [w, b] = [weight && load(weight), bias && load(bias)];
  return x.map((value, i) => {
    const normal = (value - (mean[sets.set(i)] as number)) * (rstd[sets.set(i)] as number);
    return normal * (w?.[sets.parameter(i)] ?? 1) + (b?.[sets.parameter(i)] ?? 0);
  });
}

interface Saved {
  readonly sets: Sets;
  readonly mean: Float64Array;
  readonly rstd: Float64Array;
  /** Whether mean and deviation came from the input, so that the gradient goes through them. */
  readonly throughMean: boolean;
  readonly throughDeviation: boolean;
}

function gradients(
  grad: View,
  input: View,
  weight: View | null,
  { sets, mean, rstd, throughMean, throughDeviation }: Saved,
  gradInput: View | null,
  gradWeight: View | null,
  gradBias: View | null,
): void {
  const [g, x, w] = [load(grad), load(input), weight && load(weight)];
  const normal = x.map((value, i) => (value - (mean[sets.set(i)] as number)) * (rstd[sets.set(i)] as number));
  const product = g.map((value, i) => value * (normal[i] as number));
  if (gradWeight) store(gradWeight, sums(product, gradWeight.length, sets.parameter));
  if (gradBias) store(gradBias, sums(g, gradBias.length, sets.parameter));
  if (gradInput === null) return;
  const size = x.length / sets.count;
  const scaled = (values: Float64Array): Float64Array => values.map((v, i) => v * (w?.[sets.parameter(i)] ?? 1));
  const direct = scaled(g);
  const means = sums(direct, sets.count, sets.set).map((s) => (throughMean ? s / size : 0));
  const products = sums(scaled(product), sets.count, sets.set).map((s) => (throughDeviation ? s / size : 0));
  store(
    gradInput,
    direct.map((value, i) => {
      const set = sets.set(i);
      const through = (means[set] as number) + (normal[i] as number) * (products[set] as number);
      return (rstd[set] as number) * (value - through);
    }),
  );
}

export function normalizeRows(
  input: View,
  weight: View | null,
  bias: View | null,
  norm: RowNorm,
  out: View,
  mean: View | null,
  rstd: View,
): void {
  if (out.length === 0) return;
  const x = load(input);
  const sets = rowSets(x.length, norm);
  const found = moments(x, sets, norm.centered);
  const deviations = found.variance.map((v) => 1 / Math.sqrt(v + norm.eps));
  store(out, affine(x, sets, found.mean, deviations, weight, bias));
  if (mean) store(mean, found.mean);
  store(rstd, deviations);
}

export function normalizeRowsGrad(
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
  const saved: Saved = {
    sets: rowSets(input.length, norm),
    mean: mean ? load(mean) : new Float64Array(rstd.length),
    rstd: load(rstd),
    throughMean: norm.centered,
    throughDeviation: true,
  };
  gradients(grad, input, weight, saved, gradInput, gradWeight, gradBias);
}

export function batchMoments(input: View, mean: View, variance: View): void {
  const found = moments(load(input), channelSets(input), true);
  store(mean, found.mean);
  store(variance, found.variance);
}

export function batchNorm(
  input: View,
  mean: View,
  variance: View,
  weight: View | null,
  bias: View | null,
  eps: number,
  out: View,
): void {
  const rstd = load(variance).map((v) => 1 / Math.sqrt(v + eps));
  store(out, affine(load(input), channelSets(input), load(mean), rstd, weight, bias));
}

export function batchNormGrad(
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
  const rstd = load(variance).map((v) => 1 / Math.sqrt(v + eps));
  const through = { throughMean: training, throughDeviation: training };
  const saved: Saved = { sets: channelSets(input), mean: load(mean), rstd, ...through };
  gradients(grad, input, weight, saved, gradInput, gradWeight, gradBias);
}
