import type { MatmulOptions } from "../backend.ts";
import type { View } from "../storage.ts";
import { asContiguous, contiguousCopy, releaseUnless } from "./dispatch-copy.ts";
import { batchOnThreads, gemm } from "./gemm.ts";
import { address4, type Runtime } from "./runtime.ts";

/** Leading dimension of an operand as it stands (see `leading`), found together with `transposed`. */
let transposed = 0;

/** `[…, M, K] × […, K, N] → […, M, N]`; the leading dimensions of the three are equal. */
export function matmul(runtime: Runtime, a: View, b: View, out: View, options?: MatmulOptions): void {
  if (out.length === 0) return;
  const bias = options?.bias ?? null;
  const accumulate = options?.accumulate === true ? 1 : 0;
  const rank = out.shape.length;
  const m = out.shape[rank - 2] as number;
  const n = out.shape[rank - 1] as number;
  const k = a.shape[rank - 1] as number;
  const lda = leading(a, m, k);
  const transA = transposed;
  const ldb = leading(b, k, n);
  const transB = transposed;
  if (lda === 0 || ldb === 0 || (bias !== null && !bias.packed)) {
    matmulOfCopies(runtime, lda === 0, a, ldb === 0, b, out, accumulate === 1, bias);
    return;
  }
  const left = address4(runtime, a, "matmul");
  const right = address4(runtime, b, "matmul");
  const to = address4(runtime, out, "matmul");
  const row = bias === null ? 0 : address4(runtime, bias, "matmul");
  if (rank === 2) {
    gemm(runtime, transA, transB, m, n, k, left, lda, right, ldb, to, n, accumulate, row);
    return;
  }
  const batch = out.length / (m * n);
  if (transA === 0 && repeats(b) && rowsContinue(a, m, lda)) {
    gemm(runtime, 0, transB, m * batch, n, k, left, lda, right, ldb, to, n, accumulate, row);
    return;
  }
  if (batchOnThreads(runtime, m, n, k, batch)) {
    runtime.threads.run(batch, (kernels, i) => {
      const x = left + batchOffset(a, i) * 4;
      const y = right + batchOffset(b, i) * 4;
      return kernels.gemm(transA, transB, m, n, k, x, lda, y, ldb, to + i * m * n * 4, n, accumulate, row);
    });
    return;
  }
  for (let i = 0; i < batch; i++) {
    const x = left + batchOffset(a, i) * 4;
    const y = right + batchOffset(b, i) * 4;
    gemm(runtime, transA, transB, m, n, k, x, lda, y, ldb, to + i * m * n * 4, n, accumulate, row);
  }
}

// The leading dimension of the last two dimensions, [rows, cols], and `transposed` 1 where the columns
// are what is stored in a row. 0 when neither dimension has stride 1.
function leading(view: View, rows: number, cols: number): number {
  if (rows === 0 || cols === 0) {
    transposed = 0;
    return Math.max(cols, 1);
  }
  const rank = view.shape.length;
  const rowStride = view.strides[rank - 2] as number;
  const colStride = view.strides[rank - 1] as number;
  if (cols <= 1 || colStride === 1) {
    transposed = 0;
    if (rows <= 1) return Math.max(cols, 1);
    if (rowStride >= cols && rowStride > 0) return rowStride;
  }
  if (rows <= 1 || rowStride === 1) {
    transposed = 1;
    if (cols <= 1) return Math.max(rows, 1);
    if (colStride >= rows && colStride > 0) return colStride;
  }
  return 0;
}

// One matrix for the whole batch.
function repeats(view: View): boolean {
  const batchRank = view.shape.length - 2;
  for (let d = 0; d < batchRank; d++) if (view.shape[d] !== 1 && view.strides[d] !== 0) return false;
  return true;
}

// The next matrix of the batch begins where the rows of the last one end, so that all are one tall matrix.
function rowsContinue(view: View, m: number, ld: number): boolean {
  const last = view.shape.length - 3;
  // With one row a matrix, the innermost batch dimension of more than one element is the row stride.
  let expected = m === 1 ? 0 : m * ld;
  for (let d = last; d >= 0; d--) {
    const size = view.shape[d] as number;
    if (size === 1) continue;
    const stride = view.strides[d] as number;
    if (expected === 0) {
      if (stride !== ld) return false;
      expected = ld;
    }
    if (stride !== expected) return false;
    expected *= size;
  }
  return true;
}

// Where the matrix number `index` begins, in elements from the view's first.
function batchOffset(view: View, index: number): number {
  let rest = index;
  let offset = 0;
  for (let d = view.shape.length - 3; d >= 0; d--) {
    const size = view.shape[d] as number;
    const next = Math.floor(rest / size);
    offset += (rest - next * size) * (view.strides[d] as number);
    rest = next;
  }
  return offset;
}

// Operands without a stride of 1 (flipped, stepped, repeated within a matrix) are copied first.
function matmulOfCopies(
  runtime: Runtime,
  copyA: boolean,
  a: View,
  copyB: boolean,
  b: View,
  out: View,
  accumulate: boolean,
  bias: View | null,
): void {
  let left: View | null = null;
  let right: View | null = null;
  let row: View | null = null;
  try {
    left = copyA ? contiguousCopy(runtime, a, "matmul") : a;
    right = copyB ? contiguousCopy(runtime, b, "matmul") : b;
    row = bias === null ? null : asContiguous(runtime, bias, "matmul");
    matmul(runtime, left, right, out, { accumulate, bias: row });
  } finally {
    releaseUnless(runtime, a, left);
    releaseUnless(runtime, b, right);
    releaseUnless(runtime, bias, row);
  }
}
