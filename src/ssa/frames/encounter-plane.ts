import { EncounterError } from "../errors.ts";
import { checkedCovariance, cross, dot, norm, plus, scale } from "./linear-algebra.ts";
import type { Conjunction, Matrix, Vector3 } from "./types.ts";

/** A conjunction seen along the relative velocity. */
export interface EncounterPlane {
  /** |r₁ - r₂| at the time used [m]. */
  missDistance: number;
  /** [m/s] */
  relativeSpeed: number;
  /** Time of closest approach on straight lines, from the states' own time [s]; what the states were moved by. */
  timeOffset: number;
  /** Covariance of the miss in the plane [m²]: x as near the miss as the plane allows, y across it. */
  covariance: [[number, number], [number, number]];
  /** The plane's axes in the inertial frame. */
  axes: { x: Vector3; y: Vector3; alongVelocity: Vector3 };
}

/**
 * Projects a conjunction onto the plane across its relative velocity, as CARA does: y along r × v, x = v × y; the miss
 * is [|r|, 0].
 *
 * @param closestApproach `"linear"` moves both states along straight lines to their closest approach first (CARA's
 *   recommended practice: a CDM's time is rounded); `"given"` takes them as they are
 * @throws EncounterError without relative velocity
 * @source NASA CARA Analysis Tools, PcCircle and FindNearbyCA; Foster & Estes, NASA JSC-25898 (1992)
 * @example
 * const variance = [[100, 0, 0], [0, 100, 0], [0, 0, 100]];
 * const plane = encounterPlane({
 *   state1: { position: [7e6, 0, 0], velocity: [0, 7500, 0] },
 *   covariance1: variance,
 *   state2: { position: [7e6 + 20, 0, 0], velocity: [0, 0, 7500] },
 *   covariance2: variance,
 *   hardBodyRadius: 10,
 * });
 * plane.missDistance; // 20
 * plane.covariance; // [[200, 0], [0, 200]]
 */
export function encounterPlane(
  conjunction: Conjunction,
  closestApproach: "linear" | "given" = "linear",
): EncounterPlane {
  const { state1, state2, covariance1, covariance2, hardBodyRadius } = conjunction;
  const c1 = checkedCovariance("encounterPlane", "covariance1", covariance1, [3, 6]);
  const c2 = checkedCovariance("encounterPlane", "covariance2", covariance2, [3, 6]);
  const v = plus(state1.velocity, state2.velocity, -1);
  let r = plus(state1.position, state2.position, -1);
  const speed = norm(v);
  if (!(speed > 0) || !Number.isFinite(speed) || !Number.isFinite(norm(r))) {
    throw new EncounterError(
      "encounterPlane",
      `the relative speed is ${speed} m/s`,
      "an encounter plane needs a relative velocity",
      "Use monteCarloProbability, which needs none.",
    );
  }
  const timeOffset = closestApproach === "linear" ? -dot(r, v) / (speed * speed) : 0;
  if (closestApproach === "linear") r = plus(r, v, timeOffset);
  const least = 1e-6 * hardBodyRadius;
  // Without a miss no direction lies along it: take it across the orbit, as CARA does.
  if (norm(r) < least) {
    const across = cross(plus(state1.position, state2.position), v);
    r = plus(r, scale(across, least / norm(across)));
  }
  const h = cross(r, v);
  const along = scale(v, 1 / speed);
  const y = scale(h, 1 / norm(h));
  const x = cross(along, y);
  const [xx, xy, yy] = planeCovariance(c1, c2, x, y);
  return {
    missDistance: norm(r),
    relativeSpeed: speed,
    timeOffset,
    covariance: [
      [xx, xy],
      [xy, yy],
    ],
    axes: { x, y, alongVelocity: along },
  };
}

/** Elements xx, xy, yy of the sum of two covariances, seen along the axes x and y. */
export function planeCovariance(c1: Matrix, c2: Matrix, x: Vector3, y: Vector3): [number, number, number] {
  const both = (a: Vector3, b: Vector3): number => quadratic(c1, a, b) + quadratic(c2, a, b);
  return [both(x, x), both(x, y), both(y, y)];
}

function quadratic(c: Matrix, a: Vector3, b: Vector3): number {
  let sum = 0;
  for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) sum += (a[i] ?? 0) * (c[i]?.[j] ?? 0) * (b[j] ?? 0);
  return sum;
}
