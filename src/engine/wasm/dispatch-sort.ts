import type { View } from "../storage.ts";
import { asContiguous, releaseUnless } from "./dispatch-copy.ts";
import { innerOf, LINE, sizeAlong } from "./dispatch-rows.ts";
import { address4, type Runtime } from "./runtime.ts";
import { type RangeCall, WORK } from "./threads/index.ts";

/** Up to as many are found one by one, as in the kernel, which takes less. */
const FEW = 32;

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
  const rows = input.length / n;
  const source = asContiguous(runtime, input, "sort");
  let work: View | null = null;
  try {
    const x = address4(runtime, source, "sort");
    const to = address4(runtime, values, "sort");
    const at = address4(runtime, indices, "sort");
    const float = input.dtype === "float32" ? 1 : 0;
    const down = descending ? 1 : 0;
    const { kernels, threads } = runtime;
    const shared = rows > 1 && input.length * (count > FEW ? WORK.sort : WORK.select) >= threads.least;
    // A work area for each thread, cache lines apart.
    const words = Math.ceil(kernels.sortWorkWords(n) / LINE) * LINE;
    work = runtime.temporary("int32", [shared ? words * threads.count : words], "sort");
    const area = address4(runtime, work, "sort");
    const lines: RangeCall = (k, from, size) =>
      k.sortRows(x, to, at, area, words * 4, from, size, n, inner, count, down, float);
    // Neighbouring columns share cache lines, rows do not.
    if (shared) threads.ranges(rows, inner > LINE ? LINE : 1, lines);
    else lines(kernels, 0, rows);
  } finally {
    releaseUnless(runtime, input, source);
    releaseUnless(runtime, null, work);
  }
}
