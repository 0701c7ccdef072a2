// W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969), and
// his CALERF in SPECFUN. Three ranges, each a ratio of polynomials, with relative error below 1e-16.

// |x| <= 0.46875: erf(x) = x · P(x²) / Q(x²)
const A = [3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694, 0.18577770618460315] as const;
const B = [23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171] as const;

// 0.46875 < x <= 4: erfc(x) = exp(-x²) · P(x) / Q(x)
const C = [
  0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001, 881.952221241769, 1712.0476126340707,
  2051.0783778260716, 1230.3393547979972, 2.1531153547440383e-8,
] as const;
const D = [
  15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597, 4362.619090143247,
  3439.3676741437216, 1230.3393548037495,
] as const;

// x > 4: erfc(x) = exp(-x²) / x · (1/√π - x⁻² · P(x⁻²) / Q(x⁻²))
const P = [
  0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275, 0.0006587491615298378,
  0.016315387137302097,
] as const;
const Q = [
  2.568520192289822, 1.8729528499234604, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918,
] as const;

const INVERSE_SQRT_PI = 0.5641895835477563;

/** The error function, `2/√π ∫₀ˣ exp(-t²) dt`. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  const size = Math.abs(x);
  if (size <= 0.46875) return x * ratio(A, B, size * size);
  if (size > 6) return Math.sign(x); // erfc(6) is 2e-17, less than half an ulp of 1
  const complement = size <= 4 ? expMinusSquare(size) * ratio(C, D, size) : tail(size);
  return Math.sign(x) * (1 - complement);
}

function tail(x: number): number {
  const z = 1 / (x * x);
  return (expMinusSquare(x) / x) * (INVERSE_SQRT_PI - z * ratio(P, Q, z));
}

/** exp(-x²) with x² split into an exact part and a small rest, so that rounding x² costs nothing. */
function expMinusSquare(x: number): number {
  const head = Math.trunc(x * 16) / 16;
  return Math.exp(-head * head) * Math.exp(-(x - head) * (x + head));
}

/** Cody's order: the numerator's leading coefficient stands last, the denominator's is 1. */
function ratio(top: readonly number[], bottom: readonly number[], x: number): number {
  let numerator = top[top.length - 1] as number;
  let denominator = 1;
  for (let i = 0; i < bottom.length; i++) {
    numerator = numerator * x + (top[i] as number);
    denominator = denominator * x + (bottom[i] as number);
  }
  return numerator / denominator;
}
