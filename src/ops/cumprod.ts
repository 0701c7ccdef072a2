import { record, type Tensor } from "../tensor/index.ts";
import { normalizeDim } from "../util/index.ts";
import { castRaw, contiguousRaw } from "./common.ts";
import { hostRows } from "./host-rows.ts";

/**
 * Running product along a dimension; bool counts as int32.
 *
 * @throws {ShapeError} when `dim` is out of range
 * @source https://docs.pytorch.org/docs/stable/generated/torch.cumprod.html
 * @example
 * cumprod(tensor([2, 3, 4]), 0); // [2, 6, 24]
 */
export function cumprod(input: Tensor, dim: number): Tensor {
  const along = normalizeDim("cumprod", dim, input.shape.length);
  const x = input.dtype === "bool" ? castRaw(input, "int32", "cumprod") : input;
  const dims = input.shape.length === 0 ? [] : [along];
  const n = Math.max(1, input.shape[along] ?? 1);
  const { elements, back } = hostRows(x, dims, "cumprod");
  const times = x.dtype === "int32" ? Math.imul : (a: number, b: number) => a * b;
  for (let start = 0; start < elements.length; start += n) {
    let product = 1;
    for (let i = start; i < start + n; i++) {
      product = times(product, elements[i] as number);
      elements[i] = product;
    }
  }
  return record("cumprod", back(elements), [input], [input], (grad) => cumprodGrad(grad, input, dims, n));
}

// By element k: (Π of those before k) · Σ over i ≥ k of grad[i] · (Π of those behind k up to i). The sum is built from
// the end, without a division, so that zeros need no case of their own.
function cumprodGrad(grad: Tensor, input: Tensor, dims: readonly number[], n: number): Tensor {
  const { elements: x } = hostRows(input, dims, "cumprod");
  const { elements: g, back } = hostRows(contiguousRaw(grad, "cumprod"), dims, "cumprod");
  const sums = new Float64Array(n);
  for (let start = 0; start < x.length; start += n) {
    let sum = 0;
    for (let i = n - 1; i >= 0; i--) {
      sum = (g[start + i] as number) + (i + 1 < n ? (x[start + i + 1] as number) * sum : 0);
      sums[i] = sum;
    }
    let before = 1;
    for (let i = 0; i < n; i++) {
      g[start + i] = before * (sums[i] as number);
      before *= x[start + i] as number;
    }
  }
  return back(g);
}
