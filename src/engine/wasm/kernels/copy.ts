import { copyWords } from "./lanes";
import { at4, nextRow, rank, rowA, rowB, size, startRows, stride } from "./rows";

/** dst[i·sd] = src[i·ss], four-byte elements. */
function copyRow(src: usize, ss: i32, dst: usize, sd: i32, n: i32): void {
  if (ss == 1 && sd == 1) {
    copyWords(dst, src, n);
    return;
  }
  let from = src;
  let to = dst;
  for (let i = 0; i < n; i++) {
    store<u32>(to, load<u32>(from));
    from += <isize>ss << 2;
    to += <isize>sd << 2;
  }
}

/** dst[i·sd + j] = src[i + j·ss]: transposes 4×4 blocks, 64 columns of src at a time to stay in cache. */
function transpose(src: usize, ss: i32, dst: usize, sd: i32, rows: i32, columns: i32): void {
  const across = <isize>ss << 2;
  const down = <isize>sd << 2;
  const wholeRows = rows & ~3;
  const wholeColumns = columns & ~3;
  for (let block = 0; block < wholeColumns; block += 64) {
    const end = min(block + 64, wholeColumns);
    for (let i = 0; i < wholeRows; i += 4) {
      for (let j = block; j < end; j += 4) {
        const from = src + (<usize>i << 2) + <isize>j * across;
        const to = dst + <isize>i * down + (<usize>j << 2);
        const a = v128.load(from);
        const b = v128.load(from + across);
        const c = v128.load(from + 2 * across);
        const d = v128.load(from + 3 * across);
        const abLow = v128.shuffle<u32>(a, b, 0, 4, 1, 5);
        const abHigh = v128.shuffle<u32>(a, b, 2, 6, 3, 7);
        const cdLow = v128.shuffle<u32>(c, d, 0, 4, 1, 5);
        const cdHigh = v128.shuffle<u32>(c, d, 2, 6, 3, 7);
        v128.store(to, v128.shuffle<u64>(abLow, cdLow, 0, 2));
        v128.store(to + down, v128.shuffle<u64>(abLow, cdLow, 1, 3));
        v128.store(to + 2 * down, v128.shuffle<u64>(abHigh, cdHigh, 0, 2));
        v128.store(to + 3 * down, v128.shuffle<u64>(abHigh, cdHigh, 1, 3));
      }
    }
  }
  for (let i = 0; i < rows; i++) {
    for (let j = i < wholeRows ? wholeColumns : 0; j < columns; j++) {
      const to = dst + <isize>i * down + (<usize>j << 2);
      store<u32>(to, load<u32>(src + (<usize>i << 2) + <isize>j * across));
    }
  }
}

/** Copies four-byte elements. desc: [ndim, shape, strides of src, of dst]. */
export function copy4Strided(desc: usize, src: usize, dst: usize): void {
  const d = rank(desc) - 1;
  const n = size(desc, d);
  const ss = stride(desc, 0, d);
  const sd = stride(desc, 1, d);
  if (d > 0) {
    const outerSrc = stride(desc, 0, d - 1);
    const outerDst = stride(desc, 1, d - 1);
    const gathers = sd == 1 && outerSrc == 1;
    if (n >= 4 && size(desc, d - 1) >= 4 && (gathers || (ss == 1 && outerDst == 1 && sd != 1))) {
      const m = size(desc, d - 1);
      for (let planes = startRows(desc, 2); ; ) {
        if (gathers) transpose(at4(src, rowA), ss, at4(dst, rowB), outerDst, m, n);
        else transpose(at4(src, rowA), outerSrc, at4(dst, rowB), sd, n, m);
        if (--planes == 0) return;
        nextRow(desc, 2, 2);
      }
    }
  }
  for (let rows = startRows(desc, 1); ; ) {
    copyRow(at4(src, rowA), ss, at4(dst, rowB), sd, n);
    if (--rows == 0) return;
    nextRow(desc, 1, 2);
  }
}

/** Copies one-byte elements. desc: [ndim, shape, strides of src, of dst]. */
export function copy1Strided(desc: usize, src: usize, dst: usize): void {
  const d = rank(desc) - 1;
  const n = size(desc, d);
  const ss = stride(desc, 0, d);
  const sd = stride(desc, 1, d);
  for (let rows = startRows(desc, 1); ; ) {
    const from = src + <isize>rowA;
    const to = dst + <isize>rowB;
    if (ss == 1 && sd == 1) memory.copy(to, from, n);
    else for (let i = 0; i < n; i++) store<u8>(to + <isize>i * sd, load<u8>(from + <isize>i * ss));
    if (--rows == 0) return;
    nextRow(desc, 1, 2);
  }
}

/** Bytes side by side; the regions may overlap. */
export function copyBytes(to: usize, from: usize, bytes: usize): void {
  memory.copy(to, from, bytes);
}
