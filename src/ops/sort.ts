import type { Tensor } from "../tensor/index.ts";
import { ConfigError, normalizeDim } from "../util/index.ts";
import type { ValuesAndIndices } from "./arg-reduce.ts";
import { contiguous } from "./cast.ts";
import { fromTypedArray } from "./create.ts";
import { gather } from "./indexing.ts";
import { narrow, transpose } from "./movement.ts";
import { data } from "./read.ts";

/** Options of `sort` and `argsort`. */
export interface SortOptions {
  /** Default the last one. */
  dim?: number;
  /** The largest first. Default false. */
  descending?: boolean;
}

/** Options of `topk`. */
export interface TopkOptions {
  /** Default the last one. */
  dim?: number;
  /** The largest (default), or the smallest. */
  largest?: boolean;
}

/**
 * The positions that sort a tensor along a dimension; equals keep their order, NaN is largest.
 *
 * @returns int32, of the input's shape
 * @source https://docs.pytorch.org/docs/stable/generated/torch.argsort.html
 */
export function argsort(input: Tensor, options: SortOptions = {}): Tensor {
  const { dim = -1, descending = false } = options;
  if (input.shape.length === 0) return fromTypedArray(new Int32Array(1), []);
  const along = normalizeDim("argsort", dim, input.shape.length);
  const last = input.shape.length - 1;
  const rows = transpose(input.detach(), along, last);
  const values = data(rows);
  const width = rows.shape[last] as number;
  const out = new Int32Array(values.length);
  const sign = descending ? -1 : 1;
  for (let start = 0; start < values.length; start += width) {
    const order = Array.from({ length: width }, (_, i) => i);
    order.sort((i, j) => sign * compare(values[start + i] as number, values[start + j] as number) || i - j);
    out.set(order, start);
  }
  return contiguous(transpose(fromTypedArray(out, rows.shape), along, last));
}

function compare(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a - b;
}

/**
 * The elements in order along a dimension, and where they stood. Gradients go back to there.
 *
 * @source https://docs.pytorch.org/docs/stable/generated/torch.sort.html
 * @example
 * const { values, indices } = tensor([3, 1, 2]).sort(); // [1, 2, 3], [1, 2, 0]
 */
export function sort(input: Tensor, options: SortOptions = {}): ValuesAndIndices {
  const indices = argsort(input, options);
  const values = input.shape.length === 0 ? input : gather(input, options.dim ?? -1, indices);
  return { values, indices };
}

/**
 * The `k` largest (or smallest) elements along a dimension in order, and where they stand.
 *
 * @param k from 0 to the dimension's size
 * @source https://docs.pytorch.org/docs/stable/generated/torch.topk.html
 */
export function topk(input: Tensor, k: number, options: TopkOptions = {}): ValuesAndIndices {
  const { dim = -1, largest = true } = options;
  const size = input.shape.length === 0 ? 1 : (input.shape[normalizeDim("topk", dim, input.shape.length)] as number);
  if (!Number.isInteger(k) || k < 0 || k > size) {
    throw new ConfigError("topk", `k is ${k}`, `expected a whole number from 0 to ${size}`, "Take a smaller k.");
  }
  const all = argsort(input, { dim, descending: largest });
  if (input.shape.length === 0) return { values: input, indices: all };
  const indices = contiguous(narrow(all, dim, 0, k));
  return { values: gather(input, dim, indices), indices };
}
