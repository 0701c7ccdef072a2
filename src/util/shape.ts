import { ShapeError } from "./errors.ts";

/** Sizes of each dimension, outermost first. `[]` is a scalar. */
export type Shape = readonly number[];

/** `[2, 3]`, as shapes are written in messages. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i] as number;
  return size;
}

/** Row-major strides, in elements. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i] as number;
  }
  return strides;
}

/** Whether strides describe a row-major layout; dimensions of size 1 may have any stride. */
export function isContiguous(shape: Shape, strides: readonly number[]): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i] as number;
    if (size === 0) return true;
    if (size !== 1) {
      if (strides[i] !== step) return false;
      step *= size;
    }
  }
  return true;
}

/** Same sizes in the same order. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * A dimension index made non-negative.
 *
 * @throws {ShapeError} when `dim` is not a whole number in `-rank … rank - 1`.
 */
export function normalizeDim(operation: string, dim: number, rank: number): number {
  const limit = Math.max(rank, 1);
  if (!Number.isInteger(dim) || dim < -limit || dim >= limit) {
    throw new ShapeError(
      operation,
      `dim is ${dim}`,
      `expected a whole number from ${-limit} to ${limit - 1} for a tensor of ${rank} dimensions`,
      "Count dimensions from 0, or from -1 at the end.",
    );
  }
  return dim < 0 ? dim + limit : dim;
}

/**
 * Several dimensions made non-negative, ascending and checked for repeats; `undefined` means all of them.
 *
 * @throws {ShapeError} when one is out of range or stands twice.
 */
export function normalizeDims(operation: string, dims: number | readonly number[] | undefined, rank: number): number[] {
  if (dims === undefined) return Array.from({ length: rank }, (_, i) => i);
  if (typeof dims !== "number" && !Array.isArray(dims)) {
    throw new ShapeError(
      operation,
      `dim is ${dims === null ? "null" : typeof dims === "object" ? "an object" : `a ${typeof dims}`}`,
      "expected a whole number, or a list of them",
      `Dimensions stand before the options: ${operation}(1, { keepdim: true }).`,
    );
  }
  const list = (typeof dims === "number" ? [dims] : dims).map((dim) => normalizeDim(operation, dim, rank));
  if (rank === 0) return [];
  list.sort((a, b) => a - b);
  for (let i = 1; i < list.length; i++) {
    if (list[i] === list[i - 1]) {
      throw new ShapeError(
        operation,
        `dim ${list[i]} stands twice`,
        "expected each dimension once",
        "Remove the repeated dimension (negative dims count from the end).",
      );
    }
  }
  return list;
}

/**
 * The shape two operands broadcast to, by NumPy's rule: align at the last dimension, sizes equal or 1.
 *
 * @throws {ShapeError} when a pair of sizes differs and neither is 1.
 */
export function broadcastShapes(operation: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const sizeA = i <= a.length ? (a[a.length - i] as number) : 1;
    const sizeB = i <= b.length ? (b[b.length - i] as number) : 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new ShapeError(
        operation,
        `operands have shapes ${formatShape(a)} and ${formatShape(b)}, which differ at dimension -${i} (${sizeA} against ${sizeB})`,
        "expected equal sizes, or 1, counted from the last dimension",
        "Reshape or unsqueeze one operand so that its sizes line up.",
      );
    }
    out[rank - i] = sizeA === 1 ? sizeB : sizeA;
  }
  return out;
}

/** Strides that read `shape` as if it were `target`: 0 along every broadcast dimension. */
export function broadcastStrides(shape: Shape, strides: readonly number[], target: Shape): number[] {
  const out = new Array<number>(target.length).fill(0);
  const shift = target.length - shape.length;
  for (let i = 0; i < shape.length; i++) {
    out[i + shift] = shape[i] === 1 && target[i + shift] !== 1 ? 0 : (strides[i] as number);
  }
  return out;
}

/**
 * Every size a whole number of 0 or more.
 *
 * @throws {ShapeError} otherwise.
 */
export function checkShape(operation: string, shape: Shape): void {
  if (!Array.isArray(shape)) {
    throw new ShapeError(
      operation,
      `shape is ${String(shape)}`,
      "expected a list of sizes",
      `Write the sizes in brackets: ${operation}([2, 3]).`,
    );
  }
  for (const size of shape) {
    if (!Number.isInteger(size) || size < 0) {
      throw new ShapeError(
        operation,
        `shape is ${formatShape(shape)}`,
        "expected whole numbers of 0 or more",
        "Check how the sizes were computed.",
      );
    }
  }
}
