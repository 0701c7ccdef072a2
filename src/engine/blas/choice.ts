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

/** Multiply-adds from which on a product is cut: about 50 µs of one core; and into four and eight blocks. */
const LEAST_TO_CUT = 1 << 21;
const CUT_IN_FOUR = 1 << 23;
const CUT_IN_EIGHT = 1 << 26;
/** From here on the library's own threads are quicker, and there may be more of them. */
const MOST_TO_CUT = 1 << 28;
/** What packing a number of A, and of B, costs, in multiply-adds; and the share of a product's time for doing it again. */
const PACKING_A = 20;
const PACKING_B = 8;
const MOST_PACKED_AGAIN = 0.06;

/** Whether several threads that each call the library share a product, instead of the library's own threads. */
export function suitsBlocks(m: number, n: number, k: number): boolean {
  const work = m * n * k;
  return work >= LEAST_TO_CUT && work < MOST_TO_CUT;
}

/** Into how many blocks, down and across, it is cut then: of the shape alone, since the last bits may depend on it. */
export function blocksFor(m: number, n: number, k: number): readonly [down: number, across: number] {
  const work = m * n * k;
  let blocks = work >= CUT_IN_EIGHT ? 8 : work >= CUT_IN_FOUR ? 4 : 2;
  for (; ; blocks /= 2) {
    let best: readonly [number, number] = [1, 1];
    let least = Number.POSITIVE_INFINITY;
    for (let down = 1; down <= blocks; down *= 2) {
      const across = blocks / down;
      const again = (PACKING_A * (across - 1)) / n + (PACKING_B * (down - 1)) / m;
      if (again < least) {
        least = again;
        best = [down, across];
      }
    }
    if (least <= MOST_PACKED_AGAIN || blocks === 2) return best;
  }
}
