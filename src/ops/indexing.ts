import { record, type Tensor } from "../tensor/index.ts";
import { ConfigError, DataError, formatShape, normalizeDim, ShapeError } from "../util/index.ts";
import { checkIndexDtype, checkSameBackend, empty, emptyLike } from "./common.ts";
import { narrow } from "./movement.ts";
import { data } from "./read.ts";

function checkRange(operation: string, index: Tensor, size: number, dim: number): void {
  const at = index.storage.backend.firstOutOfRange(index, size);
  if (at < 0) return;
  throw new DataError(
    operation,
    `index ${data(index)[at]} (element ${at} of the index)`,
    `expected -${size} … ${size - 1} along dim ${dim}`,
    "Check how the index was made; it counts from 0.",
  );
}

/**
 * Rows (or whatever lies along `dim`) picked by a list of positions; may repeat.
 *
 * @param index 1-D, int32; negative counts from the end
 * @throws {DataError} for a position outside, before anything is read
 * @example
 * indexSelect(x, 0, tensor([2, 0], { dtype: "int32" })); // the rows 2 and 0
 */
export function indexSelect(input: Tensor, dim: number, index: Tensor): Tensor {
  checkIndexDtype("indexSelect", index);
  checkSameBackend("indexSelect", input, index);
  const along = normalizeDim("indexSelect", dim, input.shape.length);
  if (index.shape.length > 1 || input.shape.length === 0) {
    throw new ShapeError(
      "indexSelect",
      `index has shape ${formatShape(index.shape)}, input ${formatShape(input.shape)}`,
      "expected a 1-D index and an input of at least 1 dimension",
      "Flatten the index, or use gather().",
    );
  }
  checkRange("indexSelect", index, input.shape[along] as number, dim);
  const shape = input.shape.slice();
  shape[along] = index.length;
  const out = empty(shape, input.dtype, "indexSelect");
  const { backend } = input.storage;
  backend.indexSelect(input, along, index, out);
  return record("indexSelect", out, [input], [index], (grad) => {
    const back = emptyLike(input, "indexSelect");
    backend.fill(back, 0);
    backend.indexAdd(back, along, index, grad);
    return back;
  });
}

function checkGather(operation: string, input: Tensor, along: number, index: Tensor): void {
  checkIndexDtype(operation, index);
  checkSameBackend(operation, input, index);
  const fits =
    index.shape.length === input.shape.length &&
    index.shape.every((n, i) => i === along || n <= (input.shape[i] as number));
  if (!fits || input.shape.length === 0) {
    throw new ShapeError(
      operation,
      `index has shape ${formatShape(index.shape)}, the tensor ${formatShape(input.shape)}`,
      `expected as many dimensions, and sizes no larger except along dim ${along}`,
      "Unsqueeze or expand the index.",
    );
  }
  checkRange(operation, index, input.shape[along] as number, along);
}

/**
 * One element for each index: `out[i][j] = input[index[i][j]][j]` for dim 0.
 *
 * @param index int32, as many dimensions as the input
 * @source https://docs.pytorch.org/docs/stable/generated/torch.gather.html
 * @example
 * const actions = tensor([[1], [0]], { dtype: "int32" });
 * gather(tensor([[5, 6], [7, 8]]), 1, actions); // [[6], [7]]
 */
export function gather(input: Tensor, dim: number, index: Tensor): Tensor {
  const along = normalizeDim("gather", dim, input.shape.length);
  checkGather("gather", input, along, index);
  const out = empty(index.shape.slice(), input.dtype, "gather");
  const { backend } = input.storage;
  backend.gather(input, along, index, out);
  return record("gather", out, [input], [index], (grad) => {
    const back = emptyLike(input, "gather");
    backend.fill(back, 0);
    backend.scatter(back, along, index, grad, true);
    return back;
  });
}

function checkSource(operation: string, input: Tensor, index: Tensor, source: Tensor): void {
  checkSameBackend(operation, input, source);
  const fits =
    source.shape.length === index.shape.length && index.shape.every((n, i) => n <= (source.shape[i] as number));
  if (fits && source.dtype === input.dtype) return;
  throw new ShapeError(
    operation,
    `source is ${source.dtype} ${formatShape(source.shape)}, index ${formatShape(index.shape)}`,
    `expected ${input.dtype} and at least the index's sizes`,
    "Give source the shape of the index.",
  );
}

/**
 * A copy of `input` with each element of `source` written where `index` says: the opposite of gather. Of two for one
 * place the later one stands (PyTorch leaves that open), but both get that place's gradient, as there.
 *
 * @param index int32, as many dimensions as the input; negative counts from the end
 * @param source of at least the index's sizes, or one number for all
 * @throws {DataError} for a position outside; {ShapeError} where sizes do not fit
 * @source https://docs.pytorch.org/docs/stable/generated/torch.Tensor.scatter_.html
 * @example
 * const index = tensor([[2], [0]], { dtype: "int32" });
 * scatter(zeros([2, 3]), 1, index, 1); // [[0, 0, 1], [1, 0, 0]]
 */
