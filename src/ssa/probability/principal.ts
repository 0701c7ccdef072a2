import { CovarianceError } from "../errors.ts";

/** The encounter plane along the principal axes of its covariance. All lengths in m. */
export interface PrincipalPlane {
  /** The larger sigma. */
  sigmaX: number;
  /** The smaller sigma. */
  sigmaZ: number;
  /** The miss along the axis of sigmaX; not negative, as the circle is symmetric. */
  missX: number;
  missZ: number;
  /** How many eigenvalues were raised to the floor. */
  clipped: number;
}

/**
 * Eigen-decomposition of the plane's covariance, and the miss [missDistance, 0] along its axes.
 *
 * @param remediation `"none"` refuses a covariance that is not positive definite; `"cara"` raises eigenvalues to
 *   (1e-4·HBR)², as CARA does
 * @throws CovarianceError
 * @example
 * const { sigmaX, sigmaZ, missX } = principalPlane([[1e6, 0], [0, 400]], 30, 10, "none"); // 1000, 20, 30
 */
export function principalPlane(
  covariance: readonly (readonly [number, number])[],
  missDistance: number,
  hardBodyRadius: number,
  remediation: "none" | "cara",
): PrincipalPlane {
  const [[a, b], [, d]] = covariance as [[number, number], [number, number]];
  const half = Math.hypot((a - d) / 2, b);
  let large = (a + d) / 2 + half;
  let small = large > 0 ? (a * d - b * b) / large : (a + d) / 2 - half;
  const floor = (1e-4 * hardBodyRadius) ** 2;
  let clipped = 0;
  if (remediation === "cara") {
    clipped = (large < floor ? 1 : 0) + (small < floor ? 1 : 0);
    large = Math.max(large, floor);
    small = Math.max(small, floor);
  } else if (!(small > 0)) {
    throw new CovarianceError(
      "collisionProbability2D",
      `the encounter plane's covariance has the eigenvalues ${large} and ${small} m²`,
      "both must be above 0",
      'Ask for the covariance again, or say remediation: "cara" to raise them to (1e-4·HBR)².',
    );
  }
  const angle = Math.atan2(2 * b, a - d) / 2;
  return {
    sigmaX: Math.sqrt(large),
    sigmaZ: Math.sqrt(small),
    missX: Math.abs(missDistance * Math.cos(angle)),
    missZ: Math.abs(missDistance * Math.sin(angle)),
    clipped,
  };
}
