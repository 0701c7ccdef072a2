import { CovarianceError } from "../errors.ts";
import type { Matrix, Vector3 } from "./types.ts";

/** Element (i, j); 0 outside. */
export function at(m: Matrix, i: number, j: number): number {
  return m[i]?.[j] ?? 0;
}

/** a · b. */
export function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** a × b. */
export function cross(a: Vector3, b: Vector3): Vector3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** |a|. */
export function norm(a: Vector3): number {
  return Math.sqrt(dot(a, a));
}

/** a + k·b. */
export function plus(a: Vector3, b: Vector3, k: number = 1): Vector3 {
  return [a[0] + k * b[0], a[1] + k * b[1], a[2] + k * b[2]];
}

/** k·a. */
export function scale(a: Vector3, k: number): Vector3 {
  return [k * a[0], k * a[1], k * a[2]];
}

/** M·C·Mᵀ of a symmetric C, symmetric to the last bit. */
export function congruence(m: Matrix, c: Matrix): number[][] {
  const half = m.map((row) => times(c, row)); // row i: C·mᵢ
  const product = m.map((row) => times(half, row)); // [i][j]: mᵢ·C·mⱼ
  return product.map((row, i) => row.map((value, j) => (value + at(product, j, i)) / 2));
}

/** M·x. */
function times(m: Matrix, x: readonly number[]): number[] {
  const out: number[] = [];
  for (const row of m) {
    let sum = 0;
    for (let k = 0; k < row.length; k++) sum += (row[k] as number) * (x[k] as number);
    out.push(sum);
  }
  return out;
}

/**
 * Eigenvalues (largest first) and eigenvectors (columns) of a symmetric matrix, by Jacobi's rotations: small
 * eigenvalues of a graded matrix keep more digits than with QR.
 */
export function symmetricEigen(matrix: Matrix): { values: number[]; vectors: number[][] } {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const v: number[][] = a.map((_, i) => a.map((_, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const apq = at(a, p, q);
        if (apq === 0 || Math.abs(apq) <= 1e-18 * Math.sqrt(Math.abs(at(a, p, p) * at(a, q, q)))) continue;
        off++;
        const theta = (at(a, q, q) - at(a, p, p)) / (2 * apq);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (const rows of [a, v]) for (const row of rows) rotate(row, p, q, c, s);
        const rowP = a[p] as number[];
        const rowQ = a[q] as number[];
        for (let k = 0; k < n; k++) {
          const x = rowP[k] as number;
          const y = rowQ[k] as number;
          rowP[k] = c * x - s * y;
          rowQ[k] = s * x + c * y;
        }
      }
    }
    if (off === 0) break;
  }
  const order = a.map((_, i) => i).sort((i, j) => at(a, j, j) - at(a, i, i));
  return { values: order.map((i) => at(a, i, i)), vectors: v.map((row) => order.map((i) => row[i] as number)) };
}

function rotate(row: number[], p: number, q: number, c: number, s: number): void {
  const x = row[p] as number;
  const y = row[q] as number;
  row[p] = c * x - s * y;
  row[q] = s * x + c * y;
}

/**
 * The lower triangle L with L·Lᵀ = C. Nothing is repaired.
 *
 * @throws CovarianceError where C is not positive definite
 */
export function cholesky(c: Matrix, operation: string = "cholesky"): number[][] {
  const n = c.length;
  const l: number[][] = c.map(() => new Array<number>(n).fill(0));
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = at(c, i, j);
      for (let k = 0; k < j; k++) sum -= at(l, i, k) * at(l, j, k);
      const row = l[i] as number[];
      if (i > j) row[j] = sum / at(l, j, j);
      else if (sum > 0) row[j] = Math.sqrt(sum);
      else {
        throw new CovarianceError(
          operation,
          `pivot ${j} is ${sum}`,
          "a covariance is positive definite",
          'Ask for the data again, or say remediation: "cara" to clip eigenvalues.',
        );
      }
    }
  }
  return l;
}

/**
 * Checks that a covariance is n×n, finite, and symmetric to 1e-3 of √(cᵢᵢ·cⱼⱼ) (published ones are rounded), and gives its
 * symmetric part.
 */
export function checkedCovariance(operation: string, name: string, c: Matrix, sizes: readonly number[]): Matrix {
  const n = c.length;
  const fail = (got: string): never => {
    throw new CovarianceError(
      operation,
      `${name} ${got}`,
      `expected a symmetric ${sizes.map((s) => `${s}×${s}`).join(" or ")} matrix of finite numbers`,
      "Give rows of numbers in metres and seconds.",
    );
  };
  if (!sizes.includes(n) || c.some((row) => row.length !== n)) fail(`is ${n}×${c[0]?.length ?? 0}`);
  for (let i = 0; i < n; i++) {
    if (!(at(c, i, i) >= 0)) fail(`has the variance ${at(c, i, i)} at [${i}][${i}]`);
    for (let j = 0; j < n; j++) {
      if (!Number.isFinite(at(c, i, j))) fail(`has ${at(c, i, j)} at [${i}][${j}]`);
      const gap = Math.abs(at(c, i, j) - at(c, j, i));
      if (gap > 1e-3 * Math.sqrt(at(c, i, i) * at(c, j, j))) fail(`differs from its transpose at [${i}][${j}]`);
    }
  }
  return c.map((row, i) => row.map((value, j) => (value + at(c, j, i)) / 2));
}
