import { type BinaryOp, isFloat } from "../engine/index.ts";
import { isGradEnabled, Node, Tensor } from "../tensor/index.ts";
import { broadcastShapes, DtypeError, formatShape, GradientError, ShapeError, sameShape } from "../util/index.ts";
import { binary } from "./binary.ts";
import { clone, to } from "./cast.ts";
import { castRaw, checkSameBackend, emptyLike, type TensorOrNumber } from "./common.ts";
import { expand } from "./movement.ts";
import { type ClampOptions, checkClamp } from "./where.ts";

// Changes of a tensor's own elements. Each raises the storage's version, so that a graph that saved
// the old values refuses to run backward instead of computing nonsense.

/**
 * @param records whether the change itself will be recorded
 * @throws {GradientError} when autograd forbids changing this tensor here.
 */
export function checkWritable(operation: string, target: Tensor, records: boolean): void {
  if (!isGradEnabled() || !(target.requiresGrad || records)) return;
  if (target.requiresGrad && target.isLeaf) {
    throw new GradientError(
      operation,
      "the tensor is a leaf that requires a gradient",
      "expected it inside noGrad(), where the change is not recorded",
      `Wrap the update: noGrad(() => { p.${operation}(…); }).`,
    );
  }
  if (target.isView || target.hasViews) {
    throw new GradientError(
      operation,
      target.isView ? "the tensor is a view of another" : "the tensor has views that are being recorded",
      "expected a tensor whose memory nobody else looks at, since gradients could not follow the change",
      "Use the operation without the underscore, or clone() first.",
    );
  }
}

function checkFits(operation: string, target: Tensor, other: Tensor): void {
  checkSameBackend(operation, target, other);
  if (sameShape(broadcastShapes(operation, target.shape, other.shape), target.shape)) return;
  throw new ShapeError(
    operation,
    `a tensor of shape ${formatShape(target.shape)} with one of shape ${formatShape(other.shape)}`,
    "expected a result of the tensor's own shape",
    "Use the operation without the underscore, or reshape the operand.",
  );
}

/** @throws {DtypeError} when the result would lose its fraction in the target's dtype. */
function checkHolds(operation: string, op: BinaryOp, target: Tensor, other: TensorOrNumber): void {
  if (isFloat(target.dtype)) return;
  const fraction = other instanceof Tensor ? isFloat(other.dtype) : !Number.isInteger(other);
  if (target.dtype === "int32" && op !== "div" && !fraction) return;
  throw new DtypeError(
    operation,
    `the tensor is ${target.dtype}, the operand ${other instanceof Tensor ? other.dtype : other}`,
    "expected a result that the tensor can hold",
    'Use the operation without the underscore, or convert first: x.to("float32").',
  );
}

// The tensor as it was, for the graph: the same elements (which nobody reads there) and the old history.
function before(target: Tensor): Tensor {
  const old = new Tensor(target.storage, target.shape, target.strides, target.offset, target.length, target.packed);
  old.requiresGrad = target.requiresGrad;
  old.node = target.node;
  return old;
}

// From here on the target's gradient goes to `node`; what read the target before still finds `old`.
function rewriteHistory(target: Tensor, old: Tensor, node: Node): void {
  if (old.node !== null && old.node.output === target) old.node.output = old;
  node.replaced = old;
  node.output = target;
  target.requiresGrad = true;
  target.node = node;
}

// Kernels write where they read only if both are the very same elements.
function apart(target: Tensor, other: Tensor, origin: string): Tensor {
  if (other.storage !== target.storage) return other;
  const copy = emptyLike(other, origin);
  other.storage.backend.copy(other, copy);
  return copy;
}

function writeRaw(operation: string, op: BinaryOp, target: Tensor, other: TensorOrNumber): void {
  const { backend } = target.storage;
  // Kernels write contiguous results.
  const out = target.packed ? target : emptyLike(target, operation);
  if (other instanceof Tensor) {
    backend.binary(op, target, apart(target, castRaw(other, target.dtype, operation), operation), out);
  } else {
    backend.binaryScalar(op, target, other, false, out);
  }
  if (out !== target) backend.copy(out, target);
}

