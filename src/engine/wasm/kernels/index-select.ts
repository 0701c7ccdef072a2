import { copyWords } from "./lanes";

// Rows picked and added along the middle dimension of contiguous [outer, n, inner]. Indices are int32,
// already checked; negative ones count from the end.

// @ts-ignore: decorator
@inline
function position(index: usize, i: i32, n: i32): i32 {
  const at = load<i32>(index + (<usize>i << 2));
  return at < 0 ? at + n : at;
}

/** Position of the first index outside -size … size - 1, or -1. */
export function firstOutOfRange(index: usize, n: i32, size: i32): i32 {
  for (let i = 0; i < n; i++) {
    const at = load<i32>(index + (<usize>i << 2));
    if (at < -size || at >= size) return i;
  }
  return -1;
}

/** out[o, i, ·] = x[o, index[i], ·] for four-byte elements; out is [outer, count, inner]. */
export function indexSelect4(
  x: usize, index: usize, out: usize, outer: i32, n: i32, inner: i32, count: i32,
): void {
  let to = out;
  const bytes = <usize>inner << 2;
  for (let o = 0; o < outer; o++) {
    const plane = x + <usize>(o * n) * bytes;
    for (let i = 0; i < count; i++) {
      copyWords(to, plane + <usize>position(index, i, n) * bytes, inner);
      to += bytes;
    }
  }
}

/** The same for one-byte elements. */
export function indexSelect1(
  x: usize, index: usize, out: usize, outer: i32, n: i32, inner: i32, count: i32,
): void {
  let to = out;
  for (let o = 0; o < outer; o++) {
    const plane = x + <usize>(o * n * inner);
    for (let i = 0; i < count; i++) {
      memory.copy(to, plane + <usize>(position(index, i, n) * inner), inner);
      to += inner;
    }
  }
}

/** out[o, index[i], ·] += src[o, i, ·], float32, in the order of `index`; src is [outer, count, inner]. */
export function indexAdd(
  out: usize, index: usize, src: usize, outer: i32, n: i32, inner: i32, count: i32,
): void {
  let from = src;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < count; i++) {
      let to = out + (<usize>((o * n + position(index, i, n)) * inner) << 2);
      let left = inner;
      for (; left >= 4; left -= 4) {
        v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
        to += 16;
        from += 16;
      }
      for (; left > 0; left--) {
        store<f32>(to, load<f32>(to) + load<f32>(from));
        to += 4;
        from += 4;
      }
    }
  }
}

export function indexAddI32(
  out: usize, index: usize, src: usize, outer: i32, n: i32, inner: i32, count: i32,
): void {
  let from = src;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < count; i++) {
      let to = out + (<usize>((o * n + position(index, i, n)) * inner) << 2);
      for (let left = inner; left > 0; left--) {
        store<i32>(to, load<i32>(to) + load<i32>(from));
        to += 4;
        from += 4;
      }
    }
  }
}
