/** `"off"`, `"auto"` (look for a library), or the path or name of a library. */
export type BlasSetting = "off" | "auto" | (string & {});

/** Which BLAS library multiplies matrices, and why; or why none. */
export interface BlasInfo {
  /** "OpenBLAS", "MKL", "BLIS", "Accelerate", or "BLAS" for one that is none of these; null where none runs. */
  library: string | null;
  version: string | null;
  /** What was opened: a path, or a name that the system's loader knows. */
  path: string | null;
  /** The processor that the library's kernels are for, in its own words. */
  core: string | null;
  /** Threads for large products; 0 where the library decides, or none runs. */
  threads: number;
  why: string;
}

/** A BLAS library that is open. Addresses are the process's, in bytes; matrices are row-major. */
export interface Blas {
  readonly info: BlasInfo;
  /** On how many threads it may run, if it lets that be set and has as many; null for all it has. */
  limit(threads: number | null): void;
  /** The package and the library for workers to open, where several threads may call it at once; else null. */
  readonly shared: { readonly addon: string; readonly path: string } | null;
  /** While on, a call takes one thread, since several threads call. */
  setShared(on: boolean): void;
  /** Where bytes lie, for the calls below. */
  address(bytes: Uint8Array): number;
  /** C = op(A)·op(B) + beta·C. Leading dimensions in elements. */
  sgemm(
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
  ): void;
}
