import { prefersBlas } from "../blas/index.ts";
import type { Runtime } from "./runtime.ts";

/**
 * The matrix product that every dispatch function calls: C[m, n] = op(A)·op(B), + C where `accumulate` is 1,
 * + bias[n] where `bias` is an address (never both). Addresses in bytes on the engine's memory, leading
 * dimensions in elements. A BLAS library computes it where there is one and the shape is worth the call,
 * the kernel of the same name otherwise.
 */
export function gemm(
  runtime: Runtime,
  transA: number,
  transB: number,
  m: number,
  n: number,
  k: number,
  a: number,
  lda: number,
  b: number,
  ldb: number,
  c: number,
  ldc: number,
  accumulate: number,
  bias: number,
): void {
  const { kernels, work } = runtime;
  if (prefersBlas(m, n, k) && runtime.blas.ready()) {
    // With k = 0 the kernel writes the bias to every row; BLAS then adds to it.
    if (bias !== 0) kernels.gemm(0, 0, m, n, 0, a, lda, b, ldb, c, ldc, 0, bias, work);
    runtime.blas.sgemm(transA, transB, m, n, k, a, lda, b, ldb, bias !== 0 ? 1 : accumulate, c, ldc);
  } else {
    kernels.gemm(transA, transB, m, n, k, a, lda, b, ldb, c, ldc, accumulate, bias, work);
  }
}
