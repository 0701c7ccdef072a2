import { gather, splatA, splatB, storeLanes } from "./lanes";
import * as op from "./opcodes";
import { at4, nextRow, rank, rowA, rowB, size, startRows, stride } from "./rows";

// int32 arithmetic wraps. Nothing traps: division by 0 gives 0, and -2^31 / -1 wraps to -2^31.

function divide(a: i32, b: i32): i32 {
  if (b == 0) return 0;
  return b == -1 ? -a : a / b;
}

function modulo(a: i32, b: i32): i32 {
  return b == 0 || b == -1 ? 0 : a % b;
}

/** a^b; a negative exponent leaves only what is whole: 1, -1 and 0. */
function power(a: i32, b: i32): i32 {
  if (b < 0) {
    if (a == 1) return 1;
    return a == -1 ? 1 - ((b & 1) << 1) : 0;
  }
  let result = 1;
  let square = a;
  for (let left = b; left > 0; left >>= 1) {
    if (left & 1) result *= square;
    square *= square;
  }
  return result;
}

function one(code: i32, a: i32, b: i32): i32 {
  if (code == op.DIV) return divide(a, b);
  if (code == op.POW) return power(a, b);
  const r = modulo(a, b);
  if (code == op.FMOD) return r;
  const crosses = r != 0 && (r ^ b) < 0;
  if (code == op.REMAINDER) return crosses ? r + b : r;
  return divide(a, b) - i32(crosses); // floorDivide
}

function lanes(code: i32, a: v128, b: v128): v128 {
  switch (code) {
    case op.ADD: return i32x4.add(a, b);
    case op.SUB: return i32x4.sub(a, b);
    case op.MUL: return i32x4.mul(a, b);
    case op.MAXIMUM: return i32x4.max_s(a, b);
    case op.MINIMUM: return i32x4.min_s(a, b);
  }
  let y = i32x4.splat(one(code, i32x4.extract_lane(a, 0), i32x4.extract_lane(b, 0)));
  y = i32x4.replace_lane(y, 1, one(code, i32x4.extract_lane(a, 1), i32x4.extract_lane(b, 1)));
  y = i32x4.replace_lane(y, 2, one(code, i32x4.extract_lane(a, 2), i32x4.extract_lane(b, 2)));
  return i32x4.replace_lane(y, 3, one(code, i32x4.extract_lane(a, 3), i32x4.extract_lane(b, 3)));
}

/**
 * out[i] = f(a[i·sa], b[i·sb]) for int32: add sub mul div (truncating) pow maximum minimum remainder
 * fmod floorDivide, numbered as in BINARY_OPS; out may be a or b.
 */
export function binaryI32(code: i32, a: usize, sa: i32, b: usize, sb: i32, out: usize, n: i32): void {
  if (n <= 0) return;
  const stepA = <isize>sa << 2;
  const stepB = <isize>sb << 2;
  v128.store(splatA(), v128.load_splat<u32>(a));
  v128.store(splatB(), v128.load_splat<u32>(b));
  for (let i = 0; i < n; i += 4) {
    const k = min(n - i, 4);
    const pa = sa == 0 ? splatA() : a + <isize>i * stepA;
    const pb = sb == 0 ? splatB() : b + <isize>i * stepB;
    const x = sa == 0 || (sa == 1 && k == 4) ? v128.load(pa) : gather(pa, stepA, k);
    const y = sb == 0 || (sb == 1 && k == 4) ? v128.load(pb) : gather(pb, stepB, k);
    storeLanes(out + (<usize>i << 2), lanes(code, x, y), k);
  }
}

/** desc: [ndim, shape, strides of a, of b]; out is contiguous. */
export function binaryI32Strided(code: i32, desc: usize, a: usize, b: usize, out: usize): void {
  const last = rank(desc) - 1;
  const n = size(desc, last);
  const sa = stride(desc, 0, last);
  const sb = stride(desc, 1, last);
  let to = out;
  for (let rows = startRows(desc, 1); ; ) {
    binaryI32(code, at4(a, rowA), sa, at4(b, rowB), sb, to, n);
    if (--rows == 0) return;
    to += <usize>n << 2;
    nextRow(desc, 1, 2);
  }
}
