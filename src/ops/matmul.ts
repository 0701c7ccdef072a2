import { isFloat } from "../engine/index.ts";
import { needsGrad, record, Tensor } from "../tensor/index.ts";
import { broadcastShapes, DtypeError, formatShape, ShapeError, sizeOf } from "../util/index.ts";
import { checkSameBackend, empty, emptyLike, expandTo, viewOf } from "./common.ts";
import { reduceRaw } from "./reduce.ts";
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

function reshapeRaw(input: Tensor, shape: readonly number[]): Tensor {
  if (input.shape.length === shape.length) return input;
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i] as number;
  }
  const out = viewOf(input, shape, strides, input.offset);
  out.isView = false;
  return out;
}

/**
 * x·Wᵀ + b in one kernel call: what a Linear layer computes.
 *
 * @param input `[..., in]`
 * @param weight `[out, in]`
 * @param bias `[out]`, or null
 * @returns `[..., out]`
 */
export function linear(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  checkLinear(input, weight, bias);
  const outFeatures = weight.shape[0] as number;
  const inFeatures = weight.shape[1] as number;
  const rank = input.shape.length;
  const x = rank === 2 ? input : flattenRows(input, inFeatures);
  const { backend } = input.storage;
  const rows = x.shape[0] as number;
  const flat = empty([rows, outFeatures], input.dtype, "linear");
  backend.matmul(x, transposed(weight), flat, { bias });
  const out = rank === 2 ? flat : reshapeRaw(flat, [...input.shape.slice(0, -1), outFeatures]);
  if (!needsGrad(input, weight, bias)) return out;
  const inputs = bias === null ? [input, weight] : [input, weight, bias];
  return record("linear", out, inputs, [input, weight], (grad) => {
    const g = rank === 2 ? grad : flattenRows(grad, outFeatures);
    return [
      input.requiresGrad ? reshapeRaw(productRaw(g, weight), input.shape) : null,
      weight.requiresGrad ? productRaw(transposed(g), x) : null,
      bias?.requiresGrad ? reduceRaw("sum", g, [0]) : null,
    ];
  });
}

function flattenRows(input: Tensor, columns: number): Tensor {
  let source = input;
  if (!input.packed) {
    source = emptyLike(input, "linear");
    input.storage.backend.copy(input, source);
  }
  const rows = sizeOf(input.shape.slice(0, -1));
  return viewOf(source, [rows, columns], [columns, 1], source.offset);
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
