import { ANY, MAX, PROD, SUM } from "./opcodes";

/** Like `reduceRows` for int32, wrapping: sum, prod, max, min. */
export function reduceRowsI32(
  code: i32, x: usize, out: usize, rows: i32, cols: i32, rowStride: i32, colStride: i32,
): void {
  for (let r = 0; r < rows; r++) {
    let p = x + (<isize>(r * rowStride) << 2);
    let total = code == SUM ? 0 : code == PROD ? 1 : code == MAX ? i32.MIN_VALUE : i32.MAX_VALUE;
    for (let c = 0; c < cols; c++) {
      const v = load<i32>(p);
      if (code == SUM) total += v;
      else if (code == PROD) total *= v;
      else total = code == MAX ? max(total, v) : min(total, v);
      p += <isize>colStride << 2;
    }
    store<i32>(out + (<usize>r << 2), total);
  }
}

/** any or all of bools; they write bools. Over nothing: 0 and 1. */
export function reduceRowsBool(
  code: i32, x: usize, out: usize, rows: i32, cols: i32, rowStride: i32, colStride: i32,
): void {
  const stop = u8(code == ANY); // the value that decides
  for (let r = 0; r < rows; r++) {
    let p = x + <isize>(r * rowStride);
    let answer = stop ^ 1;
    for (let c = 0; c < cols; c++) {
      if (load<u8>(p) == stop) {
        answer = stop;
        break;
      }
      p += colStride;
    }
    store<u8>(out + <usize>r, answer);
  }
}
