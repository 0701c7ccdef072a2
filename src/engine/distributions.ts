import { BOX_MULLER_CHUNK, boxMuller32 } from "./box-muller.ts";
import type { TypedArray } from "./dtype.ts";
import { fma32, fma64 } from "./fused.ts";
import { type MersenneTwister, STATE_WORDS } from "./mersenne-twister.ts";
import { angle, log64, sinCos64 } from "./random-math.ts";

/** 2^-24, the step of a float32 uniform draw. */
const STEP_32 = 2 ** -24;
/** 2^-53, the step of a float64 uniform draw. */
const STEP_64 = 2 ** -53;
const TWO_32 = 4294967296;

// Loops run over module constants (see mersenne-twister.ts) and copy their results out in chunks.
const CHUNK = STATE_WORDS;
const WORDS = new Int32Array(CHUNK);
const SINGLES = new Float32Array(CHUNK);
const DOUBLES = new Float64Array(CHUNK / 2);

/** A float64 in [0, 1): the low 53 bits of a 64-bit draw, whose high word comes first. */
export function double(engine: MersenneTwister): number {
  const high = engine.next();
  const low = engine.next();
  return ((high & 0x1fffff) * TWO_32 + low) * STEP_64;
}

/** Float32 draws in [0, 1), from index `from` on: the low 24 bits of one word each. */
export function fillUnit32(engine: MersenneTwister, out: Float32Array, from: number): void {
  for (let i = from; i < out.length; i += CHUNK) {
    const count = Math.min(CHUNK, out.length - i);
    engine.take(WORDS, count);
    for (let j = 0; j < count; j++) SINGLES[j] = ((WORDS[j] as number) & 0xffffff) * STEP_32;
    out.set(count === CHUNK ? SINGLES : SINGLES.subarray(0, count), i);
  }
}

/** Float64 draws in [0, 1), from index `from` on: two words each. */
export function fillUnit64(engine: MersenneTwister, out: Float64Array, from: number): void {
  for (let i = from; i < out.length; i += CHUNK / 2) {
    const count = Math.min(CHUNK / 2, out.length - i);
    engine.take(WORDS, 2 * count);
    for (let j = 0; j < count; j++) {
      const low = (WORDS[2 * j + 1] as number) >>> 0;
      DOUBLES[j] = (((WORDS[2 * j] as number) & 0x1fffff) * TWO_32 + low) * STEP_64;
    }
    out.set(count === CHUNK / 2 ? DOUBLES : DOUBLES.subarray(0, count), i);
  }
}

/** 1 where a float64 uniform draw is below `p`, else 0. */
export function fillBernoulli(engine: MersenneTwister, out: TypedArray, p: number): void {
  // u · 2^53 < p · 2^53 on whole numbers, in two words: the high ones decide but for one draw in 2^21,
  // without a branch that the processor could only guess.
  const limit = Math.ceil(p / STEP_64);
  const limitHigh = Math.floor(limit / TWO_32);
  const limitLow = limit - limitHigh * TWO_32;
  for (let i = 0; i < out.length; i += CHUNK / 2) {
    const count = Math.min(CHUNK / 2, out.length - i);
    engine.take(WORDS, 2 * count);
    for (let j = 0; j < count; j++) {
      const difference = ((WORDS[2 * j] as number) & 0x1fffff) - limitHigh;
      let bit = difference >>> 31;
      if (difference === 0) bit = (WORDS[2 * j + 1] as number) >>> 0 < limitLow ? 1 : 0;
      SINGLES[j] = bit;
    }
    out.set(SINGLES.subarray(0, count), i);
  }
}

/** Stretches unit draws to `[low, high)` as `fma(u, high - low, low)` in the array's own precision. */
export function stretch(out: Float32Array | Float64Array, low: number, high: number): void {
  if (out instanceof Float32Array) {
    const from = Math.fround(low);
    const range = Math.fround(Math.fround(high) - from);
    if (from === 0 && range === 1) return;
    // u · range + from is exact in float64 unless `from` dwarfs `range`: then round in two careful steps.
    if (Math.abs(from) <= 16 * range) for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) * range + from;
    else for (let i = 0; i < out.length; i++) out[i] = fma32(out[i] as number, range, from);
    return;
  }
  const range = high - low;
  if (low === 0) for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) * range;
  else for (let i = 0; i < out.length; i++) out[i] = fma64(out[i] as number, range, low);
}

/**
 * PyTorch's fill of 16 or more normals: uniforms everywhere, Box–Muller over blocks of 16, and when
 * the size is no multiple of 16 the last 16 again, from fresh uniforms.
 */
export function fillNormal(engine: MersenneTwister, out: Float32Array | Float64Array, mean: number, std: number): void {
  const size = out.length;
  const whole = size - (size % 16);
  if (out instanceof Float32Array) {
    const mean32 = Math.fround(mean);
    const std32 = Math.fround(std);
    fillUnit32(engine, out, 0);
    for (let i = 0; i < whole; i += BOX_MULLER_CHUNK) {
      boxMuller32(out, i, Math.min(whole, i + BOX_MULLER_CHUNK), mean32, std32);
    }
    if (whole === size) return;
    fillUnit32(engine, out, size - 16);
    boxMuller32(out, size - 16, size, mean32, std32);
    return;
  }
  fillUnit64(engine, out, 0);
  for (let i = 0; i < whole; i += 16) normalBlock64(out, i, mean, std);
  if (whole === size) return;
  fillUnit64(engine, out, size - 16);
  normalBlock64(out, size - 16, mean, std);
}

function normalBlock64(out: Float64Array, start: number, mean: number, std: number): void {
  const plain = mean === 0;
  for (let j = start; j < start + 8; j++) {
    const radius = Math.sqrt(-2 * log64(1 - (out[j] as number)));
    sinCos64(2 * Math.PI * (out[j + 8] as number));
    const a = radius * angle.cos;
    const b = radius * angle.sin;
    out[j] = plain ? a * std : fma64(a, std, mean);
    out[j + 8] = plain ? b * std : fma64(b, std, mean);
  }
}

/** A pair of float64 standard normals for the scalar path: the first is returned, the second left in `second`. */
export function normalPair(engine: MersenneTwister, second: { value: number }): number {
  const u1 = double(engine);
  const u2 = double(engine);
  const radius = Math.sqrt(-2 * log64(1 - u2));
  sinCos64(2 * Math.PI * u1);
  second.value = radius * angle.sin;
  return radius * angle.cos;
}

/** Exponential draws with rate `lambda`: `-log(1 - u) / lambda` with a float64 `u`. */
export function fillExponential(engine: MersenneTwister, out: Float32Array | Float64Array, lambda: number): void {
  const scale = -1 / lambda;
  for (let i = 0; i < out.length; i++) out[i] = scale * log64(1 - double(engine));
}
