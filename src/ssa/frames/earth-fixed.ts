import { cross, plus } from "./linear-algebra.ts";
import type { State, Vector3 } from "./types.ts";

/** The Earth's rotation about its axis [rad/s], nominal. */
const EARTH_RATE: Vector3 = [0, 0, 7.292115146706979e-5];

/**
 * A state that turns with the Earth (ITRF), in the inertial frame whose axes coincide with ITRF's at that instant:
 * v = v_ITRF + ω × r.
 *
 * What depends on the two objects' states alone (distances, speeds, probabilities) does not depend on how the axes stand to
 * the stars, and so needs neither the sidereal angle nor precession. ω is taken along ITRF's z axis: polar motion (below
 * 0.6″) and the length of the day change the velocity by less than 2 mm/s in low orbits, 20 mm/s at 42,000 km, and of both objects alike.
 *
 * @source Vallado, Fundamentals of Astrodynamics and Applications, 4th ed., section 3.7; IERS Conventions (2010), chapter 5
 */
export function fromEarthFixed({ position, velocity }: State): State {
  return { position, velocity: plus(velocity, cross(EARTH_RATE, position)) };
}
