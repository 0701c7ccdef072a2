import { ConfigError, checkedOptions } from "../../util/index.ts";
import { checkChoice, checkConjunction } from "../check-conjunction.ts";
import { type Conjunction, encounterPlane } from "../frames/index.ts";
import { chanPc, elrodPc, fosterPc } from "./methods.ts";
import { principalPlane } from "./principal.ts";

const METHODS = { elrod: elrodPc, foster: fosterPc, chan: chanPc } as const;

/** How {@link collisionProbability2D} integrates, and what it does to its input. */
export interface Probability2DOptions {
  /** `"elrod"` (default) and `"foster"` are exact to the tolerance; `"chan"` is an approximation. */
  method?: "elrod" | "foster" | "chan";
  /** Relative; 1e-10 unless given. */
  tolerance?: number;
  /** Move the states along straight lines to their closest approach (default), or take them as `"given"`. */
  closestApproach?: "linear" | "given";
  /** Refuse a covariance that is not positive definite (default), or clip its eigenvalues as CARA does. */
  remediation?: "none" | "cara";
}

/** A 2-D probability and the geometry behind it; metres and seconds. */
export interface Probability2D {
  probability: number;
  /** [m] */
  missDistance: number;
  /** [m/s] */
  relativeSpeed: number;
  /** By how much the states were moved to closest approach [s]. */
  timeOffset: number;
  /** Of the relative position in the encounter plane [m²], x along the miss. */
  covariance: [[number, number], [number, number]];
  /** √ of the diagonal of `covariance` [m]. */
  sigmas: [number, number];
  /** Between x and y. */
  correlation: number;
  /** Sigmas along the principal axes, larger first [m]. */
  principalSigmas: [number, number];
  /** √(rᵀC⁻¹r) of the miss. */
  mahalanobisDistance: number;
  /** Eigenvalues raised to the floor; 0 where nothing was done. */
  clippedEigenvalues: number;
}

/**
 * The probability that two objects come within the hard-body radius on straight lines (the 2-D, or short-term,
 * approximation):
 *
 * P = 1/(2π √|C|) ∬ exp(-½ (x - m)ᵀ C⁻¹ (x - m)) dx over the disc |x| ≤ R of the encounter plane
 *
 * It holds where the encounter is over long before the orbits bend and the velocities' uncertainty counts; not for slow
 * encounters: docs/ssa.md says when to use {@link monteCarloProbability}.
 *
 * @param conjunction states [m, m/s] and covariances at one time near closest approach
 * @throws CovarianceError, EncounterError (no relative velocity), ConfigError
 * @source NASA CARA Analysis Tools, PcCircle; Foster & Estes (1992); Elrod (2019); Chan (2008)
 * @example
 * const variance = [[100, 0, 0], [0, 100, 0], [0, 0, 100]];
 * const { probability } = collisionProbability2D({
 *   state1: { position: [7e6, 0, 0], velocity: [0, 7500, 0] },
 *   covariance1: variance,
 *   state2: { position: [7e6 + 20, 0, 0], velocity: [0, 0, 7500] },
 *   covariance2: variance,
 *   hardBodyRadius: 10,
 * });
 * probability; // 0.083
 */
export function collisionProbability2D(conjunction: Conjunction, options: Probability2DOptions = {}): Probability2D {
  const at = "collisionProbability2D";
  const given = checkedOptions(at, options, {
    method: "string",
    tolerance: "number",
    closestApproach: "string",
    remediation: "string",
  });
  const { method = "elrod", tolerance = 1e-10, closestApproach = "linear", remediation = "none" } = given;
  checkChoice(at, "method", method, Object.keys(METHODS));
  checkChoice(at, "closestApproach", closestApproach, ["linear", "given"]);
  checkChoice(at, "remediation", remediation, ["none", "cara"]);
  checkConjunction(at, conjunction);
  const radius = conjunction.hardBodyRadius;
  if (!(tolerance >= 1e-14 && tolerance < 1)) {
    throw new ConfigError(at, `tolerance is ${tolerance}`, "expected 1e-14 to 1", "1e-10 is the default.");
  }
  const plane = encounterPlane(conjunction, closestApproach);
  const principal = principalPlane(plane.covariance, plane.missDistance, radius, remediation);
  const compute = METHODS[method];
  const [[xx, xy], [, yy]] = plane.covariance;
  return {
    probability: compute(principal, radius, tolerance),
    missDistance: plane.missDistance,
    relativeSpeed: plane.relativeSpeed,
    timeOffset: plane.timeOffset,
    covariance: plane.covariance,
    sigmas: [Math.sqrt(xx), Math.sqrt(yy)],
    correlation: xy / Math.sqrt(xx * yy),
    principalSigmas: [principal.sigmaX, principal.sigmaZ],
    mahalanobisDistance: Math.hypot(principal.missX / principal.sigmaX, principal.missZ / principal.sigmaZ),
    clippedEigenvalues: principal.clipped,
  };
}
