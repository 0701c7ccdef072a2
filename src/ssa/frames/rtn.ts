import { EncounterError } from "../errors.ts";
import { congruence, cross, dot, norm, scale } from "./linear-algebra.ts";
import type { Matrix, State, Vector3 } from "./types.ts";

/**
 * The axes of an object's RTN frame as rows: R along the position, N along r × v, T = N × R (CCSDS 508.0-B, annex).
 *
 * @throws EncounterError where position and velocity span no plane
 */
export function rtnAxes(state: State): [Vector3, Vector3, Vector3] {
  const normal = cross(state.position, state.velocity);
  if (!(norm(normal) > 0)) {
    throw new EncounterError(
      "rtnAxes",
      "r × v is zero",
      "an orbit has a plane",
      "Give a state with position and velocity.",
    );
  }
  const r = scale(state.position, 1 / norm(state.position));
  const n = scale(normal, 1 / norm(normal));
  return [r, cross(n, r), n];
}

// The rotation acts on position and velocity alike: the frame is taken at one instant, without its own turning,
// as CDMs and CARA have it.
function twice(axes: Matrix, size: number): number[][] {
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => (Math.floor(i / 3) === Math.floor(j / 3) ? (axes[i % 3]?.[j % 3] ?? 0) : 0)),
  );
}

/**
 * A covariance in RTN turned to the frame of `state`: C = Qᵀ·C_rtn·Q, with the axes as rows of Q.
 *
 * @param covariance 3×3 or 6×6
 * @example
 * const state = { position: [0, 7e6, 0], velocity: [-7500, 0, 0] } as const; // R is y, T is -x
 * rtnToInertial([[1, 0, 0], [0, 4, 0], [0, 0, 9]], state); // [[4, 0, 0], [0, 1, 0], [0, 0, 9]]
 */
export function rtnToInertial(covariance: Matrix, state: State): number[][] {
  const q = twice(rtnAxes(state), covariance.length);
  return congruence(
    q.map((row, i) => row.map((_, j) => q[j]?.[i] ?? 0)),
    covariance,
  );
}

/**
 * A covariance of the frame of `state` turned to RTN; the inverse of {@link rtnToInertial}.
 *
 * @example
 * const state = { position: [0, 7e6, 0], velocity: [-7500, 0, 0] } as const; // R is y, T is -x
 * ssa.inertialToRtn([[4, 0, 0], [0, 1, 0], [0, 0, 9]], state); // [[1, 0, 0], [0, 4, 0], [0, 0, 9]]
 */
export function inertialToRtn(covariance: Matrix, state: State): number[][] {
  return congruence(twice(rtnAxes(state), covariance.length), covariance);
}

/**
 * `vector`'s components along the RTN axes of `state`.
 *
 * @example
 * const state = { position: [0, 7e6, 0], velocity: [-7500, 0, 0] } as const;
 * vectorToRtn([-2, 1, 3], state); // [1, 2, 3]: 1 up, 2 ahead, 3 to the left
 */
export function vectorToRtn(vector: Vector3, state: State): Vector3 {
  const [r, t, n] = rtnAxes(state);
  return [dot(r, vector), dot(t, vector), dot(n, vector)];
}
