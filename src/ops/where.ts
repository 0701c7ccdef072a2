import { isFloat } from "../engine/index.ts";
import { needsGrad, record, Tensor } from "../tensor/index.ts";
import { broadcastShapes, ConfigError, checkedOptions, DtypeError } from "../util/index.ts";
import { castRaw, checkSameBackend, empty, emptyLike, promote, promoteNumber, type TensorOrNumber } from "./common.ts";
import { sumToShape } from "./sum-to-shape.ts";

function checkBool(operation: string, condition: Tensor): void {
  if (condition.dtype === "bool") return;
  throw new DtypeError(
    operation,
    `the condition is ${condition.dtype}`,
    "expected bool",
    "Compare it with something: x.gt(0).",
  );
}

function constant(value: number, dtype: Tensor["dtype"], origin: string): Tensor {
  const out = empty([], dtype, origin);
  out.storage.backend.fill(out, value);
  return out;
}

function whereRaw(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  const shape = broadcastShapes("where", broadcastShapes("where", condition.shape, a.shape), b.shape);
  const out = empty(shape, a.dtype, "where");
  condition.storage.backend.where(condition, a, b, out);
  return out;
}

/**
 * Elements of `a` where the condition holds, else of `b`; all three broadcast.
 *
 * @example
 * where(tensor([true, false]), tensor([1, 2]), 0); // [1, 0]
 */
export function where(condition: Tensor, a: TensorOrNumber, b: TensorOrNumber): Tensor {
  checkBool("where", condition);
  const dtype = commonDtype(a, b);
  const x = a instanceof Tensor ? castRaw(a, dtype, "where") : constant(a, dtype, "where");
  const y = b instanceof Tensor ? castRaw(b, dtype, "where") : constant(b, dtype, "where");
  checkSameBackend("where", condition, x);
  checkSameBackend("where", condition, y);
  const out = whereRaw(condition, x, y);
  const inputs = [a, b].filter((each) => each instanceof Tensor);
  if (inputs.length === 0 || !needsGrad(inputs[0] as Tensor, inputs[1])) return out;
  return record("where", out, inputs, [condition], (grad) => {
    const zero = constant(0, grad.dtype, "where");
    const part = (of: TensorOrNumber, first: boolean): Tensor | null => {
      if (!(of instanceof Tensor) || !of.requiresGrad) return null;
      const picked = first ? whereRaw(condition, grad, zero) : whereRaw(condition, zero, grad);
      return castRaw(sumToShape(picked, of.shape), of.dtype, "where");
    };
    const grads: (Tensor | null)[] = [];
    if (a instanceof Tensor) grads.push(part(a, true));
    if (b instanceof Tensor) grads.push(part(b, false));
    return grads;
  });
}

function commonDtype(a: TensorOrNumber, b: TensorOrNumber): Tensor["dtype"] {
  if (a instanceof Tensor) return b instanceof Tensor ? promote(a.dtype, b.dtype) : promoteNumber(a.dtype, b);
  return b instanceof Tensor ? promoteNumber(b.dtype, a) : "float32";
}

/**
 * `value` where the mask holds, else the tensor's own element.
 *
 * @example
 * maskedFill(tensor([1, 2]), tensor([true, false]), -Infinity); // [-Infinity, 2]
 */
export function maskedFill(input: Tensor, mask: Tensor, value: number): Tensor {
  checkBool("maskedFill", mask);
  if (input.dtype === "int32" && !Number.isInteger(value)) {
    throw new DtypeError(
      "maskedFill",
      `the value is ${value}, the tensor int32`,
      "expected a whole number",
      'Convert the tensor first: x.to("float32").',
    );
  }
  return where(mask, constant(value, input.dtype, "maskedFill"), input);
}

/** Ends of `clamp`; at least one. */
export interface ClampOptions {
  min?: number;
  max?: number;
}

/** @throws {ConfigError} when neither end is given, or one is NaN */
export function checkClamp(operation: string, options: ClampOptions): void {
  const { min, max } = checkedOptions(operation, options, { min: "number", max: "number" });
  if ((min !== undefined || max !== undefined) && !Number.isNaN(min ?? 0) && !Number.isNaN(max ?? 0)) return;
  throw new ConfigError(
    operation,
    `min is ${min}, max is ${max}`,
    "expected at least one of them, and numbers",
    "Pass { min }, { max } or both.",
  );
}

/**
 * Elements brought into `[min, max]`. The gradient passes where the element was inside, ends included.
 *
 * @throws {ConfigError} when neither end is given
 * @example
 * clamp(tensor([-1, 0.5, 2]), { min: 0, max: 1 }); // [0, 0.5, 1]
 */
export function clamp(input: Tensor, options: ClampOptions): Tensor {
  checkClamp("clamp", options);
  const min = options.min ?? -Infinity;
  const max = options.max ?? Infinity;
  const whole = [min, max].every((end) => Number.isInteger(end) || Math.abs(end) === Infinity);
  const x = isFloat(input.dtype) ? input : castRaw(input, whole ? "int32" : "float32", "clamp");
  const out = emptyLike(x, "clamp");
  const { backend } = x.storage;
  backend.clamp(x, min, max, out);
  return record("clamp", out, [input], [input], (grad) => {
    const above = emptyLike(input, "clamp", "bool");
    const below = emptyLike(input, "clamp", "bool");
    backend.compareScalar("ge", input, min, above);
    backend.compareScalar("le", input, max, below);
    const inside = emptyLike(above, "clamp");
    backend.logical("and", above, below, inside);
    return whereRaw(inside, grad, constant(0, grad.dtype, "clamp"));
  });
}
