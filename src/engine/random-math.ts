/*
 * The functions behind the float64 normal and exponential draws, spelled out so that a seed gives the same
 * bits in every JavaScript engine (`Math.log`, `Math.sin` and `Math.cos` may differ between them).
 */

const scratch = new Float64Array(1);
const words = new Uint32Array(scratch.buffer);
// The index of the word that holds sign and exponent depends on the byte order.
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/**
 * Natural logarithm of a normal positive float64 (FreeBSD's `e_log.c`, below 1 ulp).
 *
 * @param x - Positive and not subnormal; uniform draws are at least 2^-53.
 */
export function log64(x: number): number {
  scratch[0] = x;
  const high = words[HIGH] as number;
  const fraction = high & 0xfffff;
  const carry = (fraction + 0x95f64) & 0x100000;
  words[HIGH] = fraction | (carry ^ 0x3ff00000);
  const k = (high >>> 20) - 1023 + (carry >>> 20);
  const f = (scratch[0] as number) - 1;
  if ((0xfffff & (2 + fraction)) < 3) {
    if (f === 0) return k * LN2_HIGH + k * LN2_LOW;
    const r = f * f * (0.5 - 0.3333333333333333 * f);
    return k * LN2_HIGH - (r - k * LN2_LOW - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const odd = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const r = odd + even;
  if (((fraction - 0x6147a) | (0x6b851 - fraction)) > 0) {
    const half = 0.5 * f * f;
    return k * LN2_HIGH - (half - (s * (half + r) + k * LN2_LOW) - f);
  }
  return k * LN2_HIGH - (s * (f - r) - k * LN2_LOW - f);
}

/** Where `sinCos64` leaves its two results. */
export const angle: { sin: number; cos: number } = { sin: 0, cos: 1 };

/** Sine and cosine of an angle from 0 to 2π in float64 (FreeBSD's `k_sin.c`, `k_cos.c`), into `angle`. */
export function sinCos64(theta: number): void {
  const quadrant = Math.round(theta * 0.6366197723675814);
  // π/2 in three parts; the products with `quadrant` (0 … 4) are exact.
  const first = theta - quadrant * 1.5707963267341256;
  const second = quadrant * 6.077100506303966e-11;
  const rest = first - second;
  const low = quadrant * 2.0222662487959506e-21 - (first - rest - second);
  const x = rest - low;
  const y = rest - x - low;

  const z = x * x;
  const cube = z * x;
  const rs =
    0.00833333333332249 +
    z *
      (-0.0001984126982985795 + z * (2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)));
  const sin = x - (z * (0.5 * y - cube * rs) - y - cube * -0.16666666666666632);

  const w2 = z * z;
  const rc =
    z * (0.0416666666666666 + z * (-0.001388888888887411 + z * 0.00002480158728947673)) +
    w2 * w2 * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11));
  const half = 0.5 * z;
  const w = 1 - half;
  const cos = w + (1 - w - half + (z * rc - x * y));

  const odd = (quadrant & 1) === 1;
  angle.sin = (odd ? cos : sin) * ((quadrant & 2) === 0 ? 1 : -1);
  angle.cos = (odd ? sin : cos) * (((quadrant + 1) & 2) === 0 ? 1 : -1);
}
