import { EncounterError } from "../errors.ts";
import { erfDifference } from "./erf.ts";
import type { PrincipalPlane } from "./principal.ts";
import { integrate } from "./quadrature.ts";

/**
 * Foster's integral in polar coordinates about the hard body, by adaptive Gauss–Kronrod quadrature twice:
 *
 * P = 1/(2π σx σz) ∫₀^2π ∫₀^R exp(-½[((ρ cos θ - x)/σx)² + ((ρ sin θ - z)/σz)²]) ρ dρ dθ
 *
 * The slow and plain one: what the others are held against. It takes hard bodies of at most 300 σz, else its first
 * nodes could step over the density.
 *
 * @param radius hard-body radius [m]
 * @param tolerance relative
 * @example
 * const plane = ssa.principalPlane([[1e6, 0], [0, 400]], 30, 10, "none");
 * ssa.fosterPc(plane, 10); // 0.00242
 * @source Foster & Estes, "A Parametric Analysis of Orbital Debris Collision Probability", NASA JSC-25898 (1992)
 */
export function fosterPc(plane: PrincipalPlane, radius: number, tolerance: number = 1e-10): number {
  const { sigmaX, sigmaZ, missX, missZ } = plane;
  if (radius > 300 * sigmaZ) {
    throw new EncounterError(
      "fosterPc",
      `the hard body has ${radius / sigmaZ} sigma`,
      "expected at most 300",
      'Use method: "elrod".',
    );
  }
  const ring = (theta: number): number => {
    const c = Math.cos(theta);
    const s = Math.sin(theta);
    const density = (rho: number): number => {
      const x = (rho * c - missX) / sigmaX;
      const z = (rho * s - missZ) / sigmaZ;
      return rho * Math.exp(-0.5 * (x * x + z * z));
    };
    return integrate(density, 0, radius, tolerance / 10, "fosterPc");
  };
  // Quarters: the integrand's ridges lie along the axes.
  let sum = 0;
  for (let k = 0; k < 4; k++) sum += integrate(ring, (k * Math.PI) / 2, ((k + 1) * Math.PI) / 2, tolerance, "fosterPc");
  return Math.min(1, sum / (2 * Math.PI * sigmaX * sigmaZ));
}

/**
 * Elrod's quadrature: the inner integral in closed form, the outer by Chebyshev–Gauss of the second kind,
 *
 * P = R/(2σx√(2π)) ∫₀^π exp(-½((R cos t - x)/σx)²) [erf((R sin t + z)/(σz√2)) + erf((R sin t - z)/(σz√2))] sin t dt
 *
 * with as many nodes as it takes until twice as many change nothing beyond `tolerance`. CARA takes 64; a hard body much
 * larger than σz needs more.
 *
 * @param radius hard-body radius [m]
 * @param tolerance relative
 * @source Elrod, thesis (2019), and NASA CARA Analysis Tools, PcElrod
 * @example
 * const plane = principalPlane([[1e6, 0], [0, 400]], 30, 10, "none");
 * elrodPc(plane, 10); // 0.00242
 */
export function elrodPc(plane: PrincipalPlane, radius: number, tolerance: number = 1e-10): number {
  const { sigmaX, sigmaZ, missX, missZ } = plane;
  const root = sigmaZ * Math.SQRT2;
  const integrand = (t: number): number => {
    const half = radius * Math.sin(t);
    const x = (radius * Math.cos(t) - missX) / sigmaX;
    return Math.exp(-0.5 * x * x) * erfDifference((missZ - half) / root, (missZ + half) / root) * Math.sin(t);
  };
  // The midpoint rule, each time with three times the nodes: the old ones stay.
  // Enough of them that none of the integrand's features lies between two.
  let nodes = Math.max(15, Math.min(2e5, 6 * Math.ceil(radius / sigmaZ)));
  let sum = 0;
  for (let i = 0; i < nodes; i++) sum += integrand((Math.PI * (i + 0.5)) / nodes);
  let value = sum / nodes;
  while (nodes < 2e6) {
    nodes *= 3;
    for (let i = 0; i < nodes; i++) if (i % 3 !== 1) sum += integrand((Math.PI * (i + 0.5)) / nodes);
    const next = sum / nodes;
    if (Math.abs(next - value) <= tolerance * Math.abs(next)) {
      return Math.min(1, (next * Math.PI * radius) / (2 * sigmaX * Math.sqrt(2 * Math.PI)));
    }
    value = next;
  }
  throw new EncounterError(
    "elrodPc",
    `${nodes} nodes do not reach the tolerance ${tolerance}`,
    `expected a hard body of fewer than 1e5 sigma (${radius / sigmaZ})`,
    "Ask for a larger tolerance.",
  );
}

/**
 * Chan's series, u = R²/(σx σz), v = x²/σx² + z²/σz²:
 *
 * P = e^(-v/2) Σₘ (v/2)^m/m! · [1 - e^(-u/2) Σ_{k≤m} (u/2)^k/k!]
 *
 * It replaces the ellipse by a circle of the same area: exact for σx = σz, else right only where the hard body is
 * small beside both sigmas (some 1e-2 where R = σz, and worse beyond). The others have no such limit.
 *
 * @param radius hard-body radius [m]
 * @param tolerance relative, of the sum: not of the approximation
 * @example
 * const plane = ssa.principalPlane([[1e6, 0], [0, 400]], 30, 10, "none");
 * ssa.chanPc(plane, 10); // 0.0025
 * @source Chan, "Spacecraft Collision Probability", Aerospace Press (2008)
 */
export function chanPc(plane: PrincipalPlane, radius: number, tolerance: number = 1e-10): number {
  const { sigmaX, sigmaZ, missX, missZ } = plane;
  const u = (radius * radius) / (sigmaX * sigmaZ) / 2;
  const v = ((missX / sigmaX) ** 2 + (missZ / sigmaZ) ** 2) / 2;
  // Poisson(m; v) · [upper tail of Poisson(u) above m]; the tail as its own series, which loses no digits for small u.
  let weight = Math.exp(-v);
  let power = Math.exp(-u);
  let sum = 0;
  for (let m = 0; m < 1e6; m++) {
    power *= u / (m + 1); // e^-u u^(m+1)/(m+1)!
    let term = power;
    let tail = 0;
    for (let k = m + 2; term > tail * 1e-17; k++) {
      tail += term;
      term *= u / k;
    }
    sum += weight * tail;
    weight *= v / (m + 1);
    if (m > v && weight * tail <= tolerance * 1e-3 * sum) break;
    if (weight === 0) break;
  }
  return Math.min(1, sum);
}
