import type { Tensor } from "../tensor/index.ts";
import { ConfigError, checkedOptions, formatShape, type OptionKinds, ShapeError } from "../util/index.ts";
import { checkNumeric } from "./check.ts";
import { fillDrawn, INIT_OPTIONS, type InitOptions } from "./init-draw.ts";

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

const KAIMING_OPTIONS: OptionKinds<KaimingOptions> = {
  ...INIT_OPTIONS,
  a: "number",
  mode: "string",
  nonlinearity: "string",
};

/** Options of `uniform_`. */
export interface UniformOptions extends InitOptions {
  /** The least value; default 0. */
  a?: number;
  /** Above the greatest; default 1. */
  b?: number;
}

/** Options of `normal_`. */
export interface NormalOptions extends InitOptions {
  /** Default 0. */
  mean?: number;
  /** The standard deviation, 0 or more; default 1. */
  std?: number;
}

/** Options of `xavierUniform_` and `xavierNormal_`. */
export interface XavierOptions extends InitOptions {
  /** Factor on the weights, as `calculateGain` gives; default 1. */
  gain?: number;
}

const UNIFORM: OptionKinds<UniformOptions> = { ...INIT_OPTIONS, a: "number", b: "number" };
const NORMAL: OptionKinds<NormalOptions> = { ...INIT_OPTIONS, mean: "number", std: "number" };
const XAVIER: OptionKinds<XavierOptions> = { ...INIT_OPTIONS, gain: "number" };

/**
 * Uniform in `[a, b)`; default `[0, 1)`.
 *
 * @throws {ConfigError} for an option that is none, or of the wrong kind
 * @example
 * const weight = nn.init.uniform_(empty([64, 32]), { a: -0.1, b: 0.1 }); // in [-0.1, 0.1)
 * @source https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.uniform_
 */
export function uniform_(tensor: Tensor, options: UniformOptions = {}): Tensor {
  checkedOptions("nn.init.uniform_", options, UNIFORM);
  const { a = 0, b = 1 } = options;
  return fillDrawn("nn.init.uniform_", tensor, options, (generator, values) => generator.uniform(values, a, b));
}

/**
 * Normal; default mean 0 and standard deviation 1.
 *
 * @throws {ConfigError} for an option that is none, or of the wrong kind
 * @example
 * const weight = nn.init.normal_(empty([64, 32]), { std: 0.02 }); // mean 0
 * @source https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.normal_
 */
export function normal_(tensor: Tensor, options: NormalOptions = {}): Tensor {
  checkedOptions("nn.init.normal_", options, NORMAL);
  const { mean = 0, std = 1 } = options;
  return fillDrawn("nn.init.normal_", tensor, options, (generator, values) => generator.normal(values, mean, std));
}

/**
 * Every element `value`.
 *
 * @example
 * const weight = nn.init.constant_(empty([64, 32]), 0.5); // all 0.5
 * @source https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.constant_
 */
export function constant_(tensor: Tensor, value: number): Tensor {
  checkNumeric("nn.init.constant_", "value", value);
  tensor.storage.backend.fill(tensor, value);
  tensor.storage.version++;
  return tensor;
}

/**
 * Zeros.
 *
 * @example
 * const weight = nn.init.zeros_(empty([64, 32])); // all 0
 * @source https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.zeros_
 */
export function zeros_(tensor: Tensor): Tensor {
  return constant_(tensor, 0);
}

/**
 * Ones.
 *
 * @example
 * const weight = nn.init.ones_(empty([64, 32])); // all 1
 * @source https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.ones_
 */
export function ones_(tensor: Tensor): Tensor {
  return constant_(tensor, 1);
}

