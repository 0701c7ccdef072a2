import { isFloat } from "../engine/index.ts";
import { needsGrad, record, type Tensor } from "../tensor/index.ts";
import { DtypeError, formatShape, ShapeError } from "../util/index.ts";
import { checkSameBackend, empty, emptyLike } from "./common.ts";
import { flattenRows, reshapeRaw } from "./rows.ts";

/**
 * x·Wᵀ + b in one kernel call: what a Linear layer computes.
 *
 * @param input `[..., in]`
 * @param weight `[out, in]`
 * @param bias `[out]`, or null
 * @returns `[..., out]`
 * @example
 * linear(ones([5, 3]), ones([2, 3]), zeros([2])).shape; // [5, 2]
 */
export function linear(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  return layer(input, weight, bias, false);
}

/** `relu(linear(input, weight, bias))` as one op: what is negative is not kept. */
export function linearRelu(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  return layer(input, weight, bias, true);
}

function layer(input: Tensor, weight: Tensor, bias: Tensor | null, relu: boolean): Tensor {
  checkLinear(input, weight, bias);
  const outFeatures = weight.shape[0] as number;
  const rank = input.shape.length;
  const x = rank === 2 ? input : flattenRows(input, weight.shape[1] as number);
  const flat = empty([x.shape[0] as number, outFeatures], input.dtype, "linear");
  flat.storage.backend.linear(x, weight, bias, relu, flat);
  const out = rank === 2 ? flat : reshapeRaw(flat, [...input.shape.slice(0, -1), outFeatures]);
  if (!needsGrad(input, weight, bias)) return out;
  const inputs = bias === null ? [input, weight] : [input, weight, bias];
  const saved = relu ? [input, weight, out] : [input, weight];
  return record("linear", out, inputs, saved, (grad) => gradients(grad, relu ? flat : null, x, input, weight, bias));
}

// (A function of its own: the closure then holds what it needs and nothing else.)
function gradients(
  grad: Tensor,
  output: Tensor | null,
  x: Tensor,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
): (Tensor | null)[] {
  const g = grad.shape.length === 2 ? grad : flattenRows(grad, weight.shape[0] as number);
  const byRows = input.requiresGrad ? emptyLike(x, "linear") : null;
  const byWeight = weight.requiresGrad ? emptyLike(weight, "linear") : null;
  const byBias = bias?.requiresGrad === true ? emptyLike(bias, "linear") : null;
  x.storage.backend.linearGrad(g, output, x, weight, byRows, byWeight, byBias);
  return [byRows === null ? null : reshapeRaw(byRows, input.shape), byWeight, byBias];
}

function checkLinear(input: Tensor, weight: Tensor, bias: Tensor | null): void {
  checkSameBackend("linear", input, weight);
  if (weight.shape.length !== 2 || input.shape.length === 0) {
    throw new ShapeError(
      "linear",
      `input has shape ${formatShape(input.shape)}, weight ${formatShape(weight.shape)}`,
      "expected [..., in] and [out, in]",
      "Give the input at least one dimension and the weight two.",
    );
  }
  const features = input.shape[input.shape.length - 1] as number;
  if (features !== weight.shape[1]) {
    throw new ShapeError(
      "linear",
      `input has ${features} features`,
      `weight expects ${weight.shape[1]} (input ${formatShape(input.shape)}, weight ${formatShape(weight.shape)})`,
      "Check the size of the layer before it.",
    );
  }
  if (input.dtype !== weight.dtype || !isFloat(input.dtype)) {
    throw new DtypeError(
      "linear",
      `input is ${input.dtype}, weight ${weight.dtype}`,
      "expected one floating-point dtype for both",
      `Convert the input: x.to("${weight.dtype}").`,
    );
  }
  if (bias !== null && (bias.shape.length !== 1 || bias.shape[0] !== weight.shape[0])) {
    throw new ShapeError(
      "linear",
      `bias has shape ${formatShape(bias.shape)}`,
      `expected [${weight.shape[0]}], the rows of the weight`,
      "Give the bias one element for each output feature.",
    );
  }
  if (bias === null) return;
  checkSameBackend("linear", weight, bias);
  if (bias.dtype !== weight.dtype) {
    throw new DtypeError(
      "linear",
      `bias is ${bias.dtype}, weight ${weight.dtype}`,
      "expected one dtype for both",
      `Convert the bias: b.to("${weight.dtype}").`,
    );
  }
}
