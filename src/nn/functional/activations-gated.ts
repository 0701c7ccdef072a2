import { defaultGenerator, type Generator } from "../../engine/index.ts";
import {
  checkFloat,
  chunk,
  data,
  fromTypedArray,
  gt,
  mul,
  neg,
  reshape,
  sigmoid,
  softmax,
  where,
} from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import {
  ConfigError,
  checkedOptions,
  formatShape,
  normalizeDim,
  type OptionKinds,
  ShapeError,
} from "../../util/index.ts";
import { leakyRelu } from "./activations-piecewise.ts";

/** Options of `rrelu`. */
export interface RReLUOptions {
  /** Smallest slope below 0; default 1/8. */
  lower?: number;
  /** Largest slope below 0; default 1/3. */
  upper?: number;
  /** True draws a slope for each element; false (default) takes the middle one. */
  training?: boolean;
  /** Whose numbers decide; default the one `manualSeed` seeds. */
  generator?: Generator;
}

/** What each holds. */
export const RRELU_OPTIONS: OptionKinds<RReLUOptions> = {
  lower: "number",
  upper: "number",
  training: "boolean",
  generator: "object",
};

/**
 * x, or weight·x where x ≤ 0, with a learnt weight.
 *
 * @param input `[N, C, ...]` when the weight has more than one element
 * @param weight one element, or one for each channel `[C]`
 * @throws {ShapeError} when the weight has neither 1 nor C elements
 * @example
 * const out = F.prelu(tensor([-1, 0, 2]), tensor([0.1])); // [-0.1, 0, 2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.prelu.html
 */
export function prelu(input: Tensor, weight: Tensor): Tensor {
  checkFloat("prelu", input);
  const channelDim = input.shape.length < 2 ? 0 : 1;
  const channels = input.shape.length < 2 ? 1 : (input.shape[1] as number);
  if (weight.length !== 1 && weight.length !== channels) {
    throw new ShapeError(
      "prelu",
      `weight has ${weight.length} elements, input shape ${formatShape(input.shape)}`,
      `expected 1 or ${channels}, one for each channel (dim 1)`,
      "Check numParameters.",
    );
  }
  const shape = input.shape.map((_, dim) => (dim === channelDim ? weight.length : 1));
  return where(gt(input, 0), input, mul(input, reshape(weight, shape)));
}

/**
 * A leaky ReLU whose slope is drawn for each element ≤ 0, uniform in `[lower, upper)`.
 *
 * Draws PyTorch's stream: one 53-bit number for each such element, in row-major order.
 *
 * @throws {ConfigError} when lower is above upper
 * @example
 * const out = F.rrelu(tensor([-1, 2]), { lower: 0.1, upper: 0.3, training: true }); // between -0.3 and -0.1, and 2
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.rrelu.html
 */
export function rrelu(input: Tensor, options: RReLUOptions = {}): Tensor {
  checkedOptions("rrelu", options, RRELU_OPTIONS);
  const { lower = 1 / 8, upper = 1 / 3 } = options;
  if (!(lower <= upper)) {
    throw new ConfigError("rrelu", `lower ${lower}, upper ${upper}`, "expected lower ≤ upper", "Swap them.");
  }
  if (options.training !== true) return leakyRelu(input, { negativeSlope: (lower + upper) / 2 });
  checkFloat("rrelu", input);
  const values = Float64Array.from(data(input));
  const slopes = new Float64Array(values.length).fill(1);
  const draws = (options.generator ?? defaultGenerator).uniform(
    new Float64Array(values.reduce((count, x) => count + Number(x <= 0), 0)),
    lower,
    upper,
  );
  let drawn = 0;
  for (let i = 0; i < values.length; i++) if ((values[i] as number) <= 0) slopes[i] = draws[drawn++] as number;
  const elements = input.dtype === "float64" ? slopes : Float32Array.from(slopes);
  return mul(input, fromTypedArray(elements, input.shape, { dtype: input.dtype }));
}

/**
 * a·sigmoid(b), with a and b the halves of the input along `dim`.
 *
 * @throws {ShapeError} when the size along `dim` is odd
 * @example
 * const out = F.glu(tensor([1, 2, 0, 5])); // [0.5, 1.987]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.glu.html
 */
export function glu(input: Tensor, dim = -1): Tensor {
  const along = normalizeDim("glu", dim, input.shape.length);
  const size = input.shape[along];
  if (size === undefined || size % 2 !== 0) {
    throw new ShapeError(
      "glu",
      `input has shape ${formatShape(input.shape)}`,
      `expected an even size along dim ${dim}`,
      "Give the layer before it twice as many outputs as you want.",
    );
  }
  if (size === 0) return chunk(input, 1, along)[0] as Tensor;
  const [a, b] = chunk(input, 2, along) as [Tensor, Tensor];
  return mul(a, sigmoid(b));
}

/**
 * softmax(−x) along a dimension.
 *
 * @example
 * const out = F.softmin(tensor([1, 2, 3]), 0); // [0.6652, 0.2447, 0.09003]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softmin.html
 */
export function softmin(input: Tensor, dim: number): Tensor {
  return softmax(neg(input), dim);
}
