/**
 * Small matrices as flat row-major Float64Arrays, without an allocation a call: what a step of the environment does for
 * each object. (The frames' linear algebra is the readable one, of arrays in arrays.)
 */

/** `out = A·B`, A `[n, m]`, B `[m, p]`. */
export function multiply(a: Float64Array, b: Float64Array, n: number, m: number, p: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < p; j++) {
      let sum = 0;
      for (let k = 0; k < m; k++) sum += (a[i * m + k] as number) * (b[k * p + j] as number);
      out[i * p + j] = sum;
    }
  }
}

/** `out = A·Bᵀ`, A `[n, m]`, B `[p, m]`. */
export function timesTransposed(
  a: Float64Array,
  b: Float64Array,
  n: number,
  m: number,
  p: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < p; j++) {
      let sum = 0;
      for (let k = 0; k < m; k++) sum += (a[i * m + k] as number) * (b[j * m + k] as number);
      out[i * p + j] = sum;
    }
  }
}

const scratch = new Float64Array(36);

/** `out = A·P·Aᵀ`, A `[n, m]`, P `[m, m]`; `n·m` at most 36. */
export function congruence(a: Float64Array, p: Float64Array, n: number, m: number, out: Float64Array): void {
  multiply(a, p, n, m, m, scratch);
  timesTransposed(scratch, a, n, m, n, out);
}

/** Lower triangle L with `L·Lᵀ = P`; a column whose pivot is not above rounding becomes 0 (no noise that way). */
export function cholesky(p: Float64Array, n: number, out: Float64Array): void {
  out.fill(0, 0, n * n);
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = p[i * n + j] as number;
      for (let k = 0; k < j; k++) sum -= (out[i * n + k] as number) * (out[j * n + k] as number);
      const pivot = out[j * n + j] as number;
      if (i > j) out[i * n + j] = pivot > 0 ? sum / pivot : 0;
      else out[j * n + j] = sum > 1e-14 * (p[j * n + j] as number) ? Math.sqrt(sum) : 0;
    }
  }
}

/** `xᵀ·P⁻¹·x`, P positive definite `[n, n]`, n at most 6. */
export function mahalanobis(p: Float64Array, x: Float64Array, n: number): number {
  cholesky(p, n, scratch);
  let sum = 0;
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let left = x[i] as number;
    for (let k = 0; k < i; k++) left -= (scratch[i * n + k] as number) * (y[k] as number);
    y[i] = left / (scratch[i * n + i] as number);
    sum += (y[i] as number) ** 2;
  }
  return sum;
}

/** Determinant of a `[3, 3]`. */
export function determinant3(m: Float64Array): number {
  const at = (i: number): number => m[i] as number;
  return (
    at(0) * (at(4) * at(8) - at(5) * at(7)) -
    at(1) * (at(3) * at(8) - at(5) * at(6)) +
    at(2) * (at(3) * at(7) - at(4) * at(6))
  );
}

/** `out = M⁻¹` of a `[3, 3]`. */
export function invert3(m: Float64Array, out: Float64Array): void {
  const at = (i: number, j: number): number => m[i * 3 + j] as number;
  const scale = 1 / determinant3(m);
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      const [p, q, r, s] = [(j + 1) % 3, (j + 2) % 3, (i + 1) % 3, (i + 2) % 3];
      out[i * 3 + j] = scale * (at(p, r) * at(q, s) - at(p, s) * at(q, r));
    }
  }
}
