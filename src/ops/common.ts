import { type DType, isFloat, type View } from "../engine/index.ts";
import { allocate, Tensor } from "../tensor/index.ts";
import { broadcastStrides, contiguousStrides, DtypeError, type Shape, sizeOf } from "../util/index.ts";

/** What arithmetic takes beside a tensor. */
export type TensorOrNumber = Tensor | number;

/** A tensor of a shape, its elements not yet written. */
export function empty(shape: Shape, dtype: DType, origin: string): Tensor {
  const length = sizeOf(shape);
  return new Tensor(allocate(dtype, length, origin), shape, contiguousStrides(shape), 0, length, true);
}

/** A tensor like another, its elements not yet written. */
export function emptyLike(like: Tensor, origin: string, dtype: DType = like.dtype): Tensor {
  const strides = like.packed ? like.strides : contiguousStrides(like.shape);
  return new Tensor(allocate(dtype, like.length, origin), like.shape, strides, 0, like.length, true);
}

/** Another window on a tensor's storage. Has no history: the op that uses it records that. */
export function viewOf(input: Tensor, shape: Shape, strides: readonly number[], offset: number): Tensor {
  const view = new Tensor(input.storage, shape, strides, offset, sizeOf(shape));
  view.isView = true;
  return view;
}

/** The elements read as if the shape were `target` (already known to broadcast). */
export function expandTo(input: Tensor, target: Shape): Tensor {
  return viewOf(input, target, broadcastStrides(input.shape, input.strides, target), input.offset);
}

const RANK: Record<DType, number> = { bool: 0, int32: 1, float32: 2, float64: 3 };

/** PyTorch's promotion between tensors: bool → int32 → float32 → float64. */
export function promote(a: DType, b: DType): DType {
  return RANK[a] >= RANK[b] ? a : b;
}

/** The dtype of tensor ∘ number: a fraction makes integers float32, any number makes bools integers. */
export function promoteNumber(a: DType, value: number): DType {
  if (isFloat(a)) return a;
  return Number.isInteger(value) ? "int32" : "float32";
}

/** Converted copy, or the tensor itself when it is of that dtype already. Not recorded. */
export function castRaw(input: Tensor, dtype: DType, origin: string): Tensor {
  if (input.dtype === dtype) return input;
  const out = emptyLike(input, origin, dtype);
  input.storage.backend.copy(input, out);
  return out;
}

/** The tensor itself when contiguous, else a copy that is. Not recorded. */
export function contiguousRaw(input: Tensor, origin: string): Tensor {
  if (input.packed) return input;
  const out = emptyLike(input, origin);
  input.storage.backend.copy(input, out);
  return out;
}

/** @throws {DtypeError} when the tensors live on different backends. */
export function checkSameBackend(operation: string, a: View, b: View): void {
  if (a.storage.backend === b.storage.backend) return;
  throw new DtypeError(
    operation,
    `operands live on the ${a.storage.backend.name} and the ${b.storage.backend.name} backend`,
    "expected both on one",
    "Make them under the same engine.setBackend(), or copy one: tensor(x.toArray()).",
  );
}

/** @throws {DtypeError} when the tensor is not of a floating-point dtype. */
export function checkFloat(operation: string, input: Tensor): void {
  if (isFloat(input.dtype)) return;
  throw new DtypeError(
    operation,
    `input is ${input.dtype}`,
    "expected a floating-point tensor",
    'Convert it first: x.to("float32").',
  );
}

/** @throws {DtypeError} when an index tensor is not int32. */
export function checkIndexDtype(operation: string, index: Tensor): void {
  if (index.dtype === "int32") return;
  throw new DtypeError(
    operation,
    `index is ${index.dtype}`,
    "expected int32",
    'Convert it: index.to("int32"), or make it with { dtype: "int32" }.',
  );
}
