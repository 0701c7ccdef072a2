import { prefersBlas } from "../blas/index.ts";
import { libraryProduct } from "./library-product.ts";
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
  const { kernels } = runtime;
  if (prefersBlas(m, n, k) && runtime.blas.ready()) {
    libraryProduct(runtime, transA, transB, m, n, k, a, lda, b, ldb, accumulate, c, ldc, bias, 0);
  } else if (m * n * k * NANOSECONDS >= runtime.threads.least && m * n > LEAST_ROWS * LEAST_COLUMNS) {
    gemmByBlocks(runtime, transA, transB, m, n, k, a, lda, b, ldb, c, ldc, accumulate, bias);
  } else {
    kernels.gemm(transA, transB, m, n, k, a, lda, b, ldb, c, ldc, accumulate, bias);
  }
}

/** Of one core, a multiply-add. */
const NANOSECONDS = 0.045;
/** A block of C is at least as large where C is, so that packing its operands stays a small part of the work. */
const LEAST_ROWS = 48;
const LEAST_COLUMNS = 64;

/** Whether a batch of equal products is shared out matrix by matrix. Large ones are cut each, and those for BLAS are not. */
export function batchOnThreads(runtime: Runtime, m: number, n: number, k: number, batch: number): boolean {
  const { threads } = runtime;
  if (batch < threads.count || !(batch * m * n * k * NANOSECONDS >= threads.least)) return false;
  return !(prefersBlas(m, n, k) && runtime.blas.ready());
}

/** C in blocks, one a task. The kernel's order of summation depends on k alone, so blocks have the bits of the whole. */
function gemmByBlocks(
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
  const { threads } = runtime;
  const wanted = threads.count * 2;
  // Each block packs its rows of A and columns of B: the squarer, the less is packed twice.
  let down = 1;
  let across = 1;
  while (down * across < wanted) {
    const rows = m / down;
    const columns = n / across;
    if (rows >= columns && rows >= 2 * LEAST_ROWS) down *= 2;
    else if (columns >= 2 * LEAST_COLUMNS) across *= 2;
    else if (rows >= 2 * LEAST_ROWS) down *= 2;
    else break;
  }
  const rows = Math.ceil(m / down / 6) * 6;
  const columns = Math.ceil(n / across / 8) * 8;
  down = Math.ceil(m / rows);
  across = Math.ceil(n / columns);
  threads.run(down * across, (kernels, task) => {
    const i = Math.floor(task / across) * rows;
    const j = (task % across) * columns;
    const height = Math.min(rows, m - i);
    const width = Math.min(columns, n - j);
    const x = a + (transA !== 0 ? i : i * lda) * 4;
    const y = b + (transB !== 0 ? j * ldb : j) * 4;
    const row = bias === 0 ? 0 : bias + j * 4;
    const to = c + (i * ldc + j) * 4;
    kernels.gemm(transA, transB, height, width, k, x, lda, y, ldb, to, ldc, accumulate, row);
  });
}
