import { at4, nextRow, rank, rowA, size, startRows, stride } from "./rows";

/** `n` four-byte elements become `bits`. */
export function fill4(p: usize, bits: i32, n: i32): void {
  const v = i32x4.splat(bits);
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(p + (<usize>i << 2), v);
  for (; i < n; i++) store<i32>(p + (<usize>i << 2), bits);
}

/** desc: [ndim, shape, strides]. */
export function fill4Strided(desc: usize, p: usize, bits: i32): void {
  const d = rank(desc) - 1;
  const n = size(desc, d);
  const s = stride(desc, 0, d);
  for (let rows = startRows(desc, 1); ; ) {
    if (s == 1) fill4(at4(p, rowA), bits, n);
    else for (let i = 0; i < n; i++) store<i32>(at4(p, rowA + i * s), bits);
    if (--rows == 0) return;
    nextRow(desc, 1, 1);
  }
}

export function fill1(p: usize, value: i32, n: i32): void {
  memory.fill(p, <u8>value, n);
}

/** desc: [ndim, shape, strides]. */
export function fill1Strided(desc: usize, p: usize, value: i32): void {
  const d = rank(desc) - 1;
  const n = size(desc, d);
  const s = stride(desc, 0, d);
  for (let rows = startRows(desc, 1); ; ) {
    const row = p + <isize>rowA;
    if (s == 1) memory.fill(row, <u8>value, n);
    else for (let i = 0; i < n; i++) store<u8>(row + <isize>i * s, <u8>value);
    if (--rows == 0) return;
    nextRow(desc, 1, 1);
  }
}
