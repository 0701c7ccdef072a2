import { SCRATCH } from "./scratch";

// Up to four elements to and from one vector, whatever their stride: tails and strided rows run the
// same vector arithmetic as the fast loops, so a value never depends on where it lies.

/** Elements that fit in each scratch block. */
export const BLOCK: i32 = 64;

/**
 * Scratch blocks. A stride-0 operand is splat there, so that fast loops read it with an address step
 * of 0; strided operands and tails are gathered there.
 */
// @ts-ignore: decorator
@inline
export function splatA(): usize {
  return SCRATCH;
}

// @ts-ignore: decorator
@inline
export function splatB(): usize {
  return SCRATCH + 256;
}

// @ts-ignore: decorator
@inline
export function splatC(): usize {
  return SCRATCH + 512;
}

/** `k` (1 to BLOCK) elements, `step` bytes apart, into scratch, padded with 0; returns the padded bytes. */
export function gatherBlock(scratch: usize, p: usize, step: isize, k: i32): usize {
  const bytes = <usize>((k + 3) & ~3) << 2;
  v128.store(scratch + bytes - 16, i32x4.splat(0));
  let from = p;
  const end = scratch + (<usize>k << 2);
  for (let to = scratch; to < end; to += 4) {
    store<u32>(to, load<u32>(from));
    from += step;
  }
  return bytes;
}

/** `k` (1 to 4) four-byte elements, `step` bytes apart; the remaining lanes are 0. */
export function gather(p: usize, step: isize, k: i32): v128 {
  let v = v128.load_zero<u32>(p);
  if (k > 1) {
    v = v128.load_lane<u32>(p + step, v, 1);
    if (k > 2) {
      v = v128.load_lane<u32>(p + 2 * step, v, 2);
      if (k > 3) v = v128.load_lane<u32>(p + 3 * step, v, 3);
    }
  }
  return v;
}

function storePart(p: usize, v: v128, k: i32): void {
  v128.store_lane<u32>(p, v, 0);
  if (k > 1) {
    v128.store_lane<u32>(p + 4, v, 1);
    if (k > 2) v128.store_lane<u32>(p + 8, v, 2);
  }
}

/** The first `k` (1 to 4) lanes, side by side. */
// @ts-ignore: decorator
@inline
export function storeLanes(p: usize, v: v128, k: i32): void {
  if (k == 4) v128.store(p, v);
  else storePart(p, v, k);
}

/** `k` (1 to 4) elements that stand side by side; the remaining lanes are 0. */
// @ts-ignore: decorator
@inline
export function loadLanes(p: usize, k: i32): v128 {
  return k == 4 ? v128.load(p) : gather(p, 4, k);
}

/** Lanes 2 and 3 moved to 0 and 1. */
// @ts-ignore: decorator
@inline
export function high(v: v128): v128 {
  return v128.shuffle<u32>(v, v, 2, 3, 2, 3);
}

/** Two pairs of float64 rounded to four float32. */
// @ts-ignore: decorator
@inline
export function narrow(lo: v128, hi: v128): v128 {
  return v128.shuffle<u32>(f32x4.demote_f64x2_zero(lo), f32x4.demote_f64x2_zero(hi), 0, 1, 4, 5);
}

/** Σ of four lanes in float64, fixed order. */
// @ts-ignore: decorator
@inline
export function widenSum(v: v128): v128 {
  return f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(high(v)));
}

/** Lane 0 + lane 1 of a float64 pair. */
// @ts-ignore: decorator
@inline
export function sumPair(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** `words` four-byte elements; short runs beat the call that memory.copy is. Regions may not overlap. */
// @ts-ignore: decorator
@inline
export function copyWords(dst: usize, src: usize, words: i32): void {
  if (words > 96) {
    memory.copy(dst, src, <usize>words << 2);
    return;
  }
  let i: usize = 0;
  const vectors = <usize>(words >> 2) << 4;
  const end = <usize>words << 2;
  for (; i < vectors; i += 16) v128.store(dst + i, v128.load(src + i));
  for (; i < end; i += 4) store<u32>(dst + i, load<u32>(src + i));
}
