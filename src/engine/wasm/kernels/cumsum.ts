import { high, loadLanes, narrow, storeLanes } from "./lanes";

// Running sums along the middle dimension of contiguous [outer, n, inner], for the first `columns` of the inner one;
// `reverse` runs from the end.

/** float32, carried in float64; four neighbours of the inner dimension at a time. */
export function cumsum(
  x: usize, out: usize, outer: i32, n: i32, inner: i32, columns: i32, reverse: i32,
): void {
  if (n <= 0) return;
  const down = (reverse ? -1 : 1) * (<isize>inner << 2);
  for (let o = 0; o < outer; o++) {
    const start = <isize>(o * n * inner + (reverse ? (n - 1) * inner : 0)) << 2;
    for (let i = 0; i < columns; i += 4) {
      const k = min(columns - i, 4);
      let at = start + (<isize>i << 2);
      if (k == 1) {
        let total: f64 = 0;
        for (let c = 0; c < n; c++) {
          total += <f64>load<f32>(x + at);
          store<f32>(out + at, <f32>total);
          at += down;
        }
        continue;
      }
      let low = f64x2.splat(0);
      let up = f64x2.splat(0);
      for (let c = 0; c < n; c++) {
        const v = loadLanes(x + at, k);
        low = f64x2.add(low, f64x2.promote_low_f32x4(v));
        up = f64x2.add(up, f64x2.promote_low_f32x4(high(v)));
        storeLanes(out + at, narrow(low, up), k);
        at += down;
      }
    }
  }
}

export function cumsumI32(
  x: usize, out: usize, outer: i32, n: i32, inner: i32, columns: i32, reverse: i32,
): void {
  if (n <= 0) return;
  const down = (reverse ? -1 : 1) * (<isize>inner << 2);
  for (let o = 0; o < outer; o++) {
    const start = <isize>(o * n * inner + (reverse ? (n - 1) * inner : 0)) << 2;
    for (let i = 0; i < columns; i++) {
      let at = start + (<isize>i << 2);
      let total = 0;
      for (let c = 0; c < n; c++) {
        total += load<i32>(x + at);
        store<i32>(out + at, total);
        at += down;
      }
    }
  }
}
