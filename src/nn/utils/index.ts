export { type ClipGradNormOptions, clipGradNorm_, clipGradValue_ } from "./clip.ts";
export { parametersToVector, vectorToParameters } from "./vector.ts";
