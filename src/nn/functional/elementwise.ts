import { checkFloat, mul } from "../../ops/index.ts";
import { needsGrad, record, setGradEnabled, type Tensor } from "../../tensor/index.ts";

/** Runs ops without recording them: the caller records their derivative as one node. */
export function unrecorded<T>(compute: () => T): T {
  const before = setGradEnabled(false);
  try {
    return compute();
  } finally {
    setGradEnabled(before);
  }
}

/**
 * A function of each element as one recorded node, whatever it is made of.
 *
 * @param value from x to y
 * @param slope dy/dx from x
 */
export function elementwise(
  operation: string,
  input: Tensor,
  value: (x: Tensor) => Tensor,
  slope: (x: Tensor) => Tensor,
): Tensor {
  checkFloat(operation, input);
  if (!needsGrad(input)) return value(input);
  const out = unrecorded(() => value(input));
  return record(operation, out, [input], [input], (grad) => mul(grad, slope(input)));
}
