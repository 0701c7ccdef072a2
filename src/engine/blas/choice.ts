// Measured by bench/blas-crossover.ts; docs/decisions/0006-blas.md has the table. Thin products do too
// little for each element that a library packs, and small ones are over before a native call has begun.

const LEAST_ROWS = 4;
const LEAST_COLUMNS = 16;
const LEAST_DEPTH = 8;
const LEAST_WORK = 1 << 15;

/** Multiply-adds that are worth waking a thread for: about 20 µs of one core. */
const WORK_OF_A_THREAD = 1 << 20;

/** Whether a BLAS library multiplies [m, k] by [k, n] faster than the WebAssembly kernel. Of the shape alone. */
export function prefersBlas(m: number, n: number, k: number): boolean {
  return m >= LEAST_ROWS && n >= LEAST_COLUMNS && k >= LEAST_DEPTH && m * n * k >= LEAST_WORK;
}

/** How many of `most` threads share a product. */
export function threadsFor(m: number, n: number, k: number, most: number): number {
  const worth = Math.floor((m * n * k) / WORK_OF_A_THREAD);
  return Math.max(1, Math.min(worth, most));
}
