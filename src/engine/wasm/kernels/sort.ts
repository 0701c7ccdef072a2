import { threadNumber } from "./scratch";

// The order of elements along the middle dimension of contiguous [outer, n, inner]. Each element becomes a word whose
// unsigned order is its own, so that float32 and int32, ascending and descending are one case. Equal words keep their
// order.

/** At most so many are inserted one by one into what was found so far; more are sorted by their digits. */
const FEW: i32 = 32;
const DIGITS: usize = 256;

/** Words of working memory for rows of n elements: words and positions twice, and the counts of four digits. */
export function sortWorkWords(n: i32): i32 {
  return 4 * n + 4 * i32(DIGITS);
}

// NaN last, −0 and 0 equal.
// @ts-ignore: decorator
@inline
function wordOf(bits: u32, float: i32): u32 {
  if (!float) return bits ^ 0x80000000;
  if ((bits & 0x7fffffff) > 0x7f800000) return 0xffffffff;
  if (bits == 0x80000000) return 0x80000000;
  return bits ^ (u32(i32(bits) >> 31) | 0x80000000);
}

/** The `count` least words of a row with their positions, in order; as many bytes of each at `best` and `order`. */
function select(words: usize, n: i32, count: i32, best: usize, order: usize): void {
  let filled = 0;
  for (let c = 0; c < n; c++) {
    const word = load<u32>(words + (<usize>c << 2));
    if (filled == count) {
      if (word >= load<u32>(best + (<usize>(count - 1) << 2))) continue;
    } else filled++;
    let at = filled - 1;
    while (at > 0 && load<u32>(best + (<usize>(at - 1) << 2)) > word) {
      const to = <usize>at << 2;
      store<u32>(best + to, load<u32>(best + to - 4));
      store<i32>(order + to, load<i32>(order + to - 4));
      at--;
    }
    store<u32>(best + (<usize>at << 2), word);
    store<i32>(order + (<usize>at << 2), c);
  }
}

/** A whole row by its four digits, the lowest first. Answers where the positions are: at `order` or `order2`. */
function radix(words: usize, order: usize, words2: usize, order2: usize, n: i32, counts: usize): usize {
  memory.fill(counts, 0, 4 * DIGITS * 4);
  for (let c = 0; c < n; c++) {
    const word = load<u32>(words + (<usize>c << 2));
    for (let digit: u32 = 0; digit < 4; digit++) {
      const at = counts + (<usize>((digit << 8) | ((word >> (digit << 3)) & 255)) << 2);
      store<i32>(at, load<i32>(at) + 1);
    }
    store<i32>(order + (<usize>c << 2), c);
  }
  for (let digit: u32 = 0; digit < 4; digit++) {
    const table = counts + (<usize>digit << 10);
    const first = (load<u32>(words) >> (digit << 3)) & 255;
    if (load<i32>(table + (<usize>first << 2)) == n) continue; // the same digit everywhere
    let start = 0;
    for (let at = table; at < table + DIGITS * 4; at += 4) {
      const here = load<i32>(at);
      store<i32>(at, start);
      start += here;
    }
    for (let c = 0; c < n; c++) {
      const word = load<u32>(words + (<usize>c << 2));
      const at = table + (<usize>((word >> (digit << 3)) & 255) << 2);
      const to = load<i32>(at);
      store<i32>(at, to + 1);
      store<u32>(words2 + (<usize>to << 2), word);
      store<i32>(order2 + (<usize>to << 2), load<i32>(order + (<usize>c << 2)));
    }
    const sorted = words2;
    words2 = words;
    words = sorted;
    const positions = order2;
    order2 = order;
    order = positions;
  }
  return order;
}

/**
 * The first `count` of each row of n in ascending (`descending`: descending) order, and their positions (int32), both
 * [outer, count, inner], for `lines` rows from number `first` on: row o·inner + i is [o, ·, i]. x holds float32 (`float`
 * 1) or int32. Thread t works in sortWorkWords(n) words at `work` + t·workBytes.
 */
export function sortRows(
  x: usize, values: usize, indices: usize, work: usize, workBytes: usize,
  first: i32, lines: i32, n: i32, inner: i32, count: i32, descending: i32, float: i32,
): void {
  const size = <usize>n << 2;
  const flip: u32 = descending ? 0xffffffff : 0;
  const step = <usize>inner << 2;
  const words = work + <usize>threadNumber() * workBytes;
  for (let line = first; line < first + lines; line++) {
    const o = line / inner;
    const i = line - o * inner;
    const from = x + (<usize>(o * n * inner + i) << 2);
    for (let c = 0; c < n; c++) {
      store<u32>(words + (<usize>c << 2), wordOf(load<u32>(from + <usize>c * step), float) ^ flip);
    }
    let order = words + size;
    if (count <= FEW) select(words, n, count, words + 2 * size, order);
    else order = radix(words, order, words + 2 * size, words + 3 * size, n, words + 4 * size);
    const to = <usize>(o * count * inner + i) << 2;
    for (let c = 0; c < count; c++) {
      const at = load<i32>(order + (<usize>c << 2));
      store<u32>(values + to + <usize>c * step, load<u32>(from + <usize>at * step));
      store<i32>(indices + to + <usize>c * step, at);
    }
  }
}
