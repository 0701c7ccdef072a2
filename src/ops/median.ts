import { isFloat } from "../engine/index.ts";
import { needsGrad, record, type Tensor } from "../tensor/index.ts";
import { checkedOptions, normalizeDim } from "../util/index.ts";
import { max, type ValuesAndIndices } from "./arg-reduce.ts";
import { binaryRaw } from "./binary.ts";
import { castRaw, contiguousRaw, empty, emptyLike, viewOf } from "./common.ts";
import { full } from "./create.ts";
import { gather } from "./indexing.ts";
import { select, unsqueeze } from "./movement.ts";
import { checkNotEmpty, REDUCE, type ReduceOptions, reduceRaw } from "./reduce.ts";
import { sortRaw } from "./sort.ts";

// Where the median stands along a dimension, which stays with size 1; where there is a NaN, the first of them.
function positions(input: Tensor, dim: number): Tensor {
  const size = input.shape[dim] as number;
  const half = Math.floor((size - 1) / 2);
  const { indices } = sortRaw(input, dim, false, half + 1, "median");
  const middle = unsqueeze(select(indices, dim, half), dim);
  if (!isFloat(input.dtype)) return contiguousRaw(middle, "median");
  const { backend } = input.storage;
  const largest = max(input.detach(), dim, { keepdim: true });
  const broken = emptyLike(largest.values, "median", "bool");
  backend.test("isnan", largest.values, broken);
  const out = empty(broken.shape, "int32", "median");
  backend.where(broken, largest.indices, middle, out);
  return out;
}

/**
 * The median of all elements: of an even number the lower of the two in the middle; NaN where there is a NaN, and of
 * no elements at all. Elements equal to it share the gradient evenly.
 *
 * @source https://docs.pytorch.org/docs/stable/generated/torch.median.html
 * @example
 * median(tensor([4, 1, 3, 2])).item(); // 2
 */
export function median(input: Tensor): Tensor;
/**
 * The median along a dimension, and where it stands: of an even number the lower of the two in the middle; the first
 * NaN where there is one. The gradient goes to that position.
 *
 * @param options.keepdim keep the dimension with size 1
 * @throws {ShapeError} when there is nothing along `dim`, or it is out of range
 * @example
 * const { values, indices } = median(tensor([[1, 9, 2], [7, 5, 6]]), 1); // [2, 6], [2, 2]
 */
export function median(input: Tensor, dim: number, options?: ReduceOptions): ValuesAndIndices;
export function median(input: Tensor, dim?: number, options: ReduceOptions = {}): Tensor | ValuesAndIndices {
  checkedOptions("median", options, REDUCE);
  if (dim === undefined) return medianOfAll(input);
  const along = normalizeDim("median", dim, input.shape.length);
  const scalar = input.shape.length === 0;
  const source = scalar ? unsqueeze(input, 0) : input;
  checkNotEmpty("median", source, [along]);
  const kept = positions(source.detach(), along);
  const values = gather(source, along, kept);
  if (options.keepdim === true && !scalar) return { values, indices: kept };
  return { values: select(values, along, 0), indices: select(kept, along, 0) };
}

function medianOfAll(input: Tensor): Tensor {
  if (input.length === 0 && isFloat(input.dtype)) return full([], Number.NaN, { dtype: input.dtype });
  checkNotEmpty(
    "median",
    input,
    input.shape.map((_, i) => i),
  );
  const flat = contiguousRaw(input.detach(), "median");
  const row = viewOf(flat, [flat.length], [1], flat.offset);
  const { backend } = input.storage;
  const one = empty([1], input.dtype, "median");
  backend.gather(row, 0, positions(row, 0), one);
  const out = viewOf(one, [], [], 0);
  out.isView = false;
  if (!needsGrad(input)) return out;
  return record("median", out, [input], [input, out], (grad) => {
    const mask = emptyLike(input, "median", "bool");
    if (Number.isNaN(backend.read(one.storage, 0, 1)[0])) backend.test("isnan", input, mask);
    else backend.compare("eq", input, out, mask);
    const hits = castRaw(mask, input.dtype, "median");
    const ties = reduceRaw(
      "sum",
      hits,
      input.shape.map((_, i) => i),
    );
    return binaryRaw("mul", hits, binaryRaw("div", grad, ties));
  });
}
