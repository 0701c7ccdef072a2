/** Values a call transforms: 39 blocks of 16. */
export const BOX_MULLER_CHUNK = 624;

const f32 = Math.fround;
const VALUES = new Float32Array(BOX_MULLER_CHUNK);
/** 2^-i. */
const INVERSE_POWER = new Float64Array(25);
for (let i = 0; i < 25; i++) INVERSE_POWER[i] = 2 ** -i;

const TWO_PI = f32(2 * Math.PI);
const SQRT_HALF = f32(Math.SQRT1_2);
const P0 = f32(7.0376836292e-2);
const P1 = f32(-1.151461031e-1);
const P2 = f32(1.167699874e-1);
const P3 = f32(-1.2420140846e-1);
const P4 = f32(1.4249322787e-1);
const P5 = f32(-1.6668057665e-1);
const P6 = f32(2.0000714765e-1);
const P7 = f32(-2.4999993993e-1);
const P8 = f32(3.3333331174e-1);
const LOG_Q1 = f32(-2.1219444e-4);
const LOG_Q2 = 0.693359375;
const FOUR_OVER_PI = f32(1.27323954473516);
const DP1 = -0.78515625;
const DP2 = f32(-2.4187564849853516e-4);
const DP3 = f32(-3.774894977445941e-8);
const C0 = f32(2.443315711809948e-5);
const C1 = f32(-1.388731625493765e-3);
const C2 = f32(4.166664568298827e-2);
const S0 = f32(-1.9515295891e-4);
const S1 = f32(8.3321608736e-3);
const S2 = f32(-1.6666654611e-1);

/**
 * Turns uniform draws into normal ones, in place, block by block of 16: the first eight of a block
 * give the radius, the last eight the angle. Every step is rounded as in PyTorch's AVX2 fill (Cephes'
 * polynomials with fused multiply-adds), so the bits are PyTorch's.
 *
 * @param out - Holds multiples of 2^-24 in [0, 1) from `start` to `end`.
 * @param start - First element.
 * @param end - One past the last; `end - start` is a multiple of 16, at most `BOX_MULLER_CHUNK`.
 * @param mean - A float32.
 * @param std - A float32.
 */
export function boxMuller32(out: Float32Array, start: number, end: number, mean: number, std: number): void {
  const count = end - start;
  VALUES.set(out.subarray(start, end));
  for (let block = 0; block < count; block += 16) {
    for (let j = block; j < block + 8; j++) {
      // log(1 - u), with 1 - u = units · 2^-24 = x · 2^e and x in [1/2, 1). A product of two float32
      // is exact in float64, so `f32(a * b + c)` is a fused multiply-add.
      const units = 16777216 - (VALUES[j] as number) * 16777216;
      const bits = 32 - Math.clz32(units);
      let e = bits - 24;
      let x = units * (INVERSE_POWER[bits] as number) - 1;
      if (x + 1 < SQRT_HALF) {
        e -= 1;
        x = x + x + 1;
      }
      const xx = f32(x * x);
      let y = f32(P0 * x + P1);
      y = f32(y * x + P2);
      y = f32(y * x + P3);
      y = f32(y * x + P4);
      y = f32(y * x + P5);
      y = f32(y * x + P6);
      y = f32(y * x + P7);
      y = f32(y * x + P8);
      y = f32(f32(y * x) * xx + f32(e * LOG_Q1));
      y = f32(y - xx * 0.5);
      const radius = f32(Math.sqrt(f32(-2 * f32(f32(x + y) + e * LOG_Q2))));

      const theta = f32(TWO_PI * (VALUES[j + 8] as number));
      const octant = (f32(theta * FOUR_OVER_PI) + 1) & ~1;
      let r = f32(octant * DP1 + theta);
      r = f32(octant * DP2 + r);
      r = f32(octant * DP3 + r);
      const z = f32(r * r);
      let cos = f32(C0 * z + C1);
      cos = f32(cos * z + C2);
      cos = f32(f32(f32(cos * z) * z - z * 0.5) + 1);
      let sin = f32(S0 * z + S1);
      sin = f32(sin * z + S2);
      sin = f32(f32(sin * z) * r + r);
      // Odd quadrants swap the two; the signs follow the quadrant.
      const swap = (octant & 2) !== 0;
      const signSin = 1 - ((octant & 4) >> 1);
      const signCos = ((octant - 2) & 4) === 0 ? -1 : 1;
      VALUES[j] = f32(radius * (swap ? sin : cos) * signCos) * std + mean;
      VALUES[j + 8] = f32(radius * (swap ? cos : sin) * signSin) * std + mean;
    }
  }
  out.set(count === BOX_MULLER_CHUNK ? VALUES : VALUES.subarray(0, count), start);
}
