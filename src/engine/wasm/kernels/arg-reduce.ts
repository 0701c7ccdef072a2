// Positions of extremes. Of equal ones the first counts, and the first NaN before everything.

// @ts-ignore: decorator
@inline
function beats<T>(a: T, b: T, isMax: i32): bool {
  if (isFloat<T>() && a != a) return true;
  return isMax ? a > b : a < b;
}

// @ts-ignore: decorator
@inline
function extreme<T>(a: v128, b: v128, isMax: i32): v128 {
  return isMax ? v128.max<T>(a, b) : v128.min<T>(a, b);
}

/** The first of n ≥ 16 neighbours: which value it is, and then where that value is. A NaN makes the value NaN. */
// @ts-ignore: decorator
@inline
function firstInRow<T>(isMax: i32, x: usize, n: i32): i32 {
  let a = v128.load(x);
  let b = a;
  let c = a;
  let d = a;
  let i = 0;
  for (; i + 16 <= n; i += 16) {
    const p = x + (<usize>i << 2);
    a = extreme<T>(a, v128.load(p), isMax);
    b = extreme<T>(b, v128.load(p, 16), isMax);
    c = extreme<T>(c, v128.load(p, 32), isMax);
    d = extreme<T>(d, v128.load(p, 48), isMax);
  }
  for (; i < n; i++) a = extreme<T>(a, v128.load_splat<u32>(x + (<usize>i << 2)), isMax);
  a = extreme<T>(extreme<T>(a, b, isMax), extreme<T>(c, d, isMax), isMax);
  a = extreme<T>(a, v128.shuffle<u32>(a, a, 2, 3, 0, 1), isMax);
  a = extreme<T>(a, v128.shuffle<u32>(a, a, 1, 0, 3, 2), isMax);
  const isNaN = isFloat<T>() && v128.any_true(f32x4.ne(a, a));
  i = 0;
  for (; i + 4 <= n; i += 4) {
    const v = v128.load(x + (<usize>i << 2));
    if (v128.any_true(isNaN ? f32x4.ne(v, v) : v128.eq<T>(v, a))) break;
  }
  const best = v128.extract_lane<T>(a, 0);
  for (; i < n - 1; i++) {
    const v = load<T>(x + (<usize>i << 2));
    if (isNaN ? v != v : v == best) break;
  }
  return i;
}

/** Four neighbouring rows whose elements lie side by side. */
// @ts-ignore: decorator
@inline
function columns<T>(isMax: i32, x: usize, out: usize, cols: i32, step: isize): void {
  let best = v128.load(x);
  let at = i32x4.splat(0);
  let p = x;
  for (let c = 1; c < cols; c++) {
    p += step;
    const v = v128.load(p);
    let better = isMax ? v128.gt<T>(v, best) : v128.lt<T>(v, best);
    if (isFloat<T>()) better = v128.or(better, v128.and(f32x4.ne(v, v), f32x4.eq(best, best)));
    best = v128.bitselect(v, best, better);
    at = v128.bitselect(i32x4.splat(c), at, better);
  }
  v128.store(out, at);
}

// @ts-ignore: decorator
@inline
function scan<T>(isMax: i32, x: usize, out: usize, rows: i32, cols: i32, rowStride: i32, colStride: i32): void {
  const across = <isize>colStride << 2;
  let r = 0;
  if (rowStride == 1) {
    for (; r + 4 <= rows; r += 4) columns<T>(isMax, x + (<usize>r << 2), out + (<usize>r << 2), cols, across);
  }
  for (; r < rows; r++) {
    let p = x + (<isize>(r * rowStride) << 2);
    if (colStride == 1 && cols >= 16) {
      store<i32>(out + (<usize>r << 2), firstInRow<T>(isMax, p, cols));
      continue;
    }
    let best = load<T>(p);
    let at = 0;
    for (let c = 1; c < cols && best == best; c++) {
      p += across;
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
  if (isMax) scan<f32>(1, x, out, rows, cols, rowStride, colStride);
  else scan<f32>(0, x, out, rows, cols, rowStride, colStride);
}

export function argReduceI32(
  isMax: i32, x: usize, out: usize, rows: i32, cols: i32, rowStride: i32, colStride: i32,
): void {
  if (isMax) scan<i32>(1, x, out, rows, cols, rowStride, colStride);
  else scan<i32>(0, x, out, rows, cols, rowStride, colStride);
}
