import { sgemm } from "./blas";
import { gemm } from "./gemm";
import { high, sumPair, widenSum } from "./lanes";
import { constant, lessOne } from "./math-gates";
import { madd } from "./simd";

// softmax(scale·Q·Kᵀ + mask)·V and its gradients for heads `first` … `first + count - 1` of a batch, one after the other:
// a head's scores stay in the cache from the first product to the last. Head number i is head i mod `heads` of sample
// i / heads.

/** x = scale·x + mask; returns the greatest that is no NaN. mask: 0 for none. */
function scaleRow(x: usize, mask: usize, n: i32, scale: f32): f32 {
  const s = f32x4.splat(scale);
  let most = f32x4.splat(-Infinity);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = <usize>i << 2;
    let v = f32x4.mul(v128.load(x + at), s);
    if (mask) v = f32x4.add(v, v128.load(mask + at));
    v128.store(x + at, v);
    most = f32x4.pmax(most, v);
  }
  most = f32x4.pmax(most, high(most));
  let top = max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1));
  for (; i < n; i++) {
    const at = <usize>i << 2;
    let v = load<f32>(x + at) * scale;
    if (mask) v += load<f32>(mask + at);
    store<f32>(x + at, v);
    if (v > top) top = v;
  }
  return top;
}

// @ts-ignore: decorator
@inline
function expOf(
  y: v128, log2e: v128, magic: v128, c0: v128, c1: v128,
  p0: v128, p1: v128, p2: v128, p3: v128, p4: v128, p5: v128, one: v128,
): v128 {
  const x = f32x4.pmax(y, f32x4.splat(-88)); // whose power of two is 0
  const shifted = madd(x, log2e, magic);
  const whole = f32x4.sub(shifted, magic);
  // whole · 0.693359375 is exact: the constant has 9 bits
  const r = madd(whole, c1, madd(whole, c0, x));
  const scale = i32x4.add(i32x4.shl(shifted, 23), one);
  return madd(lessOne(r, p0, p1, p2, p3, p4, p5), scale, scale);
}

/** x = e^(x - shift), where no x is above `shift`; returns the sum. */
function expRow(x: usize, n: i32, shift: f32): f64 {
  const log2e = constant(0), magic = constant(1), c0 = constant(2), c1 = constant(3);
  const p0 = constant(4), p1 = constant(5), p2 = constant(6), p3 = constant(7), p4 = constant(8), p5 = constant(9);
  const one = f32x4.splat(1), s = f32x4.splat(shift);
  let total: f64 = 0;
  while (n >= 4) {
    // Up to 16 terms a lane in float32, as sums have it.
    let sum = f32x4.splat(0);
    let left = min(n, 64) & ~3;
    n -= left;
    for (; left > 0; left -= 4) {
      const e = expOf(f32x4.sub(v128.load(x), s), log2e, magic, c0, c1, p0, p1, p2, p3, p4, p5, one);
      v128.store(x, e);
      sum = f32x4.add(sum, e);
      x += 16;
    }
    total += sumPair(widenSum(sum));
  }
  for (; n > 0; n--) {
    const v = f32x4.sub(v128.load32_splat(x), s);
    const e = f32x4.extract_lane(expOf(v, log2e, magic, c0, c1, p0, p1, p2, p3, p4, p5, one), 0);
    store<f32>(x, e);
    total += <f64>e;
    x += 4;
  }
  return total;
}

function multiplyRow(x: usize, n: i32, factor: f32): void {
  const f = f32x4.splat(factor);
  for (; n >= 4; n -= 4) {
    v128.store(x, f32x4.mul(v128.load(x), f));
    x += 16;
  }
  for (; n > 0; n--) {
    store<f32>(x, load<f32>(x) * factor);
    x += 4;
  }
}

/** ds = scale · p · (dp - Σ dp·p), in place of dp. */
function softmaxRowGrad(dp: usize, p: usize, n: i32, scale: f32): void {
  let total: f64 = 0;
  let i = 0;
  while (i + 4 <= n) {
    // Up to 16 terms a lane in float32, as sums have it.
    let sum = f32x4.splat(0);
    const end = min(i + 64, n & ~3);
    for (; i < end; i += 4) {
      const at = <usize>i << 2;
      sum = f32x4.add(sum, f32x4.mul(v128.load(dp + at), v128.load(p + at)));
    }
    total += sumPair(widenSum(sum));
  }
  for (; i < n; i++) total += <f64>(load<f32>(dp + (<usize>i << 2)) * load<f32>(p + (<usize>i << 2)));
  const mean = <f32>total;
  const m = f32x4.splat(mean), s = f32x4.splat(scale);
  for (i = 0; i + 4 <= n; i += 4) {
    const at = <usize>i << 2;
    const d = f32x4.sub(v128.load(dp + at), m);
    v128.store(dp + at, f32x4.mul(f32x4.mul(v128.load(p + at), d), s));
  }
  for (; i < n; i++) {
    const at = <usize>i << 2;
    store<f32>(dp + at, load<f32>(p + at) * (load<f32>(dp + at) - mean) * scale);
  }
}

