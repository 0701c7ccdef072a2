import { nextRow, rank, rowA, size, startRows, stride } from "./rows";

// PyTorch's gather and scatter. desc: [ndim, shape of index[ndim], strides[ndim], dimStride, dimSize]:
// the strides are those of the big tensor, in elements, with 0 at `dim`, whose own stride and size
// stand at the end. `index` (int32, checked; negatives count from the end) and the small tensor are
// contiguous. Elements are visited in the order of `index`.

class Take {}
class Put {}
class Add {}

// @ts-ignore: decorator
@inline
function walk<T, Mode>(desc: usize, big: usize, index: usize, small: usize): void {
  const nd = rank(desc);
  const n = size(desc, nd - 1);
  const along = stride(desc, 0, nd - 1);
  const dimStride = size(desc, 2 * nd);
  const dimSize = size(desc, 2 * nd + 1);
  let from = index;
  let at = small;
  for (let rows = startRows(desc, 1); ; ) {
    for (let i = 0; i < n; i++) {
      let k = load<i32>(from);
      if (k < 0) k += dimSize;
      const there = big + <usize>(rowA + i * along + k * dimStride) * sizeof<T>();
      if (idof<Mode>() == idof<Take>()) store<T>(at, load<T>(there));
      else if (idof<Mode>() == idof<Put>()) store<T>(there, load<T>(at));
      else store<T>(there, <T>(load<T>(there) + load<T>(at)));
      from += 4;
      at += sizeof<T>();
    }
    if (--rows == 0) return;
    nextRow(desc, 1, 1);
  }
}

/** out[…] = x[… index …]. */
export function gather4(desc: usize, x: usize, index: usize, out: usize): void {
  walk<u32, Take>(desc, x, index, out);
}

export function gather1(desc: usize, x: usize, index: usize, out: usize): void {
  walk<u8, Take>(desc, x, index, out);
}

/** out[… index …] = src[…]. */
export function scatter4(desc: usize, out: usize, index: usize, src: usize): void {
  walk<u32, Put>(desc, out, index, src);
}

export function scatter1(desc: usize, out: usize, index: usize, src: usize): void {
  walk<u8, Put>(desc, out, index, src);
}

/** out[… index …] += src[…], float32. */
export function scatterAdd(desc: usize, out: usize, index: usize, src: usize): void {
  walk<f32, Add>(desc, out, index, src);
}

export function scatterAddI32(desc: usize, out: usize, index: usize, src: usize): void {
  walk<i32, Add>(desc, out, index, src);
}
