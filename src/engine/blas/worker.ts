import type { WorkerSetup } from "../../util/platform/wasm-pool.ts";
import { SGEMM } from "./open.ts";

/** What gives a worker's kernels `sgemm`, as `Blas.sgemm` but with addresses on the memory that begins at `base`. */
export function sgemmInWorkers(addon: string, path: string, base: number): WorkerSetup {
  return { source: SOURCE, data: { addon, path, base, types: SGEMM } };
}

const SOURCE = `({ addon, path, base, types }) => {
  const cblas = require(addon).load(path).func("cblas_sgemm", "void", types);
  return {
    sgemm: (transA, transB, m, n, k, a, lda, b, ldb, beta, c, ldc) =>
      cblas(101, 111 + transA, 111 + transB, m, n, k, 1, base + a, lda, base + b, ldb, beta, base + c, ldc),
  };
}`;
