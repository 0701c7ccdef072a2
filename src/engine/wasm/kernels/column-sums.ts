import { high } from "./lanes";
import { WORK } from "./scratch";

// Sums down the columns of a row-major matrix (a bias's gradient), 16 columns, which are a cache line, at a time: one
// vector at a time would read every line four times, each time from far away.

/** Columns whose sums stand in the work area, as float64. */
const MOST: i32 = 4096;
/** Rows that are summed in float32 before they are carried to float64. */
const RUN: i32 = 32;

// @ts-ignore: decorator
@inline
function squared(x: v128, squares: bool): v128 {
  return squares ? f32x4.mul(x, x) : x;
}

// @ts-ignore: decorator
@inline
function carry(to: usize, v: v128): void {
  v128.store(to, f64x2.add(v128.load(to), f64x2.promote_low_f32x4(v)));
  v128.store(to, f64x2.add(v128.load(to, 16), f64x2.promote_low_f32x4(high(v))), 16);
}

/** Adds `n` ≤ RUN rows of 16 columns to their totals: rows 0, 2, … and rows 1, 3, … first, each in order. */
// @ts-ignore: decorator
@inline
function addRun(x: usize, step: usize, n: i32, totals: usize, squares: bool): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  let b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (; n >= 2; n -= 2) {
    a0 = f32x4.add(a0, squared(v128.load(x), squares));
    a1 = f32x4.add(a1, squared(v128.load(x, 16), squares));
    a2 = f32x4.add(a2, squared(v128.load(x, 32), squares));
    a3 = f32x4.add(a3, squared(v128.load(x, 48), squares));
    const next = x + step;
    b0 = f32x4.add(b0, squared(v128.load(next), squares));
    b1 = f32x4.add(b1, squared(v128.load(next, 16), squares));
    b2 = f32x4.add(b2, squared(v128.load(next, 32), squares));
    b3 = f32x4.add(b3, squared(v128.load(next, 48), squares));
    x = next + step;
  }
  if (n) {
    a0 = f32x4.add(a0, squared(v128.load(x), squares));
    a1 = f32x4.add(a1, squared(v128.load(x, 16), squares));
    a2 = f32x4.add(a2, squared(v128.load(x, 32), squares));
    a3 = f32x4.add(a3, squared(v128.load(x, 48), squares));
  }
  carry(totals, f32x4.add(a0, b0));
  carry(totals + 32, f32x4.add(a1, b1));
  carry(totals + 64, f32x4.add(a2, b2));
  carry(totals + 96, f32x4.add(a3, b3));
}

function sumRuns(x: usize, step: usize, n: i32, columns: i32): void {
  for (let j = 0; j < columns; j += 16) addRun(x + (<usize>j << 2), step, n, WORK + (<usize>j << 3), false);
}

function squareRuns(x: usize, step: usize, n: i32, columns: i32): void {
  for (let j = 0; j < columns; j += 16) addRun(x + (<usize>j << 2), step, n, WORK + (<usize>j << 3), true);
}

/** out[j] = Σ over `rows` of x (of x² where `squares`) / divisor for `columns` columns, a multiple of 16. */
export function columnSums(
  x: usize, out: usize, rows: i32, columns: i32, step: usize, divisor: f64, squares: bool,
): void {
  const d = f64x2.splat(divisor);
  for (let first = 0; first < columns; first += MOST) {
    const count = min(columns - first, MOST);
    memory.fill(WORK, 0, <usize>count << 3);
    let from = x + (<usize>first << 2);
    for (let i = 0; i < rows; i += RUN) {
      const n = min(rows - i, RUN);
      if (squares) squareRuns(from, step, n, count);
      else sumRuns(from, step, n, count);
      from += <usize>RUN * step;
    }
    for (let j = 0; j < count; j += 4) {
      const t = WORK + (<usize>j << 3);
      const low = f32x4.demote_f64x2_zero(f64x2.div(v128.load(t), d));
      const up = f32x4.demote_f64x2_zero(f64x2.div(v128.load(t, 16), d));
      v128.store(out + (<usize>(first + j) << 2), v128.shuffle<u64>(low, up, 0, 2));
    }
  }
}