export function scatter(input: Tensor, dim: number, index: Tensor, source: Tensor | number): Tensor {
  const along = normalizeDim("scatter", dim, input.shape.length);
  checkGather("scatter", input, along, index);
  if (typeof source !== "number") checkSource("scatter", input, index, source);
  const { backend } = input.storage;
  const out = emptyLike(input, "scatter");
  backend.copy(input, out);
  const filled = (value: number): Tensor => {
    const values = empty(index.shape.slice(), input.dtype, "scatter");
    backend.fill(values, value);
    return values;
  };
  backend.scatter(out, along, index, typeof source === "number" ? filled(source) : window(source, index), false);
  const inputs = typeof source === "number" ? [input] : [input, source];
  return record("scatter", out, inputs, [index], (grad) => {
    const kept = emptyLike(input, "scatter");
    if (input.requiresGrad) {
      backend.copy(grad, kept);
      backend.scatter(kept, along, index, filled(0), false);
    }
    const first = input.requiresGrad ? kept : null;
    if (typeof source === "number") return first;
    if (!source.requiresGrad) return [first, null];
    const picked = empty(index.shape.slice(), grad.dtype, "scatter");
    backend.gather(grad, along, index, picked);
    return [first, padTo(picked, source)];
  });
}

/**
 * A copy of `input` with each element of `source` added where `index` says: the opposite of gather.
 *
 * @source https://docs.pytorch.org/docs/stable/generated/torch.scatter_add.html
 * @example
 * const index = tensor([0, 0, 2], { dtype: "int32" });
 * scatterAdd(zeros([3]), 0, index, tensor([1, 2, 3])); // [3, 0, 3]
 */
export function scatterAdd(input: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  const along = normalizeDim("scatterAdd", dim, input.shape.length);
  checkGather("scatterAdd", input, along, index);
  checkSource("scatterAdd", input, index, source);
  const { backend } = input.storage;
  const out = emptyLike(input, "scatterAdd");
  backend.copy(input, out);
  backend.scatter(out, along, index, window(source, index), true);
  return record("scatterAdd", out, [input, source], [index], (grad) => {
    if (!source.requiresGrad) return [input.requiresGrad ? grad : null, null];
    const picked = empty(index.shape.slice(), grad.dtype, "scatterAdd");
    backend.gather(grad, along, index, picked);
    return [input.requiresGrad ? grad : null, padTo(picked, source)];
  });
}

// The part of `source` that the index covers.
function window(source: Tensor, index: Tensor): Tensor {
  let part = source;
  index.shape.forEach((n, i) => {
    if (part.shape[i] !== n) part = narrow(part, i, 0, n);
  });
  return part;
}

function padTo(part: Tensor, whole: Tensor): Tensor {
  if (part.length === whole.length) return part;
  const out = emptyLike(whole, "scatterAdd");
  out.storage.backend.fill(out, 0);
  let target = out;
  part.shape.forEach((n, i) => {
    target = narrow(target, i, 0, n);
  });
  out.storage.backend.copy(part, target);
  return out;
}

/**
 * Each class index as a row of zeros with one 1.
 *
 * @param input int32, values in `0 … numClasses − 1`
 * @param numClasses default: the largest value + 1
 * @returns int32 `[..., numClasses]`
 * @example
 * oneHot(tensor([2, 0], { dtype: "int32" }), 3); // [[0, 0, 1], [1, 0, 0]]
 */
export function oneHot(input: Tensor, numClasses?: number): Tensor {
  checkIndexDtype("oneHot", input);
  const values = Array.from(data(input));
  const classes = numClasses ?? values.reduce((most, n) => Math.max(most, n), -1) + 1;
  if (!Number.isInteger(classes) || classes < 1) {
    throw new ConfigError("oneHot", `numClasses is ${classes}`, "expected 1 or more", "Pass the number of classes.");
  }
  values.forEach((value, at) => {
    if (value >= 0 && value < classes) return;
    throw new DataError(
      "oneHot",
      `class ${value} (element ${at})`,
      `expected 0 … ${classes - 1}`,
      "Check the labels, or raise numClasses.",
    );
  });
  const out = empty([...input.shape, classes], "int32", "oneHot");
  const { backend } = out.storage;
  const rows = new Int32Array(out.length);
  values.forEach((value, at) => {
    rows[at * classes + value] = 1;
  });
  backend.write(out.storage, 0, rows);
  return out;
}
