import { multiply } from "./dense.ts";

const MU = 398600.8; // km³/s², WGS 72 as in SGP4
const J2_TERM = 1.5 * 0.001082616 * MU * 6378.135 ** 2;

/** Derivative of acceleration by position, `[3, 3]`, 1/s²: the Earth's mass and its oblateness (J2). */
export function gravityGradient(x: number, y: number, z: number, out: Float64Array): void {
  const r2 = x * x + y * y + z * z;
  const r5 = r2 * r2 * Math.sqrt(r2);
  const r7 = r5 * r2;
  const z2 = (5 * z * z) / r7;
  // With J2, a_i = -k·x_i·(c_i/r⁵ - 5z²/r⁷), c = 1, 1, 3; the factors of x_i·x_j in its derivative are f and, where
  // one of the two is z, f less 10/r⁷.
  const f = (MU * 3) / r5 - J2_TERM * (-5 / r7 + (7 * z2) / r2);
  const fz = f + (J2_TERM * 10) / r7;
  const fzz = f + (J2_TERM * 20) / r7;
  const d = -(MU * r2) / r5 - J2_TERM * (1 / r5 - z2);
  out[0] = f * x * x + d;
  out[4] = f * y * y + d;
  out[8] = fzz * z * z + d - (J2_TERM * 2) / r5;
  out[1] = out[3] = f * x * y;
  out[2] = out[6] = fz * x * z;
  out[5] = out[7] = fz * y * z;
}

const [g, g2, g3] = [new Float64Array(9), new Float64Array(9), new Float64Array(9)];

/**
 * How a small error of position and velocity moves on in `seconds`, `[6, 6]`: the exponential of the linear dynamics
 * with the gravity gradient of the middle, `[[cosh, sinh/√G], [√G·sinh, cosh]]` of `√G·t` as a series. Its error over
 * 60 s in low orbit is below 1e-4 (a test measures it).
 *
 * @param x, y, z where the reference is in the middle of the time, km
 */
export function transition(x: number, y: number, z: number, seconds: number, out: Float64Array): void {
  gravityGradient(x, y, z, g);
  multiply(g, g, 3, 3, 3, g2);
  multiply(g, g2, 3, 3, 3, g3);
  const t = seconds;
  const t2 = t * t;
  const t4 = t2 * t2;
  const t6 = t2 * t4;
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      const k = i * 3 + j;
      const one = i === j ? 1 : 0;
      const a = (g[k] as number) * t2;
      const b = (g2[k] as number) * t4;
      const c = (g3[k] as number) * t6;
      const cosine = one + a / 2 + b / 24 + c / 720;
      out[i * 6 + j] = cosine;
      out[(i + 3) * 6 + j + 3] = cosine;
      out[i * 6 + j + 3] = t * (one + a / 6 + b / 120 + c / 5040);
      out[(i + 3) * 6 + j] = (a + b / 6 + c / 120) / t;
    }
  }
}
