import * as ops from "../../src/ops/index.ts";
import type { Tensor } from "../../src/tensor/index.ts";
import { decodeNumber, type GoldenNumber } from "../golden/read.ts";

/** The options of a golden case, under PyTorch's names in camelCase. */
export type Options = Readonly<Record<string, unknown>>;

type Call = (inputs: readonly Tensor[], options: Options) => Tensor | readonly Tensor[];

const x = (inputs: readonly Tensor[]): Tensor => inputs[0] as Tensor;
const y = (inputs: readonly Tensor[]): Tensor => inputs[1] as Tensor;
const dim = (options: Options): number => options.dim as number;
const dims = (options: Options): number | number[] | undefined => options.dim as number | number[] | undefined;
const keep = (options: Options): { keepdim: boolean } => ({ keepdim: options.keepdim === true });
const numbers = (options: Options, name: string): number[] => options[name] as number[];

function ends(options: Options): ops.ClampOptions {
  const { min, max } = options as ops.ClampOptions;
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

function affine(inputs: readonly Tensor[]): { weight: Tensor; bias: Tensor } {
  return { weight: inputs[1] as Tensor, bias: inputs[2] as Tensor };
}

const both = ({ values, indices }: ops.ValuesAndIndices): Tensor[] => [values, indices];

const byName = { ...ops };

const UNARY = [
  "neg",
  "abs",
  "exp",
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "relu",
  "square",
  "expm1",
  "sign",
  "floor",
  "erf",
  "log",
  "log1p",
  "log2",
  "sqrt",
  "rsqrt",
  "reciprocal",
  "ceil",
  "round",
  "softplus",
] as const;
const BINARY = [
  "add",
  "sub",
  "mul",
  "div",
  "maximum",
  "minimum",
  "eq",
  "ne",
  "lt",
  "le",
  "gt",
  "ge",
  "matmul",
] as const;

function variance(options: Options): ops.VarianceOptions {
  return { correction: options.unbiased === true ? 1 : 0 };
}

function extreme(name: "max" | "min"): Call {
  return (inputs, options) => {
    if (options.dim === undefined) return byName[name](x(inputs));
    const { values, indices } = byName[name](x(inputs), dim(options), keep(options));
    return [values, indices];
  };
}

/** How each op of ops.json is called here. */
export const GOLDEN_OPS: Readonly<Record<string, Call>> = {
  ...Object.fromEntries(UNARY.map((name) => [name, (inputs: readonly Tensor[]) => byName[name](x(inputs))])),
  ...Object.fromEntries(
    BINARY.map((name) => [name, (inputs: readonly Tensor[]) => byName[name](x(inputs), y(inputs))]),
  ),
  pow: (inputs, options) => ops.pow(x(inputs), (options.exponent as number | undefined) ?? y(inputs)),
  clamp: (inputs, options) => ops.clamp(x(inputs), ends(options)),
  where: (inputs) => ops.where(x(inputs), y(inputs), inputs[2] as Tensor),
  maskedFill: (inputs, options) => ops.maskedFill(x(inputs), y(inputs), options.value as number),
  sum: (inputs, options) => ops.sum(x(inputs), dims(options), keep(options)),
  mean: (inputs, options) => ops.mean(x(inputs), dims(options), keep(options)),
  var: (inputs, options) => ops.variance(x(inputs), dims(options), variance(options)),
  std: (inputs, options) => ops.std(x(inputs), dims(options), variance(options)),
  norm: (inputs, options) => ops.norm(x(inputs), decodeNumber(options.p as GoldenNumber), dims(options)),
  prod: (inputs, options) => ops.prod(x(inputs), options.dim as number | undefined),
  cumsum: (inputs, options) => ops.cumsum(x(inputs), dim(options)),
  logsumexp: (inputs, options) => ops.logsumexp(x(inputs), dim(options)),
  softmax: (inputs, options) => ops.softmax(x(inputs), dim(options)),
  logSoftmax: (inputs, options) => ops.logSoftmax(x(inputs), dim(options)),
  max: extreme("max"),
  min: extreme("min"),
  amax: (inputs, options) => ops.amax(x(inputs), dims(options)),
  amin: (inputs, options) => ops.amin(x(inputs), dims(options)),
  argmax: (inputs, options) => ops.argmax(x(inputs), options.dim as number | undefined),
  argmin: (inputs, options) => ops.argmin(x(inputs), options.dim as number | undefined),
  any: (inputs, options) => ops.any(x(inputs), options.dim as number | undefined),
  all: (inputs, options) => ops.all(x(inputs), options.dim as number | undefined),
  reshape: (inputs, options) => ops.reshape(x(inputs), numbers(options, "shape")),
  transpose: (inputs, options) => ops.transpose(x(inputs), options.dim0 as number, options.dim1 as number),
  permute: (inputs, options) => ops.permute(x(inputs), numbers(options, "dims")),
  expand: (inputs, options) => ops.expand(x(inputs), numbers(options, "shape")),
  flip: (inputs, options) => ops.flip(x(inputs), numbers(options, "dims")),
  narrow: (inputs, options) => ops.narrow(x(inputs), dim(options), options.start as number, options.length as number),
  repeat: (inputs, options) => ops.repeat(x(inputs), numbers(options, "sizes")),
  cat: (inputs, options) => ops.cat(inputs, dim(options)),
  stack: (inputs, options) => ops.stack(inputs, dim(options)),
  split: (inputs, options) => ops.split(x(inputs), options.splitSize as number, dim(options)),
  chunk: (inputs, options) => ops.chunk(x(inputs), options.chunks as number, dim(options)),
  pad: (inputs, options) => ops.pad(x(inputs), numbers(options, "pad"), (options.value as number | undefined) ?? 0),
  indexSelect: (inputs, options) => ops.indexSelect(x(inputs), dim(options), y(inputs)),
  gather: (inputs, options) => ops.gather(x(inputs), dim(options), y(inputs)),
  scatterAdd: (inputs, options) => ops.scatterAdd(x(inputs), dim(options), y(inputs), inputs[2] as Tensor),
  oneHot: (inputs, options) => ops.oneHot(x(inputs), options.numClasses as number),
  conv1d: (inputs, options) => ops.conv1d(x(inputs), y(inputs), inputs[2], options),
  conv2d: (inputs, options) => ops.conv2d(x(inputs), y(inputs), inputs[2], options),
  maxPool2d: (inputs, options) => ops.maxPool2d(x(inputs), options.kernelSize as number),
  avgPool2d: (inputs, options) => ops.avgPool2d(x(inputs), options.kernelSize as number),
  layerNorm: (inputs, options) => ops.layerNorm(x(inputs), numbers(options, "normalizedShape"), affine(inputs)),
  batchNorm: (inputs, options) => ops.batchNorm(x(inputs), null, null, { ...affine(inputs), ...options }),
  linear: (inputs) => ops.linear(x(inputs), y(inputs), inputs[2] ?? null),
  cumprod: (inputs, options) => ops.cumprod(x(inputs), dim(options)),
  roll: (inputs, options) =>
    ops.roll(x(inputs), options.shifts as number[], (options.dims ?? options.dim) as number[] | undefined),
  tril: (inputs, options) => ops.tril(x(inputs), options.diagonal as number),
  triu: (inputs, options) => ops.triu(x(inputs), options.diagonal as number),
  scatter: (inputs, options) => ops.scatter(x(inputs), dim(options), y(inputs), inputs[2] ?? (options.value as number)),
  sort: (inputs, options) => both(ops.sort(x(inputs), dim(options), { descending: options.descending === true })),
  topk: (inputs, options) =>
    both(ops.topk(x(inputs), options.k as number, dim(options), { largest: options.largest !== false })),
  mm: (inputs) => ops.mm(x(inputs), y(inputs)),
  bmm: (inputs) => ops.bmm(x(inputs), y(inputs)),
  mv: (inputs) => ops.mv(x(inputs), y(inputs)),
  dot: (inputs) => ops.dot(x(inputs), y(inputs)),
  outer: (inputs) => ops.outer(x(inputs), y(inputs)),
  argsort: (inputs, options) => ops.argsort(x(inputs), dim(options), { descending: options.descending === true }),
  median: (inputs, options) =>
    options.dim === undefined ? ops.median(x(inputs)) : both(ops.median(x(inputs), dim(options), keep(options))),
  unbind: (inputs, options) => ops.unbind(x(inputs), dim(options)),
  movedim: (inputs, options) => ops.movedim(x(inputs), numbers(options, "source"), numbers(options, "destination")),
  meshgrid: (inputs, options) => ops.meshgrid(inputs, options as ops.MeshgridOptions),
  nonzero: (inputs, options) =>
    options.asTuple === true ? ops.nonzero(x(inputs), { asTuple: true }) : ops.nonzero(x(inputs)),
  maskedSelect: (inputs) => ops.maskedSelect(x(inputs), y(inputs)),
  bincount: (inputs, options) =>
    ops.bincount(x(inputs), inputs[1] === undefined ? options : { ...options, weights: inputs[1] }),
  isclose: (inputs, options) => ops.isclose(x(inputs), y(inputs), options),
};

/** Ops of ops.json that this layer does not have: activations and losses of nn, and what may come. */
export const NOT_HERE: readonly string[] = [
  "gelu",
  "silu",
  "elu",
  "logSigmoid",
  "leakyRelu",
  "indexAdd",
  "embedding",
  "mseLoss",
  "l1Loss",
  "huberLoss",
  "smoothL1Loss",
  "crossEntropy",
  "nllLoss",
  "binaryCrossEntropy",
  "binaryCrossEntropyWithLogits",
  "klDiv",
];
