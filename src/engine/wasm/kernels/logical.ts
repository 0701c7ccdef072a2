import { AND, ISINF, ISNAN, OR } from "./opcodes";
import { nextRow, rank, rowA, rowB, size, startRows, stride } from "./rows";

// Logic on bools (one byte, 0 or 1), and the tests of a float32 that write bools.

function combine(code: i32, a: v128, b: v128): v128 {
  if (code == AND) return v128.and(a, b);
  return code == OR ? v128.or(a, b) : v128.xor(a, b);
}

/** out[i] = a[i·sa] and / or / xor b[i·sb]; `code` is a position in LOGICAL_OPS. */
export function logical(code: i32, a: usize, sa: i32, b: usize, sb: i32, out: usize, n: i32): void {
  let i = 0;
  if (<u32>sa <= 1 && <u32>sb <= 1) {
    const va = n > 0 ? v128.load_splat<u8>(a) : i8x16.splat(0);
    const vb = n > 0 ? v128.load_splat<u8>(b) : i8x16.splat(0);
    for (; i + 16 <= n; i += 16) {
      const x = sa == 0 ? va : v128.load(a + <usize>i);
      const y = sb == 0 ? vb : v128.load(b + <usize>i);
      v128.store(out + <usize>i, combine(code, x, y));
    }
  }
  for (; i < n; i++) {
    const x = load<u8>(a + <isize>i * sa);
    const y = load<u8>(b + <isize>i * sb);
    store<u8>(out + <usize>i, code == AND ? x & y : code == OR ? x | y : x ^ y);
  }
}

/** desc: [ndim, shape, strides of a, of b]; out is contiguous. */
export function logicalStrided(code: i32, desc: usize, a: usize, b: usize, out: usize): void {
  const last = rank(desc) - 1;
  const n = size(desc, last);
  let to = out;
  for (let rows = startRows(desc, 1); ; ) {
    logical(code, a + <isize>rowA, stride(desc, 0, last), b + <isize>rowB, stride(desc, 1, last), to, n);
    if (--rows == 0) return;
    to += n;
    nextRow(desc, 1, 2);
  }
}

export function logicalNot(x: usize, sx: i32, out: usize, n: i32): void {
  for (let i = 0; i < n; i++) store<u8>(out + <usize>i, load<u8>(x + <isize>i * sx) ^ 1);
}

/** out[i] = isnan / isinf / isfinite(x[i·sx]); `code` is a position in TEST_OPS. */
export function test(code: i32, x: usize, sx: i32, out: usize, n: i32): void {
  const step = <isize>sx << 2;
  for (let i = 0; i < n; i++) {
    const bits = load<u32>(x + <isize>i * step) & 0x7fffffff;
    const answer = code == ISNAN ? bits > 0x7f800000 : code == ISINF ? bits == 0x7f800000 : bits < 0x7f800000;
    store<u8>(out + <usize>i, u8(answer));
  }
}
