import { sizeOf } from "../../util/index.ts";
import type { MatmulOptions } from "../backend.ts";
import type { View } from "../storage.ts";
import { load, store } from "./strided.ts";

/** `[…, M, K] × […, K, N] → […, M, N]`, plus a bias row or what `out` holds. */
export function matmul(a: View, b: View, out: View, options: MatmulOptions = {}): void {
  const rank = out.shape.length;
  const m = out.shape[rank - 2] as number;
  const n = out.shape[rank - 1] as number;
  const k = a.shape[rank - 1] as number;
  const batches = sizeOf(out.shape.slice(0, -2));
  const left = load(a);
  const right = load(b);
  const bias = options.bias ? load(options.bias) : null;
  const result = options.accumulate ? load(out) : new Float64Array(batches * m * n);
  for (let batch = 0; batch < batches; batch++) {
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++) {
        let total = 0;
        for (let i = 0; i < k; i++) {
          total += (left[(batch * m + row) * k + i] as number) * (right[(batch * k + i) * n + column] as number);
        }
        const at = (batch * m + row) * n + column;
        result[at] = (result[at] as number) + total + (bias ? (bias[column] as number) : 0);
      }
    }
  }
  store(out, result);
}
