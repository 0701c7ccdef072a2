import type { UpdateRule } from "../engine/index.ts";
import { clone, contiguous } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";

/** An update of a parameter, or by a gradient, that is not row-major: through copies that are. */
export function updateThrough(
  rule: UpdateRule,
  parameter: Tensor,
  grad: Tensor,
  state: readonly Tensor[],
  hyper: readonly number[],
): void {
  const { backend } = parameter.storage;
  const slope = contiguous(grad.detach());
  if (parameter.packed) {
    backend.update(rule, parameter, slope, state, hyper);
    return;
  }
  const values = clone(parameter.detach());
  backend.update(rule, values, slope, state, hyper);
  backend.copy(values, parameter);
}
