import { EARTH_MU, type EquinoctialOrbit } from "../frames/index.ts";

/** Position and velocity [inertial] of an orbit's elements after `time` seconds; the kernel's formulas in plain words. */
export function propagate(
  orbit: EquinoctialOrbit,
  elements: readonly number[],
  time: number,
): { state: number[]; offset: number } {
  const [dn, af, ag, chi, psi, lambda] = elements as [number, number, number, number, number, number];
  const n = orbit.meanMotion * (1 + dn);
  const a = Math.cbrt(EARTH_MU / (n * n));
  const mean = lambda + n * time;
  let F = mean + af * Math.sin(mean) - ag * Math.cos(mean);
  for (let step = 0; step < 50; step++) {
    const d =
      (F + ag * Math.cos(F) - af * Math.sin(F) - mean) / Math.max(0.05, 1 - ag * Math.sin(F) - af * Math.cos(F));
    F -= d;
    if (Math.abs(d) < 1e-15) break;
  }
  const [s, c] = [Math.sin(F), Math.cos(F)];
  const b = 1 / (1 + Math.sqrt(1 - af * af - ag * ag));
  const [u, v, w] = [1 - ag * ag * b, 1 - af * af * b, af * ag * b];
  const rate = n / (1 - af * c - ag * s);
  const [x, y] = [a * (u * c + w * s - af), a * (v * s + w * c - ag)];
  const [xd, yd] = [a * rate * (w * c - u * s), a * rate * (v * c - w * s)];
  const k = 1 / (1 + chi * chi + psi * psi);
  const f = [k * (1 - chi * chi + psi * psi), 2 * k * chi * psi, -2 * k * chi];
  const g = [2 * k * chi * psi, k * (1 + chi * chi - psi * psi), 2 * k * psi];
  const turn = (p: number, q: number): number[] =>
    [0, 1, 2].map((i) =>
      f.reduce((sum, fj, j) => sum + (p * fj + q * (g[j] as number)) * (orbit.axes[j]?.[i] as number), 0),
    );
  return { state: [...turn(x, y), ...turn(xd, yd)], offset: F - mean };
}
