// The rational approximations of fdlibm (s_erf.c; Copyright 1993 Sun Microsystems, permission to use, copy, modify and
// distribute is freely granted, provided that this notice is preserved), right to 1 ulp.

const PP = [
  0.12837916709551256, -0.3250421072470015, -0.02848174957559851, -0.005770270296489442, -2.3763016656650163e-5,
];
const QQ = [
  1, 0.39791722395915535, 0.0650222499887673, 0.005081306281875766, 0.00013249473800432164, -3.960228278775368e-6,
];
const PA = [
  -0.0023621185607526594, 0.41485611868374833, -0.3722078760357013, 0.31834661990116175, -0.11089469428239668,
  0.035478304325618236, -0.002166375594868791,
];
const QA = [
  1, 0.10642088040084423, 0.540397917702171, 0.07182865441419627, 0.12617121980876164, 0.01363708391202905,
  0.011984499846799107,
];
const RA = [
  -0.009864944034847148, -0.6938585727071818, -10.558626225323291, -62.375332450326006, -162.39666946257347,
  -184.60509290671104, -81.2874355063066, -9.814329344169145,
];
const SA = [
  1, 19.651271667439257, 137.65775414351904, 434.56587747522923, 645.3872717332679, 429.00814002756783,
  108.63500554177944, 6.570249770319282, -0.0604244152148581,
];
const RB = [
  -0.0098649429247001, -0.799283237680523, -17.757954917754752, -160.63638485582192, -637.5664433683896,
  -1025.0951316110772, -483.5191916086514,
];
const SB = [
  1, 30.33806074348246, 325.7925129965739, 1536.729586084437, 3199.8582195085955, 2553.0504064331644,
  474.52854120695537, -22.44095244658582,
];
const ERX = 0.8450629115104675;

function polynomial(c: readonly number[], x: number): number {
  let sum = 0;
  for (let i = c.length - 1; i >= 0; i--) sum = sum * x + (c[i] as number);
  return sum;
}

const word = new Float64Array(1);
const halves = new Uint32Array(word.buffer);

// x with its low 32 bits cleared: z² is then exact, and exp(-x²) = exp(-z²)·exp((z-x)(z+x)) keeps its digits.
function tail(x: number): number {
  const s = 1 / (x * x);
  const [r, q] = x < 1 / 0.35 ? [RA, SA] : [RB, SB];
  word[0] = x;
  halves[0] = 0;
  const z = word[0] as number;
  return (Math.exp(-z * z - 0.5625) * Math.exp((z - x) * (z + x) + polynomial(r, s) / polynomial(q, s))) / x;
}

/**
 * The error function, 2/√π·∫₀ˣ e^(-t²) dt, to 1 ulp.
 *
 * @example
 * ssa.erf(1); // 0.8427007929497149
 */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (a < 0.84375) return x + x * (polynomial(PP, x * x) / polynomial(QQ, x * x));
  const y = a < 1.25 ? ERX + polynomial(PA, a - 1) / polynomial(QA, a - 1) : a < 6 ? 1 - tail(a) : 1;
  return x < 0 ? -y : y;
}

/**
 * 1 - erf(x), to about 1 ulp also where it is small.
 *
 * @example
 * ssa.erfc(5); // 1.53746e-12
 */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) < 0.84375) {
    const y = polynomial(PP, x * x) / polynomial(QQ, x * x);
    return x < 0.25 ? 1 - (x + x * y) : 0.5 - (x - 0.5 + x * y);
  }
  if (Math.abs(x) < 1.25) {
    const y = polynomial(PA, Math.abs(x) - 1) / polynomial(QA, Math.abs(x) - 1);
    return x > 0 ? 1 - ERX - y : 1 + (ERX + y);
  }
  if (x > 0) return x < 28 ? tail(x) : 0;
  return x > -6 ? 2 - tail(-x) : 2;
}

// Gauss–Legendre, 8 points on (-1, 1)
const NODES = [0.1834346424956498, 0.525532409916329, 0.7966664774136267, 0.9602898564975363];
const WEIGHTS = [0.362683783378362, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763];

/** erf(b) - erf(a) for a ≤ b without loss of digits: both in one tail, or close together. */
export function erfDifference(a: number, b: number): number {
  if (a + b < 0) return erfDifference(-b, -a);
  const width = b - a;
  if (width * Math.max(1, b) < 0.5) {
    const middle = (a + b) / 2;
    let sum = 0;
    for (let i = 0; i < 4; i++) {
      const d = (width / 2) * (NODES[i] as number);
      sum += (WEIGHTS[i] as number) * (Math.exp(-((middle - d) ** 2)) + Math.exp(-((middle + d) ** 2)));
    }
    return (sum * width) / Math.sqrt(Math.PI);
  }
  return a > 0 ? erfc(a) - erfc(b) : erf(b) - erf(a);
}
