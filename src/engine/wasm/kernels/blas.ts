import { addRow } from "./spread";

/** `cblas_sgemm`, in whichever thread this runs. */
// @ts-ignore: decorator
@external("env", "sgemm")
export declare function sgemm(
  transA: i32, transB: i32, m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32, beta: i32, c: usize, ldc: i32,
): void;

/** C = op(A)·op(B) + beta·C by the library, and then `addRow` with the row at `bias`, unless that is 0. */
export function product(
  transA: i32, transB: i32, m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32, beta: i32, c: usize, ldc: i32,
  bias: usize, positive: i32,
): void {
  sgemm(transA, transB, m, n, k, a, lda, b, ldb, beta, c, ldc);
  if (bias) addRow(bias, c, m, n, ldc << 2, positive);
}