/** target ← op(target, other), recorded when either needs a gradient. */
export function updateInPlace(operation: string, op: BinaryOp, target: Tensor, other: TensorOrNumber): Tensor {
  const recorded = isGradEnabled() && (target.requiresGrad || (other instanceof Tensor && other.requiresGrad));
  checkWritable(operation, target, recorded);
  checkHolds(operation, op, target, other);
  if (other instanceof Tensor) checkFits(operation, target, other);
  if (!recorded) {
    writeRaw(operation, op, target, other);
    target.storage.version++;
    return target;
  }
  // Out of place on a copy of the history, then moved in: the derivative is the ordinary op's.
  const old = before(target);
  const result = binary(op, old, other instanceof Tensor ? to(other, target.dtype) : other);
  target.storage.backend.copy(result, target);
  target.storage.version++;
  if (result.node !== null) rewriteHistory(target, old, result.node);
  return target;
}

/**
 * target += other.
 *
 * @example
 * add_(tensor([1, 2]), 10); // [11, 12]
 */
export const add_ = (target: Tensor, other: TensorOrNumber): Tensor => updateInPlace("add_", "add", target, other);
/**
 * target −= other.
 *
 * @example
 * sub_(tensor([1, 2]), 1); // [0, 1]
 */
export const sub_ = (target: Tensor, other: TensorOrNumber): Tensor => updateInPlace("sub_", "sub", target, other);
/**
 * target ·= other.
 *
 * @example
 * mul_(tensor([1, 2]), 3); // [3, 6]
 */
export const mul_ = (target: Tensor, other: TensorOrNumber): Tensor => updateInPlace("mul_", "mul", target, other);
/**
 * target /= other.
 *
 * @example
 * div_(tensor([1, 2]), 2); // [0.5, 1]
 */
export const div_ = (target: Tensor, other: TensorOrNumber): Tensor => updateInPlace("div_", "div", target, other);

/** What the target was computed from no longer matters: gradients end here. */
export function cutHistory(operation: string, target: Tensor): void {
  if (!isGradEnabled() || target.node === null) return;
  rewriteHistory(target, before(target), new Node(operation, [], target, null, () => []));
}

/**
 * Every element becomes `value`.
 *
 * @example
 * fill_(empty([2]), 7); // [7, 7]
 */
export function fill_(target: Tensor, value: number): Tensor {
  checkWritable("fill_", target, false);
  target.storage.backend.fill(target, value);
  target.storage.version++;
  cutHistory("fill_", target);
  return target;
}

/**
 * Every element becomes 0.
 *
 * @example
 * zero_(tensor([1, 2])); // [0, 0]
 */
export function zero_(target: Tensor): Tensor {
  return fill_(target, 0);
}

/**
 * Copies another tensor's elements (broadcast, converted) into this one.
 *
 * @throws {ShapeError} when the source does not broadcast to the target's shape
 * @example
 * noGrad(() => copy_(zeros([2, 2]), tensor([1, 2]))); // [[1, 2], [1, 2]]
 */
export function copy_(target: Tensor, source: Tensor): Tensor {
  const recorded = isGradEnabled() && source.requiresGrad && isFloat(target.dtype);
  checkWritable("copy_", target, recorded);
  checkFits("copy_", target, source);
  // A recorded source gets a node of its own, which the target takes over.
  const same = recorded && source.dtype === target.dtype;
  const value = same ? clone(source) : recorded ? to(source, target.dtype) : apart(target, source, "copy_");
  const wide = sameShape(value.shape, target.shape) ? value : expand(value, target.shape);
  target.storage.backend.copy(wide, target);
  target.storage.version++;
  if (recorded && wide.node !== null) rewriteHistory(target, before(target), wide.node);
  else cutHistory("copy_", target);
  return target;
}

/**
 * Elements of this very tensor brought into `[min, max]`.
 *
 * @example
 * clamp_(tensor([-1, 0.5, 2]), { min: 0, max: 1 }); // [0, 0.5, 1]
 */
export function clamp_(target: Tensor, options: ClampOptions): Tensor {
  checkWritable("clamp_", target, false);
  checkClamp("clamp_", options);
  for (const end of [options.min ?? 0, options.max ?? 0]) {
    if (Number.isFinite(end)) checkHolds("clamp_", "add", target, end);
  }
  if (isGradEnabled() && target.requiresGrad) {
    throw new GradientError(
      "clamp_",
      "the tensor is being recorded",
      "expected one without history, or noGrad()",
      "Use clamp(), whose gradient is known.",
    );
  }
  const { backend } = target.storage;
  const out = target.packed ? target : emptyLike(target, "clamp_");
  backend.clamp(target, options.min ?? -Infinity, options.max ?? Infinity, out);
  if (out !== target) backend.copy(out, target);
  target.storage.version++;
  return target;
}
