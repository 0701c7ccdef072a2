import { bytesOf, currentBackend, type DType, isFloat, newTypedArray, type TypedArray } from "../engine/index.ts";
import { Tensor } from "../tensor/index.ts";
import {
  ConfigError,
  checkedOptions,
  checkShape,
  DtypeError,
  type OptionKinds,
  type Shape,
  ShapeError,
  sizeOf,
} from "../util/index.ts";
import { empty as emptyRaw } from "./common.ts";
import { flatten, type NestedArray } from "./nested.ts";

/** Options of every function that makes a tensor. */
export interface CreateOptions {
  /** Default: float32 (see `setDefaultDtype`), int32 or bool where the values say so. */
  dtype?: DType;
  /** Record operations on it for `backward()`. */
  requiresGrad?: boolean;
}

let defaultDtype: DType = "float32";

/**
 * The dtype of new floating-point tensors.
 *
 * @example
 * getDefaultDtype(); // "float32"
 */
export function getDefaultDtype(): DType {
  return defaultDtype;
}

/**
 * Sets the dtype of new floating-point tensors: float32 (the start), or float64 on the reference backend.
 *
 * @throws {DtypeError} for int32 and bool.
 * @example
 * setDefaultDtype("float32");
 */
export function setDefaultDtype(dtype: DType): void {
  if (!isFloat(dtype)) {
    throw new DtypeError("setDefaultDtype", `dtype is ${dtype}`, "expected float32 or float64", "Choose one of them.");
  }
  defaultDtype = dtype;
}

/** @throws {DtypeError} when the current backend cannot hold the dtype. */
export function checkDtype(operation: string, dtype: DType): void {
  const backend = currentBackend();
  if (backend.dtypes.includes(dtype)) return;
  throw new DtypeError(
    operation,
    `dtype is ${dtype} on the ${backend.name} backend`,
    `expected one of ${backend.dtypes.join(", ")}`,
    'float64 lives on the reference backend: engine.setBackend("reference").',
  );
}

const CREATE: OptionKinds<CreateOptions> = { dtype: "string", requiresGrad: "boolean" };

/** An unwritten tensor for a creation function: shape, options and dtype checked, `requiresGrad` set. */
export function make(
  operation: string,
  shape: Shape,
  options: CreateOptions,
  dtype: DType = defaultDtype,
  kinds: OptionKinds<CreateOptions> = CREATE,
): Tensor {
  checkShape(operation, shape);
  checkedOptions(operation, options, kinds);
  const chosen = options.dtype ?? dtype;
  checkDtype(operation, chosen);
  const out = emptyRaw([...shape], chosen, operation);
  if (options.requiresGrad === true) out.requiresGrad = true;
  return out;
}

/**
 * A tensor from a number, nested arrays of numbers or booleans, or a typed array; the values are copied.
 *
 * Booleans give bool, an `Int32Array` int32, a `Float64Array` float64 on the reference backend;
 * everything else gives the default float dtype (also whole numbers: JavaScript does not tell 1 from 1.0).
 *
 * @param values rectangular; `[]` has shape `[0]`
 * @param options.dtype chooses another dtype
 * @throws {ShapeError} for ragged arrays, naming the place
 * @example
 * const x = tensor([[1, 2], [3, 4]]);
 * const labels = tensor([0, 2, 1], { dtype: "int32" });
 */
export function tensor(values: NestedArray | TypedArray, options: CreateOptions = {}): Tensor {
  const { shape, data, dtype } = flatten(values, options.dtype, defaultDtype);
  const chosen =
    dtype === "float64" && !currentBackend().dtypes.includes("float64") && options.dtype === undefined
      ? defaultDtype
      : dtype;
  const out = make("tensor", shape, options, chosen);
  const elements = newTypedArray(out.dtype, data.length);
  if (out.dtype === "bool") for (let i = 0; i < data.length; i++) elements[i] = data[i] ? 1 : 0;
  else elements.set(data);
  out.storage.backend.write(out.storage, 0, elements);
  return out;
}

/**
 * A tensor that takes its elements, in row-major order, from a typed array of `shape`'s length.
 *
 * @example
 * fromTypedArray(new Float32Array([1, 2, 3, 4]), [2, 2]); // [[1, 2], [3, 4]]
 */
export function fromTypedArray(values: TypedArray, shape: Shape, options: CreateOptions = {}): Tensor {
  if (sizeOf(shape) !== values.length) {
    throw new ShapeError(
      "fromTypedArray",
      `the array has ${values.length} elements`,
      `expected ${sizeOf(shape)} for shape [${shape.join(", ")}]`,
      "Pass a shape whose product is the array's length.",
    );
  }
  const flat = tensor(values, options.dtype === undefined ? {} : { dtype: options.dtype });
  const out = new Tensor(flat.storage, [...shape], stridesFor(shape), 0, flat.length, true);
  if (options.requiresGrad === true) out.requiresGrad = true;
  return out;
}

function stridesFor(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i] as number;
  }
  return strides;
}

