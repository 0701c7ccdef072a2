/**
 * Space situational awareness: conjunctions, collision probability, sensor tasking.
 *
 * @packageDocumentation
 */
export * from "./cdm/index.ts";
export { CdmError, CovarianceError, EncounterError } from "./errors.ts";
export {
  type Conjunction,
  type EncounterPlane,
  encounterPlane,
  inertialToRtn,
  type Matrix,
  rtnToInertial,
  type State,
  type Vector3,
  vectorToRtn,
} from "./frames/index.ts";
export * from "./learned/index.ts";
export * from "./monte-carlo/index.ts";
export * from "./orbits/index.ts";
export * from "./probability/index.ts";
export * from "./tasking/index.ts";
