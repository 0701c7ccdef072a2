import { COUNTERS_AT, SCRATCH } from "./scratch";

// The outer loops of the strided kernels. `desc` is [ndim, shape[ndim], strides of operand A[ndim],
// of B, of C], int32, strides in elements. A kernel walks rows (the innermost dimension) and keeps the
// element offsets of the current row here.

export let rowA: i32 = 0;
export let rowB: i32 = 0;
export let rowC: i32 = 0;

// @ts-ignore: decorator
@inline
export function rank(desc: usize): i32 {
  return load<i32>(desc);
}

/** Size of dimension `d`; a negative one counts from the end. */
// @ts-ignore: decorator
@inline
export function size(desc: usize, d: i32): i32 {
  return load<i32>(desc + 4 + (<usize>d << 2));
}

/** Stride of dimension `d` of operand `k`. */
// @ts-ignore: decorator
@inline
export function stride(desc: usize, k: i32, d: i32): i32 {
  return load<i32>(desc + 4 + (<usize>((k + 1) * rank(desc) + d) << 2));
}

/** Puts all offsets to 0 and returns the number of rows, over all dimensions but the last `inner`. */
export function startRows(desc: usize, inner: i32): i32 {
  rowA = 0;
  rowB = 0;
  rowC = 0;
  const outer = rank(desc) - inner;
  let rows = 1;
  for (let d = 0; d < outer; d++) {
    rows *= size(desc, d);
    store<i32>(SCRATCH + COUNTERS_AT + (<usize>d << 2), 0);
  }
  return rows;
}

/** On to the next row: an odometer over the dimensions before the last `inner`, for `operands` operands. */
export function nextRow(desc: usize, inner: i32, operands: i32): void {
  for (let d = rank(desc) - inner - 1; d >= 0; d--) {
    const counter = SCRATCH + COUNTERS_AT + (<usize>d << 2);
    const at = load<i32>(counter) + 1;
    const wraps = at == size(desc, d);
    const move = wraps ? 1 - at : 1;
    store<i32>(counter, wraps ? 0 : at);
    rowA += move * stride(desc, 0, d);
    if (operands > 1) rowB += move * stride(desc, 1, d);
    if (operands > 2) rowC += move * stride(desc, 2, d);
    if (!wraps) return;
  }
}

/** Byte address of element `offset` of four-byte elements. */
// @ts-ignore: decorator
@inline
export function at4(base: usize, offset: i32): usize {
  return base + (<isize>offset << 2);
}
