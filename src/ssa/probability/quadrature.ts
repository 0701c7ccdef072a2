import { EncounterError } from "../errors.ts";

// Gauss–Kronrod 7–15 (QUADPACK, Piessens et al. 1983)
const NODES = [
  0.9914553711208126, 0.9491079123427585, 0.8648644233597691, 0.7415311855993945, 0.5860872354676911,
  0.4058451513773972, 0.20778495500789848,
];
const KRONROD = [
  0.022935322010529224, 0.06309209262997856, 0.10479001032225019, 0.14065325971552592, 0.1690047266392679,
  0.19035057806478542, 0.20443294007529889,
];
const KRONROD_0 = 0.20948214108472782;
const GAUSS = [0.1294849661688697, 0.27970539148927664, 0.3818300505051189];
const GAUSS_0 = 0.4179591836734694;

interface Piece {
  from: number;
  to: number;
  value: number;
  error: number;
}

function piece(f: (x: number) => number, from: number, to: number): Piece {
  const middle = (from + to) / 2;
  const half = (to - from) / 2;
  const centre = f(middle);
  let kronrod = KRONROD_0 * centre;
  let gauss = GAUSS_0 * centre;
  for (let i = 0; i < 7; i++) {
    const d = half * (NODES[i] as number);
    const both = f(middle - d) + f(middle + d);
    kronrod += (KRONROD[i] as number) * both;
    if (i % 2 === 1) gauss += (GAUSS[(i - 1) / 2] as number) * both;
  }
  return { from, to, value: kronrod * half, error: Math.abs(kronrod - gauss) * half };
}

/** ∫ f, splitting the piece with the largest error until the sum of errors is within `tolerance` of the value. */
export function integrate(
  f: (x: number) => number,
  from: number,
  to: number,
  tolerance: number,
  operation: string,
): number {
  const step = (to - from) / 4;
  const pieces = [0, 1, 2, 3].map((k) => piece(f, from + k * step, from + (k + 1) * step));
  for (let splits = 0; splits < 2000; splits++) {
    let value = 0;
    let error = 0;
    let worst = 0;
    for (let i = 0; i < pieces.length; i++) {
      value += (pieces[i] as Piece).value;
      error += (pieces[i] as Piece).error;
      if ((pieces[i] as Piece).error > (pieces[worst] as Piece).error) worst = i;
    }
    if (error <= tolerance * Math.abs(value) || error < 1e-300) return value;
    const { from: a, to: b } = pieces[worst] as Piece;
    pieces[worst] = piece(f, a, (a + b) / 2);
    pieces.push(piece(f, (a + b) / 2, b));
  }
  throw new EncounterError(
    operation,
    `2,000 subdivisions do not reach the tolerance ${tolerance}`,
    "expected an integrand that is smoother, or a larger tolerance",
    'Use method: "elrod".',
  );
}
