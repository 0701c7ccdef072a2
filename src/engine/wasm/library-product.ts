import { blocksFor, suitsBlocks } from "../blas/index.ts";
import type { Runtime } from "./runtime.ts";
import { WORK } from "./threads/index.ts";

/**
 * C = op(A)·op(B) + beta·C by the BLAS library, which is there; then, unless `bias` is 0, each row plus the row at that
 * address, and with `positive` without what is negative. Addresses in bytes on the engine's memory, leading dimensions in
 * elements. A product of middling size is cut into blocks that the engine's own threads take, each calling the library:
 * its own threads would stay awake for a while after every product, on the cores that the next kernel needs.
 */
export function libraryProduct(
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
  beta: number,
  c: number,
  ldc: number,
  bias: number,
  positive: number,
): void {
  const library = suitsBlocks(m, n, k) ? runtime.blas.forWorkers() : null;
  if (library !== null) {
    if (runtime.threads.count > 1) runtime.threads.require(library);
    byBlocks(runtime, transA, transB, m, n, k, a, lda, b, ldb, beta, c, ldc, bias, positive);
    return;
  }
  runtime.blas.sgemm(transA, transB, m, n, k, a, lda, b, ldb, beta, c, ldc);
  if (bias === 0) return;
  if (m * n * WORK.binary >= runtime.threads.least) addOnThreads(runtime, bias, c, m, n, ldc, positive);
  else runtime.kernels.addRow(bias, c, m, n, ldc * 4, positive);
}

// (A function with a closure makes its context at every call, so small products do not come by these.)
function byBlocks(
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
  beta: number,
  c: number,
  ldc: number,
  bias: number,
  positive: number,
): void {
  const [down, across] = blocksFor(m, n, k);
  const rows = blockOf(m, down);
  const columns = blockOf(n, across);
  const wide = Math.ceil(n / columns);
  runtime.blas.share(() => {
    runtime.threads.run(Math.ceil(m / rows) * wide, (kernels, task) => {
      const i = Math.floor(task / wide) * rows;
      const j = (task % wide) * columns;
      const x = a + (transA !== 0 ? i : i * lda) * 4;
      const y = b + (transB !== 0 ? j * ldb : j) * 4;
      const height = Math.min(rows, m - i);
      const width = Math.min(columns, n - j);
      const to = c + (i * ldc + j) * 4;
      const row = bias === 0 ? 0 : bias + j * 4;
      kernels.product(transA, transB, height, width, k, x, lda, y, ldb, beta, to, ldc, row, positive);
    });
  });
}

/** Rows or columns of a block: a multiple of what the libraries' kernels take at once. */
function blockOf(size: number, blocks: number): number {
  return Math.ceil(size / (blocks * 16)) * 16;
}

function addOnThreads(
  runtime: Runtime,
  bias: number,
  c: number,
  m: number,
  n: number,
  ldc: number,
  positive: number,
): void {
  runtime.threads.ranges(m, 1, (kernels, first, count) => {
    kernels.addRow(bias, c + first * ldc * 4, count, n, ldc * 4, positive);
  });
}
