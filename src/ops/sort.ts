import { record, type Tensor } from "../tensor/index.ts";
import { checkedOptions, normalizeDim, type OptionKinds, ShapeError } from "../util/index.ts";
import type { ValuesAndIndices } from "./arg-reduce.ts";
import { castRaw, contiguousRaw, empty, emptyLike } from "./common.ts";

/** Options of `sort` and `argsort`. */
export interface SortOptions {
  /** Instead of the argument before the options. */
  dim?: number;
  /** The largest first; default false. */
  descending?: boolean;
  /** Equal elements keep their order: they always do here, whatever this says. */
  stable?: boolean;
}

/** Options of `topk`. */
export interface TopkOptions {
  /** Instead of the argument before the options. */
  dim?: number;
  /** The largest (the default), or with false the smallest. */
  largest?: boolean;
  /** In order: they always are here, whatever this says. */
  sorted?: boolean;
}

const SORT: OptionKinds<SortOptions> = { dim: "number", descending: "boolean", stable: "boolean" };
const TOPK: OptionKinds<TopkOptions> = { dim: "number", largest: "boolean", sorted: "boolean" };

// dim and options, of which either may stand first.
function split<T extends { dim?: number }>(
  operation: string,
  dim: number | T,
  options: T,
  kinds: OptionKinds<T>,
): [dim: number, options: T] {
  const given = typeof dim === "number" ? options : dim;
  checkedOptions(operation, given, kinds);
  return [typeof dim === "number" && given.dim === undefined ? dim : (given.dim ?? -1), given];
}

/** The kernel alone: the first `count` along a normalised dimension. Not recorded. */
export function sortRaw(
  input: Tensor,
  dim: number,
  descending: boolean,
  count: number,
  origin: string,
): ValuesAndIndices {
  const x = input.dtype === "bool" ? castRaw(input, "int32", origin) : input;
  const shape = input.shape.map((size, i) => (i === dim ? count : size));
  const values = empty(shape, x.dtype, origin);
  const indices = empty(shape, "int32", origin);
  x.storage.backend.sort(x, dim, descending, values, indices);
  return { values: castRaw(values, input.dtype, origin), indices };
}

// What stands at positions along a dimension gives its gradient back there.
function picked(
  operation: string,
  input: Tensor,
  dim: number,
  { values, indices }: ValuesAndIndices,
): ValuesAndIndices {
  record(operation, values, [input], [indices], (grad) => {
    if (input.shape.length === 0) return contiguousRaw(grad, operation);
    const back = emptyLike(input, operation);
    const { backend } = back.storage;
    backend.fill(back, 0);
    backend.scatter(back, dim, indices, grad, false);
    return back;
  });
  return { values, indices };
}

/**
 * Elements in order along a dimension, and where each stood. Equal ones keep their order; NaN is greatest.
 *
 * @param dim default the last; may stand in the options too
 * @param options.descending the largest first
 * @returns `values`, and int32 `indices`, both of the input's shape
 * @throws {ShapeError} when `dim` is out of range
 * @source https://docs.pytorch.org/docs/stable/generated/torch.sort.html
 * @example
 * const { values, indices } = sort(tensor([3, 1, 2])); // [1, 2, 3], [1, 2, 0]
 */
export function sort(input: Tensor, dim: number | SortOptions = -1, options: SortOptions = {}): ValuesAndIndices {
  const [at, { descending }] = split("sort", dim, options, SORT);
  const along = normalizeDim("sort", at, input.shape.length);
  const count = input.shape[along] ?? 1;
  return picked("sort", input, along, sortRaw(input, along, descending === true, count, "sort"));
}

/**
 * Positions that would sort a tensor along a dimension; int32. Equal elements keep their order; NaN is greatest.
 *
 * @param dim default the last; may stand in the options too
 * @param options.descending the largest first
 * @throws {ShapeError} when `dim` is out of range
 * @source https://docs.pytorch.org/docs/stable/generated/torch.argsort.html
 * @example
 * argsort(tensor([3, 1, 2])); // [1, 2, 0]
 */
export function argsort(input: Tensor, dim: number | SortOptions = -1, options: SortOptions = {}): Tensor {
  const [at, { descending }] = split("argsort", dim, options, SORT);
  const along = normalizeDim("argsort", at, input.shape.length);
  return sortRaw(input, along, descending === true, input.shape[along] ?? 1, "argsort").indices;
}

/**
 * The `k` largest elements along a dimension, the largest first, and where they stood. Of equal ones the first comes
 * first (PyTorch leaves that open); NaN is greatest.
 *
 * @param k `0 … size along dim`
 * @param dim default the last; may stand in the options too
 * @param options.largest false for the smallest, the smallest first
 * @returns `values`, and int32 `indices`, with `k` elements along `dim`
 * @throws {ShapeError} when there are fewer than `k`, or `dim` is out of range
 * @source https://docs.pytorch.org/docs/stable/generated/torch.topk.html
 * @example
 * topk(tensor([[3, 1, 2], [4, 6, 5]]), 2).indices; // [[0, 2], [1, 2]]
 */
export function topk(
  input: Tensor,
  k: number,
  dim: number | TopkOptions = -1,
  options: TopkOptions = {},
): ValuesAndIndices {
  const [at, { largest }] = split("topk", dim, options, TOPK);
  const along = normalizeDim("topk", at, input.shape.length);
  const size = input.shape[along] ?? 1;
  if (!Number.isInteger(k) || k < 0 || k > size || (k === 0 && input.shape.length === 0)) {
    throw new ShapeError(
      "topk",
      `k is ${k}, and dim ${at} of shape [${input.shape.join(", ")}] has ${size} elements`,
      `expected a whole number from 0 to ${size}`,
      "Ask for fewer, or for another dim.",
    );
  }
  return picked("topk", input, along, sortRaw(input, along, largest !== false, k, "topk"));
}
