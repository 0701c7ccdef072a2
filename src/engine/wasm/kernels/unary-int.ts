import { gather, storeLanes } from "./lanes";
import { ABS, NEG, SIGN } from "./opcodes";
import { at4, nextRow, rank, rowA, size, startRows, stride } from "./rows";

function lanes(code: i32, x: v128): v128 {
  if (code == NEG) return i32x4.neg(x);
  if (code == ABS) return i32x4.abs(x);
  if (code == SIGN) return i32x4.max_s(i32x4.min_s(x, i32x4.splat(1)), i32x4.splat(-1));
  return i32x4.mul(x, x);
}

/** neg, abs, sign or square of int32, wrapping; numbered as in UNARY_OPS. */
export function unaryI32(code: i32, x: usize, sx: i32, out: usize, n: i32): void {
  const step = <isize>sx << 2;
  for (let i = 0; i < n; i += 4) {
    const k = min(n - i, 4);
    const from = x + <isize>i * step;
    const v = sx == 1 && k == 4 ? v128.load(from) : gather(from, step, k);
    storeLanes(out + (<usize>i << 2), lanes(code, v), k);
  }
}

/** desc: [ndim, shape, strides of x]; out is contiguous. */
export function unaryI32Strided(code: i32, desc: usize, x: usize, out: usize): void {
  const n = size(desc, rank(desc) - 1);
  const sx = stride(desc, 0, rank(desc) - 1);
  let to = out;
  for (let rows = startRows(desc, 1); ; ) {
    unaryI32(code, at4(x, rowA), sx, to, n);
    if (--rows == 0) return;
    to += <usize>n << 2;
    nextRow(desc, 1, 1);
  }
}