/**
 * Every element `value`; a whole `value` still gives the default float dtype, a boolean gives bool.
 *
 * @example
 * full([2, 2], 7); // [[7, 7], [7, 7]]
 */
export function full(shape: Shape, value: number | boolean, options: CreateOptions = {}): Tensor {
  const out = make("full", shape, options, typeof value === "boolean" ? "bool" : defaultDtype);
  out.storage.backend.fill(out, Number(value));
  return out;
}

/**
 * Zeros of a shape.
 *
 * @example
 * zeros([2, 3]);
 */
export function zeros(shape: Shape, options: CreateOptions = {}): Tensor {
  return full(shape, 0, options);
}

/**
 * Ones of a shape.
 *
 * @example
 * ones([2, 3], { requiresGrad: true });
 */
export function ones(shape: Shape, options: CreateOptions = {}): Tensor {
  return full(shape, 1, options);
}

/**
 * A tensor whose elements are whatever the memory held: for filling at once.
 *
 * @example
 * empty([2, 3]).fill_(1);
 */
export function empty(shape: Shape, options: CreateOptions = {}): Tensor {
  return make("empty", shape, options);
}

/**
 * `start, start + step, …` up to but without `end`. With one argument: from 0.
 *
 * @param start first value, or the end when it stands alone
 * @param options.dtype default int32 when all three are whole numbers (PyTorch: int64), else float
 * @throws {ConfigError} when `step` is 0 or leads away from `end`
 * @example
 * arange(5); // [0, 1, 2, 3, 4]
 * arange(1, 2, 0.25); // [1, 1.25, 1.5, 1.75]
 */
export function arange(start: number, end?: number, step = 1, options: CreateOptions = {}): Tensor {
  const [from, to] = end === undefined ? [0, start] : [start, end];
  const ok =
    Number.isFinite(from) && Number.isFinite(to) && Number.isFinite(step) && step !== 0 && (to - from) / step >= 0;
  if (!ok) {
    throw new ConfigError(
      "arange",
      `start ${from}, end ${to}, step ${step}`,
      "expected finite numbers and a step that leads from start to end",
      "Check the sign of the step.",
    );
  }
  const whole = [from, to, step].every(Number.isInteger);
  const out = make("arange", [Math.ceil((to - from) / step)], options, whole ? "int32" : defaultDtype);
  const elements = newTypedArray(out.dtype, out.length);
  for (let i = 0; i < out.length; i++) elements[i] = from + i * step;
  out.storage.backend.write(out.storage, 0, elements);
  return out;
}

/**
 * `steps` values from `start` to `end`, both included, at equal distances.
 *
 * @example
 * linspace(0, 1, 5); // [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace(start: number, end: number, steps: number, options: CreateOptions = {}): Tensor {
  const out = make("linspace", [steps], options);
  const elements = newTypedArray(out.dtype, steps);
  const step = steps > 1 ? (end - start) / (steps - 1) : 0;
  // From both ends, so that the last value is exactly `end` (as PyTorch does).
  for (let i = 0; i < steps; i++) elements[i] = i < steps / 2 ? start + step * i : end - step * (steps - 1 - i);
  out.storage.backend.write(out.storage, 0, elements);
  return out;
}

/**
 * Ones on the diagonal of an `[n, m]` matrix.
 *
 * @example
 * eye(2); // [[1, 0], [0, 1]]
 */
export function eye(n: number, m: number = n, options: CreateOptions = {}): Tensor {
  const out = make("eye", [n, m], options);
  const elements = newTypedArray(out.dtype, n * m);
  for (let i = 0; i < Math.min(n, m); i++) elements[i * m + i] = 1;
  out.storage.backend.write(out.storage, 0, elements);
  return out;
}

function like(input: Tensor, options: CreateOptions): CreateOptions {
  return { dtype: input.dtype, ...options };
}

/**
 * Zeros of a tensor's shape and dtype.
 *
 * @example
 * zerosLike(x).shape; // x.shape
 */
export const zerosLike = (input: Tensor, options: CreateOptions = {}): Tensor =>
  zeros(input.shape, like(input, options));
/**
 * Ones of a tensor's shape and dtype.
 *
 * @example
 * onesLike(x).shape; // x.shape
 */
export const onesLike = (input: Tensor, options: CreateOptions = {}): Tensor => ones(input.shape, like(input, options));
/**
 * One value in a tensor's shape and dtype.
 *
 * @example
 * fullLike(x, 0.5);
 */
export const fullLike = (input: Tensor, value: number, options: CreateOptions = {}): Tensor =>
  full(input.shape, value, like(input, options));
/**
 * Unwritten, of a tensor's shape and dtype.
 *
 * @example
 * emptyLike(x).zero_();
 */
export const emptyLike = (input: Tensor, options: CreateOptions = {}): Tensor =>
  empty(input.shape, like(input, options));

/** Bytes that the elements of a tensor take. */
export function byteLength(input: Tensor): number {
  return input.length * bytesOf(input.dtype);
}