/**
 * The factor by which a nonlinearity wants the weights before it enlarged.
 *
 * @param param slope of the leaky ReLU below 0; default 0.01
 * @throws {ConfigError} for a name that has none
 * @example
 * const gain = nn.init.calculateGain("relu"); // √2
 * @source https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.calculate_gain
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

/**
 * Uniform in `±gain·√(6 / (fanIn + fanOut))` (Glorot and Bengio 2010).
 *
 * @throws {ConfigError} for an option that is none, or of the wrong kind
 * @example
 * const weight = nn.init.xavierUniform_(empty([64, 32]), { gain: nn.init.calculateGain("tanh") }); // before a tanh
 * @source https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.xavier_uniform_
 */
export function xavierUniform_(tensor: Tensor, options: XavierOptions = {}): Tensor {
  const { gain = 1, ...from } = checkedOptions("nn.init.xavierUniform_", options, XAVIER);
  if (tensor.length === 0) return tensor;
  const { fanIn, fanOut } = fans("nn.init.xavierUniform_", tensor);
  const bound = Math.sqrt(3) * (gain * Math.sqrt(2 / (fanIn + fanOut)));
  return uniform_(tensor, { ...from, a: -bound, b: bound });
}

/**
 * Normal with standard deviation `gain·√(2 / (fanIn + fanOut))`.
 *
 * @throws {ConfigError} for an option that is none, or of the wrong kind
 * @example
 * const weight = nn.init.xavierNormal_(empty([64, 32])); // standard deviation 0.144
 * @source https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.xavier_normal_
 */
export function xavierNormal_(tensor: Tensor, options: XavierOptions = {}): Tensor {
  const { gain = 1, ...from } = checkedOptions("nn.init.xavierNormal_", options, XAVIER);
  if (tensor.length === 0) return tensor;
  const { fanIn, fanOut } = fans("nn.init.xavierNormal_", tensor);
  return normal_(tensor, { ...from, mean: 0, std: gain * Math.sqrt(2 / (fanIn + fanOut)) });
}

function kaimingStd(operation: string, tensor: Tensor, options: KaimingOptions): number {
  const { mode = "fanIn" } = options;
  if (mode !== "fanIn" && mode !== "fanOut") {
    throw new ConfigError(operation, `mode is "${mode}"`, 'expected "fanIn" or "fanOut"', "Choose one of them.");
  }
  const fan = fans(operation, tensor)[mode];
  return calculateGain(options.nonlinearity ?? "leakyRelu", options.a ?? 0) / Math.sqrt(fan);
}

/**
 * Uniform in `±√3·gain/√fan` (He et al. 2015). A tensor without elements stays as it is.
 *
 * @throws {ConfigError} for an option that is none, or of the wrong kind
 * @example
 * const weight = nn.init.kaimingUniform_(empty([64, 32]), { nonlinearity: "relu" }); // before a ReLU
 * @source https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.kaiming_uniform_
 */
export function kaimingUniform_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  checkedOptions("nn.init.kaimingUniform_", options, KAIMING_OPTIONS);
  if (tensor.length === 0) return tensor;
  const bound = Math.sqrt(3) * kaimingStd("nn.init.kaimingUniform_", tensor, options);
  const from = options.generator === undefined ? {} : { generator: options.generator };
  return uniform_(tensor, { a: -bound, b: bound, ...from });
}

/**
 * Normal with standard deviation `gain/√fan`. A tensor without elements stays as it is.
 *
 * @throws {ConfigError} for an option that is none, or of the wrong kind
 * @example
 * const weight = nn.init.kaimingNormal_(empty([64, 32]), { mode: "fanOut", nonlinearity: "relu" }); // before a ReLU
 * @source https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.kaiming_normal_
 */
export function kaimingNormal_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  checkedOptions("nn.init.kaimingNormal_", options, KAIMING_OPTIONS);
  if (tensor.length === 0) return tensor;
  const std = kaimingStd("nn.init.kaimingNormal_", tensor, options);
  const from = options.generator === undefined ? {} : { generator: options.generator };
  return normal_(tensor, { mean: 0, std, ...from });
}
