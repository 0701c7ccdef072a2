import { gather, splatA, splatB, splatC, storeLanes } from "./lanes";
import { at4, nextRow, rank, rowA, rowB, rowC, size, startRows, stride } from "./rows";

/** All bits set where one of the four bytes at `p` is not 0. */
// @ts-ignore: decorator
@inline
function maskOf(p: usize): v128 {
  const wide = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load_zero<u32>(p)));
  return i32x4.ne(wide, i32x4.splat(0));
}

/** out[i] = condition[i·sc] ? a[i·sa] : b[i·sb] for four-byte elements. */
export function where4(condition: usize, sc: i32, a: usize, sa: i32, b: usize, sb: i32, out: usize, n: i32): void {
  let i = 0;
  if (<u32>sc <= 1 && <u32>sa <= 1 && <u32>sb <= 1 && n >= 4) {
    let pc = condition;
    let pa = a;
    let pb = b;
    if (sc == 0) v128.store((pc = splatC()), v128.load_splat<u8>(condition));
    if (sa == 0) v128.store((pa = splatA()), v128.load_splat<u32>(a));
    if (sb == 0) v128.store((pb = splatB()), v128.load_splat<u32>(b));
    for (; i + 4 <= n; i += 4) {
      v128.store(out + (<usize>i << 2), v128.bitselect(v128.load(pa), v128.load(pb), maskOf(pc)));
      pc += sc << 2;
      pa += sa << 4;
      pb += sb << 4;
    }
  }
  for (; i < n; i++) {
    const from = load<u8>(condition + <isize>i * sc) ? at4(a, i * sa) : at4(b, i * sb);
    store<u32>(out + (<usize>i << 2), load<u32>(from));
  }
}

/** The same for one-byte elements. */
export function where1(condition: usize, sc: i32, a: usize, sa: i32, b: usize, sb: i32, out: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    const from = load<u8>(condition + <isize>i * sc) ? a + <isize>i * sa : b + <isize>i * sb;
    store<u8>(out + <usize>i, load<u8>(from));
  }
}

/** desc: [ndim, shape, strides of condition, of a, of b]; out is contiguous. */
export function where4Strided(desc: usize, condition: usize, a: usize, b: usize, out: usize): void {
  const d = rank(desc) - 1;
  const n = size(desc, d);
  const sc = stride(desc, 0, d);
  let to = out;
  for (let rows = startRows(desc, 1); ; ) {
    where4(condition + <isize>rowA, sc, at4(a, rowB), stride(desc, 1, d), at4(b, rowC), stride(desc, 2, d), to, n);
    if (--rows == 0) return;
    to += <usize>n << 2;
    nextRow(desc, 1, 3);
  }
}

export function where1Strided(desc: usize, condition: usize, a: usize, b: usize, out: usize): void {
  const d = rank(desc) - 1;
  const n = size(desc, d);
  const sc = stride(desc, 0, d);
  let to = out;
  for (let rows = startRows(desc, 1); ; ) {
    const fromB = b + <isize>rowC;
    where1(condition + <isize>rowA, sc, a + <isize>rowB, stride(desc, 1, d), fromB, stride(desc, 2, d), to, n);
    if (--rows == 0) return;
    to += n;
    nextRow(desc, 1, 3);
  }
}

/** out[i] = min(max(x[i·sx], low), high) for float32; NaN stays. */
export function clamp(x: usize, sx: i32, low: f32, high: f32, out: usize, n: i32): void {
  const step = <isize>sx << 2;
  const lows = f32x4.splat(low);
  const highs = f32x4.splat(high);
  for (let i = 0; i < n; i += 4) {
    const k = min(n - i, 4);
    const from = x + <isize>i * step;
    const v = sx == 1 && k == 4 ? v128.load(from) : gather(from, step, k);
    storeLanes(out + (<usize>i << 2), f32x4.pmin(f32x4.pmax(v, lows), highs), k);
  }
}

export function clampI32(x: usize, sx: i32, low: i32, high: i32, out: usize, n: i32): void {
  const step = <isize>sx << 2;
  for (let i = 0; i < n; i++) {
    store<i32>(out + (<usize>i << 2), min(max(load<i32>(x + <isize>i * step), low), high));
  }
}
