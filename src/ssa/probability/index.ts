export { erf, erfc } from "./erf.ts";
export { chanPc, elrodPc, fosterPc } from "./methods.ts";
export { type PrincipalPlane, principalPlane } from "./principal.ts";
export { collisionProbability2D, type Probability2D, type Probability2DOptions } from "./probability-2d.ts";
