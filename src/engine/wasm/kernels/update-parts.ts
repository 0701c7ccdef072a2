// What the optimizer kernels share: their constants, the gradient they start from, what they put to 0 and
// what they hold below infinity, and the padded tail.

import { floorFor, flush } from "./flush";
import { copyWords, gatherBlock, splatA, splatB, splatC } from "./lanes";
import { SCRATCH, TABLE_AT } from "./scratch";

export const FLT_MIN: f64 = 1.1754943508222875e-38 * 1.000001;
export const FLT_MAX: f64 = 3.4028234663852886e38;
/** The largest float32 whose square is finite. */
const ROOT_MAX: f64 = 18446742974197924000.0;

// The constants of a call, one vector each: read from memory in the loop, which costs less than V8's spilling them.
export function setConstant(slot: i32, value: f64): void {
  v128.store(SCRATCH + TABLE_AT + (<usize>slot << 4), f32x4.splat(<f32>value));
}

// @ts-ignore: decorator
@inline
export function constant(slot: i32): v128 {
  return v128.load(SCRATCH + (<usize>slot << 4), TABLE_AT);
}

// Slots from here on are the gradient's and the limits'; the rules use those below.
const FLIP: i32 = 18;
const DECAY: i32 = 19;
const LEAST_P: i32 = 20;
const TOP: i32 = 21;
const BOTTOM: i32 = 22;
const MOST: i32 = 23;

export function prepareGradient(weightDecay: f64, maximize: i32): void {
  v128.store(SCRATCH + TABLE_AT + (FLIP << 4), v128.and(f32x4.splat(-0.0), i32x4.splat(maximize ? -1 : 0)));
  setConstant(DECAY, weightDecay);
  v128.store(SCRATCH + TABLE_AT + (LEAST_P << 4), floorFor(weightDecay));
}

export function prepareLimits(): void {
  setConstant(TOP, ROOT_MAX);
  setConstant(BOTTOM, -ROOT_MAX);
  setConstant(MOST, FLT_MAX);
}

/** ±g, flushed, with the penalty λ·w where there is one. */
// @ts-ignore: decorator
@inline
export function slopeOf(g: v128, w: v128, decaying: bool): v128 {
  const grad = flush(v128.xor(g, constant(FLIP)), i32x4.splat(0x00800000));
  if (!decaying) return grad;
  return f32x4.add(grad, f32x4.mul(flush(w, constant(LEAST_P)), constant(DECAY)));
}

/** Into ±√FLT_MAX, so that the square is finite. */
// @ts-ignore: decorator
@inline
export function saturate(x: v128): v128 {
  return f32x4.pmax(f32x4.pmin(x, constant(TOP)), constant(BOTTOM));
}

/** A second moment held at FLT_MAX, from where it can decay. */
// @ts-ignore: decorator
@inline
export function finite(v: v128): v128 {
  return f32x4.pmin(v, constant(MOST));
}

/** x where |x| is at least `least`, or NaN; else +0. */
// @ts-ignore: decorator
@inline
export function atLeast(x: v128, least: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), least));
}

/** The smallest |x| for which factor · x is a normal number, and x itself is. */
export function leastFor(factor: f64): f64 {
  const f = Math.abs(factor);
  return f == 0 ? 0 : FLT_MIN / Math.max(Math.min(f, 1), 1e-30);
}

/** The smallest |x| for which factor · x² is a normal number. */
export function leastSquareFor(factor: f64): f64 {
  return Math.sqrt(FLT_MIN / Math.max(Math.abs(factor), 1e-30));
}

// The padded tail: parameter, gradient and three states in scratch.
// @ts-ignore: decorator
@inline
export function tailP(): usize {
  return splatA();
}

// @ts-ignore: decorator
@inline
export function tailG(): usize {
  return splatA() + 64;
}

// @ts-ignore: decorator
@inline
export function tailA(): usize {
  return splatB();
}

// @ts-ignore: decorator
@inline
export function tailB(): usize {
  return splatB() + 64;
}

// @ts-ignore: decorator
@inline
export function tailC(): usize {
  return splatC();
}


/** The last k (1 to 3) elements, `skip` bytes on, into scratch; a state that is 0 is not there. */
export function loadTail(p: usize, g: usize, a: usize, b: usize, c: usize, skip: usize, k: i32): void {
  gatherBlock(tailP(), p + skip, 4, k);
  gatherBlock(tailG(), g + skip, 4, k);
  if (a) gatherBlock(tailA(), a + skip, 4, k);
  if (b) gatherBlock(tailB(), b + skip, 4, k);
  if (c) gatherBlock(tailC(), c + skip, 4, k);
}

export function storeTail(p: usize, a: usize, b: usize, c: usize, skip: usize, k: i32): void {
  copyWords(p + skip, tailP(), k);
  if (a) copyWords(a + skip, tailA(), k);
  if (b) copyWords(b + skip, tailB(), k);
  if (c) copyWords(c + skip, tailC(), k);
}
