import { splatA, splatB } from "./lanes";
import * as op from "./opcodes";
import * as tag from "./tags";
import { at4, nextRow, rank, rowA, rowB, size, startRows, stride } from "./rows";

// Comparisons of float32, int32 and bool elements; they write one byte, 0 or 1, an element.

// @ts-ignore: decorator
@inline
function mask<Op, T>(a: v128, b: v128): v128 {
  if (idof<Op>() == idof<tag.Eq>()) return v128.eq<T>(a, b);
  if (idof<Op>() == idof<tag.Ne>()) return v128.ne<T>(a, b);
  if (idof<Op>() == idof<tag.Lt>()) return v128.lt<T>(a, b);
  if (idof<Op>() == idof<tag.Le>()) return v128.le<T>(a, b);
  if (idof<Op>() == idof<tag.Gt>()) return v128.gt<T>(a, b);
  return v128.ge<T>(a, b);
}

// @ts-ignore: decorator
@inline
function holds<Op, T>(a: T, b: T): bool {
  if (idof<Op>() == idof<tag.Eq>()) return a == b;
  if (idof<Op>() == idof<tag.Ne>()) return a != b;
  if (idof<Op>() == idof<tag.Lt>()) return a < b;
  if (idof<Op>() == idof<tag.Le>()) return a <= b;
  if (idof<Op>() == idof<tag.Gt>()) return a > b;
  return a >= b;
}

/** Sixteen elements at a time; a step of 0 reads a splat operand. */
// @ts-ignore: decorator
@inline
function vectors<Op, T>(a: usize, stepA: usize, b: usize, stepB: usize, out: usize, n: i32): void {
  let pa = a;
  let pb = b;
  for (let i = 0; i < n; i += 16) {
    const m0 = mask<Op, T>(v128.load(pa), v128.load(pb));
    const m1 = mask<Op, T>(v128.load(pa + stepA), v128.load(pb + stepB));
    const m2 = mask<Op, T>(v128.load(pa + 2 * stepA), v128.load(pb + 2 * stepB));
    const m3 = mask<Op, T>(v128.load(pa + 3 * stepA), v128.load(pb + 3 * stepB));
    const low = i16x8.narrow_i32x4_s(m0, m1);
    const packed = i8x16.narrow_i16x8_s(low, i16x8.narrow_i32x4_s(m2, m3));
    v128.store(out + <usize>i, v128.and(packed, i8x16.splat(1)));
    pa += 4 * stepA;
    pb += 4 * stepB;
  }
}

// @ts-ignore: decorator
@inline
function single<Op, T>(a: usize, stepA: isize, b: usize, stepB: isize, out: usize, from: i32, n: i32): void {
  let pa = a + <isize>from * stepA;
  let pb = b + <isize>from * stepB;
  for (let i = from; i < n; i++) {
    store<u8>(out + <usize>i, u8(holds<Op, T>(load<T>(pa), load<T>(pb))));
    pa += stepA;
    pb += stepB;
  }
}

function row<Op, T>(a: usize, sa: i32, b: usize, sb: i32, out: usize, n: i32): void {
  let done = 0;
  if (sizeof<T>() == 4 && <u32>sa <= 1 && <u32>sb <= 1 && n >= 16) {
    done = n & ~15;
    let qa = a;
    let qb = b;
    if (sa == 0) v128.store((qa = splatA()), v128.load_splat<u32>(a));
    if (sb == 0) v128.store((qb = splatB()), v128.load_splat<u32>(b));
    vectors<Op, T>(qa, <usize>sa << 4, qb, <usize>sb << 4, out, done);
  }
  single<Op, T>(a, <isize>sa * <isize>sizeof<T>(), b, <isize>sb * <isize>sizeof<T>(), out, done, n);
}

// @ts-ignore: decorator
@inline
function rowOf<T>(code: i32, a: usize, sa: i32, b: usize, sb: i32, out: usize, n: i32): void {
  switch (code) {
    case op.EQ: row<tag.Eq, T>(a, sa, b, sb, out, n); break;
    case op.NE: row<tag.Ne, T>(a, sa, b, sb, out, n); break;
    case op.LT: row<tag.Lt, T>(a, sa, b, sb, out, n); break;
    case op.LE: row<tag.Le, T>(a, sa, b, sb, out, n); break;
    case op.GT: row<tag.Gt, T>(a, sa, b, sb, out, n); break;
    default: row<tag.Ge, T>(a, sa, b, sb, out, n);
  }
}

/** out[i] = a[i·sa] ? b[i·sb] for float32; `code` is a position in COMPARE_OPS. */
export function compare(code: i32, a: usize, sa: i32, b: usize, sb: i32, out: usize, n: i32): void {
  rowOf<f32>(code, a, sa, b, sb, out, n);
}

export function compareI32(code: i32, a: usize, sa: i32, b: usize, sb: i32, out: usize, n: i32): void {
  rowOf<i32>(code, a, sa, b, sb, out, n);
}

/** Of bools. */
export function compareU8(code: i32, a: usize, sa: i32, b: usize, sb: i32, out: usize, n: i32): void {
  rowOf<u8>(code, a, sa, b, sb, out, n);
}

/** desc: [ndim, shape, strides of a, of b]; out is contiguous. */
export function compareStrided(code: i32, desc: usize, a: usize, b: usize, out: usize): void {
  const last = rank(desc) - 1;
  const n = size(desc, last);
  let to = out;
  for (let rows = startRows(desc, 1); ; ) {
    compare(code, at4(a, rowA), stride(desc, 0, last), at4(b, rowB), stride(desc, 1, last), to, n);
    if (--rows == 0) return;
    to += n;
    nextRow(desc, 1, 2);
  }
}

export function compareI32Strided(code: i32, desc: usize, a: usize, b: usize, out: usize): void {
  const last = rank(desc) - 1;
  const n = size(desc, last);
  let to = out;
  for (let rows = startRows(desc, 1); ; ) {
    compareI32(code, at4(a, rowA), stride(desc, 0, last), at4(b, rowB), stride(desc, 1, last), to, n);
    if (--rows == 0) return;
    to += n;
    nextRow(desc, 1, 2);
  }
}

export function compareU8Strided(code: i32, desc: usize, a: usize, b: usize, out: usize): void {
  const last = rank(desc) - 1;
  const n = size(desc, last);
  let to = out;
  for (let rows = startRows(desc, 1); ; ) {
    compareU8(code, a + <isize>rowA, stride(desc, 0, last), b + <isize>rowB, stride(desc, 1, last), to, n);
    if (--rows == 0) return;
    to += n;
    nextRow(desc, 1, 2);
  }
}
