import { isFloat } from "../engine/index.ts";
import { needsGrad, record, Tensor } from "../tensor/index.ts";
import { broadcastShapes, DtypeError, formatShape, ShapeError } from "../util/index.ts";
import { checkSameBackend, empty, emptyLike, expandTo, viewOf } from "./common.ts";
import { flattenRows, reshapeRaw } from "./rows.ts";
import { sumToShape } from "./sum-to-shape.ts";

/** The last two dimensions swapped. Not recorded. */
function transposed(input: Tensor): Tensor {
  const { shape, strides } = input;
  if (shape.length === 2) {
    // The common case, on every step's path: no copies of arrays, and surely not row-major any more.
    const [rows, columns] = shape as [number, number];
    const sizes = [columns, rows];
    const steps = [strides[1] as number, strides[0] as number];
    return new Tensor(input.storage, sizes, steps, input.offset, input.length, false);
  }
  const rank = shape.length;
  const order = [...Array(rank - 2).keys(), rank - 1, rank - 2];
  return viewOf(
    input,
    order.map((i) => shape[i] as number),
    order.map((i) => strides[i] as number),
    input.offset,
  );
}

/** `[M, K] × [K, N]`, or with equal leading dimensions. Not recorded. */
function productRaw(a: Tensor, b: Tensor): Tensor {
  const rank = a.shape.length;
  const out = empty([...a.shape.slice(0, rank - 1), b.shape[rank - 1] as number], a.dtype, "matmul");
  a.storage.backend.matmul(a, b, out);
  return out;
}

function checkOperands(a: Tensor, b: Tensor): void {
  checkSameBackend("matmul", a, b);
  if (a.dtype !== b.dtype || !isFloat(a.dtype)) {
    throw new DtypeError(
      "matmul",
      `operands are ${a.dtype} and ${b.dtype}`,
      "expected one floating-point dtype for both",
      'Convert them first: x.to("float32").',
    );
  }
  if (a.shape.length === 0 || b.shape.length === 0) {
    throw new ShapeError(
      "matmul",
      `operands have shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
      "expected at least one dimension each",
      "Use mul() to multiply by a scalar.",
    );
  }
  const inner = a.shape[a.shape.length - 1];
  const other = b.shape[Math.max(0, b.shape.length - 2)];
  if (inner !== other) {
    throw new ShapeError(
      "matmul",
      `the first operand has ${inner} columns (shape ${formatShape(a.shape)}), the second ${other} rows (shape ${formatShape(b.shape)})`,
      "expected them equal",
      "Transpose one operand, or check the sizes of the layers.",
    );
  }
}

/**
 * Matrix product, with NumPy's rules: vectors are rows on the left and columns on the right and leave
 * no dimension behind; leading dimensions broadcast.
 *
 * @param a `[..., M, K]`, or `[K]`
 * @param b `[..., K, N]`, or `[K]`
 * @returns `[..., M, N]`
 * @throws {ShapeError} when the inner sizes differ
 * @source https://docs.pytorch.org/docs/stable/generated/torch.matmul.html
 * @example
 * matmul(tensor([[1, 2], [3, 4]]), tensor([1, 1])); // [3, 7]
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  checkOperands(a, b);
  if (a.shape.length > 2 && b.shape.length === 2) return rowsTimesMatrix(a, b);
  const left = a.shape.length === 1 ? viewOf(a, [1, a.length], [0, a.strides[0] as number], a.offset) : a;
  const right = b.shape.length === 1 ? viewOf(b, [b.length, 1], [b.strides[0] as number, 0], b.offset) : b;
  const [x, y] = broadcastBatch(left, right);
  const full = productRaw(x, y);
  const out = dropVectors(full, a.shape.length === 1, b.shape.length === 1);
  if (!needsGrad(a, b)) return out;
  return record("matmul", out, [a, b], [a, b], (grad) => {
    const g = viewFull(grad, full);
    return [
      a.requiresGrad ? reshapeRaw(sumToShape(gradLeft(g, y), left.shape), a.shape) : null,
      b.requiresGrad ? reshapeRaw(sumToShape(gradRight(x, g), right.shape), b.shape) : null,
    ];
  });
}

// One matrix for every batch entry: all rows go through one product, forward and backward.
function rowsTimesMatrix(a: Tensor, b: Tensor): Tensor {
  const [inner, columns] = b.shape as [number, number];
  const x = flattenRows(a, inner);
  const shape = [...a.shape.slice(0, -1), columns];
  const out = reshapeRaw(productRaw(x, b), shape);
  if (!needsGrad(a, b)) return out;
  return record("matmul", out, [a, b], [a, b], (grad) => {
    const g = flattenRows(grad, columns);
    return [
      a.requiresGrad ? reshapeRaw(productRaw(g, transposed(b)), a.shape) : null,
      b.requiresGrad ? productRaw(transposed(x), g) : null,
    ];
  });
}

function gradLeft(grad: Tensor, y: Tensor): Tensor {
  return productRaw(grad, transposed(y));
}

function gradRight(x: Tensor, grad: Tensor): Tensor {
  return productRaw(transposed(x), grad);
}

function broadcastBatch(a: Tensor, b: Tensor): [Tensor, Tensor] {
  if (a.shape.length === 2 && b.shape.length === 2) return [a, b];
  const batch = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  return [expandTo(a, [...batch, ...a.shape.slice(-2)]), expandTo(b, [...batch, ...b.shape.slice(-2)])];
}

function dropVectors(full: Tensor, row: boolean, column: boolean): Tensor {
  if (!row && !column) return full;
  const shape = full.shape.slice();
  if (column) shape.pop();
  if (row) shape.splice(column ? shape.length - 1 : shape.length - 2, 1);
  return reshapeRaw(full, shape);
}

// A gradient in the shape the product had before vector dimensions were dropped.
function viewFull(grad: Tensor, full: Tensor): Tensor {
  if (grad.shape.length === full.shape.length) return grad;
  let source = grad;
  if (!grad.packed) {
    source = emptyLike(grad, "matmul");
    grad.storage.backend.copy(grad, source);
  }
  return reshapeRaw(source, full.shape);
}
