// @ts-ignore: decorator
@inline
function beats<T>(a: T, b: T, isMax: i32): bool {
  if (isFloat<T>() && a != a) return true;
  return isMax ? a > b : a < b;
}

// @ts-ignore: decorator
@inline
function scan<T>(isMax: i32, x: usize, out: usize, rows: i32, cols: i32, rowStride: i32, colStride: i32): void {
  for (let r = 0; r < rows; r++) {
    let p = x + (<isize>(r * rowStride) << 2);
    let best = load<T>(p);
    let at = 0;
    for (let c = 1; c < cols && best == best; c++) {
      p += <isize>colStride << 2;
      const v = load<T>(p);
      if (beats<T>(v, best, isMax)) {
        best = v;
        at = c;
      }
    }
    store<i32>(out + (<usize>r << 2), at);
  }
}

/** out[r] (int32) = position of the first extreme of row r; the first NaN wins. cols ≥ 1. */
export function argReduce(
  isMax: i32, x: usize, out: usize, rows: i32, cols: i32, rowStride: i32, colStride: i32,
): void {
  scan<f32>(isMax, x, out, rows, cols, rowStride, colStride);
}

export function argReduceI32(
  isMax: i32, x: usize, out: usize, rows: i32, cols: i32, rowStride: i32, colStride: i32,
): void {
  scan<i32>(isMax, x, out, rows, cols, rowStride, colStride);
}
