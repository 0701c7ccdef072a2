import type { View } from "../storage.ts";
import { asContiguous, releaseUnless } from "./dispatch-copy.ts";
import { innerOf, sizeAlong } from "./dispatch-rows.ts";
import { address4, type Runtime } from "./runtime.ts";

/** The first elements in order along `dim`, as many as `values` has there, and their positions. */
export function sort(
  runtime: Runtime,
  input: View,
  dim: number,
  descending: boolean,
  values: View,
  indices: View,
): void {
  if (values.length === 0) return;
  const n = sizeAlong(input.shape, dim);
  const count = sizeAlong(values.shape, dim);
  const inner = innerOf(input.shape, dim);
  const outer = input.length / (n * inner);
  const source = asContiguous(runtime, input, "sort");
  let work: View | null = null;
  try {
    const x = address4(runtime, source, "sort");
    const to = address4(runtime, values, "sort");
    const at = address4(runtime, indices, "sort");
    work = runtime.temporary("int32", [runtime.kernels.sortWorkWords(n)], "sort");
    const area = address4(runtime, work, "sort");
    const float = input.dtype === "float32" ? 1 : 0;
    runtime.kernels.sortRows(x, to, at, area, outer, n, inner, count, descending ? 1 : 0, float);
  } finally {
    releaseUnless(runtime, input, source);
    releaseUnless(runtime, null, work);
  }
}
