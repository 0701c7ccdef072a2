import type { Tensor } from "../tensor/index.ts";
import { ConfigError, formatShape, ShapeError } from "../util/index.ts";
import { fillDrawn, type InitOptions } from "./init-draw.ts";

// Fills tensors in place, without recording, from PyTorch's stream. All return the tensor.

export { dirac_, eye_, orthogonal_, sparse_ } from "./init-matrices.ts";
export { truncNormal_ } from "./init-truncated.ts";
export type { InitOptions };

/** Nonlinearities that have a recommended gain. */
export type Nonlinearity =
  | "linear"
  | "conv1d"
  | "conv2d"
  | "conv3d"
  | "convTranspose1d"
  | "convTranspose2d"
  | "convTranspose3d"
  | "sigmoid"
  | "tanh"
  | "relu"
  | "leakyRelu"
  | "selu";

/** Options of the Kaiming initialisations. */
export interface KaimingOptions extends InitOptions {
  /** Slope of the leaky ReLU below 0; default 0. */
  a?: number;
  /** Keep the variance of the forward (`fanIn`, default) or the backward pass (`fanOut`). */
  mode?: "fanIn" | "fanOut";
  /** What follows the layer; default leakyRelu, with slope `a`. */
  nonlinearity?: Nonlinearity;
}

/** Uniform in `[a, b)`; default `[0, 1)`. */
export function uniform_(tensor: Tensor, options: InitOptions & { a?: number; b?: number } = {}): Tensor {
  const { a = 0, b = 1 } = options;
  return fillDrawn("nn.init.uniform_", tensor, options, (generator, values) => generator.uniform(values, a, b));
}

/** Normal; default mean 0 and standard deviation 1. */
export function normal_(tensor: Tensor, options: InitOptions & { mean?: number; std?: number } = {}): Tensor {
  const { mean = 0, std = 1 } = options;
  return fillDrawn("nn.init.normal_", tensor, options, (generator, values) => generator.normal(values, mean, std));
}

/** Every element `value`. */
export function constant_(tensor: Tensor, value: number): Tensor {
  tensor.storage.backend.fill(tensor, value);
  tensor.storage.version++;
  return tensor;
}

/** Zeros. */
export function zeros_(tensor: Tensor): Tensor {
  return constant_(tensor, 0);
}

/** Ones. */
export function ones_(tensor: Tensor): Tensor {
  return constant_(tensor, 1);
}

/**
 * The factor by which a nonlinearity wants the weights before it enlarged.
 *
 * @param param slope of the leaky ReLU below 0; default 0.01
 * @throws {ConfigError} for a name that has none
 */
export function calculateGain(nonlinearity: Nonlinearity, param = 0.01): number {
  switch (nonlinearity) {
    case "linear":
    case "conv1d":
    case "conv2d":
    case "conv3d":
    case "convTranspose1d":
    case "convTranspose2d":
    case "convTranspose3d":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.sqrt(2);
    case "leakyRelu":
      return Math.sqrt(2 / (1 + param ** 2));
    case "selu":
      return 3 / 4;
    default:
      throw new ConfigError(
        "nn.init.calculateGain",
        `nonlinearity is ${JSON.stringify(nonlinearity)}`,
        "expected linear, conv1d … conv3d, convTranspose1d … convTranspose3d, sigmoid, tanh, relu, leakyRelu or selu",
        "Take the one that is closest.",
      );
  }
}

// Inputs and outputs that one weight connects: [out, in, ...kernel].
function fans(operation: string, tensor: Tensor): { fanIn: number; fanOut: number } {
  const { shape } = tensor;
  if (shape.length < 2) {
    throw new ShapeError(
      operation,
      `the tensor has shape ${formatShape(shape)}`,
      "expected at least 2 dimensions, [out, in, ...]",
      "Use uniform_ or normal_ for vectors.",
    );
  }
  const [out, inputs, ...kernel] = shape as [number, number, ...number[]];
  const field = kernel.reduce((product, size) => product * size, 1);
  return { fanIn: inputs * field, fanOut: out * field };
}

/** Uniform in `±gain·√(6 / (fanIn + fanOut))` (Glorot and Bengio 2010). */
export function xavierUniform_(tensor: Tensor, options: InitOptions & { gain?: number } = {}): Tensor {
  if (tensor.length === 0) return tensor;
  const { fanIn, fanOut } = fans("nn.init.xavierUniform_", tensor);
  const bound = Math.sqrt(3) * ((options.gain ?? 1) * Math.sqrt(2 / (fanIn + fanOut)));
  return uniform_(tensor, { ...options, a: -bound, b: bound });
}

/** Normal with standard deviation `gain·√(2 / (fanIn + fanOut))`. */
export function xavierNormal_(tensor: Tensor, options: InitOptions & { gain?: number } = {}): Tensor {
  if (tensor.length === 0) return tensor;
  const { fanIn, fanOut } = fans("nn.init.xavierNormal_", tensor);
  return normal_(tensor, { ...options, mean: 0, std: (options.gain ?? 1) * Math.sqrt(2 / (fanIn + fanOut)) });
}

function kaimingStd(operation: string, tensor: Tensor, options: KaimingOptions): number {
  const fan = fans(operation, tensor)[options.mode ?? "fanIn"];
  return calculateGain(options.nonlinearity ?? "leakyRelu", options.a ?? 0) / Math.sqrt(fan);
}

/** Uniform in `±√3·gain/√fan` (He et al. 2015). A tensor without elements stays as it is. */
export function kaimingUniform_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  if (tensor.length === 0) return tensor;
  const bound = Math.sqrt(3) * kaimingStd("nn.init.kaimingUniform_", tensor, options);
  const from = options.generator === undefined ? {} : { generator: options.generator };
  return uniform_(tensor, { a: -bound, b: bound, ...from });
}

/** Normal with standard deviation `gain/√fan`. A tensor without elements stays as it is. */
export function kaimingNormal_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  if (tensor.length === 0) return tensor;
  const std = kaimingStd("nn.init.kaimingNormal_", tensor, options);
  const from = options.generator === undefined ? {} : { generator: options.generator };
  return normal_(tensor, { mean: 0, std, ...from });
}
