export { fromEarthFixed } from "./earth-fixed.ts";
export { type EncounterPlane, encounterPlane, planeCovariance } from "./encounter-plane.ts";
export { EARTH_MU, type EquinoctialOrbit, equinoctialOrbit } from "./equinoctial.ts";
export {
  at,
  checkedCovariance,
  cholesky,
  congruence,
  cross,
  dot,
  norm,
  plus,
  scale,
  symmetricEigen,
} from "./linear-algebra.ts";
export { inertialToRtn, rtnAxes, rtnToInertial, vectorToRtn } from "./rtn.ts";
export type { Conjunction, Matrix, State, Vector3 } from "./types.ts";