// What a call is about, in 32-bit words from the descriptor on: 0 heads, 1 length, 2 sources, 3 size, 4 values, 5 scale
// (a float), 6 weights, 7 whether a BLAS library multiplies; from word 8 on, for each operand, its address and, in
// bytes, the way from sample to sample, from head to head, and from row to row.
const QUERY = 0, KEY = 1, VALUE = 2, MASK = 3, OUT = 4, GRAD_QUERY = 5, GRAD_KEY = 6, GRAD_VALUE = 7;

// @ts-ignore: decorator
@inline
function word(descriptor: usize, i: i32): i32 {
  return load<i32>(descriptor + (<usize>i << 2));
}

/** Where an operand's matrix for a head begins. */
// @ts-ignore: decorator
@inline
function start(descriptor: usize, operand: i32, sample: i32, head: i32): usize {
  const i = 8 + operand * 4;
  return word(descriptor, i) + sample * word(descriptor, i + 1) + head * word(descriptor, i + 2);
}

/** Elements from row to row. */
// @ts-ignore: decorator
@inline
function leading(descriptor: usize, operand: i32): i32 {
  return word(descriptor, 8 + operand * 4 + 3) >>> 2;
}

/** C = op(A)·op(B), by the library where `blas` is 1. */
function times(
  blas: i32, transA: i32, transB: i32, m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32, c: usize, ldc: i32,
): void {
  if (blas) sgemm(transA, transB, m, n, k, a, lda, b, ldb, 0, c, ldc);
  else gemm(transA, transB, m, n, k, a, lda, b, ldb, c, ldc, 0, 0);
}

/**
 * weights [length, sources] = softmax(scale·Q·Kᵀ + mask), all heads side by side, and out [length, values] = weights·V.
 * Q is [length, size], K [sources, size], V [sources, values]; the mask's address is 0 for none.
 */
export function attention(d: usize, first: i32, count: i32): void {
  const heads = word(d, 0), length = word(d, 1), sources = word(d, 2), size = word(d, 3), values = word(d, 4);
  const scale = load<f32>(d + 20), blas = word(d, 7);
  const masked = word(d, 8 + MASK * 4) != 0;
  const maskRow = <usize>word(d, 8 + MASK * 4 + 3);
  const qr = leading(d, QUERY), kr = leading(d, KEY), vr = leading(d, VALUE), or = leading(d, OUT);
  for (let i = first; i < first + count; i++) {
    const b = i / heads, h = i % heads;
    const p = word(d, 6) + (<usize>i * <usize>length * <usize>sources << 2);
    const mask = start(d, MASK, b, h);
    times(blas, 0, 1, length, sources, size, start(d, QUERY, b, h), qr, start(d, KEY, b, h), kr, p, sources);
    for (let row = 0; row < length; row++) {
      const x = p + (<usize>row * <usize>sources << 2);
      const shift = scaleRow(x, masked ? mask + <usize>row * maskRow : 0, sources, scale);
      multiplyRow(x, sources, <f32>(1 / expRow(x, sources, shift)));
    }
    times(blas, 0, 0, length, values, sources, p, sources, start(d, VALUE, b, h), vr, start(d, OUT, b, h), or);
  }
}

/** Its gradients by Q, K and V from that by `out`; `work` takes one head's [length, sources]. */
export function attentionGrad(d: usize, first: i32, count: i32, work: usize): void {
  const heads = word(d, 0), length = word(d, 1), sources = word(d, 2), size = word(d, 3), values = word(d, 4);
  const scale = load<f32>(d + 20), blas = word(d, 7);
  const qr = leading(d, QUERY), kr = leading(d, KEY), vr = leading(d, VALUE), gr = leading(d, OUT);
  const dqr = leading(d, GRAD_QUERY), dkr = leading(d, GRAD_KEY), dvr = leading(d, GRAD_VALUE);
  for (let i = first; i < first + count; i++) {
    const b = i / heads, h = i % heads;
    const p = word(d, 6) + (<usize>i * <usize>length * <usize>sources << 2);
    const g = start(d, OUT, b, h);
    times(blas, 1, 0, sources, values, length, p, sources, g, gr, start(d, GRAD_VALUE, b, h), dvr);
    times(blas, 0, 1, length, sources, values, g, gr, start(d, VALUE, b, h), vr, work, sources);
    for (let row = 0; row < length; row++) {
      const at = <usize>row * <usize>sources << 2;
      softmaxRowGrad(work + at, p + at, sources, scale);
    }
    times(blas, 0, 0, length, size, sources, work, sources, start(d, KEY, b, h), kr, start(d, GRAD_QUERY, b, h), dqr);
    times(blas, 1, 0, sources, size, length, work, sources, start(d, QUERY, b, h), qr, start(d, GRAD_KEY, b, h), dkr);
  }
}
