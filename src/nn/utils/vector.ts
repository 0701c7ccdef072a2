import { cat, narrow, reshape } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { ConfigError, formatShape, ShapeError } from "../../util/index.ts";

/**
 * All parameters in one row.
 *
 * @returns `[total]`; gradients flow through
 * @throws {ConfigError} when there are none
 * @example
 * const weights = nn.utils.parametersToVector(model.parameters());
 * const penalty = weights.square().sum().mul(1e-4); // differentiable
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parameters_to_vector.html
 */
export function parametersToVector(parameters: Iterable<Tensor>): Tensor {
  const parts = [...parameters].map((parameter) => reshape(parameter, [parameter.length]));
  if (parts.length > 0) return cat(parts);
  throw new ConfigError("parametersToVector", "no parameters", "expected at least one", "Pass model.parameters().");
}

/**
 * Copies a row of values back into the parameters, in the same order.
 *
 * @param vector `[total]`
 * @throws {ShapeError} when its length is not that of all parameters together
 * @example
 * const weights = nn.utils.parametersToVector(model.parameters()).detach().mul(0.5);
 * nn.utils.vectorToParameters(weights, model.parameters()); // all halved
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.vector_to_parameters.html
 */
export function vectorToParameters(vector: Tensor, parameters: Iterable<Tensor>): void {
  const list = [...parameters];
  const total = list.reduce((length, parameter) => length + parameter.length, 0);
  if (vector.shape.length !== 1 || vector.length !== total) {
    throw new ShapeError(
      "vectorToParameters",
      `the vector has shape ${formatShape(vector.shape)}`,
      `expected [${total}], as many as all parameters have elements`,
      "Pass what parametersToVector gives for the same parameters.",
    );
  }
  let at = 0;
  for (const parameter of list) {
    const part = reshape(narrow(vector.detach(), 0, at, parameter.length), parameter.shape);
    parameter.storage.backend.copy(part, parameter);
    parameter.storage.version++;
    at += parameter.length;
  }
}
